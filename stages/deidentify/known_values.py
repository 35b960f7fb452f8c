"""Whole values of a patient sought again in every way in which they may be written, by one look-up for each word.

Every patient has other values: an expression of all of them costs more to compile than a note to search. What a form
says is read letter by letter instead, at the few places of a text where its first letters stand.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from stages.deidentify.english import ordinary_words
from stages.records import Span

HEAD = 6  # letters and digits that a value is looked up by
_UNCONFUSED = str.maketrans("oqlisbzg", "00115826")
# One sign for all that is misread for each other.
_COARSE = str.maketrans("oqil|szbg6", "0011152888")
_RUN = re.compile(r"[^\W_]+|\|")
# Three letters that are the same as another in any case but its own, and are no single letter in capitals.
_SAME = {"\u1fd3": "\u0390", "\u1fe3": "\u03b0", "\ufb06": "\ufb05"}


class Letters(dict[str, frozenset[str]]):
    """Letter of a value -> letters of a text, evened, that stand for it.

    Args:
        misread: Letter -> all that it may be read as, itself among them.
    """

    def __init__(self, misread: Mapping[str, str]) -> None:
        super().__init__()
        self.misread = misread

    def __missing__(self, letter: str) -> frozenset[str]:
        self[letter] = frozenset(evened(self.misread.get(letter, letter)))
        return self[letter]


@dataclass(frozen=True, slots=True)
class Form:
    """How a value may be written, in any case.

    Attributes:
        words: What stands together.
        joint: What stands between two words: of marks and white space, none of which a word can go on with.
        letters: What stands for a letter.
    """

    words: tuple[str, ...]
    joint: re.Pattern[str]
    letters: Letters

    @property
    def expression(self) -> str:
        """The form as a regular expression."""
        misread = self.letters.misread
        return self.joint.pattern.join(
            "".join(f"[{misread[letter]}]" if letter in misread else re.escape(letter) for letter in word)
            for word in self.words
        )

    @property
    def head(self) -> str:
        """The first letters and digits that stand in a text wherever the form does, coarse."""
        # Where there must be a joint it may hold a stroke, which can be an l as well.
        apart = self.joint.match("") is None
        return _coarse("".join(filter(str.isalnum, self.words[0] if apart else "".join(self.words))))[:HEAD]

    def end(self, text: str, at: int) -> int:
        """Where the form ends that begins at a place of an evened text; -1 where none does."""
        for number, word in enumerate(self.words):
            if number:
                joint = self.joint.match(text, at)
                if joint is None:
                    return -1
                at = joint.end()
            for letter in word:
                if text[at : at + 1] not in self.letters[letter]:
                    return -1
                at += 1
        return -1 if text[at : at + 1].isalnum() else at


class Values:
    """Finds the values of one patient.

    Args:
        values: Letters and digits of a value, folded -> its label and form.
    """

    def __init__(self, values: Mapping[str, tuple[str, Form]]) -> None:
        self._labels = {plain: label for plain, (label, _) in values.items()}
        # The first of those that read alike stands for them.
        self._confused = {_unconfused(plain): label for plain, label in reversed(self._labels.items())}
        self._forms: dict[str, list[tuple[int, Form]]] = defaultdict(list)
        self._sizes: dict[str, set[int]] = defaultdict(set)
        for rank, form in enumerate(ranked(form for _, form in values.values())):
            head = form.head
            self._forms[head].append((rank, form))
            self._sizes[head[:1]].add(len(head))

    def search(self, text: str) -> Iterator[Span]:
        """Every value in a text, from left to right and without overlap."""
        for start, end in self._places(text) if self._forms else ():
            value = text[start:end]
            if value.isalpha() and ordinary_words(value):
                continue
            plain = folded(value)
            if label := self._labels.get(plain) or self._confused.get(_unconfused(plain)):
                yield Span(start, end, label, 0.9, "known")

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        plain = evened(text)
        runs = [match.span() for match in _RUN.finditer(plain)]
        signs = _coarse("".join([plain[start:end] for start, end in runs]))
        at = done = 0
        for start, end in runs:
            if sizes := self._sizes.get(signs[at]):
                found = [one for size in sizes for one in self._forms.get(signs[at : at + size], ())]
                if found and start >= done and not plain[start - 1 : start].isalnum():
                    for _, form in sorted(found, key=_rank):
                        if (last := form.end(plain, start)) >= 0:
                            yield start, last
                            done = last
                            break
            at += end - start


def ranked(forms: Iterable[Form]) -> list[Form]:
    """Forms in the order in which they are tried at a place: the longer first."""
    written = {form.expression: form for form in forms}
    return [written[one] for one in sorted(written, key=lambda one: (-len(one), one))]


def folded(value: str) -> str:
    """Letters and digits alone, without case."""
    return "".join(filter(str.isalnum, value.casefold()))


def evened(text: str) -> str:
    """The text in small letters as `re.IGNORECASE` knows them, each in its place."""
    return text.lower() if text.isascii() else text.translate(_EVEN)


class _Even(dict[int, int]):
    def __missing__(self, code: int) -> int:
        letter = chr(code)
        small = letter.lower()[0]
        again = small.upper().lower()
        self[code] = ord(_SAME.get(letter, again if len(again) == 1 else small)) if letter.isalnum() else code
        return self[code]


_EVEN = _Even()


def _coarse(text: str) -> str:
    return evened(text).translate(_COARSE)


def _unconfused(plain: str) -> str:
    return plain.translate(_UNCONFUSED)


def _rank(found: tuple[int, Form]) -> int:
    return found[0]
