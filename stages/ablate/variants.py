"""What an ablation trains: all operators of a task, each left out in turn, and none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from stages.params.augment import Operator

FULL = "full"
NONE = "without-any"
_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Variant:
    """One training of a task.

    Attributes:
        name: `full`, `without-<operator>` or `without-any`.
        left_out: Operators that give this task no children.
        overrides: What makes it of params.yaml, in the grammar of `dvc exp run --set-param`.
    """

    name: str
    left_out: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()


def variants(task: str, operators: Mapping[str, Operator]) -> list[Variant]:
    """The full set first, then each operator of the task left out, then, of several, all left out.

    Raises `ValueError` where the task has no operator, or where DVC could not address one by its name.
    """
    own = [name for name, operator in operators.items() if task in operator.tasks]
    if not own:
        raise ValueError(f"augment.operators: none has {task} among its tasks, so there is nothing to leave out")
    if odd := next((name for name in own if not _PLAIN.fullmatch(name)), None):
        raise ValueError(
            f"augment.operators.{odd}: `dvc exp run --set-param` takes names of letters, digits, _ and -; rename it"
        )
    alone = [Variant(f"without-{name}", (name,), (_left_out(task, name, operators[name]),)) for name in own]
    none = Variant(NONE, tuple(own), tuple(_left_out(task, name, operators[name]) for name in own))
    return [Variant(FULL), *alone, *([none] if len(own) > 1 else [])]


def _left_out(task: str, name: str, operator: Operator) -> str:
    """An operator keeps its other tasks, so that a variant that wins can be applied as it is."""
    others = [other for other in operator.tasks if other != task]
    if not others:
        return f"~augment.operators.{name}"
    return f"augment.operators.{name}.tasks=[{','.join(others)}]"
