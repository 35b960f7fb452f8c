"""From answers to what metrics/<task>.json, metrics/intervals/<task>.json and signatures.json say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from stages.evaluate.panel import Measure, Panel
from stages.evaluate.predictions import SYSTEMS, Answer, Prediction, System
from stages.evaluate.statistics import Comparison, Estimate, compare, sum_by_group
from stages.evaluate.tokens import blank
from stages.keys import seeded
from stages.params.evaluate import Evaluate

Numbers = dict[str, Any]


def generator(seed: int, *parts: str) -> np.random.Generator:
    """A generator of its own for these parts."""
    return np.random.default_rng(seeded(seed, "evaluate", *parts).getrandbits(128))


def score(
    predictions: Sequence[Prediction], panel: Panel, settings: Evaluate, seed: int, task: str
) -> tuple[Numbers, Numbers]:
    """The metrics and the intervals of a task, as their files hold them.

    The order of predictions changes nothing; there must be at least one.
    """
    answers = {system: [p.answer(system) for p in predictions] for system in SYSTEMS}
    rows = {system: panel.rows(answers[system]) for system in SYSTEMS}
    groups = [prediction.group for prediction in predictions]
    sums = {system: sum_by_group(rows[system], groups) for system in SYSTEMS}
    rng = generator(seed, task, "resample")
    compared = compare(sums["base"], sums["tuned"], panel.values, settings.replicates, settings.confidence, rng)
    metrics: Numbers = {"examples": len(predictions), "groups": len(set(groups))}
    for name in ("blank", "invalid", "not_ended"):
        metrics[name] = {system: _count(name, answers[system], panel, rows[system]) for system in SYSTEMS}
    metrics["counts"] = {system: panel.counts(rows[system]) for system in SYSTEMS}
    metrics |= {system: {name: _of(one, system).value for name, one in compared.items()} for system in SYSTEMS}
    metrics["category"] = _by_category(predictions, panel, rows)
    return metrics, {name: _interval(one) for name, one in compared.items()}


def signatures(panel: Panel, settings: Evaluate, seed: int) -> Numbers:
    """All that the numbers depend on beside the answers: two files with unlike signatures must not be compared."""
    return {
        "metrics": {m.name: {"signature": _signature(m), "better": m.metric.better} for m in panel.measures},
        "statistics": {
            "interval": "bootstrap:percentile|paired|clusters:group",
            "p": "permutation:sign-flip|paired|clusters:group|sides:2",
            "replicates": settings.replicates,
            "confidence": settings.confidence,
            "seed": seed,
        },
        "generation": {"decoding": "greedy", "most_new_tokens": settings.most_new_tokens},
    }


def described(estimate: Estimate) -> Numbers:
    """An estimate as numbers: `value`, `low`, `high`."""
    low, high = estimate.interval or (None, None)
    return {"value": estimate.value, "low": low, "high": high}


def _count(name: str, answers: Sequence[Answer], panel: Panel, rows: Any) -> int:
    if name == "invalid":
        return panel.invalid(answers, rows)
    if name == "blank":
        return sum(blank(answer.prediction) for answer in answers)
    return sum(not answer.ended for answer in answers)


def _of(comparison: Comparison, system: System) -> Estimate:
    return comparison.base if system == "base" else comparison.tuned


def _by_category(predictions: Sequence[Prediction], panel: Panel, rows: Mapping[System, Any]) -> Numbers:
    result: Numbers = {}
    for category in sorted({prediction.category for prediction in predictions} - {""}):
        chosen = np.array([prediction.category == category for prediction in predictions])
        groups = [prediction.group for prediction in predictions if prediction.category == category]
        result[category] = {"examples": int(chosen.sum())}
        on = [m.name for m in panel.measures if m.categories is None or category in m.categories]
        for system in SYSTEMS:
            found = panel.values(sum_by_group(rows[system][chosen], groups).sum(axis=0))
            result[category][system] = {n: float(found[n]) if np.isfinite(found[n]) else None for n in on}
    return result


def _interval(comparison: Comparison) -> Numbers:
    (low, high) = comparison.difference.interval or (None, None)
    ends: Numbers = {"difference": comparison.difference.value, "low": low, "high": high, "p": comparison.p}
    for system in SYSTEMS:
        ends[f"{system}_low"], ends[f"{system}_high"] = _of(comparison, system).interval or (None, None)
    return ends


def _signature(measure: Measure) -> str:
    on = f"|categories:{','.join(sorted(measure.categories))}" if measure.categories else ""
    return measure.metric.signature + on
