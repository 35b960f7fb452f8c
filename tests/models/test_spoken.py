"""Transcripts and tokens: speakers and terms survive, Whisper's own marks and times do not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.models import spoken
from stages.models.scratch_whisper import new_speech_processor
from tests.models.whispers import TEXTS, TINY

ROLES = ["doctor", "patient", "nurse"]
TERMS = ["vedolizumab", "celiac disease"]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    made = new_speech_processor(TEXTS, TINY).tokenizer
    assert spoken.add_tokens(made, len(made), ROLES, TERMS) == list(range(312, 317))
    return made


@pytest.mark.parametrize(
    "text",
    [
        "<|doctor|> Any pain? <|patient|> No, 120/80.",
        "The patient takes vedolizumab, and has celiac disease.",
        "<|nurse|> vedolizumab <|doctor|> vedolizumab vedolizumab celiac disease",
        "plain words alone",
        "Sjögren's 2.5 µg ≥ 3",
        "",
    ],
)
def test_what_is_encoded_is_decoded(tokenizer: Any, text: str) -> None:
    ids = spoken.encode(tokenizer, text)
    assert spoken.decode(tokenizer, ids) == text
    assert spoken.decode(tokenizer, [*tokenizer.prefix_tokens, *ids, tokenizer.eos_token_id]) == text


@settings(deadline=None)
@given(st.lists(st.sampled_from(["<|doctor|>", "<|patient|>", "pain", "vedolizumab", "no."]), max_size=8))
def test_any_order_of_speakers_terms_and_words(tokenizer: Any, words: list[str]) -> None:
    text = " ".join(words)
    assert spoken.decode(tokenizer, spoken.encode(tokenizer, text)) == text


def test_a_speaker_is_one_token_and_a_term_too_but_not_inside_a_word(tokenizer: Any) -> None:
    assert spoken.encode(tokenizer, "<|doctor|>") == [312]
    assert spoken.encode(tokenizer, "vedolizumab") == [315]
    assert 315 not in spoken.encode(tokenizer, "vedolizumabs")
    assert 315 not in spoken.encode(tokenizer, "Vedolizumab")
    assert spoken.added_tokens(tokenizer) == dict(
        enumerate(["<|doctor|>", "<|patient|>", "<|nurse|>", *TERMS], start=312)
    )


def test_tokens_survive_saving(tokenizer: Any, tmp_path: Any) -> None:
    from transformers import WhisperTokenizer

    tokenizer.save_pretrained(tmp_path)
    again = WhisperTokenizer.from_pretrained(tmp_path)
    text = "<|doctor|> vedolizumab <|patient|> No."
    assert spoken.encode(again, text) == spoken.encode(tokenizer, text)
    assert spoken.decode(again, spoken.encode(again, text)) == text
    assert again.prefix_tokens == tokenizer.prefix_tokens


def test_times_are_dropped_and_new_tokens_come_after_them() -> None:
    """A tokenizer may leave out the times that its model has rows for."""
    made = new_speech_processor(TEXTS, TINY).tokenizer
    rows = len(made) + 101
    assert spoken.add_tokens(made, rows, ["doctor"], []) == [rows]
    first, last = made.convert_tokens_to_ids(["<|0.00|>", "<|2.00|>"])
    assert (first, last) == (312, 412)
    assert spoken.decode(made, [first, *spoken.encode(made, "<|doctor|> Good."), last]) == "<|doctor|> Good."
    assert list(spoken.added_tokens(made).values()) == ["<|doctor|>"]


def test_what_stands_before_a_transcript(tokenizer: Any) -> None:
    plain = spoken.before(tokenizer)
    assert tokenizer.convert_ids_to_tokens(plain) == ["<|startoftranscript|>", "<|notimestamps|>"]
    told = spoken.before(tokenizer, ["pain", "cough"], 40)
    assert told[0] == tokenizer.convert_tokens_to_ids("<|startofprev|>")
    assert told[-2:] == plain
    assert tokenizer.decode(told[1:-2]) == " pain, cough"
    one = spoken.before(tokenizer, ["pain", "cough"], len(spoken.encode(tokenizer, "pain,")) + 1)
    assert tokenizer.decode(one[1:-2]) == " pain,"
    assert spoken.before(tokenizer, ["pain"], 1) == plain


def test_words_of_tokens() -> None:
    assert [spoken.words_of(token) for token in ("<|doctor|>", "<|night_nurse|>", "celiac disease")] == [
        "doctor",
        "night nurse",
        "celiac disease",
    ]
