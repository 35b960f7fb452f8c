"""How fast tasks are scored, each part beside what one would otherwise run: `python benchmarks/evaluate.py`.

Both sides do the same work in this process, one after the other. The last line is one JSON object of ratios, the peer's
seconds over ours.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable

import numpy as np
import orjson

from stages.evaluate.predictions import Answer
from stages.evaluate.scorers.bleu import Bleu
from stages.evaluate.scorers.overlap import Overlap
from stages.evaluate.scorers.rouge import Rouge
from stages.evaluate.scorers.wer import WordErrorRate
from stages.evaluate.statistics import Array, compare, estimate, sum_by_group
from stages.evaluate.tokens import dose_safe

TEXT = "the patient denies chest pain fever cough for 3 days on 2.5 mg of metoprolol daily and type 2 diabetes"
WORDS = TEXT.split()


def main() -> None:
    """Measure each pair and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=600, help="test examples (default: %(default)s)")
    parser.add_argument("--groups", type=int, default=300, help="patients among them (default: %(default)s)")
    parser.add_argument("--replicates", type=int, default=10_000, help="of our bootstrap (default: %(default)s)")
    parser.add_argument("--words", type=int, default=40, help="words a text (default: %(default)s)")
    args = parser.parse_args()
    base, tuned = (made(args.examples, args.groups, args.words, seed) for seed in (1, 2))
    ratios = {
        "wer_paired_intervals": paired_wer(base, tuned, args.replicates),
        "bleu_intervals": bleu_intervals(base, args.replicates),
        "rouge_intervals": rouge_intervals(base, args.replicates),
        "token_f1_paired_test": paired_test(base, tuned, args.replicates),
    }
    print(orjson.dumps({name: round(ratio, 1) for name, ratio in ratios.items()}).decode())


def made(examples: int, groups: int, words: int, seed: int) -> list[Answer]:
    """Answers that differ from their references in a tenth of the words."""
    rng, gold = random.Random(seed), random.Random(0)
    answers = []
    for i in range(examples):
        reference = gold.choices(WORDS, k=words)
        prediction = [rng.choice(WORDS) if rng.random() < 0.1 else word for word in reference]
        answers.append(Answer(f"{i}", f"{i % groups}", " ".join(reference), " ".join(prediction)))
    return answers


def paired_wer(base: list[Answer], tuned: list[Answer], replicates: int) -> float:
    """Interval of a difference in WER: sums of clusters against jiwer on the texts of every replicate; one is timed."""
    import jiwer

    scorer, groups = WordErrorRate(), [answer.group for answer in base]

    def ours() -> None:
        sums = [sum_by_group(scorer.rows(answers), groups) for answers in (base, tuned)]
        compare(*sums, lambda s: {"wer": scorer.metrics["wer"].value(s)}, replicates, 0.95, np.random.default_rng(1))

    texts = [[(" ".join(dose_safe(a.reference)), " ".join(dose_safe(a.prediction))) for a in s] for s in (base, tuned)]
    members = [[i for i, group in enumerate(groups) if group == name] for name in sorted(set(groups))]

    def one_replicate() -> None:
        drawn = [i for group in random.Random(1).choices(members, k=len(members)) for i in group]
        for system in texts:
            jiwer.process_words([system[i][0] for i in drawn], [system[i][1] for i in drawn])

    return told(
        "paired intervals of WER",
        timed(ours),
        f"jiwer, {replicates} times one replicate",
        timed(one_replicate) * replicates,
    )


def bleu_intervals(answers: list[Answer], replicates: int) -> float:
    """Interval of BLEU against sacrebleu's own bootstrap, which has sufficient statistics too but a loop in Python."""
    import sacrebleu

    scorer = Bleu()

    def ours() -> None:
        sums = scorer.rows(answers)
        estimate(sums, lambda s: {"bleu": scorer.metrics["bleu"].value(s)}, replicates, 0.95, np.random.default_rng(1))

    said, gold = [a.prediction for a in answers], [[a.reference for a in answers]]

    def theirs() -> None:
        sacrebleu.BLEU().corpus_score(said, gold, n_bootstrap=replicates)

    return told("intervals of BLEU", timed(ours), "sacrebleu's bootstrap", timed(theirs))


def rouge_intervals(answers: list[Answer], replicates: int) -> float:
    """Interval of ROUGE: the same scorer underneath, against rouge-score's aggregator of as many samples."""
    from rouge_score.rouge_scorer import RougeScorer
    from rouge_score.scoring import BootstrapAggregator

    scorer = Rouge()

    def values(sums: Array) -> dict[str, Array]:
        return {name: metric.value(sums) for name, metric in scorer.metrics.items()}

    def ours() -> None:
        estimate(scorer.rows(answers), values, replicates, 0.95, np.random.default_rng(1))

    def theirs() -> None:
        rouge = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)
        aggregator = BootstrapAggregator(n_samples=replicates)
        for answer in answers:
            aggregator.add_scores(rouge.score(answer.reference, answer.prediction))
        aggregator.aggregate()

    return told("intervals of ROUGE", timed(ours), "rouge-score with its aggregator", timed(theirs))


def paired_test(base: list[Answer], tuned: list[Answer], replicates: int) -> float:
    """p-value of a mean over groups against `scipy.stats.permutation_test` with as many resamples."""
    from scipy import stats

    groups = [answer.group for answer in base]
    sums = [sum_by_group(Overlap().rows(answers), groups) for answers in (base, tuned)]
    metric = Overlap().metrics["token_f1"].value

    def ours() -> None:
        compare(*sums, lambda s: {"token_f1": metric(s)}, replicates, 0.95, np.random.default_rng(1))

    first, second = (s[:, 1] / s[:, 2] for s in sums)

    def theirs() -> None:
        def difference(a: Array, b: Array, axis: int) -> Array:
            return np.asarray(np.mean(b - a, axis=axis))

        stats.permutation_test(
            (first, second), difference, permutation_type="samples", n_resamples=replicates, vectorized=True, rng=1
        )
        stats.bootstrap((first, second), difference, paired=True, n_resamples=replicates, method="percentile", rng=1)

    return told("paired test and intervals of token F1", timed(ours), "scipy, for the means of groups", timed(theirs))


def timed(work: Callable[[], None]) -> float:
    """Seconds of a piece of work, once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def told(what: str, ours: float, peer: str, theirs: float) -> float:
    """Print a comparison and return its ratio."""
    print(f"{what}: {ours:.3f} s; {peer}: {theirs:.3f} s")
    return theirs / ours


if __name__ == "__main__":
    main()
