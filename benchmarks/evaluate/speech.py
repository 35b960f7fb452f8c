"""Scorers of speech beside meeteval and pyannote.metrics."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from benchmarks.evaluate.answers import WEIGHTS, WORDS
from benchmarks.evaluate.timing import agree, timed, told
from stages.evaluate.normalisers import NONE
from stages.evaluate.predictions import Answer, Spoken, Timed
from stages.evaluate.scorers.cpwer import SpeakerWer
from stages.evaluate.scorers.der import DiarizationError
from stages.evaluate.scorers.jer import JaccardError
from stages.records import Turn
from stages.segments import Segment

SPEAKERS = ("doctor", "patient", "nurse")


def visits(number: int, turns: int, seed: int) -> list[Answer]:
    """Recordings of three speakers: a tenth of the words wrong, a tenth of the turns another's, all edges off."""
    rng = random.Random(seed)
    return [_visit(f"{n}", turns, rng) for n in range(number)]


def cpwer(answers: Sequence[Answer]) -> float:
    """cpWER on words as they stand there, against meeteval's."""
    from meeteval.wer import cp_word_error_rate

    sides = [[_by_speaker(side) for side in answer.spoken] for answer in answers if answer.spoken]
    ours, rows = timed(lambda: SpeakerWer(NONE).rows(answers))
    theirs, found = timed(lambda: [cp_word_error_rate(*both, False, False) for both in sides])
    agree("cpWER", rows, [[one.errors, one.length] for one in found], 0)
    return told(f"cpWER of {len(answers)} recordings", ours, "meeteval", theirs)


def diarization(answers: Sequence[Answer]) -> float:
    """DER and JER, without a collar and with one, against pyannote.metrics."""
    from pyannote.core import Annotation, Timeline
    from pyannote.core import Segment as Stretch
    from pyannote.metrics.diarization import DiarizationErrorRate, JaccardErrorRate

    def annotation(segments: Sequence[Segment]) -> Annotation:
        made = Annotation(uri="visit")
        for place, one in enumerate(segments):
            made[Stretch(one.start, one.end), place] = one.speaker
        return made

    given = [answer.timed for answer in answers if answer.timed]
    sides = [(annotation(one.reference), annotation(one.prediction)) for one in given]
    regions = [Timeline([Stretch(*stretch) for stretch in one.scored]) for one in given]
    scorers = (
        DiarizationError(),
        DiarizationError("der_collar", 0.25),
        JaccardError(),
        JaccardError("jer_collar", 0.25),
    )

    def theirs() -> list[float]:
        # Their collar is the whole width of it.
        peers = [peer(collar=width) for peer in (DiarizationErrorRate, JaccardErrorRate) for width in (0.0, 0.5)]
        for both, region in zip(sides, regions, strict=True):
            for peer in peers:
                peer(*both, uem=region)
        return [abs(peer) for peer in peers]

    def ours() -> list[float]:
        return [float(one.metrics[one.name].value(one.rows(answers).sum(axis=0))) for one in scorers]

    seconds, found = timed(ours)
    peers, expected = timed(theirs)
    agree("DER and JER", found, expected, 1e-9)
    return told(f"DER and JER of {len(answers)} recordings, twice each", seconds, "pyannote.metrics", peers)


def _visit(id: str, turns: int, rng: random.Random) -> Answer:
    gold, said, ours, theirs = [], [], [], []
    now = 0.0
    for _ in range(turns):
        speaker, words = rng.choice(SPEAKERS), rng.choices(WORDS, WEIGHTS, k=rng.randrange(4, 20))
        heard = [rng.choice(WORDS) if rng.random() < 0.1 else word for word in words]
        voice = rng.choice(SPEAKERS) if rng.random() < 0.1 else speaker
        start, end = now, now + 0.3 * len(words)
        gold.append(Turn(speaker, " ".join(words)))
        said.append(Turn(voice, " ".join(heard)))
        ours.append(Segment(id, speaker, round(start, 3), round(end, 3)))
        theirs.append(Segment(id, voice, round(start + rng.random() * 0.2, 3), round(end - rng.random() * 0.2, 3)))
        now = end + rng.random()
    plain = [" ".join(turn.text for turn in side) for side in (gold, said)]
    times = Timed(tuple(ours), tuple(theirs), ((0.0, float(np.ceil(now))),))
    return Answer(id, id, *plain, spoken=Spoken(tuple(gold), tuple(said)), timed=times)


def _by_speaker(side: Sequence[Turn]) -> dict[str, str]:
    texts: dict[str, list[str]] = {}
    for turn in side:
        texts.setdefault(turn.speaker, []).append(turn.text)
    return {speaker: " ".join(of) for speaker, of in texts.items()}
