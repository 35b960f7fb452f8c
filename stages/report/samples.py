"""Test examples with both answers side by side, compared with the reference word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from markupsafe import Markup, escape

# Below this share of words in common a list of all that is missing hides what was said.
LEAST_ALIKE = 0.25


@dataclass(frozen=True, slots=True)
class Sample:
    """One example; `base` and `tuned` are HTML with what differs from the reference marked."""

    id: str
    category: str
    instruction: str
    input: str
    reference: str
    base: Markup
    tuned: Markup
    base_ended: bool
    tuned_ended: bool


def chosen(path: Path, amount: int, seed: int, task: str) -> list[Sample]:
    """`amount` examples, the first by a hash of seed and id, so that new ones move few; none without predictions."""
    if not path.is_file():
        return []
    found: list[dict[str, Any]] = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    found.sort(key=lambda one: sha256(f"report {seed} {task} {one['id']}".encode()).digest())
    return [_sample(one) for one in found[:amount]]


def compared(reference: str, answer: str) -> Markup:
    """The answer as HTML: <ins> what the reference lacks, <del> what the answer lacks.

    >>> compared("take 5 mg daily", "take 50 mg")
    Markup('take <del>5 </del><ins>50 </ins>mg<del>daily</del>')
    """
    gold, said = _words(reference), _words(answer)
    matcher = SequenceMatcher(None, [w.strip() for w in gold], [w.strip() for w in said], autojunk=False)
    alike = matcher.ratio() >= LEAST_ALIKE
    parts: list[Markup] = []
    for what, gold_start, gold_end, said_start, said_end in matcher.get_opcodes():
        missing, there = "".join(gold[gold_start:gold_end]), "".join(said[said_start:said_end])
        if what == "equal":
            parts.append(escape(there))
            continue
        if missing and alike:
            parts.append(Markup("<del>{}</del>").format(missing))
        if there:
            parts.append(Markup("<ins>{}</ins>").format(there))
    return Markup("").join(parts)


def _sample(one: dict[str, Any]) -> Sample:
    reference = one["reference"]
    return Sample(
        id=one["id"],
        category=one.get("category", ""),
        instruction=one["instruction"],
        input=one.get("input", ""),
        reference=reference,
        base=compared(reference, one.get("base", "")),
        tuned=compared(reference, one.get("tuned", "")),
        base_ended=one["base_ended"],
        tuned_ended=one["tuned_ended"],
    )


def _words(text: str) -> list[str]:
    return re.findall(r"\S+\s*", text.lstrip())
