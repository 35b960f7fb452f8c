"""The model card of an export (Mitchell et al. 2019, arXiv 1810.03993): README.md, from params and metrics files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from stages import metrics
from stages.export.outcome import Outcome
from stages.memo import tree_digest
from stages.params import Params
from stages.shards import write_bytes


class Row(NamedTuple):
    """One metric of the test set under base and tuned model; `low` and `high` bound the tuned one."""

    name: str
    base: float | None
    tuned: float | None
    low: float | None
    high: float | None


def write(params: Params, task: str, outcome: Outcome, folder: Path) -> None:
    """Write README.md into an export.

    Raises `FileNotFoundError` naming the metrics file that is missing and the stage that makes it.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # Markdown for people and hubs, never put into a page of ours.
    jinja = Environment(  # noqa: S701
        loader=PackageLoader("stages.export", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    jinja.filters |= {"number": _number, "literal": lambda value: orjson.dumps(value).decode()}
    scores = _read(Path("metrics") / f"{task}.json", f"evaluate@{task}")
    base = params.base[params.tasks[task].base]
    declared = params.training(task).model_dump(mode="json")
    facts = {
        "name": task,
        "task": params.tasks[task],
        "base": base,
        "speech": base.kind == "whisper",
        "invented": params.raw.startswith("data/synthesize/"),
        "exported": params.export.tasks[task],
        "bits": declared["quantization"]["bits"],
        "declared": orjson.dumps(declared, option=orjson.OPT_INDENT_2).decode(),
        "seed": params.seed,
        "trained": _read(Path("metrics/train") / f"{task}.json", f"train@{task}"),
        "scores": scores,
        "rows": list(_rows(params.tasks[task].metrics, scores, task)),
        "confidence": params.evaluate.confidence,
        "parity": outcome.numbers,
        "use": outcome.use,
        "revisions": {
            "data set": _revision(Path("data/split") / task),
            "base": _revision(Path("models/base") / params.tasks[task].base),
            "adapter": _revision(Path("models/adapters") / task),
        },
    }
    write_bytes(folder / "README.md", jinja.get_template("card.md.j2").render(facts).encode())


def _rows(names: list[Any], scores: Mapping[str, Any], task: str) -> Iterator[Row]:
    intervals = _read(Path("metrics/intervals") / f"{task}.json", f"evaluate@{task}")
    for name in names:
        found = intervals.get(name) or {}
        ends = found.get("tuned_low"), found.get("tuned_high")
        yield Row(name, scores["base"].get(name), scores["tuned"].get(name), *ends)


def _read(path: Path, stage: str) -> dict[str, Any]:
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no metrics there; run `dvc repro {stage}`")
    return metrics.read(path)


def _revision(folder: Path) -> str:
    """SHA-256 of a folder, so that a card names the very data and weights, whatever the repository's history."""
    return tree_digest(folder).hex()


def _number(value: float | int | None) -> str:
    if value is None:
        return "none"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
