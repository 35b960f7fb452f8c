"""Speaker tokens: who said what, plain texts for all other metrics, and systems that mark nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.evaluate.normalisers import DOSE_SAFE
from stages.evaluate.panel import NO_SPEAKERS, NO_TIMES, Panel
from stages.evaluate.predictions import Prediction
from stages.evaluate.results import answered, not_applicable, score, scored, signature, statistics, worst
from stages.evaluate.scorers.ranked import Synonyms
from stages.evaluate.turns import attributed, attributed_words, named, plain, turns
from stages.models.text import Likelihood
from stages.params.evaluate import Evaluate
from stages.records import Example, Turn
from tests.evaluate.answers import answer

ROLES = ("doctor", "patient", "nurse")
METRICS = ["wer", "rougeL", "wder", "diarization_accuracy", "role_accuracy", "cpwer", "der", "hallucinated_words"]
PANEL = Panel(METRICS, (), Synonyms.none(), {}, speakers=ROLES)
SETTINGS = Evaluate(replicates=200)
SAID = "<|doctor|> any chest pain <|patient|> no pain since day {}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<|doctor|> any pain? <|patient|> no", [("doctor", "any pain?"), ("patient", "no")]),
        ("<|doctor|>any<|patient|>no", [("doctor", "any"), ("patient", "no")]),
        ("hello <|doctor|> hi", [("", "hello"), ("doctor", "hi")]),
        ("<|doctor|> <|patient|> no <|doctor|>", [("patient", "no")]),
        ("<|doctor|> a <|doctor|> b", [("doctor", "a"), ("doctor", "b")]),
        ("<|visitor|> hi", [("", "<|visitor|> hi")]),
        ("  ", []),
    ],
)
def test_a_token_says_who_speaks_until_the_next(text: str, found: list[tuple[str, str]]) -> None:
    assert [(turn.speaker, turn.text) for turn in turns(text, ROLES)] == found


said = st.lists(
    st.tuples(st.sampled_from(ROLES), st.sampled_from(["no pain", "2.5 mg", "T2-3", "I cough"])), max_size=6
)


@given(said)
def test_what_is_written_with_tokens_is_read_again(made: list[tuple[str, str]]) -> None:
    text = " ".join(f"<|{speaker}|> {words}" for speaker, words in made)
    assert [(turn.speaker, turn.text) for turn in turns(text, ROLES)] == made
    assert named([text]) == tuple(sorted({speaker for speaker, _ in made}))


@given(said)
def test_the_words_of_turns_are_those_of_the_plain_text(made: list[tuple[str, str]]) -> None:
    """So that `wer` and `cpwer` are of the same words."""
    found = tuple(Turn(*one) for one in made)
    words, speakers = attributed_words(found, DOSE_SAFE)
    assert tuple(words) == DOSE_SAFE.tokens(plain(found))
    assert len(words) == len(speakers)


def test_texts_without_declared_speakers_stay_as_they_are() -> None:
    given_answers = [answer("a <|x|> b", "<|doctor|>")]
    assert attributed(given_answers, ()) == given_answers


def test_a_system_that_marks_nobody_is_told_from_one_that_is_silent_and_one_that_forgets() -> None:
    reference = SAID.format(3)
    nobody = attributed([answer(reference, "any chest pain no pain", "1"), answer(reference, "", "2")], ROLES)
    silent = attributed([answer(reference, "", "1"), answer(reference, "  ", "2")], ROLES)
    forgets = attributed([answer(reference, "any chest pain", "1"), answer(reference, "<|nurse|> no", "2")], ROLES)
    assert [one.spoken for one in nobody] == [None, None]
    assert all(one.spoken and one.spoken.prediction == () for one in silent)
    assert [one.spoken.prediction for one in forgets if one.spoken] == [
        (Turn("", "any chest pain"),), (Turn("nurse", "no"),),
    ]  # fmt: skip
    assert nobody[0].reference == "any chest pain no pain since day 3"


def predictions(base: str, tuned: str) -> list[Prediction]:
    return [
        Prediction(
            id=f"e{i:02d}", group=f"g{i // 2}", prompt="p", instruction="Transcribe this recording.",
            reference=SAID.format(i), base=base.format(i), tuned=tuned.format(i), base_ended=True, tuned_ended=True,
            base_likelihood=Likelihood(-9.0, 9, 40), tuned_likelihood=Likelihood(-5.0, 9, 40),
        )
        for i in range(12)
    ]  # fmt: skip


PLAIN = "any chest pain no pains since day {}"
MARKED = "<|doctor|> any chest <|patient|> pain no pain since day {}"


def test_metrics_of_speakers_are_null_for_a_system_without_tokens() -> None:
    made = predictions(PLAIN, MARKED)
    numbers, intervals = score(made, PANEL, SETTINGS, 7, "scribe")
    assert numbers["base"]["wer"] == pytest.approx(1 / 8)
    assert numbers["tuned"]["wer"] == 0
    assert numbers["tuned"]["wder"] == numbers["tuned"]["cpwer"] / 2 == pytest.approx(1 / 8)
    assert numbers["tuned"]["role_accuracy"] == numbers["tuned"]["diarization_accuracy"] == pytest.approx(7 / 8)
    for name in ("wder", "diarization_accuracy", "role_accuracy", "cpwer"):
        assert numbers["base"][name] is None
        assert numbers["strict"]["base"][name] is None
        found = intervals[name]
        assert all(found[key] is None for key in ("difference", "p", "low", "high", "base_low", "base_high"))
        assert found["tuned_low"] is not None
    of_speakers = dict.fromkeys(("wder", "diarization_accuracy", "role_accuracy", "cpwer"), NO_SPEAKERS)
    assert not_applicable(made, PANEL) == {"base": of_speakers | {"der": NO_TIMES}, "tuned": {"der": NO_TIMES}}


def test_plain_texts_are_what_all_other_metrics_see() -> None:
    made = predictions(PLAIN, MARKED)
    for answers in answered(made, PANEL).values():
        assert not any("<|" in one.reference + one.prediction for one in answers)
    assert worst(made, PANEL)["tuned"] == {"substitutions": [], "deletions": [], "insertions": []}
    assert worst(made, PANEL)["base"]["substitutions"] == [["pain", "pains", 12]]
    numbers, _ = score(made, PANEL, SETTINGS, 7, "scribe")
    assert numbers["words"]["reference"]["mean"] == 8
    blank = predictions("<|doctor|> <|patient|>", MARKED)
    assert score(blank, PANEL, SETTINGS, 7, "scribe")[0]["blank"] == {"base": 12, "tuned": 0}


def test_a_blank_system_is_worst_on_every_metric_of_speakers() -> None:
    numbers, _ = score(predictions("", MARKED), PANEL, SETTINGS, 7, "scribe")
    expected = {"wder": 1, "diarization_accuracy": 0, "role_accuracy": 0, "cpwer": 1, "wer": 1}
    assert {name: numbers["base"][name] for name in expected} == expected


def test_a_signature_says_whose_tokens_were_taken_out() -> None:
    told = signature(PANEL, SETTINGS, "t", "p")["metrics"]
    assert told["wer"].endswith("|without tokens of:doctor,nurse,patient")
    assert "without tokens" not in told["wder"] + told["der"]
    without = Panel(METRICS, (), Synonyms.none(), {})
    assert (
        told["wer"]
        == signature(without, SETTINGS, "t", "p")["metrics"]["wer"] + "|without tokens of:doctor,nurse,patient"
    )


def test_statistics_leave_out_what_cannot_be_told() -> None:
    made = predictions(PLAIN, MARKED)
    meta = {"source": "visits", "segments": [[0, 1, "doctor"]]}
    examples = [Example(one.id, "scribe", one.group, one.instruction, one.reference, meta=meta) for one in made]
    clean = {one.id: False for one in made}
    lines = list(statistics(examples, made, PANEL, scored(made, PANEL), clean))
    assert all(line["base"]["wder"] == [0, 0] for line in lines)
    assert all(line["tuned"]["wder"] == [1, 8] for line in lines)
    assert lines[0]["slices"]["source"] == "visits"
    assert "segments" not in lines[0]["slices"]


def test_silenced_is_silent_about_speakers_too() -> None:
    (one,) = attributed([answer(SAID.format(1), SAID.format(1))], ROLES)
    (blank,) = attributed([answer(SAID.format(1), "")], ROLES)
    assert PANEL.rows([one.silenced()]).tolist() == PANEL.rows([blank]).tolist()
