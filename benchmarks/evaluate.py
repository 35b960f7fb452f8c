"""How fast answers are scored, each part beside what one would otherwise run: `python benchmarks/evaluate.py`.

Both sides do the same work in this process, one after the other, on the same texts, and their results are compared. The
last line is one JSON object of ratios, the peer's seconds over ours; `ten_thousand_seconds` is no ratio but how long
10,000 pairs of 100 words take with every scorer of texts and all intervals, on every core.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import orjson

from stages.evaluate.normalisers import CLINICAL, DOSE_SAFE, WHISPER
from stages.evaluate.panel import OF_TEXTS
from stages.evaluate.parallel import Declared
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers.bleu import Bleu
from stages.evaluate.scorers.chrf import Chrf
from stages.evaluate.scorers.overlap import Overlap
from stages.evaluate.scorers.rouge import KINDS, Rouge
from stages.evaluate.scorers.wer import ErrorRate
from stages.evaluate.statistics import Array, compare, estimate, sum_by_group

T = TypeVar("T")

TEXT = "the patient denies chest pain fever cough for 3 days on 2.5 mg of metoprolol daily and type 2 diabetes"
STEMS = ("cough", "fever", "pain", "swell", "treat", "improv", "worsen", "admit", "discharg", "monitor", "increas")
WORDS = [*TEXT.split(), *(stem + end for stem in STEMS for end in ("", "s", "ed", "ing", "er", "ment", "ation"))]
WEIGHTS = [1 / (place + 1) for place in range(len(WORDS))]
LINE = 15


def main() -> None:
    """Measure each pair and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=600, help="test examples (default: %(default)s)")
    parser.add_argument("--groups", type=int, default=300, help="patients among them (default: %(default)s)")
    parser.add_argument("--replicates", type=int, default=10_000, help="of our bootstrap (default: %(default)s)")
    parser.add_argument("--words", type=int, default=45, help="words a text (default: %(default)s)")
    parser.add_argument("--notes", type=int, default=20, help="notes that ROUGE is timed on (default: %(default)s)")
    parser.add_argument("--note-words", type=int, default=450, help="words a note (default: %(default)s)")
    parser.add_argument(
        "--pairs", type=int, default=10_000, help="pairs of 100 words, 0 for none (default: %(default)s)"
    )
    args = parser.parse_args()
    base, tuned = (made(args.examples, args.groups, args.words, seed) for seed in (1, 2))
    # Imports, tables and stems are of neither side.
    warm = made(4, 2, 45, 3)
    for scorer in (Rouge(), Bleu(), Chrf(), ErrorRate()):
        scorer.rows(warm)
    WHISPER.apply(TEXT)
    ratios = {
        "rouge": rouge(made(args.notes, args.notes, args.note_words, 4)),
        "wer_intervals": wer_intervals(base, args.replicates),
        "wer_paired_intervals": paired_wer(base, tuned, args.replicates),
        "bleu_intervals": bleu_intervals(base, args.replicates),
        "chrf": chrf(base),
        "paired_bootstrap": paired_bootstrap(base, tuned, args.replicates),
        "permutation_test": permutation_test(base, tuned, args.replicates),
        "normaliser": normaliser(base),
    }
    found = {name: round(ratio, 1) for name, ratio in ratios.items()}
    if args.pairs:
        found["ten_thousand_seconds"] = round(everything(args.pairs, args.replicates), 1)
    print(orjson.dumps(found).decode())


def made(examples: int, groups: int, words: int, seed: int) -> list[Answer]:
    """Answers that differ from their references in a tenth of the words; a line has 15 words."""
    rng, gold = random.Random(seed), random.Random(0)
    answers = []
    for i in range(examples):
        reference = gold.choices(WORDS, WEIGHTS, k=words)
        prediction = [rng.choice(WORDS) if rng.random() < 0.1 else word for word in reference]
        answers.append(Answer(f"{i}", f"{i % groups}", lines(reference), lines(prediction)))
    return answers


def lines(words: list[str]) -> str:
    """Words as a text of lines."""
    return "\n".join(" ".join(words[start : start + LINE]) for start in range(0, len(words), LINE))


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


def wer_intervals(answers: list[Answer], replicates: int) -> float:
    """WER and its interval: sums of clusters against jiwer's alignments once and a bootstrap in Python over them."""
    import jiwer

    groups = [answer.group for answer in answers]
    gold, said = texts(answers)

    def ours() -> float | None:
        sums = sum_by_group(ErrorRate().rows(answers), groups)
        values = ErrorRate().metrics["wer"].value
        return estimate(sums, lambda s: {"wer": values(s)}, replicates, 0.95, generator())["wer"].value

    def theirs() -> float:
        found = jiwer.process_words(gold, said)
        by_group: dict[str, list[float]] = {}
        for group, chunks, reference in zip(groups, found.alignments, found.references, strict=True):
            errors = sum(
                max(c.ref_end_idx - c.ref_start_idx, c.hyp_end_idx - c.hyp_start_idx)
                for c in chunks
                if c.type != "equal"
            )
            tally = by_group.setdefault(group, [0.0, 0.0])
            tally[0], tally[1] = tally[0] + errors, tally[1] + len(reference)
        tallies, rng = list(by_group.values()), random.Random(1)
        drawn = (rng.choices(tallies, k=len(tallies)) for _ in range(replicates))
        rates = [sum(errors for errors, _ in chosen) / sum(words for _, words in chosen) for chosen in drawn]
        np.quantile(rates, [0.025, 0.975])
        return found.wer

    seconds, value = timed(ours)
    peers, expected = timed(theirs)
    agree("WER", value, expected, 1e-12)
    return told("WER with its interval", seconds, "jiwer and a loop", peers)


