"""An ablation as people read it and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from stages.ablate.effects import Effect
from stages.ablate.variants import Variant
from stages.compare import cells
from stages.report.words import chance

STYLES = {"helped": "green", "hurt": "bold red", "no evidence": "yellow", "refused": "bold magenta"}
HEADS = ("left out", f"without {cells.ARROW} with", "difference", "p", "corrected", "children", "steps", "verdict")
RIGHT = range(1, 7)


@dataclass(frozen=True, slots=True)
class Trained:
    """A variant that was trained.

    Attributes:
        experiment: Its name; `dvc exp apply` and `python -m stages.compare` take it.
        examples: Of its training set, of which `children` are augmented.
        steps: Of its optimiser.
    """

    variant: Variant
    experiment: str
    commit: str
    examples: int
    children: int
    steps: int


@dataclass(frozen=True, slots=True)
class Ablation:
    """All variants of a task, the full set first, and the effects of the others in their order."""

    task: str
    trained: tuple[Trained, ...]
    effects: tuple[Effect, ...]
    alpha: float
    confidence: float
    replicates: int
    seed: int

    def plain(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return asdict(self)


def lines(ablation: Ablation) -> list[tuple[str, str]]:
    """The lines of the table, each with the name of its style."""
    full, *others = ablation.trained
    row = ablation.effects[0].headline
    better = f", {row.better} is better" if row.better else ""
    title = (
        f"{ablation.task}: {row.metric}{better}; {row.examples} test examples of {row.groups} patients; "
        f"with all operators {full.children} of {full.examples} training examples are children, {full.steps} steps"
    )
    cells_of = [_cells(one, effect) for one, effect in zip(others, ablation.effects, strict=True)]
    styles = ["bold", *(STYLES.get(effect.verdict, "") for effect in ablation.effects)]
    told = cells.reasons([effect.headline for effect in ablation.effects])
    return [
        (title, "bold"),
        ("", ""),
        *zip(_aligned([HEADS, *cells_of]), styles, strict=True),
        *((line, "") for line in told),
        *((line, "yellow") for line in _unequal(ablation)),
        ("", ""),
        (_method(ablation), "dim"),
    ]


def _cells(trained: Trained, effect: Effect) -> tuple[str, ...]:
    row = effect.headline
    return (
        " + ".join(effect.left_out),
        cells.values(row),
        cells.difference(row),
        chance(row.p),
        chance(row.corrected),
        f"{trained.children:,}",
        f"{trained.steps:,}",
        effect.verdict,
    )


def _aligned(table: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            c.rjust(w) if n in RIGHT else c.ljust(w) for n, (c, w) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in table
    ]


def _unequal(ablation: Ablation) -> list[str]:
    """What to do where children cannot be told from the steps that they bring."""
    most = max(one.steps for one in ablation.trained)
    if all(one.steps == most for one in ablation.trained):
        return []
    return [
        "The variants differ in steps, and more steps alone may help or hurt. To judge the children by themselves: "
        f"python -m stages.ablate {ablation.task} -S ++train.{ablation.task}.max_steps={most}"
    ]


def _method(ablation: Ablation) -> str:
    return (
        f"Paired by example, clustered by patient: {ablation.confidence:.0%} BCa intervals, permutation tests of "
        f"{ablation.replicates:,} swaps, Holm over the rows; helped and hurt at corrected p < {ablation.alpha:g}. One "
        "training each: p is about the test patients, not about other seeds."
    )
