"""Files of segments on the command line: the same statistics, and the numbers of meeteval, jiwer and pyannote."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jiwer
import pytest

from stages.evaluate.normalisers import DOSE_SAFE
from stages.evaluate.panel import NO_SPEAKERS, NO_TIMES, OF_SPEAKERS, OF_TEXTS, OF_TIMES
from stages.evaluate.predictions import Answer
from stages.evaluate.recordings import Files, read
from stages.evaluate.score import main
from stages.segments import Segment, rttm, seglst, stm
from stages.segments import read as read_segments
from tests.evaluate.answers import value
from tests.evaluate.speech import HARD, by_speaker, hard, meeteval_errors, pyannote_metric, segments, wder
from tests.segments.public import DSCORE, MEETEVAL, public

ROOT = Path(__file__).parents[2]
NAMED = {name: name.replace(" ", "-") for name in HARD}


@pytest.fixture
def score(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path):  # type: ignore[no-untyped-def]
    """Runs the command; gives what it prints."""
    monkeypatch.chdir(ROOT)
    told = (ROOT / "params.yaml").read_text()
    few = tmp_path / "params.yaml"
    few.write_text(told.replace("replicates: 10000", "replicates: 200"))

    def run(*arguments: Any) -> dict[str, Any]:
        main([*map(str, arguments), "--params", str(few)])
        return json.loads(capfdbinary.readouterr().out)

    return run


@pytest.fixture
def cases(tmp_path: Path) -> tuple[Path, Path]:
    """The ten hard cases as two files, a recording each."""
    paths = tmp_path / "reference.stm", tmp_path / "system.json"
    for side, (path, form) in enumerate(zip(paths, (stm, seglst), strict=True)):
        path.write_text(form.write(s for name, both in HARD.items() for s in segments(both[side], NAMED[name])))
    return paths


def test_meetevals_examples_give_its_numbers(score) -> None:  # type: ignore[no-untyped-def]
    paths = [public(f"{MEETEVAL}/{side}.stm") for side in ("ref", "hyp")]
    found = score(*paths)
    assert (found["examples"], found["groups"], found["blank"], found["missing"]) == (2, 2, 0, {})
    answers = read(Files(paths[0], (paths[1],)), ["wer"]).answers["prediction"]
    spoken = [one.spoken for one in answers if one.spoken]
    cp = [meeteval_errors(by_speaker(one.reference), by_speaker(one.prediction)) for one in spoken]
    texts = [[" ".join(DOSE_SAFE.tokens(text)) for text in (one.reference, one.prediction)] for one in answers]
    wrong = [wder(one) for one in answers]
    expected = {
        "cpwer": sum(errors for errors, _ in cp) / sum(words for _, words in cp),
        "wer": jiwer.process_words(*map(list, zip(*texts))).wer,
        "wder": sum(one for one, _ in wrong) / sum(words for _, words in wrong),
        "diarization_accuracy": 1 - sum(one for one, _ in wrong) / sum(words for _, words in wrong),
        "der": abs(pyannote_metric("DiarizationErrorRate", 0, [whole(one) for one in answers])),
        "der_collar": abs(pyannote_metric("DiarizationErrorRate", 0.25, [whole(one) for one in answers])),
        "jer": abs(pyannote_metric("JaccardErrorRate", 0, [whole(one) for one in answers])),
        "jer_collar": abs(pyannote_metric("JaccardErrorRate", 0.25, [whole(one) for one in answers])),
    }
    assert {name: one["value"] for name, one in found["metrics"].items()} == pytest.approx(expected, abs=1e-9)


def whole(answer: Answer) -> Answer:
    """The same, scored from 0 to far beyond the last word: what pyannote is told where we score all."""
    assert answer.timed is not None
    return replace(answer, timed=answer.timed._replace(scored=((0.0, 1e4),)))


def test_every_format_of_the_same_gives_the_same_numbers(score) -> None:  # type: ignore[no-untyped-def]
    one = score(*(public(f"{MEETEVAL}/{side}.stm") for side in ("ref", "hyp")), "--scorers", "cpwer", "wder")
    other = score(*(public(f"{MEETEVAL}/{side}.seglst.json") for side in ("ref", "hyp")), "--scorers", "cpwer", "wder")
    assert one["metrics"] == other["metrics"]
    of_times = [
        score(*(public(f"{MEETEVAL}/{side}.{suffix}") for side in ("ref", "hyp")), "--scorers", "der")["metrics"]["der"]
        for suffix in ("rttm", "seglst.json")
    ]
    assert of_times[0] == of_times[1]


def test_rttm_is_scored_by_times_alone(score) -> None:  # type: ignore[no-untyped-def]
    found = score(public(f"{DSCORE}/ref.rttm"), public(f"{DSCORE}/sys.rttm"))
    assert found["metrics"].keys() == set(OF_TIMES)
    assert found["blank"] == 0
    assert found["uem"] == "whole recordings"


def test_the_hard_cases_give_the_numbers_of_their_answers(score, cases: tuple[Path, Path]) -> None:  # type: ignore[no-untyped-def]
    found = score(*cases, "--scorers", *OF_SPEAKERS, *OF_TIMES, "hallucinated_words")
    for name, scorer in (OF_SPEAKERS | OF_TIMES).items():
        assert found["metrics"][name]["value"] == pytest.approx(value(scorer(), name, list(hard().values())), abs=1e-9)
    assert found["metrics"]["hallucinated_words"]["value"] == 4
    assert found["counts"]["silent"] == 1
    assert found["blank"] == 1
    lacking = {Path(path).name: names for path, names in found["missing"].items()}
    assert lacking == {"reference.stm": ["no-reference"], "system.json": ["no-prediction"]}


def test_two_systems_are_paired_by_recording(score, cases: tuple[Path, Path]) -> None:  # type: ignore[no-untyped-def]
    found = score(cases[0], cases[1], cases[0], "--scorers", "all")
    assert found["metrics"].keys() == {*OF_TEXTS, *OF_SPEAKERS, *OF_TIMES}
    for name in ("cpwer", "wder", "der", "jer", "wer"):
        one = found["metrics"][name]
        assert one["tuned"]["value"] == 0
        assert one["difference"]["value"] == -one["base"]["value"] < 0
        assert 0 < one["difference"]["p"] <= 0.2
    assert found["not_applicable"] == {"base": {}, "tuned": {}}


def test_a_system_that_names_nobody_is_null_beside_one_that_does(score, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    reference = public(f"{MEETEVAL}/ref.stm")
    found = score(reference, public(f"{MEETEVAL}/hyp1.ctm"), public(f"{MEETEVAL}/hyp.stm"))
    for name, why in {"cpwer": NO_SPEAKERS, "wder": NO_SPEAKERS, "der": NO_TIMES, "jer": NO_TIMES}.items():
        one = found["metrics"][name]
        assert one["base"]["value"] is one["difference"]["value"] is one["difference"]["p"] is None
        assert one["tuned"]["value"] is not None
        assert found["not_applicable"]["base"][name] == why
    assert found["metrics"]["wer"]["base"]["value"] > 0
    assert found["not_applicable"]["tuned"] == {}


def test_a_file_that_says_nothing_is_blank_and_worst(score, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "silent.stm").write_text("")
    found = score(public(f"{MEETEVAL}/ref.stm"), tmp_path / "silent.stm")
    assert found["blank"] == 2
    expected = {name: float(name != "diarization_accuracy") for name in found["metrics"]}
    assert {name: one["value"] for name, one in found["metrics"].items()} == expected


def test_only_what_an_evaluation_map_names_is_scored_and_as_pyannote_does(tmp_path: Path) -> None:
    paths = [public(f"{MEETEVAL}/{side}.stm") for side in ("ref", "hyp")]
    answers = read(Files(paths[0], (paths[1],), public(f"{MEETEVAL}/uem.uem")), ["der"]).answers["prediction"]
    assert [one.timed and one.timed.scored for one in answers] == [((1.0, 4.5),), ((0.0, 10.0),)]
    for name, theirs in (("der", "DiarizationErrorRate"), ("jer", "JaccardErrorRate")):
        expected = abs(pyannote_metric(theirs, 0, answers))
        assert value(OF_TIMES[name](), name, answers) == pytest.approx(expected, abs=1e-9)


def test_recordings_are_clustered_by_group(score, cases: tuple[Path, Path], tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    lines = [f"{name},patient {n // 2}" for n, name in enumerate(NAMED.values())]
    groups = tmp_path / "groups.csv"
    groups.write_text("\n".join(["recording,group", *lines]))
    plain, grouped = (score(*cases, "--scorers", "cpwer", *more) for more in ((), ("--groups", groups)))
    assert (plain["examples"], plain["groups"]) == (10, 10)
    assert (grouped["examples"], grouped["groups"]) == (10, 5)
    assert grouped["metrics"]["cpwer"]["value"] == plain["metrics"]["cpwer"]["value"]
    assert grouped["metrics"]["cpwer"]["high"] != plain["metrics"]["cpwer"]["high"]


REFERENCE = stm.write([Segment("visit", "doctor", 0, 2, "any pain"), Segment("visit", "patient", 2, 3, "no")])
SPOKEN = rttm.write([Segment("visit", "doctor", 0, 1)])


@pytest.mark.parametrize(
    ("files", "arguments", "told"),
    [
        ({"s.stm": "other 1 a 0 1 no\n"}, (), r"s\.stm: holds no recording of .*ref\.stm; are they named alike"),
        ({"s.rttm": SPOKEN}, ("--scorers", "der", "wer"), r"s\.rttm: RTTM holds no words"),
        ({"s.stm": REFERENCE, "u.uem": "other 1 0 3\n"}, ("--uem", "u.uem"), r"u\.uem: does not say what of visit"),
        ({"s.stm": REFERENCE, "u.stm": REFERENCE}, ("--uem", "u.stm"), r"u\.stm: expected an evaluation map"),
        ({"s.uem": "visit 1 0 3\n"}, (), r"s\.uem: an evaluation map holds no speech; name it by --uem"),
        ({"s.stm": REFERENCE, "g.csv": "recording,group\nx,y\n"}, ("--groups", "g.csv"), "visit is in no group"),
        ({"s.stm": REFERENCE, "g.csv": "name\nx\n"}, ("--groups", "g.csv"), "expected the columns recording,group"),
        ({"s.stm": REFERENCE, "g.stm": ""}, ("--groups", "absent.csv"), "absent.csv"),
        ({"s.wav": ""}, (), r"s\.wav: no format of segments"),
        ({"s.stm": "visit 1 a x 1 secret"}, (), r"s\.stm: line 1: expected the start in seconds"),
        ({"s.stm": REFERENCE}, ("--scorers", "f2"), "f2: no such metric; known are .*cpwer"),
    ],
)  # fmt: skip
def test_a_fault_is_named(score, tmp_path: Path, files: dict[str, str], arguments: tuple[str, ...], told: str) -> None:  # type: ignore[no-untyped-def]
    for name, text in {"ref.stm": REFERENCE, **files}.items():
        (tmp_path / name).write_text(text)
    system = next(iter(files))
    named = [one if one.startswith("--") or "." not in one else tmp_path / one for one in arguments]
    with pytest.raises(SystemExit, match=rf"score: .*{told}") as caught:
        score(tmp_path / "ref.stm", tmp_path / system, *named)
    assert "secret" not in str(caught.value)


def test_a_reference_that_names_nobody_is_refused(score, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    ctm = public(f"{MEETEVAL}/hyp1.ctm")
    with pytest.raises(SystemExit, match=r"hyp1\.ctm: names no speakers, and cpwer is of speakers; choose"):
        score(ctm, ctm)
    assert score(ctm, ctm, "--scorers", "wer")["metrics"]["wer"]["value"] == 0


def test_four_files_are_too_many(score, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SystemExit) as caught:
        score(*["a.stm"] * 4)
    assert caught.value.code == 2


def test_a_table_with_speaker_tokens_is_scored_as_its_task(score, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    rows = [
        {"group": f"p{n % 3}", "reference": "<|doctor|> any pain <|patient|> no", "base": "any pain no",
         "tuned": "<|doctor|> any <|patient|> pain no"}
        for n in range(6)
    ]  # fmt: skip
    path = tmp_path / "scribe.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    found = score(path, "--scorers", "wer", "wder", "role_accuracy")
    assert found["metrics"]["wer"]["base"]["value"] == found["metrics"]["wer"]["tuned"]["value"] == 0
    assert found["metrics"]["wder"]["tuned"]["value"] == pytest.approx(1 / 3)
    assert found["metrics"]["wder"]["base"]["value"] is None
    assert found["not_applicable"]["base"] == dict.fromkeys(("wder", "role_accuracy"), NO_SPEAKERS)
    assert found["signatures"]["wer"].endswith("|without tokens of:doctor,patient")
    assert score(path, "--scorers", "wer", "--speakers", "nurse")["metrics"]["wer"]["tuned"]["value"] > 0
    for metrics, told in ((["der"], "der: needs times"), (["wder"], "wder: no reference has a speaker token")):
        path.write_text('{"reference": "no", "prediction": "no"}')
        with pytest.raises(SystemExit, match=told):
            score(path, "--scorers", *metrics)


def test_what_reads_segments_reads_recordings(tmp_path: Path) -> None:
    """Zero-length segments and those without text do not count as words."""
    paths = [public(f"{MEETEVAL}/{side}.stm") for side in ("ref", "hyp")]
    found = read_segments(paths[0])
    answers = read(Files(paths[0], (paths[1],)), ["cpwer"]).answers["prediction"]
    assert [one.id for one in answers] == sorted(found)
    for one in answers:
        assert one.spoken is not None
        assert len(one.spoken.reference) == sum(bool(segment.text) for segment in found[one.id])
