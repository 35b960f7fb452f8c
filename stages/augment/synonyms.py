"""Names replaced by other names of the same thing, by nlpaug's reserved-word augmenter."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

from stages import guard
from stages.augment.operator import RefusedError, overlaps
from stages.augment.umls import Groups

_PACKAGE = "nlpaug.augmenter.word"


class Synonyms:
    """Replaces a share of the names that stand in a text."""

    def __init__(self, groups: Groups, rate: float) -> None:
        spelled: dict[str, list[str]] = {}
        for group in groups:
            for name in group:
                spelled.setdefault(name.lower(), []).append(name)
        # A name of two things says neither, and capitals such as PE mean much else: both may be put in, not taken out.
        self._sources = guard.Names.of(
            [name] for names in spelled.values() for name in names if len(names) == 1 and not _is_acronym(name)
        )
        reserved = [[name for name in group if len(spelled[name.lower()]) == 1] for group in groups]
        self._rate, self._original = rate, [""]
        self._augmenter = _reserved_augmenter()(
            [group for group in reserved if len(group) > 1],
            case_sensitive=False,
            tokenizer=self._cut,
            reverse_tokenizer=self._join,
        )
        self._augmenter.reserved_token_dict = {
            name: group
            for name, group in self._augmenter.reserved_token_dict.items()
            if not _is_acronym(spelled[name][0])
        }

    def __call__(self, text: str, rng: Random, rank: int) -> str:  # noqa: ARG002 - the generator tells tries apart
        inner = text.strip()
        self._original = self._cut(inner)
        eligible = sum(token.lower() in self._augmenter.reserved_token_dict for token in self._original)
        if not eligible:
            raise RefusedError("no place to change")
        self._augmenter.aug_min = self._augmenter.aug_max = max(1, round(self._rate * eligible))
        with _seeded_globals(rng):
            (changed,) = self._augmenter.augment(inner)
        start = text.index(inner)
        return text[:start] + str(changed) + text[start + len(inner) :]

    def _cut(self, text: str) -> list[str]:
        """The text in pieces: each name is one, and what stands between two names is one."""
        headers = guard.headers(text)
        pieces, at = [], 0
        for start, end in guard.places(text, self._sources):
            if overlaps(headers, start, end):
                continue
            pieces += [text[at:start], text[start:end]]
            at = end
        return [piece for piece in [*pieces, text[at:]] if piece]

    def _join(self, tokens: list[str]) -> str:
        """Put pieces together again, with a capital where the name replaced had one."""
        pairs = zip(self._original, tokens, strict=True)
        return "".join(new[0].upper() + new[1:] if old[0].isupper() and old != new else new for old, new in pairs)


def _is_acronym(name: str) -> bool:
    return name.isupper() or (len(name) <= 5 and sum(letter.isupper() for letter in name) > 1)


def _reserved_augmenter() -> Any:
    """The class, without running its package, which imports every other augmenter and takes ten seconds."""
    if _PACKAGE in sys.modules:
        return importlib.import_module(f"{_PACKAGE}.reserved").ReservedAug
    nlpaug = importlib.import_module("nlpaug")
    shell = ModuleType(_PACKAGE)
    shell.__path__ = [str(Path(str(nlpaug.__file__)).parent / "augmenter" / "word")]
    sys.modules[_PACKAGE] = shell
    try:
        shell.WordAugmenter = importlib.import_module(f"{_PACKAGE}.word_augmenter").WordAugmenter  # type: ignore[attr-defined]
        return importlib.import_module(f"{_PACKAGE}.reserved").ReservedAug
    finally:
        for name in [name for name in sys.modules if name == _PACKAGE or name.startswith(f"{_PACKAGE}.")]:
            del sys.modules[name]


@contextmanager
def _seeded_globals(rng: Random) -> Iterator[None]:
    """nlpaug draws from the global generators: they follow `rng` for a while and are then as they were."""
    import random

    import numpy as np

    python, numpy = random.getstate(), np.random.get_state()
    random.seed(rng.getrandbits(64))
    np.random.seed(rng.getrandbits(32))
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