def paired_wer(base: list[Answer], tuned: list[Answer], replicates: int) -> float:
    """Interval of a difference in WER: sums of clusters against jiwer on the texts of every replicate; one is timed."""
    import jiwer

    scorer, groups = ErrorRate(), [answer.group for answer in base]

    def ours() -> None:
        sums = [sum_by_group(scorer.rows(answers), groups) for answers in (base, tuned)]
        compare(*sums, lambda s: {"wer": scorer.metrics["wer"].value(s)}, replicates, 0.95, generator())

    systems = [texts(answers) for answers in (base, tuned)]
    members = [[i for i, group in enumerate(groups) if group == name] for name in sorted(set(groups))]

    def one_replicate() -> None:
        drawn = [i for group in random.Random(1).choices(members, k=len(members)) for i in group]
        for gold, said in systems:
            jiwer.process_words([gold[i] for i in drawn], [said[i] for i in drawn])

    return told(
        "paired intervals of WER",
        timed(ours)[0],
        f"jiwer, {replicates} times one replicate",
        timed(one_replicate)[0] * replicates,
    )


def bleu_intervals(answers: list[Answer], replicates: int) -> float:
    """Interval of BLEU against sacrebleu's own bootstrap, which has sufficient statistics too but a loop in Python."""
    import sacrebleu

    scorer = Bleu()
    values = scorer.metrics["bleu"].value

    def ours() -> float | None:
        sums = scorer.rows(answers)
        return estimate(sums, lambda s: {"bleu": values(s)}, replicates, 0.95, generator())["bleu"].value

    said, gold = [a.prediction for a in answers], [[a.reference for a in answers]]
    seconds, value = timed(ours)
    peers, expected = timed(lambda: sacrebleu.BLEU().corpus_score(said, gold, n_bootstrap=replicates).score)
    agree("BLEU", value, expected, 1e-9)
    return told("BLEU with its interval", seconds, "sacrebleu's bootstrap", peers)


def chrf(answers: list[Answer]) -> float:
    """chrF against sacrebleu."""
    import sacrebleu

    scorer = Chrf()
    said, gold = [a.prediction for a in answers], [[a.reference for a in answers]]
    seconds, value = timed(lambda: scorer.metrics["chrf"].value(scorer.rows(answers).sum(axis=0)))
    peers, expected = timed(lambda: sacrebleu.CHRF().corpus_score(said, gold).score)
    agree("chrF", value, expected, 1e-9)
    return told("chrF", seconds, "sacrebleu", peers)


def paired_bootstrap(base: list[Answer], tuned: list[Answer], replicates: int) -> float:
    """Intervals of both systems and of their difference against three calls of `scipy.stats.bootstrap`."""
    from scipy import stats

    sums, values = sums_of_f1(base, tuned)
    first, second = (s[:, 1] / s[:, 2] for s in sums)

    def theirs() -> None:
        for data, statistic in (((first,), mean), ((second,), mean), ((first, second), difference)):
            stats.bootstrap(data, statistic, paired=True, n_resamples=replicates, method="BCa", rng=1)

    return told(
        "paired bootstrap of token F1 (percentile, BCa and p)",
        timed(lambda: compare(*sums, values, replicates, 0.95, generator()))[0],
        "scipy, for the means of groups (BCa alone)",
        timed(theirs)[0],
    )


def permutation_test(base: list[Answer], tuned: list[Answer], replicates: int) -> float:
    """The p-value alone against `scipy.stats.permutation_test`."""
    from scipy import stats

    from stages.evaluate.statistics import p_values

    sums, values = sums_of_f1(base, tuned)
    first, second = (s[:, 1] / s[:, 2] for s in sums)

    def theirs() -> None:
        stats.permutation_test(
            (first, second), difference, permutation_type="samples", n_resamples=replicates, vectorized=True, rng=1
        )

    return told(
        "permutation test",
        timed(lambda: p_values(*sums, values, replicates, generator()))[0],
        "scipy",
        timed(theirs)[0],
    )


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


def texts(answers: list[Answer]) -> tuple[list[str], list[str]]:
    """References and predictions as jiwer splits them into the tokens that ours are."""
    return tuple([" ".join(DOSE_SAFE.tokens(text)) for text in side] for side in (
        [answer.reference for answer in answers], [answer.prediction for answer in answers],
    ))  # type: ignore[return-value]  # fmt: skip


def sums_of_f1(base: list[Answer], tuned: list[Answer]) -> tuple[list[Array], Callable[[Array], dict[str, Array]]]:
    """Token F1 of both systems, summed by patient, and the function of their sums."""
    groups, scorer = [answer.group for answer in base], Overlap()
    sums = [sum_by_group(scorer.rows(answers), groups) for answers in (base, tuned)]
    return sums, lambda s: {"token_f1": scorer.metrics["token_f1"].value(s)}


def mean(values: Array, axis: int) -> Array:
    """For scipy."""
    return np.asarray(np.mean(values, axis=axis))


def difference(first: Array, second: Array, axis: int) -> Array:
    """For scipy."""
    return np.asarray(np.mean(second - first, axis=axis))


def generator() -> np.random.Generator:
    """The kind that the stage draws from."""
    return np.random.Generator(np.random.SFC64(1))


def agree(what: str, ours: object, theirs: object, within: float) -> None:
    """Raise `AssertionError` where two results are not the same: no speed is worth another number."""
    np.testing.assert_allclose(np.asarray(ours, float), np.asarray(theirs, float), atol=within, rtol=0, err_msg=what)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of a piece of work, once, and what it gave."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def told(what: str, ours: float, peer: str, theirs: float) -> float:
    """Print a comparison and return its ratio."""
    print(f"{what}: {ours:.3f} s; {peer}: {theirs:.3f} s")
    return theirs / ours


if __name__ == "__main__":
    main()
