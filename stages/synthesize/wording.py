"""Pools of templates: what training is told in and what is kept for testing never share a template.

A pool is a mapping of voices to templates, in a YAML file beside this module: `train` and `held_out` are disjoint, and
`library` (where there is one) is only for the passages that a scratch language model learns from. Facts of the case
stand in braces, identifiers in slots (see fill.py); both are shared by all voices, the sentences around them are not.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from stages.synthesize.case import Case

ONE_IN = 4
Pools = Mapping[str, Mapping[str, Sequence[Any]]]


class Voice(StrEnum):
    """Whose templates a text is told in."""

    TRAIN = "train"
    HELD_OUT = "held_out"
    LIBRARY = "library"

    @classmethod
    def of(cls, held_out: bool) -> Voice:
        return cls.HELD_OUT if held_out else cls.TRAIN


def is_kept(number: int, share: float) -> bool:
    """Whether the person of this number (from 0) is kept for testing: evenly spread, the same in a larger clinic."""
    return int((number + 1) * share) > int(number * share)


@cache
def pools(name: str) -> Pools:
    """The pools of `<name>.yaml` beside this module, read once."""
    from ruamel.yaml import YAML

    found = YAML(typ="safe", pure=True).load(Path(__file__).with_name(f"{name}.yaml").read_text())
    return {pool: _spoken(voices["grammar"]) if "grammar" in voices else voices for pool, voices in found.items()}


def _spoken(grammars: Sequence[Sequence[Sequence[str]]]) -> dict[str, list[str]]:
    """Every choice of one line from each slot; a hash of it decides whether it is kept for testing, one in four is."""
    voices: dict[str, list[str]] = {Voice.TRAIN.value: [], Voice.HELD_OUT.value: []}
    for slots in grammars:
        for template in map("\n".join, product(*slots)):
            kept = hashlib.sha256(template.encode()).digest()[0] % ONE_IN == 0
            voices[Voice.of(kept).value].append(template)
    return voices


def choose(rng: random.Random, name: str, pool: str, voice: Voice) -> Any:
    """One template of a pool; the library speaks in training's templates as well as in its own."""
    voices = pools(name)[pool]
    if voice is Voice.LIBRARY:
        return rng.choice([*voices.get("train", ()), *voices.get("library", ())])
    return rng.choice(voices[voice])


def facts(case: Case) -> dict[str, str]:
    """What the braces of templates stand for."""
    female = case.sex == "female"
    first, *rest = case.present
    # Only an age over 89 is an identifier (45 CFR 164.514(b)(2)(i)(C)).
    age = "⟦age_over_89⟧" if case.age > 89 else str(case.age)
    return {
        "a": "an" if str(case.age).startswith("8") or case.age in (11, 18) else "a",
        "A": "An" if str(case.age).startswith("8") or case.age in (11, 18) else "A",
        "age": age,
        "sex": "woman" if female else "man",
        "letter": "F" if female else "M",
        "She": "She" if female else "He",
        "she": "she" if female else "he",
        "her": "her" if female else "his",
        "them": "her" if female else "him",
        "complaint": case.complaint,
        "duration": case.duration,
        "present": listed(case.present),
        "first": first,
        "rest": listed(rest),
        "negated": listed(case.negated, "or"),
        "no1": case.negated[0],
        "no2": case.negated[1],
        "bare_first": bare(first),
        "bare1": bare(case.negated[0]),
        "bare2": bare(case.negated[1]),
        "history": listed(case.history),
        "medicines": listed(str(medicine) for medicine in case.medicines),
        "allergies": listed(case.allergies),
        "diagnosis": case.diagnosis,
        "others": listed(case.differential[1:]),
        "others_or": listed(case.differential[1:], "or"),
        "test": case.test,
        "test_shows": case.test_shows,
        "treatment": case.treatment,
        "follow_up": case.follow_up,
        **{name.replace(" ", "_"): value for name, value in case.vitals},
    }


def listed(items: Iterable[str], word: str = "and") -> str:
    """ "a, b and c"."""
    *most, last = [*items] or [""]
    return f"{', '.join(most)} {word} {last}" if most else last


def bare(finding: str) -> str:
    """The finding without its article, as after "no" and "any"."""
    return finding.removeprefix("a ").removeprefix("an ")


def sentence(text: str) -> str:
    """The text with a capital first letter; a slot's marks are left alone."""
    return text[:1].upper() + text[1:]
