"""Checkpoints to resume from, outside DVC's outs; one that was being written when the power went is not taken."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stages.keys import Key
from stages.memo import fingerprint, memo_folder, tree_digest
from stages.params import Params
from stages.shards import write_bytes

NAME = re.compile(r"checkpoint-(\d+)")


def newest(below: Path) -> Path | None:
    """The newest checkpoint that is there whole, or None; torn ones are removed."""
    whole: list[tuple[int, Path]] = []
    for path in below.iterdir():
        if not (found := NAME.fullmatch(path.name)):
            continue
        if _seal(path).is_file() and _seal(path).read_bytes() == tree_digest(path):
            whole.append((int(found.group(1)), path))
        else:
            shutil.rmtree(path)
    return max(whole)[1] if whole else None


def seal(below: Path, step: int) -> None:
    """Declare the checkpoint of a step whole."""
    path = below / f"checkpoint-{step}"
    write_bytes(_seal(path), tree_digest(path))
    # The newest folders are kept when old trainings are swept away.
    os.utime(below)


def callback(below: Path, every: int) -> Any:
    """A trainer callback that saves every so many steps beside the epochs' ends, logs before, and seals after."""
    from transformers import TrainerCallback

    class Checkpoints(TrainerCallback):
        def on_step_end(self, _args: Any, state: Any, control: Any, **_: Any) -> Any:
            # What was summed for a log but not logged is lost with the process: log wherever training may resume.
            if state.global_step % every == 0:
                control.should_save = control.should_log = True
            return control

        def on_epoch_end(self, _args: Any, _state: Any, control: Any, **_: Any) -> Any:
            control.should_log = True
            return control

        def on_save(self, _args: Any, state: Any, control: Any, **_: Any) -> Any:
            if state.is_world_process_zero:
                seal(below, state.global_step)
            return control

    return Checkpoints()


@contextlib.contextmanager
def folder(params: Params, task: str, data: Path, base: str) -> Iterator[Path]:
    """A folder that only the same training finds again; gone after success."""
    declared = {
        "task": task,
        "seed": params.seed,
        "train": params.training(task).model_dump(),
        "speakers": params.tasks[task].speakers,
    }
    # Not secret: what is hashed here leaves the machine in no form.
    mark = fingerprint(Key(b"rounds checkpoints"), "train", declared, [data, Path(base)])
    found = memo_folder(f"train/{task}", mark)
    if found is None:  # outside a DVC repository
        with tempfile.TemporaryDirectory() as temporary:
            yield Path(temporary)
        return
    yield found
    shutil.rmtree(found, ignore_errors=True)


def _seal(checkpoint: Path) -> Path:
    return checkpoint.with_name(f"{checkpoint.name}.sha256")
