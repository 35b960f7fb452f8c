"""The task templates on small records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.structure import diagnosis, flashcards, hpi
from tests.structure.records import dialogue, note, row, structured, task


def test_a_flashcard_keeps_its_own_instruction() -> None:
    cards = task("flashcards", "table")
    (example,), _, _ = structured(
        [row("r", instruction="Answer it.", input="What is croup?", output="A cough.")], f=cards
    )
    assert (example.instruction, example.input, example.response) == ("Answer it.", "What is croup?", "A cough.")


def test_a_flashcard_without_an_instruction_gets_one_of_ours() -> None:
    (example,), _, _ = structured([row("r", Input="What is croup?", Output="A cough.")], f=task("flashcards", "table"))
    assert example.instruction in flashcards.WORDINGS


def test_a_question_in_the_instruction_needs_no_input() -> None:
    (example,), _, _ = structured(
        [row("r", instruction="What is croup?", output="A cough.")], f=task("flashcards", "table")
    )
    assert (example.instruction, example.input) == ("What is croup?", "")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"instruction": "Answer.", "input": "What is croup?", "output": " "}, "empty response"),
        ({"instruction": " ", "input": "", "output": "A cough."}, "empty question"),
        ({"input": "word " * 30, "output": "A cough."}, "question too long"),
        ({"input": "What is croup?", "output": "word " * 30}, "response too long"),
    ],
)
def test_a_pair_that_teaches_nothing_is_rejected_with_its_reason(fields: dict[str, str], reason: str) -> None:
    cards = task("flashcards", "table", most_input_words=20, most_response_words=20)
    assert structured([row("r", **fields)], f=cards)[:2] == ([], [reason])


def test_a_term_is_answered_in_four_lines_in_order() -> None:
    fields = {
        "category": "abbreviations", "question": "What is CHF?", "note": "Ask a doctor.",
        "definition": "Heart\nfailure.", "relevance": "Common.", "explanation": "The pump fails.",
    }  # fmt: skip
    (example,), _, _ = structured([row("r", **fields)], t=task("terminology", "table", system="Teach."))
    assert example.response.splitlines() == [
        "**Definition**: Heart failure.",
        "**Explanation**: The pump fails.",
        "**Clinical Relevance**: Common.",
        "**Note**: Ask a doctor.",
    ]
    assert (example.system, example.category, example.input) == ("Teach.", "abbreviations", "What is CHF?")


def test_a_term_that_lacks_a_part_is_rejected() -> None:
    fields = {"question": "What is CHF?", "definition": "d", "explanation": "e", "note": "n"}
    assert structured([row("r", **fields)], t=task("terminology", "table"))[1] == ["no Clinical Relevance"]


def test_a_dialogue_and_the_summary_of_its_visit_become_a_pair() -> None:
    visits = [
        dialogue("d1", encounter="e1", split="test", surrogates=("Ann Poe",)),
        dialogue("d2", encounter="e2"),
        row(
            "s1", "summaries", "p1", encounter="e1", HPI="Cough,\n3 days.", Assessment="Croup.", surrogates=("Al Roe",)
        ),
        row("s3", "summaries", "p1", encounter="e3", HPI="Rash.", Assessment="Eczema."),
    ]
    (example,), reasons, counts = structured(visits, hpi=task("hpi", "visits", "summaries"))
    assert example.input == "Doctor: What brings you in?\nPatient: A cough for 3 days."
    assert example.response == "HPI: Cough, 3 days.\n\nAssessment: Croup."
    assert (example.records, example.split, example.surrogates) == (("d1", "s1"), "test", ("Al Roe", "Ann Poe"))
    assert sorted(reasons) == ["no dialogue of this encounter", "no summary of this encounter"]
    assert counts == {"examples.hpi": 1}


def test_the_answer_is_cut_from_a_document_with_headers() -> None:
    text = "CLINIC\n\nHistory of Present Illness:\nCough for 3 days.\n\nMEDS: none\n\nIMPRESSION\nCroup.\n\nPlan: rest"
    visit = [dialogue("d", encounter="e"), note("n", text, encounter="e")]
    (example,), _, _ = structured(visit, hpi=task("hpi", "visits", "reports"))
    assert example.response == "HPI: Cough for 3 days.\n\nAssessment: Croup."


@pytest.mark.parametrize("apart", [True, False])
def test_a_table_with_a_dialogue_and_one_section_a_row(apart: bool) -> None:
    fields = {"section_header": "GENHX", "section_text": "Cough for 3 days."}
    if apart:
        visit = [dialogue("d", "mts", "g", encounter="e"), row("r", "mts", "g", encounter="e", **fields)]
    else:
        visit = [row("r", "mts", "g", dialogue="Doctor: Hello.\n\nPatient: A  cough.", **fields)]
    (example,), reasons, _ = structured(visit, hpi=task("hpi", "mts"))
    assert (example.response, example.category, reasons) == ("HPI: Cough for 3 days.", "HPI", [])
    assert "HPI" in example.instruction
    assert "Assessment" not in example.instruction


def test_rows_of_one_visit_are_parts_of_one_note() -> None:
    visit = [
        dialogue("d", "mts", "g", encounter="e"),
        row("r1", "mts", "g", encounter="e", section_header="ASSESSMENT", section_text="Croup."),
        row("r2", "mts", "g", encounter="e", section_header="GENHX", section_text="Cough."),
        row("r3", "mts", "g", encounter="e", section_header="FAM/SOCHX", section_text="Smokes."),
    ]
    (example,), reasons, _ = structured(visit, hpi=task("hpi", "mts"))
    assert example.response == "HPI: Cough.\n\nAssessment: Croup."
    assert example.records == ("d", "r1", "r2")
    assert reasons == ["no HPI or Assessment in this summary"]


def test_a_second_summary_is_not_dropped_in_silence() -> None:
    visit = [
        dialogue("d", encounter="e"),
        row("s", "summaries", "p1", encounter="e", HPI="Cough."),
        note("n", "HPI: Another tale.", encounter="e"),
    ]
    examples, reasons, _ = structured(visit, hpi=task("hpi", "visits", "summaries", "reports"))
    assert [example.response for example in examples] == ["HPI: Cough."]
    assert reasons == ["another summary of this encounter"]


def test_records_that_declare_different_sets_make_no_pair() -> None:
    visit = [
        dialogue("d", encounter="e", split="train"),
        row("s", "summaries", "p1", encounter="e", split="test", HPI="Cough."),
    ]
    assert structured(visit, hpi=task("hpi", "visits", "summaries"))[:2] == ([], ["records of two declared splits"])


def test_the_declared_sections_are_what_hpi_writes() -> None:
    visit = [dialogue("d", encounter="e"), row("s", "summaries", "p1", encounter="e", HPI="Cough.", Plan="Rest.")]
    (example,), _, _ = structured(visit, hpi=task("hpi", "visits", "summaries", sections=["HPI", "Plan"]))
    assert example.response == "HPI: Cough.\n\nPlan: Rest."


def test_a_case_gives_three_kinds_of_example() -> None:
    case = row("c", HPI="Barking cough.", Diagnosis="Croup", Differential="Croup; Asthma; Epiglottitis", Plan="Steam.")
    examples, _, _ = structured([case], d=task("diagnosis", "table"))
    assert {example.category: (example.input, example.response) for example in examples} == {
        "diagnosis": ("Barking cough.", "Croup"),
        "differential": ("Barking cough.", "1. Croup\n2. Asthma\n3. Epiglottitis"),
        "treatment": ("Diagnosis: Croup\nBarking cough.", "Steam."),
    }
    assert all(example.instruction in diagnosis.WORDINGS[example.category] for example in examples)


@pytest.mark.parametrize(("fields", "reason"), [
    ({"Diagnosis": "Croup"}, "no history"),
    ({"HPI": "Cough."}, "no diagnosis, differential or treatment"),
])  # fmt: skip
def test_a_case_that_makes_no_pair_says_why(fields: dict[str, str], reason: str) -> None:
    assert structured([row("c", **fields)], d=task("diagnosis", "table"))[1] == [reason]


@pytest.mark.parametrize("text", [
    "1. Croup\n2. Asthma\n3. Flu, type A", "Croup; Asthma; Flu, type A", '["Croup", "Asthma", "Flu, type A"]',
    "Croup | Asthma | Flu, type A", "- Croup\n- Asthma\n- Flu, type A", "1) Croup; 2) Asthma; 3) Flu, type A",
])  # fmt: skip
def test_a_differential_is_read_in_every_common_form(text: str) -> None:
    assert diagnosis.ranked(text) == ["Croup", "Asthma", "Flu, type A"]


def test_a_differential_between_commas_or_numbers_alone() -> None:
    assert diagnosis.ranked("croup, asthma") == diagnosis.ranked("1. croup 2. asthma") == ["croup", "asthma"]


@given(st.text())
def test_a_differential_never_fails_nor_repeats(text: str) -> None:
    items = diagnosis.ranked(text)
    assert len(items) == len(set(items))
    assert all(items)


def test_every_wording_of_hpi_names_the_sections() -> None:
    assert all("{sections}" in wording for wording in hpi.WORDINGS)
