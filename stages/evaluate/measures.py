"""Metrics by name: which way is better, and the number that follows from summed statistics.

A scorer turns an example into the statistics that are named here, once; whoever holds their sums can recompute the
metric without scoring anything again. That is how intervals, slices and comparisons of two revisions are made.

>>> metric("wer")([1.0, 0.0, 1.0, 8.0])
0.2222222222222222
>>> metric("wer")([0.0, 0.0, 0.0, 0.0]) is None
True
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ORDERS = 4
CHARACTER_ORDERS = 6
TERMS = ("medical", "drug", "dose", "unit", "laterality", "negation")


class Measure(NamedTuple):
    """What a metric is made of.

    Attributes:
        columns: Names of the statistics that are summed over examples, in their order.
        value: `(..., columns)` sums to `(...)` values, NaN where the denominator is 0.
    """

    better: Literal["higher", "lower"]
    columns: tuple[str, ...]
    value: Callable[[Array], Array]


def metric(name: str) -> Callable[[Sequence[float]], float | None]:
    """The function of summed statistics that a metric is; None where its denominator is 0.

    Raises `ValueError` naming a metric that there is none of; what is returned raises it where the number of statistics
    is not the metric's.
    """
    found = measure(name)

    def value(sums: Sequence[float]) -> float | None:
        if len(sums) != len(found.columns):
            raise ValueError(
                f"{name}: expected the {len(found.columns)} statistics {', '.join(found.columns)}; found {len(sums)}"
            )
        number = float(found.value(np.asarray(sums, dtype=np.float64)))
        return number if math.isfinite(number) else None

    return value


def higher_is_better(name: str) -> bool:
    """Whether a metric that grew became better; raises `ValueError` naming a metric that there is none of."""
    return measure(name).better == "higher"


def measure(name: str) -> Measure:
    """What a metric is made of; raises `ValueError` naming one that there is none of."""
    if (found := MEASURES.get(name)) is not None:
        return found
    for suffix, by_section in SECTION_MEASURES.items():
        if name.endswith(suffix) and len(name) > len(suffix):
            return by_section
    raise ValueError(f"{name}: no such metric; known are {', '.join([*MEASURES, '<section>_f1'])}")


def divided(numerator: Array, denominator: Array) -> Array:
    """Element by element; NaN where the denominator is 0."""
    unknown = np.full(np.shape(denominator), np.nan)
    quotient: Array = np.divide(numerator, denominator, out=unknown, where=denominator > 0)
    return quotient


def ratio(numerator: int, denominator: int) -> Callable[[Array], Array]:
    """The metric that is one column's sum over another's."""

    def value(sums: Array) -> Array:
        return divided(sums[..., numerator], sums[..., denominator])

    return value


def one_minus_ratio(numerator: int, denominator: int) -> Callable[[Array], Array]:
    """The metric that is what one column's sum lacks of another's, over it."""

    def value(sums: Array) -> Array:
        return 1 - divided(sums[..., numerator], sums[..., denominator])

    return value


def diarization_error(sums: Array) -> Array:
    """(missed + false alarm + confused) / spoken, all in seconds."""
    return divided(sums[..., :3].sum(axis=-1), sums[..., 3])


def error_rate(sums: Array) -> Array:
    """(S + D + I) / (S + D + H) of substitutions, deletions, insertions and hits."""
    return divided(sums[..., :3].sum(axis=-1), sums[..., 0] + sums[..., 1] + sums[..., 3])


def pooled_f1(sums: Array) -> Array:
    """2 * shared / (reference + prediction), the F1 of counts that were pooled before they were divided."""
    return divided(2 * sums[..., 0], sums[..., 1] + sums[..., 2])


def terms_f1(sums: Array) -> Array:
    """(found + correct) / (reference + predicted): F1 where the terms of both sides are parted on their own."""
    return divided(sums[..., 0] + sums[..., 2], sums[..., 1] + sums[..., 3])


def perplexity(sums: Array) -> Array:
    """exp(-log-probability / tokens)."""
    found: Array = np.exp(-divided(sums[..., 0], sums[..., 1]))
    return found


def bits_per_byte(sums: Array) -> Array:
    """-log2-probability / bytes."""
    return -divided(sums[..., 0], sums[..., 1]) / math.log(2)


def corpus_bleu(sums: Array) -> Array:
    """BLEU of summed counts, `(..., 10)` to `(...)`; NaN where the references are empty.

    The formula of `sacrebleu.metrics.bleu.BLEU.compute_bleu` with its default, exponential smoothing (a precision of 0
    counts as 1 / 2^k of an n-gram at the k-th such order), over whole arrays.
    """
    system, reference = sums[..., 0], sums[..., 1]
    correct, total = sums[..., 2 : 2 + ORDERS], sums[..., 2 + ORDERS :]
    with np.errstate(divide="ignore", invalid="ignore"):
        halved = np.exp2(np.cumsum(correct == 0, axis=-1))
        precision = np.where(correct > 0, correct, 1 / halved) / total
        brevity = np.where(system < reference, np.exp(1 - reference / system), 1.0)
        score = 100 * brevity * np.exp(np.log(precision).mean(axis=-1))
    # No word in common, or no n-gram of the highest order: nothing to smooth.
    score = np.where((correct[..., 0] > 0) & (total[..., -1] > 0), score, 0.0)
    return np.where(reference > 0, score, np.nan)


def corpus_chrf(sums: Array) -> Array:
    """chrF2 of summed counts, `(..., 18)` to `(...)`; NaN where the references are empty.

    Columns are prediction, reference and shared n-grams of characters for each order. The formula of
    `sacrebleu.metrics.chrf.CHRF` (Popovic 2015, beta 2) with effective order: precision and recall are averaged over
    the orders that both sides have.
    """
    said, gold, shared = sums[..., 0::3], sums[..., 1::3], sums[..., 2::3]
    there = (said > 0) & (gold > 0)
    orders = np.maximum(there.sum(axis=-1), 1)
    precision, recall = (
        np.divide(shared, side, out=np.zeros(np.shape(shared)), where=there).sum(axis=-1) / orders
        for side in (said, gold)
    )
    score = np.nan_to_num(divided(5 * precision * recall, 4 * precision + recall))
    return np.where(gold[..., 0] > 0, 100 * score, np.nan)


def _mean(column: str) -> Measure:
    return Measure("higher", (column, "examples"), ratio(0, 1))


_ERRORS = ("substitutions", "deletions", "insertions", "hits")
_COUNTS = ("shared", "reference", "predicted")
_FOUND, _CORRECT = ("found", "reference"), ("correct", "predicted")
_TIMES = ("missed", "false_alarm", "confused", "spoken")
_NGRAMS = tuple(f"{which}_{n}" for which in ("correct", "total") for n in range(1, ORDERS + 1))
_CHARACTER_NGRAMS = tuple(
    f"{which}_{n}" for n in range(1, CHARACTER_ORDERS + 1) for which in ("predicted", "reference", "shared")
)

MEASURES: dict[str, Measure] = {
    **{f"{prefix}exact_match": _mean("exact") for prefix in ("", "squad_")},
    **{f"{prefix}token_f1": _mean("f1") for prefix in ("", "squad_")},
    "top1_accuracy": _mean("hit_at_1"),
    **{f"{prefix}mrr": _mean("reciprocal") for prefix in ("", "lenient_")},
    **{f"{prefix}hit_at_{k}": _mean(f"hit_at_{k}") for prefix in ("", "lenient_") for k in (1, 3, 5)},
    **{kind: _mean(kind) for kind in ("rouge1", "rouge2", "rougeL", "rougeLsum")},
    "bleu": Measure("higher", ("system_length", "reference_length", *_NGRAMS), corpus_bleu),
    "chrf": Measure("higher", _CHARACTER_NGRAMS, corpus_chrf),
    "perplexity": Measure("lower", ("logprob", "tokens"), perplexity),
    "bits_per_byte": Measure("lower", ("logprob", "bytes"), bits_per_byte),
    "format_adherence": _mean("adheres"),
    "header_recall": Measure("higher", ("headers_found", "headers_wanted"), ratio(0, 1)),
    "header_precision": Measure("higher", ("headers_found", "headers_given"), ratio(0, 1)),
    **{
        f"{prefix}{kind}": Measure("lower", _ERRORS, error_rate)
        for prefix in ("", "clinical_", "whisper_")
        for kind in ("wer", "cer")
    },
    "medical_term_wer": Measure("lower", ("errors", "reference"), ratio(0, 1)),
    **{f"{kind}_term_recall": Measure("higher", _FOUND, ratio(0, 1)) for kind in TERMS},
    **{f"{kind}_term_precision": Measure("higher", _CORRECT, ratio(0, 1)) for kind in TERMS},
    **{f"{kind}_term_f1": Measure("higher", (*_FOUND, *_CORRECT), terms_f1) for kind in TERMS},
    "critical_error_rate": Measure("lower", ("errors", "critical"), ratio(0, 1)),
    "critical_error_free": _mean("error_free"),
    "repetition": Measure("lower", ("repeated", "ngrams"), ratio(0, 1)),
    "length_error": Measure("lower", ("deviation", "words"), ratio(0, 1)),
    "hallucinated_words": Measure("lower", ("hallucinated", "silent"), ratio(0, 1)),
    "wder": Measure("lower", ("wrong", "aligned"), ratio(0, 1)),
    "diarization_accuracy": Measure("higher", ("wrong", "aligned"), one_minus_ratio(0, 1)),
    "role_accuracy": Measure("higher", ("right", "aligned"), ratio(0, 1)),
    "cpwer": Measure("lower", ("errors", "reference"), ratio(0, 1)),
    **dict.fromkeys(("der", "der_collar"), Measure("lower", _TIMES, diarization_error)),
    **dict.fromkeys(("jer", "jer_collar"), Measure("lower", ("error", "speakers"), ratio(0, 1))),
}
# Of a declared section, by the end of the name; the more special end stands first.
SECTION_MEASURES = {"_pooled_f1": Measure("higher", _COUNTS, pooled_f1), "_f1": _mean("f1")}
