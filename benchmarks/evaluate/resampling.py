"""Intervals and p-values beside other ways to have them."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

from benchmarks.evaluate.answers import texts
from benchmarks.evaluate.timing import agree, timed, told
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers.bleu import Bleu
from stages.evaluate.scorers.overlap import Overlap
from stages.evaluate.scorers.wer import ErrorRate
from stages.evaluate.statistics import Array, compare, estimate, sum_by_group


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
