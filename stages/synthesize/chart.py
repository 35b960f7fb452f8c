"""A case, told as a report and laid out: what the renderers of `documents` turn into files."""

from __future__ import annotations

import random

from stages.synthesize import reports
from stages.synthesize.case import Case
from stages.synthesize.documents import Report, Row, Section, draw_layout
from stages.synthesize.fill import Filled, fill
from stages.synthesize.identity import Cast

CELL = " | "
LABS_IN_TABLE = 0.4  # share of reports that repeat the laboratory values in a table
# What pages bear at their top, by whether the patient is held out; an empty one stands for pages without.
RUNNING = {
    False: (
        "",
        "",
        "⟦patient.last_first⟧   MRN ⟦mrn⟧",
        "⟦hospital⟧ - ⟦patient.name⟧ - ⟦date.visit⟧",
        "⟦PATIENT.NAME⟧   DOB ⟦date.birth⟧",
    ),
    True: ("", "⟦patient.name⟧, chart ⟦mrn⟧", "⟦date.visit⟧   ⟦PATIENT.LAST_FIRST⟧   ⟦hospital⟧"),
}


def make_report(case: Case, cast: Cast, rng: random.Random) -> Report:
    """The report of the encounter, in training's wordings or in held-out ones as the cast says."""
    told = reports.make_report(case, rng, cast.held_out)
    named = {
        part.kind: _lines(part.text, cast, rng) for part in told if part.kind in ("letterhead", "signature", "footer")
    }
    body = [part for part in told if part.kind not in ("title", *named)]
    (footer, *_) = named.get("footer", (Filled(),))
    return Report(
        title=next(part.text for part in told if part.kind == "title"),
        letterhead=named.get("letterhead", ()),
        sections=tuple(section for part in body for section in _sections(part, case, cast, rng)),
        signature=named.get("signature", ()),
        running=fill(rng.choice(RUNNING[cast.held_out]), cast, rng),
        footer=footer,
        layout=draw_layout(rng),
        typed=tuple(typed for part in told for typed in part.typed),
    )


def _sections(part: reports.Section, case: Case, cast: Cast, rng: random.Random) -> list[Section]:
    rows = tuple(_row(line, cast, rng) for line in part.text.splitlines())
    section = Section(part.header, rows, headed=part.kind == "medications")
    if part.kind == "labs" and rng.random() < LABS_IN_TABLE:
        heads = tuple(Filled(name) for name in ("Test", "Result", "Unit"))
        return [section, Section("", (heads, *(tuple(map(Filled, lab)) for lab in case.labs)), headed=True)]
    return [section]


def _row(line: str, cast: Cast, rng: random.Random) -> Row:
    return tuple(fill(cell, cast, rng) for cell in line.split(CELL))


def _lines(text: str, cast: Cast, rng: random.Random) -> tuple[Filled, ...]:
    return tuple(fill(line, cast, rng) for line in text.splitlines())
