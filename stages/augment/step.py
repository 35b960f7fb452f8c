"""The step from an example to its children."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from stages import guard
from stages.augment.names import names_of
from stages.augment.operator import Operator, RefusedError
from stages.augment.umls import Groups
from stages.flow import Count, Rejected
from stages.keys import seeded
from stages.params.augment import Operator as Declared
from stages.records import Example


class Augment:
    """Yields the children of an example; of one that is fixed for validation or test, or has sound, there are none.

    A child differs from its parent in the input, or in the instruction where there is no input. It is rejected when the
    guard sees protected content changed, and when it is its parent or another child once more.
    """

    stage = "augment"
    unit: Literal["record", "group"] = "record"
    takes = Example
    gives = Example

    def __init__(
        self,
        declared: Mapping[str, Declared],
        tables: Mapping[str, Groups],
        lexicon: Groups,
        terms: Sequence[str],
        seed: int,
    ) -> None:
        self._declared, self._tables, self._lexicon = declared, tables, lexicon
        self._terms, self._seed = terms, seed

    def setup(self) -> None:
        """Build the operators; loads models and nlpaug where one is declared that needs them."""
        self._names = self.names()
        self._operators = {name: self._made(name, declared) for name, declared in self._declared.items()}

    def names(self) -> dict[str, guard.Names]:
        """By operator, what the guard takes for one thing: those of its own table, else of the common one."""
        common = names_of(self._lexicon, self._terms)
        return {
            name: names_of(self._tables[name], self._terms) if name in self._tables else common
            for name in self._declared
        }

    def process(self, unit: Sequence[Example]) -> Iterable[Example | Rejected | Count]:
        """Yield the children of one example, each operator's tries in the order of their declaration."""
        (parent,) = unit
        # What a recording says follows from its sound: other words would be wrong ones.
        if parent.split in ("validation", "test") or parent.audio:
            return
        side: Literal["input", "instruction"] = "input" if parent.input else "instruction"
        before = parent.input or parent.instruction
        seen = {_plain(before)}
        for name, declared in self._declared.items():
            if parent.task not in declared.tasks:
                continue
            for rank in range(declared.children):
                id = child_id(parent.id, name, rank)
                try:
                    after = self._operators[name](before, seeded(self._seed, "augment", id), rank)
                    self._check(before, after, seen, name)
                except RefusedError as refusal:
                    yield Rejected(id, parent.group, parent.task, f"{name}: {refusal}")
                    continue
                seen.add(_plain(after))
                meta = {**parent.meta, "seed": self._seed}
                made = replace(parent, id=id, parent=parent.id, operator=name, meta=meta)
                yield replace(made, input=after) if side == "input" else replace(made, instruction=after)
                yield Count(f"children.{name}")

    def _check(self, before: str, after: str, seen: set[str], name: str) -> None:
        """Raise `RefusedError` unless the child may live."""
        if not after.strip():
            raise RefusedError("nothing left")
        if _plain(after) in seen:
            raise RefusedError("duplicate")
        if categories := guard.changed(before, after, self._names[name]):
            raise RefusedError(f"changed {', '.join(categories)}")

    def _made(self, name: str, declared: Declared) -> Operator:
        names, rate = self._names[name], declared.rate
        if declared.kind == "synonyms":
            from stages.augment.synonyms import Synonyms

            return Synonyms(self._tables[name], rate)
        if declared.kind == "insertion":
            from stages.augment.insertion import Insertion

            return Insertion(rate, names)
        if declared.kind == "deletion":
            from stages.augment.deletion import Deletion

            return Deletion(rate, names)
        if declared.kind in ("keyboard", "ocr"):
            from stages.augment import noise

            return noise.keyboard(rate, names) if declared.kind == "keyboard" else noise.ocr(rate, names)
        from stages.models.text import fix_numerics

        # One thread: worker processes already fill the cores, and another number would round sums in another order.
        fix_numerics(self._seed, threads=1)
        if declared.kind == "contextual":
            from stages.augment.contextual import Contextual
            from stages.models.masked import proposer

            return Contextual(proposer(declared.models[0]), rate, names)
        from stages.augment.rewriting import Rewriting
        from stages.models.seq2seq import Seq2Seq

        prompts = declared.prompts or [""] * len(declared.models)
        return Rewriting([Seq2Seq(m, prompt) for m, prompt in zip(declared.models, prompts, strict=True)], rate)


def child_id(parent: str, operator: str, rank: int) -> str:
    """The id of a child: 16 characters of base 32, the same in every run."""
    digest = hashlib.sha256("\0".join((parent, operator, str(rank))).encode()).digest()
    return base64.b32encode(digest[:10]).decode().lower()


def _plain(text: str) -> str:
    return " ".join(text.split())
