"""Our split beside scikit-learn's GroupShuffleSplit by patient: CPU seconds, and near-duplicates that cross.

    python benchmarks/split.py [--examples 10000] [--passages 8000]

All divide the same invented examples: patients of some four examples each, one patient in ten with a copied text in
which a name and a few words were changed. Ours also picks the corpus, writes all files and verifies them; it is timed
with each library that proposes pairs and is installed, whole and, as `pairs`, from sets of shingles to pairs.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch

from stages.params import Params, load
from stages.records import Example, Origin, Record
from stages.split import __main__ as stage
from stages.split.certificate import highest
from stages.split.minhash import Datasketch, Proposals, Rensa
from stages.split.similarity import Index, judged, shingles

Made = Callable[[int, int], Proposals]

WORDS = [f"{a}{b}{c}{d}" for a in "bdfgklmnprst" for b in "aeiou" for c in "lmnrs" for d in ("a", "ix", "on", "et")]


def main() -> None:
    """Print one line a contender."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--passages", type=int, default=8_000)
    sizes = parser.parse_args()
    examples, passages = _examples(sizes.examples), _passages(sizes.passages)
    for library in (Datasketch, Rensa) if find_spec("rensa") else (Datasketch,):
        seconds, similarity = _ours(library, examples, passages)
        _print(f"ours, {library.__name__.lower()}", seconds, similarity)
        print(f"  pairs {_pairs(library, examples):16.2f} s")
    start = time.process_time()
    train, test = _by_patient(examples)
    theirs = time.process_time() - start
    similarity = highest(
        [shingles(judged(e), e.surrogates) for e in train], [shingles(judged(e), e.surrogates) for e in test]
    )
    _print("GroupShuffleSplit", theirs, similarity)


def _ours(library: Made, examples: list[Example], passages: list[Record]) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder, patch.object(stage, "Index", partial(Index, made=library)):
        start = time.process_time()
        numbers = stage.split(_params(Path(folder)), examples, passages, Path(folder) / "out")
        return time.process_time() - start, numbers["tasks"]["hpi"]["highest_similarity.test"]


def _pairs(library: Made, examples: list[Example]) -> float:
    sets = [shingles(judged(example), example.surrogates) for example in examples]
    declared = load().split
    index = Index(declared.near_duplicate, declared.permutations, library)
    start = time.process_time()
    for one in sets:
        list(index.near(one))
        index.add(one)
    return time.process_time() - start


def _params(folder: Path) -> Params:
    key = folder / "key"
    key.write_bytes(b"benchmark" * 8)
    return load().model_copy(update={"key_file": str(key)})


def _print(name: str, seconds: float, similarity: float) -> None:
    print(f"{name:20} {seconds:6.2f} s, highest similarity of train and test {similarity:.3f}")


def _by_patient(examples: list[Example]) -> tuple[list[Example], list[Example]]:
    from sklearn.model_selection import GroupShuffleSplit

    divider = GroupShuffleSplit(1, test_size=0.2, random_state=7)
    train, test = next(divider.split(examples, groups=[example.group for example in examples]))
    return [examples[n] for n in train], [examples[n] for n in test]


def _text(rng: random.Random, words: int = 130) -> str:
    return " ".join(rng.choices(WORDS, k=words))


def _examples(count: int) -> list[Example]:
    rng = random.Random(7)
    # Sentences from a small stock, so that texts share shingles as clinical notes do.
    stock = [_text(rng, 11) for _ in range(400)]
    made: list[Example] = []
    for number in range(count):
        patient, name = number // 4, f"{rng.choice(WORDS)} {rng.choice(WORDS)}".title()
        body = ". ".join([*rng.sample(stock, 6), _text(rng, 60)])
        example = Example(
            f"e{number:06d}", "hpi", f"p{patient:06d}", "Write it.", _text(rng, 40), f"{name} came. {body}"
        )
        if made and patient % 10 == 0:
            example = replace(example, input=f"{name} came. {made[rng.randrange(len(made))].input.split('. ', 1)[1]}")
        made.append(replace(example, surrogates=(name,)))
    return made


def _passages(count: int) -> list[Record]:
    rng = random.Random(8)
    origin = Origin("passages.jsonl", "0", "table")
    return [Record(f"t{n:06d}", "library", f"t{n:06d}", "document", origin, text=_text(rng)) for n in range(count)]


if __name__ == "__main__":
    main()
