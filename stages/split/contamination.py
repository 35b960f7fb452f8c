"""How much of each test example stands in what a model is trained on, measured on the written files.

Nothing is moved or left out by it: what shares patients, records or near-duplicates is kept apart already. This counts
what may be left, wording that many texts share, so that scores can be given with and without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from stages.contamination import CORPUS, TRAIN, Contamination, Overlap
from stages.params.split import Contamination as Limits
from stages.records import Example, Record
from stages.shards import read as read_shards
from stages.shards import write_shard
from stages.split import files
from stages.split.pairs import highest_of_each
from stages.split.similarity import Shingles, content, judged, shingles, words

DIGITS = 6

Words = Sequence[str]
Ngram = tuple[str, ...]


class Body(NamedTuple):
    """What a model is trained on: the words of every text, and the shingles that each is told from others by."""

    texts: list[Words]
    shingled: list[Shingles]


def measure(folder: Path, tasks: Iterable[str], limits: Limits) -> dict[str, dict[str, float]]:
    """Write `contamination/<task>.jsonl` below `folder`; return each task's shares of flagged test examples.

    `folder` holds what the stage wrote: the sets of every task, and the corpus. Every task has a test example.
    """
    tests = {task: files.read(folder / task, "test") for task in tasks}
    corpus = _of_records(read_shards(folder / "corpus", Record))
    # Asked about all tasks at once, because the corpus is by far the longest to go through.
    by_corpus = iter(_overlaps([example for examples in tests.values() for example in examples], corpus, limits))
    shares = {}
    for task, examples in tests.items():
        by_train = _overlaps(examples, _of_examples(files.read(folder / task, "train")), limits)
        pairs = zip(examples, by_train, islice(by_corpus, len(examples)), strict=True)
        found = [_judged(example, train, corpus, limits) for example, train, corpus in pairs]
        write_shard(folder / "contamination" / f"{task}.jsonl", found)
        shares[task] = {body: sum(one.flagged(body) for one in found) / len(found) for body in (TRAIN, CORPUS)}
    return shares


def covered(texts: Sequence[Words], source: Iterable[Words], ngram: int, shortest: int) -> list[float | None]:
    """For each text the share of its words that stand in an n-gram which `source` holds too.

    A text of fewer than `ngram` words is one n-gram as long as itself; for one of fewer than `shortest` there is None.
    """
    sizes = [min(ngram, len(text)) if len(text) >= shortest else 0 for text in texts]
    head = min(ngram, shortest)
    # By their first words, so that one pass finds n-grams of every length; and only n-grams of the texts are kept, so
    # that memory grows with them and not with the source.
    wanted: dict[Ngram, set[Ngram]] = {}
    for text, size in zip(texts, sizes, strict=True):
        for one in _ngrams(text, size):
            wanted.setdefault(one[:head], set()).add(one)
    seen: set[Ngram] = set()
    for text in source:
        if not wanted.keys().isdisjoint(_ngrams(text, head)):
            seen.update(_found(text, head, wanted))
    return [_share(text, size, seen) if size else None for text, size in zip(texts, sizes, strict=True)]


def _found(text: Words, head: int, wanted: Mapping[Ngram, set[Ngram]]) -> Iterator[Ngram]:
    for start, first in enumerate(_ngrams(text, head)):
        for one in wanted.get(first, ()):
            if tuple(text[start : start + len(one)]) == one:
                yield one


def _share(text: Words, size: int, seen: Set[Ngram]) -> float:
    inside = [False] * len(text)
    for start, one in enumerate(_ngrams(text, size)):
        if one in seen:
            inside[start : start + size] = [True] * size
    return sum(inside) / len(text)


def _ngrams(text: Words, size: int) -> Iterator[Ngram]:
    return zip(*(text[start:] for start in range(size)), strict=False)


def _overlaps(examples: Sequence[Example], body: Body, limits: Limits) -> list[Overlap]:
    questions = [words(judged(example), example.surrogates) for example in examples]
    answers = [words(example.response, example.surrogates) for example in examples]
    shares = covered([*questions, *answers], body.texts, limits.ngram, limits.shortest)
    shingled = [shingles(judged(example), example.surrogates) for example in examples]
    similarities = highest_of_each(body.shingled, shingled)
    rows = zip(shares[: len(examples)], shares[len(examples) :], similarities, strict=True)
    return [Overlap(_rounded(question), _rounded(answer), round(similar, DIGITS)) for question, answer, similar in rows]


def _judged(example: Example, train: Overlap, corpus: Overlap, limits: Limits) -> Contamination:
    # A known answer is no flag: many patients have one diagnosis, and notes of one practice share their wording.
    flags = []
    for body, overlap in ((TRAIN, train), (CORPUS, corpus)):
        reached = {
            "question": (overlap.question or 0.0) >= limits.overlap,
            "similarity": overlap.similarity >= limits.similarity,
        }
        flags += [f"{body}.{name}" for name, is_reached in reached.items() if is_reached]
    return Contamination(example.id, example.group, train, corpus, tuple(flags))


def _of_examples(examples: Iterable[Example]) -> Body:
    body = Body([], [])
    for example in examples:
        texts = (example.instruction, example.input, example.response)
        body.texts.extend(words(text, example.surrogates) for text in texts)
        body.shingled.append(shingles(judged(example), example.surrogates))
    return body


def _of_records(records: Iterable[Record]) -> Body:
    body = Body([], [])
    for record in records:
        body.texts.append(words(content(record), record.surrogates))
        body.shingled.append(shingles(content(record), record.surrogates))
    return body


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, DIGITS)
