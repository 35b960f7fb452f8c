"""Copy-forward removed: paragraphs and sentences that a note repeats from an earlier note of the same patient.

The first note keeps them, so nothing that was ever told is lost. Short sentences stay: "Denies chest pain." in two
notes is two findings. A near copy goes only if it holds no word that the earlier one lacks and protects the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from stages import cues, guard
from stages.clean.change import Change, Context, Edited, Medium, applied

LEAST_WORDS = 10
# rapidfuzz's normalised indel similarity, in percent, from which two paragraphs are copies of each other.
NEAR_COPY = 92.0
_PARAGRAPH = re.compile(r"[^\n](?:.|\n(?![ \t]*\n))*")
_SENTENCE = re.compile(r"\S(?:[^.!?\n]|[.!?](?!\s)|\n(?![ \t]*\n))*[.!?]?")
_HEADER = re.compile(r"[ \t]*[A-Z][\w/&() -]{0,40}:[ \t]*\n?|[ \t]*[A-Z][A-Z/& ]{3,40}\n")


class CopyForward:
    """Removes from a note what stands in the patient's earlier ones."""

    name = "copy_forward"
    media: frozenset[Medium] = frozenset({"note"})

    def __call__(self, text: str, context: Context) -> Edited:
        if not context.earlier:
            return Edited(text)
        told = [_told(note) for note in context.earlier]
        gone: list[Change] = []
        for start, end in _passages(text, _PARAGRAPH):
            if _is_copy(text[start:end], told):
                gone.append(self._removal(text, start, end))
                continue
            for first, last in _passages(text[start:end], _SENTENCE):
                sentence = _plain(text[start + first : start + last])
                if any(sentence in note.sentences for note in told):
                    gone.append(self._removal(text, start + first, start + last))
        return Edited(applied(text, gone), tuple(gone))

    def _removal(self, text: str, start: int, end: int) -> Change:
        after = re.compile(r"[ \t]*\n?").match(text, end)
        end = after.end() if after else end
        return Change(self.name, start, end, text[start:end], "")


@dataclass(frozen=True, slots=True)
class _Told:
    """What one note tells: its long paragraphs and sentences, spaces made one."""

    paragraphs: tuple[str, ...]
    sentences: frozenset[str]


@lru_cache(maxsize=256)
def _told(note: str) -> _Told:
    paragraphs = tuple(_plain(note[start:end]) for start, end in _passages(note, _PARAGRAPH))
    return _Told(paragraphs, frozenset(_plain(note[start:end]) for start, end in _passages(note, _SENTENCE)))


def _passages(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Start and end of the passages that are long enough, without the header before them."""
    for match in pattern.finditer(text):
        start, end = match.span()
        if (header := _HEADER.match(text, start, end)) is not None:
            start = header.end()
        if len(text[start:end].split()) >= LEAST_WORDS:
            yield start, end


def _is_copy(paragraph: str, told: list[_Told]) -> bool:
    from rapidfuzz import fuzz

    plain = _plain(paragraph)
    for note in told:
        for earlier in note.paragraphs:
            if plain == earlier:
                return True
            if fuzz.ratio(plain, earlier, score_cutoff=NEAR_COPY) and _tells_nothing_new(plain, earlier):
                return True
    return False


def _tells_nothing_new(plain: str, earlier: str) -> bool:
    return not _content(plain) - _content(earlier) and not guard.changed(plain, earlier)


def _content(text: str) -> Counter[str]:
    return Counter(word for word in re.findall(r"\w+", text.lower()) if word not in cues.EMPTY_WORDS)


def _plain(text: str) -> str:
    return " ".join(text.split())
