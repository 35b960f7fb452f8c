"""References and predictions of any system, read from files of segments: RTTM, CTM, STM, SegLST and their like."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from stages.evaluate.files import ONE
from stages.evaluate.panel import OF_SPEAKERS, OF_TIMES
from stages.evaluate.predictions import SYSTEMS, Answer, Spoken, Timed
from stages.evaluate.timeline import Stretch
from stages.evaluate.turns import plain
from stages.records import Turn
from stages.segments import FORMATS, Segment
from stages.segments import read as read_segments

WORDLESS = ".rttm"
OF_WORDS = ("wer", "cpwer", "wder", "diarization_accuracy")

Found = Mapping[str, Sequence[Segment]]


@dataclass(frozen=True)
class Files:
    """What is scored.

    Attributes:
        predictions: One file, or two of systems that are compared.
        scored: UEM: which stretches of the recordings count for metrics of times; all of them where there is none.
        groups: CSV of recording,group: recordings of one group are not independent; each its own where there is none.
    """

    reference: Path
    predictions: tuple[Path, ...]
    scored: Path | None = None
    groups: Path | None = None

    def metrics(self) -> tuple[str, ...]:
        """What is measured where nothing is named: all that the files have what it takes for."""
        wordless = any(path.suffix.lower() == WORDLESS for path in (self.reference, *self.predictions))
        return tuple(OF_TIMES) if wordless else (*OF_WORDS, *OF_TIMES)


class Recordings(NamedTuple):
    """Answers by system, one for each recording that any file knows, by name; and by file the recordings it lacks."""

    answers: dict[str, list[Answer]]
    missing: dict[str, list[str]]


def read(files: Files, metrics: Sequence[str]) -> Recordings:
    """Read all files.

    A recording that a prediction lacks is a blank answer; one that the reference lacks is silence. Raises `ValueError`
    naming a file that has not what the `metrics` take, or no recording in common with the reference.
    """
    paths = files.reference, *files.predictions
    reference, *predictions = sides = [_segments(path) for path in paths]
    _check(files, metrics, sides)
    names = sorted({name for side in sides for name in side})
    groups = _groups(files.groups, names) if files.groups else {name: name for name in names}
    scored = _scored(files.scored, names) if files.scored else dict.fromkeys(names, ())
    answers = {}
    for system, prediction in zip(ONE if len(predictions) == 1 else SYSTEMS, predictions, strict=True):
        # A system that says nothing at all is wrong about its speakers; one that never names any is not asked.
        marked = not prediction or _speakers(prediction)
        answers[system] = [
            _answer(name, groups[name], reference.get(name, ()), prediction.get(name, ()), scored[name], marked)
            for name in names
        ]
    lacking = {str(path): [name for name in names if name not in of] for path, of in zip(paths, sides, strict=True)}
    return Recordings(answers, {path: lacks for path, lacks in lacking.items() if lacks})


def _segments(path: Path) -> Found:
    if path.suffix.lower() == ".uem":
        raise ValueError(f"{path}: an evaluation map holds no speech; name it by --uem")
    return read_segments(path)


def _check(files: Files, metrics: Sequence[str], sides: Sequence[Found]) -> None:
    reference, *predictions = sides
    of_words = [name for name in metrics if name not in OF_TIMES]
    for path in (files.reference, *files.predictions):
        if of_words and path.suffix.lower() == WORDLESS:
            raise ValueError(f"{path}: RTTM holds no words, and {of_words[0]} is of words; choose --scorers der jer")
    of_speakers = [name for name in metrics if name in OF_TIMES or name in OF_SPEAKERS]
    if of_speakers and not _speakers(reference):
        raise ValueError(
            f"{files.reference}: names no speakers, and {of_speakers[0]} is of speakers; choose --scorers wer"
        )
    for path, prediction in zip(files.predictions, predictions, strict=True):
        if prediction and not reference.keys() & prediction.keys():
            raise ValueError(f"{path}: holds no recording of {files.reference}; are they named alike?")


def _answer(
    name: str,
    group: str,
    reference: Sequence[Segment],
    prediction: Sequence[Segment],
    scored: tuple[Stretch, ...],
    marked: bool,
) -> Answer:
    gold, said = (tuple(Turn(s.speaker, s.text) for s in side if s.text) for side in (reference, prediction))
    return Answer(
        id=name,
        group=group,
        reference=plain(gold),
        prediction=plain(said),
        spoken=Spoken(gold, said) if marked else None,
        timed=Timed(tuple(reference), tuple(prediction), scored) if marked else None,
    )


def _speakers(found: Found) -> bool:
    return any(segment.speaker for of in found.values() for segment in of)


def _scored(path: Path, names: Sequence[str]) -> dict[str, tuple[Stretch, ...]]:
    if FORMATS.get(path.suffix.lower()) != "uem":
        raise ValueError(f"{path}: expected an evaluation map that ends in .uem")
    found = read_segments(path)
    if missing := [name for name in names if name not in found]:
        raise ValueError(f"{path}: does not say what of {missing[0]} is scored")
    return {name: tuple((one.start, one.end) for one in found[name]) for name in names}


def _groups(path: Path, names: Sequence[str]) -> dict[str, str]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if not rows or not {"recording", "group"} <= rows[0].keys():
        raise ValueError(f"{path}: expected the columns recording,group and at least one line")
    found = {row["recording"]: row["group"] for row in rows}
    if missing := [name for name in names if not found.get(name)]:
        raise ValueError(f"{path}: {missing[0]} is in no group")
    return found
