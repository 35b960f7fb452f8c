"""Checkpoints to resume from, outside DVC's outs; one that was being written when the power went is not taken."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

from stages.memo import tree_digest
from stages.shards import write_bytes

NAME = re.compile(r"checkpoint-(\d+)")


def newest(folder: Path) -> Path | None:
    """The newest checkpoint that is there whole, or None; torn ones are removed."""
    whole: list[tuple[int, Path]] = []
    for path in folder.iterdir():
        if not (found := NAME.fullmatch(path.name)):
            continue
        if _seal(path).is_file() and _seal(path).read_bytes() == tree_digest(path):
            whole.append((int(found.group(1)), path))
        else:
            shutil.rmtree(path)
    return max(whole)[1] if whole else None


def seal(folder: Path, step: int) -> None:
    """Declare the checkpoint of a step whole."""
    path = folder / f"checkpoint-{step}"
    write_bytes(_seal(path), tree_digest(path))
    # The newest folders are kept when old trainings are swept away.
    os.utime(folder)


def callback(folder: Path, every: int) -> Any:
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
                seal(folder, state.global_step)
            return control

    return Checkpoints()


def _seal(checkpoint: Path) -> Path:
    return checkpoint.with_name(f"{checkpoint.name}.sha256")
