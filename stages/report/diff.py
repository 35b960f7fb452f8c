"""A reference and two answers compared word by word, as HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import groupby

from markupsafe import Markup, escape

# Below this share of words in common a list of all that is missing hides what was said.
LEAST_ALIKE = 0.25


def compared(reference: str, answer: str) -> Markup:
    """The answer as HTML: <ins> what the reference lacks, <del> what the answer lacks.

    >>> compared("take 5 mg daily", "take 50 mg")
    Markup('take <del>5 </del><ins>50 </ins>mg<del>daily</del>')
    """
    gold, said = _words(reference), _words(answer)
    matcher = _matcher(gold, said)
    alike = matcher.ratio() >= LEAST_ALIKE
    parts: list[Markup] = []
    for what, gold_start, gold_end, said_start, said_end in matcher.get_opcodes():
        missing, there = "".join(gold[gold_start:gold_end]), "".join(said[said_start:said_end])
        if what == "equal":
            parts.append(escape(there))
            continue
        if missing and alike:
            parts.append(Markup("<del>{}</del>").format(missing))
        if there:
            parts.append(Markup("<ins>{}</ins>").format(there))
    return Markup("").join(parts)


def covered(reference: str, base: str, tuned: str) -> Markup:
    """The reference as HTML, each word by who has it: unmarked both, `gained` tuned alone, `lost` base alone, `missed`.

    >>> covered("a dry cough", "a cough", "dry cough")
    Markup('<mark class="lost">a</mark> <mark class="gained">dry</mark> cough')
    """
    gold = _words(reference)
    by_base, by_tuned = _had(gold, base), _had(gold, tuned)
    parts: list[Markup] = []
    for kind, run in groupby(range(len(gold)), key=lambda n: _KINDS[n in by_base, n in by_tuned]):
        words = "".join(gold[n] for n in run)
        bare = words.rstrip()
        parts.append(Markup('<mark class="{}">{}</mark>').format(kind, bare) if kind else escape(bare))
        parts.append(escape(words[len(bare) :]))
    return Markup("").join(parts)


_KINDS = {(True, True): "", (False, True): "gained", (True, False): "lost", (False, False): "missed"}


def _had(gold: Sequence[str], answer: str) -> set[int]:
    """Places of the reference's words that the answer has; words that unlike texts share by chance do not count."""
    matcher = _matcher(gold, _words(answer))
    if matcher.ratio() < LEAST_ALIKE:
        return set()
    return {n for block in matcher.get_matching_blocks() for n in range(block.a, block.a + block.size)}


def _matcher(gold: Sequence[str], said: Sequence[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, [word.strip() for word in gold], [word.strip() for word in said], autojunk=False)


def _words(text: str) -> list[str]:
    return re.findall(r"\S+\s*", text.lstrip())
