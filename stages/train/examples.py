"""Examples to tokens and labels; what cannot be trained on is set apart with its reason, never cut short."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stages.models.prompts import render
from stages.models.text import Tokens, tokenize
from stages.params.train import Train
from stages.records import Example, to_json
from stages.shards import read_shard, write_bytes

IGNORED = -100


class Refused(ValueError):
    """Training would teach nothing, or something else than what was declared."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The examples of one set that can be trained on, as rendered and as tokens, and those that cannot."""

    prompts: list[str] = field(default_factory=list)
    completions: list[str] = field(default_factory=list)
    tokens: list[Tokens] = field(default_factory=list)
    quarantine: list[dict[str, str]] = field(default_factory=list)

    def rows(self) -> list[dict[str, list[int]]]:
        """`input_ids` and `labels` (the same ids, with `IGNORED` over the prompt) of each example."""
        return [{"input_ids": t.ids, "labels": [IGNORED] * t.prompt + t.ids[t.prompt :]} for t in self.tokens]


def read(path: Path) -> list[Example]:
    """The examples of one JSONL file; raises `FileNotFoundError` that says which stage makes it."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no examples there; run `dvc repro split`")
    return list(read_shard(path, Example))


def prepare(examples: Iterable[Example], tokenizer: Any, most_tokens: int) -> Prepared:
    """Render and tokenize; examples with an empty response or more than `most_tokens` tokens are quarantined.

    Raises `Refused` when a completion does not end with the end token: a model trained on it would never stop.
    """
    prepared = Prepared()
    for example in examples:
        prompt, completion = render(example, tokenizer)
        tokens = tokenize(tokenizer, prompt, completion)
        if tokens.ids[-1] != tokenizer.eos_token_id:
            raise Refused(f"example {example.id}: its completion does not end with {tokenizer.eos_token!r}")
        if not example.response.strip():
            prepared.quarantine.append(rejected(example, "empty response", ""))
        elif len(tokens.ids) > most_tokens:
            prepared.quarantine.append(rejected(example, "longer than max_length", f"{len(tokens.ids)} tokens"))
        else:
            prepared.prompts.append(prompt)
            prepared.completions.append(completion)
            prepared.tokens.append(tokens)
    return prepared


def write_quarantine(path: Path, found: Iterable[dict[str, str]]) -> None:
    """Write what was set apart, one JSON object a line, sorted."""
    write_bytes(path, b"".join(line + b"\n" for line in sorted(map(to_json, found))))


def why_empty(task: str, declared: Train, quarantine: Sequence[dict[str, str]]) -> str:
    """What to say where there is nothing to train on."""
    if not quarantine:
        return "there are no training examples; see metrics/structure.json and metrics/split.json for where they went"
    reasons = sorted({found["reason"] for found in quarantine})
    return (
        f"none of the {len(quarantine)} training examples can be used ({', '.join(reasons)}); "
        f"train.{task}.max_length is {declared.max_length}"
    )


def rejected(example: Example, reason: str, detail: str) -> dict[str, str]:
    """A line of the quarantine."""
    return {"id": example.id, "group": example.group, "source": example.task, "reason": reason, "detail": detail}
