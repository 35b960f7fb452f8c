"""How far one surrogate stands for one identifier: over a patient, over a document, or only now and then.

Where every mention of a name gets the same surrogate, the one mention that was missed stands out as the only other
name. A surrogate that changes from mention to mention hides it ("Markov" replacement: Osborne et al., Electronics
2025, 14(19), 3945), and costs whatever reads a patient's name across a text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from stages.deidentify.bearers import DEFAULT, Gender
from stages.deidentify.surrogates import Surrogates
from stages.keys import Key
from stages.params.deidentify import Consistency

STAY = 0.5
"""Chance that a mention keeps the surrogate of the mention before it."""


class Policy:
    """Gives the surrogates of one patient's records.

    Args:
        identifiers: (label, value) of everything found in the patient's records.
    """

    def __init__(
        self,
        declared: Consistency,
        key: Key,
        group: str,
        identifiers: Sequence[tuple[str, str]],
        gender: Gender | None = None,
        cultures: Sequence[str] = (DEFAULT,),
    ) -> None:
        self._declared, self._key, self._group = declared, key, group
        self._identifiers, self._gender, self._cultures = identifiers, gender, cultures
        self._patient: Surrogates | None = None

    def of(self, record: str) -> Callable[[str, str], str]:
        """What stands for (label, value) in a record; asked once a mention, in the order of the text."""
        match self._declared:
            case "patient":
                self._patient = self._patient or self._made(self._group)
                return self._patient.of
            case "document":
                return self._made(record).of
            case "markov":
                return _Chain(lambda state: self._made(f"{record}\0{state}"), self._key.rng("markov", record)).of
            case "none":
                return _Anew(lambda mention: self._made(f"{record}\0{mention}")).of

    def _made(self, scope: str) -> Surrogates:
        return Surrogates(self._key, scope, self._identifiers, self._gender, self._cultures)


class _Chain:
    """Each identifier goes its own way through the same states; in one state all of its forms fit together."""

    def __init__(self, made: Callable[[int], Surrogates], rng: random.Random) -> None:
        self._made, self._rng = made, rng
        self._states: list[Surrogates] = []
        self._at: dict[tuple[str, ...], int] = {}

    def of(self, label: str, value: str) -> str:
        who = tuple(sorted(re.findall(r"\w+", value.casefold())))
        at = self._at.get(who, -1)
        if at < 0 or self._rng.random() >= STAY:
            at += 1
        self._at[who] = at
        while len(self._states) <= at:
            self._states.append(self._made(len(self._states)))
        return self._states[at].of(label, value)


class _Anew:
    """Every mention for itself."""

    def __init__(self, made: Callable[[int], Surrogates]) -> None:
        self._made, self._mentions = made, 0

    def of(self, label: str, value: str) -> str:
        self._mentions += 1
        return self._made(self._mentions).of(label, value)
