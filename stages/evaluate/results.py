"""From answers to what metrics/<task>.json, metrics/intervals/<task>.json and the files beside the answers say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.evaluate.content import described as generation
from stages.evaluate.measures import Array
from stages.evaluate.normalisers import DOSE_SAFE
from stages.evaluate.panel import Panel
from stages.evaluate.predictions import SYSTEMS, Answer, Prediction, System
from stages.evaluate.scorers.wer import confusions
from stages.evaluate.statistics import Comparison, Estimate, compare, sum_by_group
from stages.evaluate.turns import attributed
from stages.keys import seeded
from stages.params.evaluate import Evaluate
from stages.records import Example

# Words of instruction and input; the first that is not less than an example's names its slice.
LENGTHS = (50, 100, 200, 400, 800)
Numbers = dict[str, Any]
Answers = Mapping[System, Sequence[Answer]]
Rows = Mapping[System, Array]


def generator(seed: int, *parts: str) -> np.random.Generator:
    """A generator of its own for these parts."""
    return np.random.Generator(np.random.SFC64(seeded(seed, "evaluate", *parts).getrandbits(128)))


def answered(predictions: Sequence[Prediction], panel: Panel) -> Answers:
    """What the scorers of the panel see of both systems."""
    return {system: attributed([p.answer(system) for p in predictions], panel.speakers) for system in SYSTEMS}


def scored(predictions: Sequence[Prediction], panel: Panel) -> Rows:
    """The statistics of every example under both systems; scored once, used for all that follows."""
    return {system: panel.rows(answers) for system, answers in answered(predictions, panel).items()}


def score(
    predictions: Sequence[Prediction],
    panel: Panel,
    settings: Evaluate,
    seed: int,
    task: str,
    rows: Rows | None = None,
) -> tuple[Numbers, Numbers]:
    """The metrics and the intervals of a task, as their files hold them.

    `rows` are what `scored` gave for these predictions, where they were scored before. The order of predictions changes
    nothing; there must be at least one.
    """
    answers = answered(predictions, panel)
    rows = rows or {system: panel.rows(of) for system, of in answers.items()}
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
    metrics["words"] = _words(answers)
    for name, found in zip(("strict", "valid"), _with_and_without_invalid(answers, panel, rows), strict=True):
        metrics[name] = found
    return metrics, {name: _interval(one) for name, one in compared.items()}


def statistics(
    examples: Sequence[Example],
    predictions: Sequence[Prediction],
    panel: Panel,
    rows: Rows,
    contaminated: Mapping[str, bool],
) -> Iterator[dict[str, Any]]:
    """A line for each example: its slices, and what each metric of each system is a function of once it is summed.

    `stages.evaluate.measures.metric` is that function; `contaminated` says of each example's id whether the models have
    seen too much of it.
    """
    for i, (example, prediction) in enumerate(zip(examples, predictions, strict=True)):
        if example.id != prediction.id:
            raise ValueError(f"example {example.id} stands beside the prediction of {prediction.id}")
        told = {system: panel.statistics(rows[system][i]) for system in SYSTEMS}
        named = slices(example) | {"contaminated": "yes" if contaminated[example.id] else "no"}
        yield {"id": example.id, "group": example.group, "slices": named} | told


def slices(example: Example) -> dict[str, str]:
    """By what an example can be grouped: category, operator, length of what is asked, and plain values of its `meta`.

    Among these is the `source`.
    """
    words = len(example.instruction.split()) + len(example.input.split())
    longest = next((f"{most} words at most" for most in LENGTHS if words <= most), f"over {LENGTHS[-1]} words")
    named = {"category": example.category, "operator": example.operator, "length": longest}
    found = {**named, **example.meta}
    return {key: str(value) for key, value in found.items() if isinstance(value, str | int | float) and value != ""}


def signature(panel: Panel, settings: Evaluate, test_set: str, prompt: str) -> Numbers:
    """What two revisions must have in common before their numbers can be compared."""
    return {
        "test_set": test_set,
        "prompt": prompt,
        "metrics": {measure.name: measure.signature for measure in panel.measures},
        "generation": generation(settings),
    }


def signatures(panel: Panel, settings: Evaluate, seed: int) -> Numbers:
    """All that the numbers depend on beside the answers, for people, and which way is better."""
    return {
        "metrics": {m.name: {"signature": m.signature, "better": m.metric.better} for m in panel.measures},
        "statistics": {
            "interval": "bootstrap:percentile|paired|clusters:group",
            "bca": "bootstrap:bca|paired|clusters:group",
            "p": "permutation:sign-flip|paired|clusters:group|sides:2",
            "replicates": settings.replicates,
            "confidence": settings.confidence,
            "seed": seed,
        },
        "generation": generation(settings),
    }


def worst(predictions: Sequence[Prediction], panel: Panel) -> Numbers:
    """The most frequent wrong, missing and added words of each system."""
    return {system: confusions(answers) for system, answers in answered(predictions, panel).items()}


def not_applicable(predictions: Sequence[Prediction], panel: Panel) -> Numbers:
    """Of each system, the metrics that its answers do not allow, and why they are null."""
    return {system: panel.not_applicable(answers) for system, answers in answered(predictions, panel).items()}


def described(estimate: Estimate) -> Numbers:
    """An estimate as numbers: `value`, the percentile interval, the BCa interval."""
    return {"value": estimate.value, **_ends(estimate)}


def _count(name: str, answers: Sequence[Answer], panel: Panel, rows: Any) -> int:
    if name == "invalid":
        return int(panel.invalid(answers, rows).sum())
    if name == "blank":
        return sum(answer.blank for answer in answers)
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


def _with_and_without_invalid(answers: Answers, panel: Panel, rows: Rows) -> tuple[Numbers, Numbers]:
    """Every metric with invalid answers scored as blank ones are, and over the valid answers alone."""
    strict: Numbers = {}
    valid: Numbers = {"examples": {}}
    for system in SYSTEMS:
        invalid = panel.invalid(answers[system], rows[system])
        silent = panel.rows([answers[system][i].silenced() for i in np.flatnonzero(invalid).tolist()])
        strict[system] = _all(panel, np.concatenate([rows[system][~invalid], silent]))
        kept = ~invalid & ~_blank(answers[system])
        valid[system] = _all(panel, rows[system][kept])
        valid["examples"][system] = int(kept.sum())
    return strict, valid


def _all(panel: Panel, rows: Array) -> Numbers:
    # By `sum_by_group`, because its sums do not depend on the order of the rows.
    sums = sum_by_group(rows, [""] * len(rows)).sum(axis=0)
    return {name: float(found) if np.isfinite(found) else None for name, found in panel.values(sums).items()}


def _blank(answers: Sequence[Answer]) -> NDArray[np.bool_]:
    return np.array([answer.blank for answer in answers], dtype=bool)


def _words(answers: Answers) -> Numbers:
    """Words of a reference and of an answer in the mean, and of the longest."""
    texts = {"reference": [answer.reference for answer in answers["base"]]}
    texts |= {system: [answer.prediction for answer in answers[system]] for system in SYSTEMS}
    lengths = {name: [len(DOSE_SAFE.tokens(text)) for text in of] for name, of in texts.items()}
    return {name: {"mean": sum(of) / len(of), "most": max(of)} for name, of in lengths.items()}


def _interval(comparison: Comparison) -> Numbers:
    ends: Numbers = {"difference": comparison.difference.value, "p": comparison.p, **_ends(comparison.difference)}
    for system in SYSTEMS:
        ends |= {f"{system}_{end}": value for end, value in _ends(_of(comparison, system)).items()}
    return ends


def _ends(estimate: Estimate) -> Numbers:
    (low, high), (bca_low, bca_high) = estimate.interval or (None, None), estimate.bca or (None, None)
    return {"low": low, "high": high, "bca_low": bca_low, "bca_high": bca_high}
