"""What schooling any scratch model has in common: optimizer, rate, curves, and states to resume from."""

from __future__ import annotations

import hashlib
import io
import math
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from stages.models.progress import bar
from stages.params.base import Schooling
from stages.shards import write_bytes

SAVED_EVERY = 100
LOGGED_EVERY = 10

T = TypeVar("T")


class Lesson:
    """Modules with their optimizer and what was reached so far; `curve` holds (step, mean loss, learning rate).

    `groups` are those of AdamW, each with the `share` of the rate at which it learns. The rate falls linearly to zero.
    """

    def __init__(self, module: Any, groups: Sequence[Mapping[str, Any]], schooling: Schooling) -> None:
        import torch

        self.step = self.tokens = 0
        self.curve: list[tuple[int, float, float]] = []
        self._losses: list[float] = []
        self._module, self._schooling = module, schooling
        self._optimizer = torch.optim.AdamW(
            [dict(group) for group in groups], betas=(0.9, 0.95), weight_decay=0.01, fused=True
        )

    def learn(self, loss: Any, tokens: int) -> None:
        """One optimizer step down the gradient of a loss over so many tokens."""
        import torch

        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._module.parameters(), 1.0)
        rate = self._rate()
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["share"]
        self._optimizer.step()
        self._optimizer.zero_grad()
        self.step += 1
        self.tokens += tokens
        self._losses.append(loss.item())
        if self.step % LOGGED_EVERY == 0 or self.step == self._schooling.steps:
            self.curve.append((self.step, math.fsum(self._losses) / len(self._losses), rate))
            self._losses.clear()

    def save(self, folder: Path | None) -> None:
        """Write the whole state every so many steps, where there is a folder for it."""
        if folder is None or self.step % SAVED_EVERY:
            return
        state = {"model": self._module.state_dict(), "optimizer": self._optimizer.state_dict()}
        reached = {"step": self.step, "tokens": self.tokens, "curve": self.curve, "losses": self._losses}
        write_state(folder / "state.pt", state | {"reached": reached})
        # The newest folders are kept when old trainings are swept away.
        os.utime(folder)

    def resume(self, folder: Path | None) -> None:
        """Take up the state that `save` left, if there is one."""
        if folder is None or (state := read_state(folder / "state.pt")) is None:
            return
        self._module.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        for name, value in state["reached"].items():
            setattr(self, {"losses": "_losses"}.get(name, name), value)

    def _rate(self) -> float:
        planned = self._schooling
        warm = min(1.0, (self.step + 1) / planned.warmup) if planned.warmup else 1.0
        return planned.learning_rate * warm * (1 - self.step / planned.steps)


def steps(feed: Iterable[T], schooling: Schooling, reached: int, name: str) -> Iterator[T]:
    """What is fed in each step that is still to be made."""
    shown = bar(
        zip(range(schooling.steps), feed, strict=False), desc=f"base {name}", total=schooling.steps, unit="step"
    )
    return (fed for step, fed in shown if step >= reached)


def write_state(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint with its SHA-256 before it, so that a torn one is known."""
    import torch

    data = io.BytesIO()
    torch.save(state, data)
    write_bytes(path, hashlib.sha256(data.getvalue()).digest() + data.getvalue())


def read_state(path: Path) -> dict[str, Any] | None:
    """Read a checkpoint; None where there is none, or not the whole of one."""
    import torch

    sealed = path.read_bytes() if path.is_file() else b""
    digest, data = sealed[:32], sealed[32:]
    if hashlib.sha256(data).digest() != digest:
        return None
    return dict(torch.load(io.BytesIO(data), weights_only=True))


def write_curves(plots: Path, curve: list[tuple[int, float, float]]) -> None:
    """Write loss.tsv and learning_rate.tsv below `plots`, and nothing else."""
    shutil.rmtree(plots, ignore_errors=True)
    for column, name in ((1, "loss"), (2, "learning_rate")):
        lines = [f"step\t{name}", *(f"{row[0]}\t{row[column]}" for row in curve)]
        write_bytes(plots / f"{name}.tsv", ("\n".join(lines) + "\n").encode())
