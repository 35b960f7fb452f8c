"""Training curves: DVCLive's TSV files below plots/train/<task>, the same bytes for the same training."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from stages.params.train import Train
from stages.train.examples import Refused

KEPT = ("loss", "grad_norm", "learning_rate", "mean_token_accuracy", "eval_loss", "eval_mean_token_accuracy")


def callback(folder: Path) -> Any:
    """A DVCLive callback that logs by optimizer step, and only what does not depend on the clock.

    After a resumption it first tells again what was logged up to the checkpoint, so that the curves of a training that
    was killed are those of one that was not.
    """
    from dvclive import Live
    from transformers.integrations import DVCLiveCallback

    class Curves(DVCLiveCallback):
        def setup(self, _args: Any, state: Any, _model: Any) -> None:
            self._initialized = True
            if not state.is_world_process_zero:
                return
            shutil.rmtree(folder, ignore_errors=True)
            self.live = Live(str(folder), dvcyaml=False, save_dvc_exp=False)
            for told in state.log_history:
                self._tell(told, told["step"])

        def on_log(self, _args: Any, state: Any, _control: Any, logs: Any = None, **_: Any) -> None:
            if state.is_world_process_zero:
                self._tell(logs or {}, state.global_step)

        def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            super().on_train_end(args, state, control, **kwargs)
            if state.is_world_process_zero:
                _tidy(folder)

        def _tell(self, logs: dict[str, Any], step: int) -> None:
            self.live.step = step
            for name in KEPT:
                if name in logs:
                    self.live.log_metric(_path(name), logs[name])

    return Curves()


def refuse_missing(task: str, declared: Train) -> None:
    """Raise `Refused` where curves are to go to what is not installed."""
    if "mlflow" in declared.report_to and find_spec("mlflow") is None:
        raise Refused(
            f"train.{task}.report_to names mlflow, which is not installed: pip install mlflow, or leave it out"
        )


def _path(name: str) -> str:
    return f"validation/{name.removeprefix('eval_')}" if name.startswith("eval_") else f"train/{name}"


def _tidy(folder: Path) -> None:
    """Leave the TSV files alone, without DVCLive's summary and nesting."""
    nested = folder / "plots" / "metrics"
    for part in sorted(nested.iterdir()):
        os.replace(part, folder / part.name)
    shutil.rmtree(folder / "plots")
    (folder / "metrics.json").unlink(missing_ok=True)
