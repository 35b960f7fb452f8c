"""What of a test example the models were trained on: what `split` finds and `evaluate` slices by.

`data/split/contamination/<task>.jsonl` holds one line for each test example. It lies beside the task's folder, not in
it, because `train` depends on that folder, and no adapter need be trained anew when a check changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import orjson

from stages.shards import read_shard

FOLDER = Path("data/split/contamination")
TRAIN, CORPUS = "train", "corpus"


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a test example shares with a body of training texts; docs/splitting.md defines the numbers.

    Attributes:
        question: Share of the question's words, 0 to 1, that stand in n-grams found there; None for a short question.
        answer: The same of the reference answer; told, but no flag follows from it.
        similarity: Highest Jaccard similarity, 0 to 1, of the question to any single text.
    """

    question: float | None = None
    answer: float | None = None
    similarity: float = 0.0


@dataclass(frozen=True, slots=True)
class Contamination:
    """The overlaps of one test example.

    Attributes:
        train: With what the task's adapter is trained on.
        corpus: With what a scratch base model is trained on.
        flags: What reaches its limit under `split.contamination`, such as `train.question`; empty for a clean example.
    """

    id: str
    group: str
    train: Overlap
    corpus: Overlap
    flags: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, line: bytes | str) -> Self:
        """Parse one JSON object; raises `TypeError` or `KeyError` naming a key that is missing or unknown."""
        found = orjson.loads(line)
        for body in (TRAIN, CORPUS):
            found[body] = Overlap(**found[body])
        found["flags"] = tuple(found.get("flags", ()))
        return cls(**found)

    def flagged(self, body: str) -> bool:
        """Whether the example is flagged for `train` or for `corpus`."""
        return any(flag.startswith(f"{body}.") for flag in self.flags)


def contaminated(task: str, scratch: bool, folder: Path = FOLDER) -> dict[str, bool]:
    """Test example's id -> whether the models under test have seen too much of it.

    `scratch` says that the task's base model was trained on `data/split/corpus`; otherwise only what the adapter was
    trained on counts. Raises `FileNotFoundError` naming the file and the stage that writes it.
    """
    path = folder / f"{task}.jsonl"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: not there; run `dvc repro split`, or `dvc pull split` to fetch it")
    bodies = (TRAIN, CORPUS) if scratch else (TRAIN,)
    return {one.id: any(map(one.flagged, bodies)) for one in read_shard(path, Contamination)}
