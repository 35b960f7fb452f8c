"""Typos corrected: to a medical term of the lexicon first, else to a common English word.

Only lower-case words that no dictionary knows are corrected, only where one correction stands out, and never a word
that may be a drug into another drug. Candidates come from SymSpell (Garbe 2012; symspellpy).
"""

from __future__ import annotations

import re

from stages import cues
from stages.clean.change import Change, Context, Edited, Medium, rewritten, surrogate_spans
from stages.clean.lexicon import english, read_terms

LEAST_LETTERS = 5
# Occurrences in the English corpus from which a word is so common that a rare look-alike is a slip of the fingers.
COMMON = 1_000_000
# Edits by which a drug must lie nearer than any that it is confused with.
APART = 3
# How many times more common than the next candidate a correction must be.
STANDS_OUT = 5
_WORD = re.compile(rf"(?<![\w/.@'’-])[a-z]{{{LEAST_LETTERS},}}(?![\w/@'’-])")
_ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "al", "ally", "ness", "er", "est", "like", "ic", "ous", "ae", "i", "a")
# What a stem has lost before such an ending: tachycard-ic, diagnos-es.
_LOST = ("", "e", "ia", "is", "us", "um", "a")
_KEY_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


class Typos:
    """Corrects what is at most `most_edits` (Damerau-Levenshtein) from one known word."""

    name = "typos"
    media: frozenset[Medium] = frozenset({"note", "field"})

    def __init__(self, terms: str, most_edits: int) -> None:
        from symspellpy import SymSpell

        self._most_edits = most_edits
        words = {word for term in read_terms(terms) for word in re.findall(r"[a-z]+", term)}
        # One edit more than is corrected, to see what else the word may have been.
        self._terms = SymSpell(most_edits + 1)
        for word in sorted(words):
            self._terms.create_dictionary_entry(word, 1)
        self._common = SymSpell(1)
        for word, count in english().items():
            if count >= COMMON:
                self._common.create_dictionary_entry(word, count)
        self._known = words | english().keys() | _american(english()) | cues.UNITS.keys() | cues.SHORTHAND.keys()
        self._known |= cues.CONFUSED_DRUGS.keys()
        self._corrections: dict[str, str | None] = {}

    def __call__(self, text: str, context: Context) -> Edited:
        invented = surrogate_spans(text, context.surrogates) if context.surrogates else []
        own = {word for start, end in invented for word in re.findall(r"[a-z]+", text[start:end].lower())}
        changes = []
        for match in _WORD.finditer(text):
            word = match.group()
            if word in self._known or word in own or (right := self.correction(word)) is None:
                continue
            changes.append(Change(self.name, match.start(), match.end(), word, right))
        return rewritten(text, changes)

    def correction(self, word: str) -> str | None:
        """What an unknown lower-case word was meant to be; None where that is not clear."""
        if word not in self._corrections:
            self._corrections[word] = None if self._may_be_real(word) else self._term(word) or self._english(word)
        return self._corrections[word]

    def _may_be_real(self, word: str) -> bool:
        """A form of a known word, two known words in one, or a drug that the lexicon does not hold."""
        if word in self._known or cues.DRUG.fullmatch(word):
            return True
        stems = [word[: -len(ending)] for ending in _ENDINGS if word.endswith(ending)]
        forms = [stem + lost for stem in stems for lost in _LOST] + [stem[:-1] + "y" for stem in stems]
        if any(form in self._known for form in forms if len(form) > 3):
            return True
        return any(word[:cut] in self._known and word[cut:] in self._known for cut in range(4, len(word) - 3))

    def _term(self, word: str) -> str | None:
        from symspellpy import Verbosity

        edits = 1 if len(word) < 8 else self._most_edits
        near = [n for n in self._terms.lookup(word, Verbosity.ALL, edits + 1) if n.term[0] == word[0]]
        close = [n for n in near if n.distance <= edits and n.distance == near[0].distance]
        if len(close) != 1 or _swaps_vowel(word, close[0].term):
            return None
        term: str = close[0].term
        # hypertension and hypotension, or two drugs: whoever must guess leaves it.
        risky = cues.DRUG.fullmatch(term) or term.startswith(("hypo", "hyper", "brady", "tachy"))
        if risky and (len(near) > 1 or _may_be_another_drug(word, term, close[0].distance)):
            return None
        return None if self._is_plainer_english(word, close[0].distance) else term

    def _is_plainer_english(self, word: str, distance: int) -> bool:
        from symspellpy import Verbosity

        found = self._common.lookup(word, Verbosity.TOP, 1)
        return (
            bool(found)
            and (found[0].distance < distance or found[0].count >= 10 * COMMON)
            and (found[0].term not in self._terms.words)
        )

    def _english(self, word: str) -> str | None:
        from symspellpy import Verbosity

        near = self._common.lookup(word, Verbosity.CLOSEST, 1)
        near = [n for n in near if sorted(n.term) == sorted(word)] or near
        if not near or (len(near) > 1 and near[0].count < STANDS_OUT * near[1].count):
            return None
        term: str = near[0].term
        return term if _is_slip(word, term) else None


def _may_be_another_drug(word: str, term: str, distance: int) -> bool:
    """Whether a drug that is confused with the term lies nearly as near, also one that no lexicon holds."""
    from rapidfuzz.distance import OSA

    others = cues.CONFUSED_DRUGS.get(term, ())
    return any(OSA.distance(word, other) < distance + APART for other in others)


def _is_slip(word: str, term: str) -> bool:
    """Whether fingers slip like that: two letters swapped, one lost or doubled, or the key beside; not the first."""
    if word[0] != term[0]:
        return False
    if len(word) != len(term) or sorted(word) == sorted(term):
        return True
    wrong, right = next((a, b) for a, b in zip(word, term, strict=True) if a != b)
    return any(wrong + right in row or right + wrong in row for row in _KEY_ROWS)


def _swaps_vowel(word: str, term: str) -> bool:
    """Whether one vowel for another is all that differs: ileum and ilium, peroneal and perineal are two words."""
    pairs = [(a, b) for a, b in zip(word, term, strict=False) if a != b]
    return len(word) == len(term) and len(pairs) == 1 and set("".join(pairs[0])) <= set("aeiouy")


def _american(words: dict[str, int]) -> set[str]:
    """American spellings of the British words: edema, anemia, tumor, which the English list lacks."""
    pairs = (("ae", "e"), ("oe", "e"), ("our", "or"), ("yse", "yze"), ("ise", "ize"), ("isation", "ization"))
    return {word.replace(*pair) for word in words for pair in pairs if pair[0] in word}
