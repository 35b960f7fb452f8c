"""`whisper-en`: the normaliser of Whisper (Radford et al. 2022, arXiv 2212.04356, appendix C), for comparability only.

It is not safe for clinical text: `<` and `>` vanish, `5 mm` becomes `5`, `-2` becomes `2`, what stands in brackets is
deleted, `LT knee` becomes `lieutenant knee`. Nor is it idempotent: `minus 2` gives `-2`, and that gives `2`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache


def whisper_english(text: str) -> str:
    """A text as the checkpoints of Whisper normalise English, British spellings made American."""
    return _normaliser()(text)


@lru_cache(maxsize=1)
def _normaliser() -> Callable[[str], str]:
    from whisper_normalizer.english import EnglishTextNormalizer

    found: Callable[[str], str] = EnglishTextNormalizer()
    return found
