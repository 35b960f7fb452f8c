"""Clinical reports in varied layouts, marked up with slots of all kinds of identifier."""

from __future__ import annotations

import random
import re
from functools import partial
from typing import Any, NamedTuple

from stages.synthesize.case import Case
from stages.synthesize.wording import Voice, choose, facts, listed, pools, sentence

UNTITLED = ("letterhead", "salutation", "signature", "footer")
ABBREVIATED = 0.6
MOST_TYPOS = 3
# A word that may be misspelled: long, in small letters, outside slots. Every other word is left as it is.
WORD = re.compile(r"⟦[^⟧]*⟧|\b[a-z]{7,}\b")


class Typed(NamedTuple):
    """What was typed in place of what was meant: `kind` is `abbreviations` or `typos`."""

    kind: str
    typed: str
    meant: str


class Section(NamedTuple):
    """A part of a report; `header` is empty for letterheads, signatures and footers.

    `kind` is the part's own name, whatever its header says (`letterhead`, `hpi`, `medications` ...). Lines that hold
    " | " are rows of a table.
    """

    header: str
    text: str
    kind: str
    typed: tuple[Typed, ...] = ()


def make_report(case: Case, rng: random.Random, held_out: bool) -> tuple[Section, ...]:
    """A report of 200 to 450 words; its first section holds the title, headers may stand in capitals."""
    voice = Voice.of(held_out)
    layout = choose(rng, "reports", "layouts", voice)
    known = _known(case)
    spelling = _Spelling(rng, case)
    capitals = rng.random() < 0.4
    sections = [Section("", layout["title"], "title")]
    for part in layout["parts"].split():
        header = "" if part in UNTITLED else rng.choice(pools("reports")["headers"][part])
        text = _text(part, case, rng, voice, known)
        written, typed = spelling.of(text)
        sections.append(Section(header.upper() if capitals else header, written, part, typed))
    return tuple(sections)


def _text(part: str, case: Case, rng: random.Random, voice: Voice, known: dict[str, str]) -> str:
    if part == "medications":
        return _medications(case, rng)
    if part == "history" and not case.history:
        part = "healthy"
    if part == "allergies" and not case.allergies:
        part = "no_allergies"
    template: str = choose(rng, "reports", part, voice)
    lines = template.format(**known).strip().splitlines()
    return "\n".join(sentence(line) for line in lines)


def _medications(case: Case, rng: random.Random) -> str:
    """A table, a list or a line."""
    if not case.medicines:
        return "None."
    if rng.random() < 0.5:
        rows = [f"{one.name} | {one.dose} | {one.often}" for one in case.medicines]
        return "\n".join(("Drug | Dose | Frequency", *rows))
    joint = rng.choice(("\n- ", "; "))
    return ("- " if joint.startswith("\n") else "") + joint.join(str(one) for one in case.medicines)


def _known(case: Case) -> dict[str, str]:
    known = facts(case)
    labs = listed(f"{name} {value} {unit}" for name, value, unit in case.labs)
    return known | {
        "exam": listed(case.exam),
        "labs": labs,
        "Her": known["her"].capitalize(),
        "Test": sentence(case.test),
        "Treatment": sentence(case.treatment),
        "Diagnosis": sentence(case.diagnosis),
    }


class _Spelling:
    """How one report is typed: abbreviated throughout or not at all, with a few slips."""

    def __init__(self, rng: random.Random, case: Case) -> None:
        self._rng = rng
        self._short: Any = pools("reports")["abbreviations"] if rng.random() < ABBREVIATED else {}
        self._typos = rng.randint(0, MOST_TYPOS)
        # A slip in a drug or in what it is for would change what the report says.
        self._spared = {
            *f"{case.treatment} {listed(str(one) for one in case.medicines)} {listed(case.allergies)}".split()
        }

    def of(self, text: str) -> tuple[str, tuple[Typed, ...]]:
        """The text as it is typed, and what in it stands for something else."""
        typed: list[Typed] = []

        def shortened(found: re.Match[str], short: str) -> str:
            if found.group().startswith("⟦"):
                return found.group()
            typed.append(_shortest(short, found.group()))
            return short

        for phrase, short in self._short.items():
            text = re.sub(rf"⟦[^⟧]*⟧|\b{re.escape(phrase)}\b", partial(shortened, short=short), text)
        if self._typos and self._rng.random() < 0.4:
            words = [found for found in WORD.finditer(text) if found.group() not in self._spared]
            words = [found for found in words if not found.group().startswith("⟦")]
            if words:
                self._typos -= 1
                found = self._rng.choice(words)
                slip = self._slip(found.group())
                text = text[: found.start()] + slip + text[found.end() :]
                if slip != found.group():
                    typed.append(Typed("typos", slip, found.group()))
        return text, tuple(typed)

    def _slip(self, word: str) -> str:
        at = self._rng.randint(1, len(word) - 3)
        match self._rng.choice(("swap", "drop", "double")):
            case "swap":
                return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            case "drop":
                return word[:at] + word[at + 1 :]
            case _:
                return word[:at] + word[at] + word[at:]


def _shortest(short: str, phrase: str) -> Typed:
    """Without the words that both end in: `abd` for `abdominal`, not `abd pain` for `abdominal pain`."""
    while " " in short and short.rpartition(" ")[2] == phrase.rpartition(" ")[2]:
        short, phrase = short.rpartition(" ")[0], phrase.rpartition(" ")[0]
    return Typed("abbreviations", short, phrase)
