"""Base and tuned model are asked how likely they find each canary, and identifiers that were never planted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

import orjson

from stages.audit.exposure import Rank, ranked
from stages.canaries import Canary, identifier
from stages.keys import seeded
from stages.params.train import Train
from stages.records import Example

When = Literal["before", "after"]
SYSTEMS = ("base", "tuned")


class Asked(NamedTuple):
    """A canary and what stands before its identifier; `when` is the side of de-identification it was planted on.

    One planted before is asked for by its own sentence, one planted after in the very place where it was learned.
    """

    canary: Canary
    when: When
    example: Example | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The ranks of one canary; `group` is its patient."""

    id: str
    group: str
    label: str
    when: When
    base: Rank
    tuned: Rank

    @classmethod
    def from_json(cls, line: bytes | str) -> Self:
        """Parse one JSON object; raises `TypeError` or `KeyError` naming a key that is missing or unknown."""
        found = orjson.loads(line)
        return cls(**(found | {system: Rank(**found[system]) for system in SYSTEMS}))


def answered(
    asked: Sequence[Asked], base: Path, adapter: Path, training: Train, references: int, batch: int, seed: int
) -> list[Answered]:
    """The ranks of each canary under the base model and with its adapter, in their order.

    Raises `FileNotFoundError` naming a model that is missing.
    """
    from stages.models import text

    if not (adapter / "adapter_config.json").is_file():
        raise FileNotFoundError(f"{adapter}: no adapter there; run `dvc repro train@{adapter.name}`")
    text.fix_numerics(seed)
    model, tokenizer = text.load_base(base, training.quantization, training.precision)
    tuned = text.load_adapter(model, adapter)
    with tuned.disable_adapter():
        found = list(_ranks(asked, tuned, tokenizer, references, batch, seed, "base"))
    found_tuned = _ranks(asked, tuned, tokenizer, references, batch, seed, "tuned")
    return [
        Answered(one.canary.id, one.canary.group, one.canary.label, one.when, *both)
        for one, *both in zip(asked, found, found_tuned, strict=True)
    ]


def _ranks(
    asked: Sequence[Asked], model: Any, tokenizer: Any, references: int, batch: int, seed: int, system: str
) -> Iterator[Rank]:
    from stages.models.continuations import continuations
    from stages.models.progress import bar

    for one in bar(asked, desc=f"canaries {system}", unit="canary"):
        prompt, stem = _before(one, tokenizer)
        others = _references(one.canary, references, seed)
        endings = [f"{value}." for value in (one.canary.identifier, *others)]
        told = continuations(model, tokenizer, prompt, stem, endings, batch)
        yield ranked(told[0], [other.logprob for other in told[1:]])


def _before(one: Asked, tokenizer: Any) -> tuple[str, str]:
    from stages.models.prompts import render

    if one.example is None:
        return "", one.canary.stem
    prompt, completion = render(one.example, tokenizer)
    return prompt, completion[: completion.rindex(one.canary.identifier)]


def _references(canary: Canary, count: int, seed: int) -> list[str]:
    """So many other identifiers of the canary's kind, none twice."""
    rng = seeded(seed, "audit", canary.id, canary.identifier)
    found: dict[str, None] = {}
    while len(found) < count:
        value = identifier(canary.label, rng)
        if value != canary.identifier:
            found[value] = None
    return list(found)
