"""Dialogues, summaries and reports of a case."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from stages.keys import seeded
from stages.synthesize.case import make_case
from stages.synthesize.dialogues import make_dialogue
from stages.synthesize.fill import fill
from stages.synthesize.identity import make_cast
from stages.synthesize.reports import make_report
from stages.synthesize.summaries import make_summary

SLOT = re.compile(r"⟦[^⟧]*⟧")
TOLD = [(n, n % 2 == 0, make_case(seeded(4, "tell", str(n)), n % 2 == 0)) for n in range(300)]
SAFE_HARBOR = {
    "PATIENT", "LOCATION", "DATE", "PHONE", "FAX", "EMAIL", "SSN", "MRN", "HEALTH_PLAN", "ACCOUNT", "LICENSE",
    "VEHICLE", "DEVICE", "URL", "IP", "BIOMETRIC", "OTHER_ID",
}  # fmt: skip


def test_every_fact_of_the_summary_is_said_in_the_dialogue() -> None:
    for n, held_out, case in TOLD:
        said = " ".join(turn.text for turn in make_dialogue(case, seeded(4, "talk", str(n)), held_out))
        facts = [case.complaint, case.duration, *case.present, *case.negated, *case.history, *case.differential]
        facts += [str(medicine) for medicine in case.medicines]
        for fact in facts:
            assert fact.removeprefix("a ").removeprefix("an ") in said
        assert ("woman" in said) == (case.sex == "female")
        assert ("⟦age_over_89⟧" if case.age > 89 else f"{case.age}-year-old") in said


def test_dialogues_are_of_the_length_that_small_models_can_read() -> None:
    for n, held_out, case in TOLD:
        turns = make_dialogue(case, seeded(4, "talk", str(n)), held_out)
        assert 9 <= len(turns) <= 24
        assert 90 <= sum(len(turn.text.split()) + 1 for turn in turns) <= 220
        assert {turn.speaker for turn in turns} <= {"Doctor", "Patient", "Nurse"}
        assert all(one.speaker != other.speaker for one, other in pairwise(turns))


def test_dialogues_hold_identifiers() -> None:
    slots = [len(SLOT.findall(" ".join(t.text for t in make_dialogue(c, seeded(4, str(n)), h)))) for n, h, c in TOLD]
    assert min(slots) >= 1
    assert sum(slots) / len(slots) >= 3


def test_a_summary_names_nobody_and_not_the_diagnosis_in_its_hpi() -> None:
    for _, _, case in TOLD:
        summary = make_summary(case)
        assert set(SLOT.findall(summary.hpi + summary.assessment + summary.plan)) <= {"⟦age_over_89⟧"}
        assert case.diagnosis not in summary.hpi
        assert all(finding in summary.hpi for finding in (*case.present, *case.negated, case.complaint))
        assert summary.differential.split("; ") == [summary.diagnosis, *case.differential[1:]]
        assert 25 <= len(summary.hpi.split()) <= 70
        assert case.treatment in summary.plan


def test_an_age_over_89_is_a_slot() -> None:
    old = replace(TOLD[0][2], age=93)
    assert "⟦age_over_89⟧" in make_summary(old).hpi
    assert "93" not in make_summary(old).hpi


@pytest.mark.parametrize("held_out", [False, True])
def test_reports_hold_all_kinds_of_identifier(held_out: bool) -> None:
    labels: set[str] = set()
    for n in range(60):
        rng = seeded(4, "report", str(n))
        case = make_case(rng, held_out)
        people = make_cast(rng, held_out, case.sex, date(2023 - case.age - 1, 6, 1), date(2023, 5, 1))
        sections = make_report(case, rng, held_out)
        filled = [fill(section.text, people, rng) for section in sections]
        labels |= {span.label for text in filled for span in text.spans}
        words = sum(len(f"{s.header} {f.text}".split()) for s, f in zip(sections, filled, strict=True))
        assert 150 <= words <= 450
    assert labels >= SAFE_HARBOR


def test_reports_keep_numbers_and_drugs_as_they_are() -> None:
    for n, held_out, case in TOLD[:100]:
        text = "\n".join(section.text for section in make_report(case, seeded(4, "report", str(n)), held_out))
        for medicine in case.medicines:
            assert medicine.name in text
            assert medicine.dose in text
        assert all(value in text for _, value, _ in case.labs)


def test_the_same_generator_tells_the_same() -> None:
    _, held_out, case = TOLD[1]
    for tell in (make_dialogue, make_report):
        assert tell(case, seeded(9, "x"), held_out) == tell(case, seeded(9, "x"), held_out)
