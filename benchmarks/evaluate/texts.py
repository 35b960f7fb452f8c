"""Scorers of texts beside the libraries that they are held to."""

from __future__ import annotations

import numpy as np

from benchmarks.evaluate.answers import made
from benchmarks.evaluate.timing import agree, timed, told
from stages.evaluate.normalisers import CLINICAL, WHISPER
from stages.evaluate.panel import OF_TEXTS
from stages.evaluate.parallel import Declared
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers.chrf import Chrf
from stages.evaluate.scorers.rouge import KINDS, Rouge
from stages.evaluate.statistics import Array


def rouge(notes: list[Answer]) -> float:
    """ROUGE-1, -2, -L and -Lsum of whole notes, stemmed, against rouge-score."""
    from rouge_score.rouge_scorer import RougeScorer

    peer = RougeScorer(list(KINDS), use_stemmer=True)

    def theirs() -> Array:
        scores = [peer.score(note.reference, note.prediction) for note in notes]
        return np.array([[score[kind].fmeasure for kind in KINDS] for score in scores])

    ours, found = timed(lambda: Rouge().rows(notes))
    seconds, expected = timed(theirs)
    agree("ROUGE", found[:, :-1], expected, 1e-12)
    return told(f"ROUGE of {len(notes)} notes", ours, "rouge-score", seconds)


def chrf(answers: list[Answer]) -> float:
    """chrF against sacrebleu."""
    import sacrebleu

    scorer = Chrf()
    said, gold = [a.prediction for a in answers], [[a.reference for a in answers]]
    seconds, value = timed(lambda: scorer.metrics["chrf"].value(scorer.rows(answers).sum(axis=0)))
    peers, expected = timed(lambda: sacrebleu.CHRF().corpus_score(said, gold).score)
    agree("chrF", value, expected, 1e-9)
    return told("chrF", seconds, "sacrebleu", peers)


def normaliser(answers: list[Answer]) -> float:
    """`clinical-1` against Whisper's, the one that speech recognition is scored by."""
    said = [answer.prediction for answer in answers]
    return told(
        f"clinical-1 on {len(said)} texts",
        timed(lambda: [CLINICAL.apply(text) for text in said])[0],
        "whisper-en of transformers",
        timed(lambda: [WHISPER.apply(text) for text in said])[0],
    )


def everything(pairs: int, replicates: int) -> float:
    """Seconds for pairs of 100 words with every scorer of texts and all intervals."""
    from stages.evaluate.score import scored
    from stages.params import load

    answers = made(pairs, pairs, 100, 5)
    params = load("params.yaml")
    settings = params.evaluate.model_copy(update={"replicates": replicates})
    declared = Declared(OF_TEXTS, (), settings.synonyms, settings.terms)
    changed = params.model_copy(update={"evaluate": settings})
    seconds, found = timed(lambda: scored({"prediction": answers}, declared, changed))
    print(f"{pairs} pairs of 100 words, {len(found['metrics'])} metrics with intervals: {seconds:.1f} s")
    return seconds
