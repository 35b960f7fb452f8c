"""Drugs that are taken for each other are never corrected into each other; senses in doubt are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages import cues
from stages.clean.abbreviations import Abbreviations
from stages.clean.change import Context
from stages.clean.typos import Typos

LEXICON = Path(__file__).parents[2] / "data/lexicon"
NAMES = sorted(cues.CONFUSED_DRUGS)


@pytest.fixture(scope="module")
def correct() -> Typos:
    return Typos(str(LEXICON / "medical_terms.txt"), 2)


@pytest.fixture(scope="module")
def expand() -> Abbreviations:
    return Abbreviations(str(LEXICON / "abbreviations.csv"))


def test_confusion_goes_both_ways() -> None:
    assert len(NAMES) > 100
    for name in NAMES:
        assert name not in cues.CONFUSED_DRUGS[name]
        assert all(name in cues.CONFUSED_DRUGS[other] for other in cues.CONFUSED_DRUGS[name])


@pytest.mark.parametrize("name", NAMES)
def test_no_drug_is_corrected(correct: Typos, name: str) -> None:
    assert correct.correction(name) is None
    assert cues.DRUG.fullmatch(name)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(NAMES), st.data())
def test_a_slip_never_becomes_what_the_drug_is_confused_with(name: str, data: st.DataObject) -> None:
    if not _made:
        _made.append(Typos(str(LEXICON / "medical_terms.txt"), 2))
    word = name
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(1, len(word) - 2))
        match data.draw(st.sampled_from(["swap", "drop", "double", "replace"])):
            case "swap":
                word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            case "drop":
                word = word[:at] + word[at + 1 :]
            case "double":
                word = word[:at] + word[at] + word[at:]
            case _:
                word = word[:at] + data.draw(st.sampled_from("aeiloprst")) + word[at + 1 :]
    assert _made[0].correction(word) not in cues.CONFUSED_DRUGS[name]


_made: list[Typos] = []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("MS with demyelinating lesions", "Multiple sclerosis with demyelinating lesions"),
        ("a diastolic murmur of MS", "a diastolic murmur of mitral stenosis"),
        ("given MS by PCA for analgesia", "given morphine sulfate by PCA for analgesia"),
        ("altered MS, confused", "altered mental status, confused"),
        ("RA on methotrexate, stiff joints", "Rheumatoid arthritis on methotrexate, stiff joints"),
        ("saturation 95% on RA", "saturation 95% on room air"),
        ("SpO2 97% on RA", "SpO2 97% on room air"),
        ("denies CP with exertion", "denies chest pain with exertion"),
        ("spastic CP since birth", "spastic cerebral palsy since birth"),
        ("INR and PT on warfarin", "International normalized ratio and prothrombin time on warfarin"),
        ("gait training with PT", "gait training with physical therapy"),
        ("the PT states that he sleeps", "the patient states that he sleeps"),
    ],
)
def test_a_sense_that_its_neighbours_tell(expand: Abbreviations, before: str, after: str) -> None:
    assert expand(before, Context()).text == after


@pytest.mark.parametrize(
    "text",
    [
        "known MS",
        "MS with leg pain, gabapentin 300 mg",  # pain and a dose make no morphine
        "MS, a murmur and brain lesions",
        "CP and seizure, denies any heart trouble",
        "PT on warfarin denies bleeding",
        "RA with a dilated atrium and swelling of the joint",
        "seen by PT",
        "a dilated RA on echocardiogram",  # "right atrium" would add a side
    ],
)
def test_in_doubt_it_is_left_alone(expand: Abbreviations, text: str) -> None:
    assert expand(text, Context()).text == text
