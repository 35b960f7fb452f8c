"""Recordings for the tests of speech scorers, ten of them hard, and what other libraries make of them."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import jiwer

from stages.evaluate.normalisers import DOSE_SAFE
from stages.evaluate.predictions import Answer, Spoken, Timed
from stages.evaluate.turns import plain
from stages.records import Turn
from stages.segments import Segment

Said = tuple[str, float, float, str]
LENGTH = 30.0

# Reference and prediction: (speaker, start, end, words).
HARD: dict[str, tuple[list[Said], list[Said]]] = {
    "overlap": (
        [("doctor", 0, 5, "any pain in your chest today"), ("patient", 4, 9, "no pain but I cough at night")],
        [("doctor", 0, 4.5, "any pain in your chest"), ("patient", 4.2, 9.5, "today no pain but I cough at nights")],
    ),
    "a speaker missing": (
        [
            ("doctor", 0, 4, "take two tablets daily"),
            ("patient", 5, 8, "with food or not"),
            ("nurse", 9, 11, "with it"),
        ],
        [("doctor", 0, 4, "take two tablets daily"), ("patient", 5, 8, "with food or not")],
    ),
    "roles swapped": (
        [("doctor", 0, 4, "where does it hurt"), ("patient", 4, 7, "here on the left")],
        [("patient", 0, 4, "where does it hurt"), ("doctor", 4, 7, "here on the left")],
    ),
    "silence": (
        [("doctor", 10, 12, "let me listen")],
        [("doctor", 2, 3, "thank you"), ("doctor", 10, 12, "let me listen")],
    ),
    "insertion at the end": (
        [("doctor", 0, 3, "see you in two weeks"), ("patient", 3, 4, "thank you doctor")],
        [("doctor", 0, 3, "see you in two weeks"), ("patient", 3, 9, "thank you doctor thanks for watching bye bye")],
    ),
    "speakers merged": (
        [("doctor", 0, 5, "any allergies to penicillin"), ("patient", 5, 10, "yes I had a rash as a child")],
        [("doctor", 0, 10, "any allergies to penicillin yes I had a rash as a child")],
    ),
    "a speaker too many": (
        [("doctor", 0, 6, "I will order an ultrasound of the liver"), ("patient", 7, 8, "okay")],
        [("doctor", 0, 3, "I will order an"), ("nurse", 3, 6, "ultrasound of the liver"), ("patient", 7, 8, "okay")],
    ),
    "no prediction": ([("doctor", 0, 4, "breathe in and out"), ("patient", 4, 5, "like this")], []),
    "no reference": ([], [("doctor", 3, 5, "thanks for watching"), ("patient", 6, 7, "bye")]),
    "words repeated": (
        [("doctor", 0, 2, "no no no no"), ("patient", 2, 4, "no yes no"), ("doctor", 4, 5, "no")],
        [("doctor", 0, 2.5, "no no no"), ("patient", 2.5, 4, "no no yes no no"), ("doctor", 4.1, 5, "yes")],
    ),
}


def segments(said: Iterable[Said], recording: str = "r") -> tuple[Segment, ...]:
    return tuple(Segment(recording, speaker, start, end, text) for speaker, start, end, text in said)


def recording(
    reference: Sequence[Segment], prediction: Sequence[Segment], id: str = "r", length: float = LENGTH
) -> Answer:
    """An answer as the files of segments give it, scored from 0 to the length of the recording."""
    sides = [tuple(Turn(s.speaker, s.text) for s in side) for side in (reference, prediction)]
    whole = ((0.0, length),) if length else ()
    return Answer(
        id, id, plain(sides[0]), plain(sides[1]), spoken=Spoken(*sides),
        timed=Timed(tuple(reference), tuple(prediction), whole),
    )  # fmt: skip


def hard() -> dict[str, Answer]:
    return {name: recording(*map(segments, sides), id=name) for name, sides in HARD.items()}


def by_speaker(side: Iterable[Turn]) -> dict[str, str]:
    """The words of each speaker as one text, parted as ours are."""
    texts: dict[str, list[str]] = {}
    for turn in side:
        texts.setdefault(turn.speaker, []).extend(DOSE_SAFE.tokens(turn.text))
    return {speaker: " ".join(words) for speaker, words in texts.items()}


def meeteval_errors(reference: Mapping[str, str], prediction: Mapping[str, str]) -> tuple[int, int]:
    """Errors and words of meeteval's cpWER."""
    from meeteval.wer import cp_word_error_rate

    sides = [dict(side) or {"": ""} for side in (reference, prediction)]
    found = cp_word_error_rate(*sides, reference_sort=False, hypothesis_sort=False)
    return found.errors, found.length


def pyannote_metric(name: str, collar: float, answers: Iterable[Answer]):  # type: ignore[no-untyped-def]
    """A metric of pyannote that has seen all answers; its collar is the whole width of ours."""
    from pyannote.core import Annotation, Timeline
    from pyannote.core import Segment as Stretch
    from pyannote.metrics import diarization

    metric = getattr(diarization, name)(collar=2 * collar)
    for one in answers:
        assert one.timed is not None
        sides = []
        for side in one.timed[:2]:
            annotation = Annotation(uri=one.id)
            for place, segment in enumerate(side):
                annotation[Stretch(segment.start, segment.end), place] = segment.speaker
            sides.append(annotation)
        metric(*sides, uem=Timeline([Stretch(*stretch) for stretch in one.timed.scored]))
    return metric


def wder(answer: Answer) -> tuple[int, int]:
    """Wrong and aligned words as Shafey et al. 2019 define them, with every permutation of speakers tried."""
    assert answer.spoken is not None
    words = sum(len(DOSE_SAFE.tokens(turn.text)) for turn in answer.spoken.reference)
    if not any(DOSE_SAFE.tokens(turn.text) for turn in answer.spoken.prediction):
        return words, words
    pairs = Counter(paired_by_jiwer(answer))
    ours, theirs = (sorted({pair[side] for pair in pairs}) for side in (0, 1))
    ours += [f"nobody {n}" for n in range(len(theirs) - len(ours))]
    right = max(
        sum(pairs[pair] for pair in zip(chosen, theirs)) for chosen in itertools.permutations(ours, len(theirs))
    )
    return pairs.total() - right, pairs.total()


def roles(answer: Answer) -> tuple[int, int]:
    """Words with the right name, and aligned words."""
    assert answer.spoken is not None
    if not any(DOSE_SAFE.tokens(turn.text) for turn in answer.spoken.prediction):
        return 0, sum(len(DOSE_SAFE.tokens(turn.text)) for turn in answer.spoken.reference)
    pairs = paired_by_jiwer(answer)
    return sum(one == other for one, other in pairs), len(pairs)


def paired_by_jiwer(answer: Answer) -> list[tuple[str, str]]:
    """The speakers of words that jiwer aligns, in reference and prediction."""
    assert answer.spoken is not None
    gold, said = ([(w, t.speaker) for t in side for w in DOSE_SAFE.tokens(t.text)] for side in answer.spoken)
    found = jiwer.process_words(" ".join(w for w, _ in gold), " ".join(w for w, _ in said))
    return [
        (gold[chunk.ref_start_idx + i][1], said[chunk.hyp_start_idx + i][1])
        for chunk in found.alignments[0]
        if chunk.type in ("equal", "substitute")
        for i in range(chunk.ref_end_idx - chunk.ref_start_idx)
    ]
