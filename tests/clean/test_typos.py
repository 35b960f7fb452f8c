"""Typos: corrected where one correction stands out; real words, names and drugs never."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages import guard
from stages.clean.change import Context
from stages.clean.lexicon import english
from stages.clean.typos import Typos
from stages.params.clean import Clean


@pytest.fixture
def correct(lexicon: Clean) -> Typos:
    return Typos(lexicon.terms, lexicon.most_edits)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("has hypertnsion today", "has hypertension today"),
        ("takes metfromin 500 mg", "takes metformin 500 mg"),
        ("clear to ausculation", "clear to auscultation"),
        ("the paitent is breahting well", "the patient is breathing well"),
        ("the abdoinal exam", "the abdominal exam"),
    ],
)
def test_corrects(correct: Typos, before: str, after: str) -> None:
    assert correct(before, Context()).text == after


@pytest.mark.parametrize(
    "text",
    [
        "hyptension",  # hypertension or hypotension
        "hydraoxyzine hydralzine",  # hydralazine or hydroxyzine: near each other
        "metformin metoprolol hypotension",
        "edema anemia dyspnea tumor ischemia",  # American spellings that the English list lacks
        "Hypertnsion HYPERTNSION",  # capitals may be names
        "mr kowalczyk",  # no candidate
        "enalaprill benazepril",  # a drug that the lexicon lacks
        "pneumonias tachycardic",  # forms of known words
        "see www.hypertnsion.com x-hypertnsion hypertnsion's",
        "ausculta hypotensian",  # Latin forms; one vowel for another makes another word
        "lungs are cleer",  # clear is likeliest, clever the likelier slip
        "its clar",  # short words have too many neighbours
    ],
)
def test_leaves(correct: Typos, text: str) -> None:
    assert correct(text, Context()).text == text


def test_a_correction_that_would_add_a_negation_is_held_back(correct: Typos) -> None:
    edited = correct("wihtout chest pain", Context())
    assert (edited.text, edited.held_back) == ("wihtout chest pain", 1)


def test_never_edits_a_surrogate(correct: Typos) -> None:
    text = "seen by paitent jones, and paitent again"
    assert correct(text, Context(surrogates=("paitent jones",))).text == text


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(english())[::50]), min_size=1, max_size=20).map(" ".join))
def test_a_real_word_is_never_changed(text: str) -> None:
    assert _typos()(text, Context()).text == text


@settings(deadline=None)
@given(st.text(alphabet="abcdehinoprst 0123456789.,mg", max_size=120))
def test_protected_content_never_changes(text: str) -> None:
    after = _typos()(text, Context()).text
    assert not {"numbers", "doses", "units", "laterality"} & set(guard.changed(text, after))


_made: list[Typos] = []


def _typos() -> Typos:
    if not _made:
        import tempfile
        from pathlib import Path

        with tempfile.TemporaryDirectory() as folder:
            terms = Path(folder) / "terms.txt"
            terms.write_text("hypertension\nmetformin\n")
            _made.append(Typos(str(terms), 1))
    return _made[0]
