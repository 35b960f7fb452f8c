"""A reader that is independent of operators and guard: which response it would give to a text.

It answers as the nearest original example of another patient does, by the cosine of tf-idf vectors of words and pairs
of words. Words after a negation, up to the end of the sentence, are words of their own (as Pang, Lee and Vaithyanathan
2002 tag them), so that `no fever` is not near `fever`. It has no lexicon: what the guard and the tables of synonyms
believe, it cannot repeat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from stages.augment.ledger import changed_side
from stages.records import Example

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[.!?;:\n]")
_NEGATION = re.compile(r"no|not|never|none|nor|neither|without|den(?:y|ies|ied|ying)|cannot|\w+n['’]t")
_BATCH = 256
"""Texts whose similarity to all examples lies in memory at once."""


class Reader:
    """Reads texts by examples with their responses; those are of one task and one category."""

    def __init__(self, examples: Sequence[Example]) -> None:
        import numpy as np
        from sklearn.feature_extraction.text import TfidfVectorizer

        known = sorted((one for one in examples if _features(changed_side(one))), key=lambda example: example.id)
        self._labels = [label(example) for example in known]
        self._groups = np.array([example.group for example in known])
        self._vectors = TfidfVectorizer(analyzer=_features, sublinear_tf=True)
        self._known = self._vectors.fit_transform(map(changed_side, known)).T.tocsr() if known else None

    def labels(self, examples: Sequence[Example]) -> Iterator[str | None]:
        """The label of each example, read from its text alone; `None` where no other patient has any word of it."""
        import numpy as np

        if self._known is None:
            yield from [None] * len(examples)
            return
        for start in range(0, len(examples), _BATCH):
            batch = examples[start : start + _BATCH]
            near: Any = (self._vectors.transform(map(changed_side, batch)) @ self._known).toarray()
            for example, row in zip(batch, near, strict=True):
                row[self._groups == example.group] = 0
                # Rounded, so that the order in which products are summed decides between no two examples.
                place = int(np.argmax(row.round(9)))
                yield self._labels[place] if row[place] > 0 else None


def label(example: Example) -> str:
    """The words of an example's response: where one is given to several patients, it is a label."""
    return " ".join(re.findall(r"\w+", example.response.lower()))


def _features(text: str) -> list[str]:
    words = list(_words(text))
    return [*words, *map(" ".join, pairwise(words))]


def _words(text: str) -> Iterator[str]:
    negated = False
    for token in _TOKEN.findall(text.lower()):
        if not token[0].isalnum():
            negated = False
        elif _NEGATION.fullmatch(token):
            negated = True
            yield token
        else:
            yield f"not_{token}" if negated else token
