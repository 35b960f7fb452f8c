"""Test examples with both answers side by side: some drawn by the seed, and those where tuned gained and lost most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from textwrap import shorten
from typing import Any, Literal, NamedTuple

import numpy as np
import orjson
from markupsafe import Markup

from stages.evaluate.measures import measure
from stages.report.diff import compared, covered
from stages.report.examples import SYSTEMS, Measured

OPENING = 90  # characters
Why = Literal["drawn", "gain", "loss"]


class Score(NamedTuple):
    """A metric of one example alone; `gain` is how much better tuned is, whichever way the metric points."""

    base: float | None
    tuned: float | None
    gain: float | None


@dataclass(frozen=True, slots=True)
class Sample:
    """One example; `reference`, `base` and `tuned` are HTML with their differences marked.

    Attributes:
        why: Drawn by the seed, or among the largest gains or losses in the headline metric.
        opening: The reference's first words, by which examples of one instruction are told apart.
        scores: By metric, those that count the example.
        flags: What is wrong with an answer: `base cut off`, `tuned blank` and the like.
    """

    id: str
    why: Why
    category: str
    instruction: str
    input: str
    opening: str
    reference: Markup
    base: Markup | None
    tuned: Markup
    scores: Mapping[str, Score]
    flags: tuple[str, ...]

    @property
    def gains(self) -> dict[str, float]:
        """What the page sorts by."""
        return {metric: round(score.gain, 6) for metric, score in self.scores.items() if score.gain is not None}


def chosen(
    path: Path, amount: int, extremes: int, seed: int, task: str, metrics: Sequence[str], found: Measured | None
) -> list[Sample]:
    """`amount` examples, the first by a hash of seed and id, so that new ones move few, then the extremes.

    `extremes` largest gains and as many largest losses in the first of `metrics`, of examples that were not drawn; none
    without statistics, and nothing at all without predictions.
    """
    if not path.is_file():
        return []
    lines: list[dict[str, Any]] = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    lines.sort(key=lambda one: sha256(f"report {seed} {task} {one['id']}".encode()).digest())
    scores = _scores(found, metrics) if found else {}
    drawn, rest = lines[:amount], lines[amount:]
    gained = [(score.gain, one) for one in rest if (score := scores.get(one["id"], {}).get(metrics[0])) and score.gain]
    gained.sort(key=lambda pair: (-pair[0], pair[1]["id"]))
    gains = [one for gain, one in gained[:extremes] if gain > 0]
    losses = [one for gain, one in gained[::-1][:extremes] if gain < 0]
    picked: list[tuple[Why, list[dict[str, Any]]]] = [("drawn", drawn), ("gain", gains), ("loss", losses)]
    return [_sample(one, why, scores.get(one["id"], {})) for why, some in picked for one in some]


def _scores(found: Measured, metrics: Sequence[str]) -> dict[str, dict[str, Score]]:
    scores: dict[str, dict[str, Score]] = {id: {} for id in found.ids}
    for metric in metrics:
        sign = 1 if measure(metric).better == "higher" else -1
        base, tuned = (found.values(system, metric) for system in SYSTEMS)
        gains = sign * (tuned - base)
        for id, *three in zip(found.ids, base, tuned, gains, strict=True):
            score = Score(*(float(value) if np.isfinite(value) else None for value in three))
            if score != Score(None, None, None):
                scores[id][metric] = score
    return scores


def _sample(one: dict[str, Any], why: Why, scores: Mapping[str, Score]) -> Sample:
    reference = one["reference"]
    # A line without any word on the base is of a system that stands alone; without an answer alone it is blank.
    asked = [s for s in SYSTEMS if one.get(f"{s}_ended") is not None]
    said = {system: one.get(system) or "" for system in SYSTEMS}
    flags = [f"{s} cut off" for s in asked if not one[f"{s}_ended"]]
    flags += [f"{s} blank" for s in asked if not said[s].strip()]
    return Sample(
        id=one["id"],
        why=why,
        category=one.get("category") or "",
        instruction=one["instruction"],
        input=one.get("input") or "",
        opening=shorten(reference, OPENING, placeholder="\u2026"),
        reference=covered(reference, said["base" if "base" in asked else "tuned"], said["tuned"]),
        base=compared(reference, said["base"]) if "base" in asked else None,
        tuned=compared(reference, said["tuned"]),
        scores=scores,
        flags=tuple(flags),
    )
