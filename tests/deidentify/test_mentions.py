"""Names known by what is said of their bearers, and clinical sentences of the same form that name nobody."""

from __future__ import annotations

import pytest

from stages.deidentify.mentions import mentions


def found(text: str) -> set[str]:
    return {text[span.start : span.end] for span in mentions(text)}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Jakubek denies chest pain.", "Jakubek"),
        ("We spoke with Ines Lindqvist about it.", "Ines Lindqvist"),
        ("Discussed with Adjoa Mensah, who agrees.", "Adjoa Mensah"),
        ("Follow up with Benedikt Hauser in 2 weeks.", "Benedikt Hauser"),
        ("She cannot walk, says Hauta-Aho.", "Hauta-Aho"),
        ("Doctor: What is your last name?\nPatient: Magnusson", "Magnusson"),
        ("We add Irenka Soros as guardian.", "Irenka Soros"),
        ("Danijel, can you hear me?", "Danijel"),
        ("Seen by us: Ravil G Yefimov", "Ravil G Yefimov"),
        ("Erlendur G. Haflidason was admitted.", "Erlendur G. Haflidason"),
        ("The man is called Szöllösy by all.", "Szöllösy"),
    ],
)
def test_names_are_found(text: str, name: str) -> None:
    assert name in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Patient denies chest pain. She states that Mother lives alone.",
        "Cardiology wants an echo. Neurosurgery felt it was stable.",
        "Discussed with Infectious Disease, follow up with Primary Care.",
        "The prosthetist said to call. Physiotherapist told her to rest.",
        "Hepatitis B Virus negative, Vitamin D Deficiency, Factor V Leiden, Group B Strep",
        "Hm, are you able to sleep? Oh, how long? Well, can I sit?",
        "What is the name? The one I said.",
        "RHF began yesterday. COPD felt to be worse.",
        "taken by mouth, by Mouth Daily, seen by Surgery",
        "She said Yes. He says No.",
        "my Cousin said she had it",
    ],
)
def test_clinical_sentences_name_nobody(text: str) -> None:
    assert found(text) == set()


def test_a_text_without_capitals_has_no_mentions() -> None:
    assert found("jakubek denies chest pain, says hauta") == set()
