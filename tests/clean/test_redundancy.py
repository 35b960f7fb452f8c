"""Boilerplate and copy-forward: what goes, what stays, and that nothing told is ever lost."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from stages import guard
from stages.clean.boilerplate import Boilerplate, repeated_lines
from stages.clean.change import Context
from stages.clean.copy_forward import CopyForward
from stages.records import Origin, Record

NAMES = guard.Names.of([["chest pain"], ["pneumonia"]])
DISCLAIMER = "This fax is confidential; if you are not the intended recipient, destroy it."
HISTORY = (
    "The patient was admitted in March with fever, cough and weight loss, and was treated with amoxicillin 500 mg."
)


def note(number: int, text: str, surrogates: tuple[str, ...] = ()) -> Record:
    origin = Origin("a.txt", "0", "text")
    return Record(f"r{number}", "notes", f"g{number}", "document", origin, text=text, surrogates=surrogates)


def test_administrative_lines_of_many_patients_go() -> None:
    letterheads = [f"{name} Hospital, Department of Medicine" for name in ("Mercy", "Grace", "Hope")]
    notes = [
        note(i, f"{letterhead}\nDenies chest pain.\n{DISCLAIMER}\n", (letterhead.split()[0],))
        for i, letterhead in enumerate(letterheads)
    ]
    operator = Boilerplate(repeated_lines(notes, 3, NAMES))
    for record in notes:
        assert operator(record.text or "", Context(surrogates=record.surrogates)).text == "Denies chest pain.\n"


def test_too_few_patients_or_one_patient_often_make_no_boilerplate() -> None:
    assert not repeated_lines([note(i, DISCLAIMER) for i in range(2)], 3, NAMES)
    assert not repeated_lines([note(1, DISCLAIMER)] * 9, 3, NAMES)


def test_clinical_lines_stay_however_often_they_recur() -> None:
    lines = [
        "Denies chest pain.",
        "No fever, chills, nausea or vomiting since discharge from hospital on 3 May.",
        "Admitted to hospital with pneumonia.",
        "Transferred from the clinic to the left ward.",
        "Continue insulin in hospital.",
        "Call the clinic after 2 weeks.",
    ]
    notes = [note(i, "\n".join(lines)) for i in range(9)]
    operator = Boilerplate(repeated_lines(notes, 3, NAMES))
    assert operator("\n".join(lines), Context()).text == "\n".join(lines)


def copies_removed(text: str, *earlier: str) -> str:
    return CopyForward()(text, Context(earlier=earlier)).text


def test_a_paragraph_of_an_earlier_note_goes_and_its_header_stays() -> None:
    text = f"HPI: {HISTORY}\n\nPlan: rest."
    assert copies_removed(text, f"History:\n{HISTORY}") == "HPI: Plan: rest."[:5] + "\nPlan: rest."
    assert copies_removed(text) == text


def test_a_sentence_of_an_earlier_note_goes() -> None:
    assert copies_removed(f"Better today. {HISTORY} Eats well.", f"Admitted. {HISTORY}") == "Better today. Eats well."


def test_a_near_copy_goes_only_if_it_tells_nothing_new() -> None:
    wrapped = HISTORY.replace("cough and", "cough\nand")
    assert copies_removed(wrapped, HISTORY) == ""
    assert copies_removed(HISTORY.replace("was treated", "treated"), HISTORY) == ""
    for old, new in [("500", "250"), ("cough", "rash"), ("with fever", "without fever"), ("loss", "gain")]:
        changed = HISTORY.replace(old, new)
        assert copies_removed(changed, HISTORY) == changed


def test_short_findings_stay() -> None:
    assert copies_removed("Denies chest pain.\n\nLungs clear.", "Denies chest pain.\n\nLungs clear.") == (
        "Denies chest pain.\n\nLungs clear."
    )


SENTENCES = [
    HISTORY,
    "Denies chest pain.",
    "She has taken metformin 500 mg twice a day for two years without any side effect so far.",
    "She has taken metformin 850 mg twice a day for two years without any side effect so far.",
    "Left knee swollen since Tuesday, no warmth, no redness, walks with a stick, sleeps well at night.",
    "Plan: rest.",
]
notes = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=6).flatmap(
    lambda chosen: st.sampled_from([" ", "\n", "\n\n"]).map(lambda joint: joint.join(chosen))
)


@given(st.lists(notes, min_size=1, max_size=4))
def test_nothing_told_of_a_patient_is_lost(patient: list[str]) -> None:
    left = [CopyForward()(text, Context(earlier=tuple(patient[:i]))).text for i, text in enumerate(patient)]
    for sentence in SENTENCES:
        assert any(sentence in text for text in left) == any(sentence in text for text in patient)


@given(notes, notes)
def test_what_stays_is_what_was_there(text: str, earlier: str) -> None:
    edited = CopyForward()(text, Context(earlier=(earlier,)))
    assert not Counter(edited.text.split()) - Counter(text.split())
    assert sum(len(change.before) for change in edited.changes) == len(text) - len(edited.text)
