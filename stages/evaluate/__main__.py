"""`python -m stages.evaluate TASK`, and `python -m stages.evaluate score FILE...` for anyone's predictions."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.params import Params, load_or_exit

if TYPE_CHECKING:
    from stages.evaluate.predictions import Prediction
    from stages.records import Example

CORPUS = "data/split/corpus"


def main() -> None:
    """Evaluate a declared task, or score a file."""
    if sys.argv[1:2] == ["score"]:
        from stages.evaluate.score import main as score

        score(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(
        prog="python -m stages.evaluate",
        description="Base against tuned on the test set of a task.",
        epilog="`python -m stages.evaluate score FILE...` scores what any other system predicted; see its --help.",
    )
    parser.add_argument("task", help="a name under `tasks` in params.yaml")
    parser.add_argument("--params", default="params.yaml", help="the params file (default: %(default)s)")
    args = parser.parse_args()
    params = load_or_exit(args.params)
    if args.task not in params.tasks:
        parser.error(
            f"{args.task!r} is not under `tasks` in {args.params}; there are {', '.join(sorted(params.tasks))}"
        )
    # What is evaluated lies on disk: no library needs to look for newer files.
    os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", TOKENIZERS_PARALLELISM="false")
    try:
        evaluate(params, args.task)
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(f"evaluate {args.task}: {error}") from None


def evaluate(params: Params, name: str) -> None:
    """Answer the test set of a task with base and tuned model, score both, and write answers and scores."""
    from stages import metrics
    from stages.contamination import contaminated
    from stages.evaluate.content import test_set
    from stages.evaluate.panel import Panel
    from stages.evaluate.results import not_applicable, score, scored, signature, signatures, statistics, worst
    from stages.evaluate.scorers.ranked import Synonyms
    from stages.evaluate.scorers.terms import Vocabulary
    from stages.records import Example, to_json
    from stages.shards import read_shard, write_bytes, write_shard

    task, settings = params.tasks[name], params.evaluate
    if unknown := sorted(settings.categories.keys() - params.tasks.keys()):
        raise ValueError(f"evaluate.categories.{unknown[0]}: no such task; there are {', '.join(sorted(params.tasks))}")
    # Before any model is loaded: a fault in what is declared must not cost an hour.
    on = settings.categories.get(name, {})
    tables = Synonyms.read(settings.synonyms), on, Vocabulary.read(settings.terms)
    panel = Panel(task.metrics, task.sections, *tables, task.speakers)
    examples = sorted(read_shard(Path("data/split") / name / "test.jsonl", Example), key=lambda example: example.id)
    if not examples:
        raise ValueError(f"tasks.{name}: its test set is empty; metrics/split.json says where its examples went")
    seen = contaminated(name, scratch=params.base[task.base].needs == CORPUS)
    predictions, run = _answered(params, name, examples)
    rows = scored(predictions, panel)
    numbers, intervals = score(predictions, panel, settings, params.seed, name, rows)

    folder = Path("data/evaluate") / name
    shutil.rmtree(folder, ignore_errors=True)
    write_shard(folder / "predictions.jsonl", predictions)
    write_bytes(folder / "signatures.json", to_json(signatures(panel, settings, params.seed)) + b"\n")
    prompt = predictions[0].content["wording"]
    signed = signature(panel, settings, test_set(examples), prompt)
    told = {
        "signature.json": to_json(signed | {"not_applicable": not_applicable(predictions, panel)}),
        "errors.json": to_json(worst(predictions, panel)),
        "statistics.jsonl": b"\n".join(to_json(line) for line in statistics(examples, predictions, panel, rows, seen)),
    }
    if run:
        told["run.json"] = to_json(run)
    for file, data in told.items():
        write_bytes(folder / file, data + b"\n")
    metrics.write(f"metrics/{name}.json", numbers)
    metrics.write(f"metrics/intervals/{name}.json", intervals)


def _answered(params: Params, name: str, examples: Sequence[Example]) -> tuple[list[Prediction], dict[str, Any]]:
    """The answers of both systems, and what was measured of the run itself."""
    task, training = params.tasks[name], params.training(name)
    base, adapter = Path("models/base") / task.base, Path("models/adapters") / name
    if params.base[task.base].kind == "whisper":
        from stages.evaluate.listen import listen

        return listen(examples, base, adapter, params.evaluate, training, params.seed, task.metrics)
    from stages.evaluate.predict import predict

    return predict(examples, base, adapter, params.evaluate, training, params.seed), {}


if __name__ == "__main__":
    main()
