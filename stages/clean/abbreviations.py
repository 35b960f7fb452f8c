"""Abbreviations spelled out where they have one meaning, or where the words of one meaning stand near.

An abbreviation alone on its line is a header and stays. Where words of another sense stand near as well, the best must
lead it clearly; in doubt it stays.
Units, schedules and whatever else the guard protects are never touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stages import cues
from stages.clean.change import Change, Context, Edited, Medium, rewritten, surrogate_spans
from stages.clean.lexicon import Sense, english, read_abbreviations

NEAR = 80
# Words by which a sense must lead another that has any.
LEAD = 2
_TOKEN = re.compile(r"(?<![\w/&.@'’-])[A-Za-z](?:[A-Za-z0-9]*(?:[/&][A-Za-z0-9]+)+|[A-Za-z0-9]*)(?![\w/&@'’-])")
_WORD = re.compile(r"[a-z]+\d*")


class Abbreviations:
    """Expands what a table of abbreviation, expansion and context words declares."""

    name = "abbreviations"
    media: frozenset[Medium] = frozenset({"note", "speech", "field"})

    def __init__(self, table: str) -> None:
        self._senses = _with_spellings(read_abbreviations(table))

    def __call__(self, text: str, context: Context) -> Edited:
        found = list(self._proposed(text))
        if not found:
            return Edited(text)
        invented = surrogate_spans(text, context.surrogates)
        free = [c for c in found if not any(start < c.end and c.start < end for start, end in invented)]
        return rewritten(text, free)

    def _proposed(self, text: str) -> Iterator[Change]:
        for token in _TOKEN.finditer(text):
            short, (start, end) = token.group(), token.span()
            senses = self._senses.get(short)
            if senses is None or short.lower() in cues.LONE_UNITS or _after_number(text, start):
                continue
            line = _line(text, start)
            if line.strip() == short or (short.isupper() and short.lower() in english() and _shouted(line)):
                continue
            expansion = _meant(senses, short, text, start, end)
            if expansion is None or _spelled_out_beside(text, start, end, expansion):
                continue
            if text[end : end + 1] == "." and re.match(r"\.\s+[a-z]", text[end : end + 3]):
                end += 1
            yield Change(self.name, start, end, text[start:end], _cased(expansion, short, text, start))


def _with_spellings(senses: dict[str, list[Sense]]) -> dict[str, list[Sense]]:
    """Adds the spellings that cannot be taken for a word: `htn` for HTN, `Pt` for pt."""
    more: dict[str, list[Sense]] = {}
    for short in senses:
        lower = short.lower()
        if short.isupper() and len(short) > 2 and lower not in english():
            more[lower] = senses[short]
        if short.islower():
            more[short.capitalize()] = senses[short]
    return more | senses


def _meant(senses: list[Sense], short: str, text: str, start: int, end: int) -> str | None:
    """The expansion that fits here; None where it is not known."""
    if len(senses) == 1 and not senses[0].context:
        return senses[0].expansion
    near = set(_WORD.findall(text[max(0, start - NEAR) : start].lower() + " " + text[end : end + NEAR].lower()))
    near.discard(short.lower())
    hits = sorted(((len(sense.context & near), sense.expansion) for sense in senses), reverse=True)
    (best, expansion), *rest = hits
    rival = rest[0][0] if rest else 0
    return expansion if best and (not rival or best - rival >= LEAD) else None


def _after_number(text: str, start: int) -> bool:
    return bool(re.search(r"\d[ \t-]?$", text[max(0, start - 3) : start]))


def _line(text: str, start: int) -> str:
    end = text.find("\n", start)
    return text[text.rfind("\n", 0, start) + 1 : end if end >= 0 else len(text)]


def _shouted(line: str) -> bool:
    """Whether the line is all capitals, so that OR may well be the word."""
    return not any(letter.islower() for letter in line) and len(line.split()) > 2


def _spelled_out_beside(text: str, start: int, end: int, expansion: str) -> bool:
    before = text[max(0, start - 200) : start].rstrip(" (").lower() if text[start - 1 : start] == "(" else ""
    return before.endswith(expansion.lower()) or text[end : end + 200].lower().startswith(f" ({expansion.lower()}")


def _cased(expansion: str, short: str, text: str, start: int) -> str:
    before = text[max(0, start - 20) : start].rstrip(" \t*•-")
    starts_sentence = not before or before[-1] in ".!?:\n"
    wants_capital = starts_sentence and short[0].isupper()
    return expansion[0].upper() + expansion[1:] if wants_capital else expansion
