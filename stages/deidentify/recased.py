"""Capitals for a text without any, as a recogniser writes it: where names may stand, so that they are found as ever.

No letter is added or lost: what is found in the text with capitals stands at the same place in the text without.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from stages.deidentify.english import frequent
from stages.deidentify.names import KIN, NO_NAMES
from stages.deidentify.places import ROADS, STATES
from stages.deidentify.runs import DIGITS

COMMON = 10_000  # words of English that get no capital, unless they stand where a name is expected
FUNCTION = 120  # words of English that get none anywhere
LABEL = re.compile(r"^[A-Z][a-z]+: ", re.MULTILINE)
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_WORD = re.compile(r"[^\W\d_](?:[\w'’]|-(?=\w))*")
_TITLES = "dr|doctor|mr|mister|mrs|missus|ms|miss|prof|professor|nurse"
# What a name of so many words follows.
_LEADS = tuple(
    (re.compile(rf"\b(?:{lead})\b[.,]?[ \t]+", re.IGNORECASE), most)
    for lead, most in (
        (_TITLES, 2),
        (r"name(?:\s+is|'s)|called|call\s+me|are\s+you|you\s+are|this\s+is|patient\s+is|i\s+am|i'm|it\s+is|about", 3),
        (rf"{KIN}(?:\s+(?:is|named|called))?", 3),
        (r"hello|hi|thanks|thank\s+you|morning|afternoon|evening|good\s+day|welcome|goodbye|bye|yes|no|okay", 1),
        (r"(?:live|lives|living|lived|moved|from|work|works|job)\s+(?:in|at|to|on|near|for)|employed\s+by|in|at", 3),
    )
)  # fmt: skip
_WORDS = rf"(?:{_WORD.pattern}[ \t]+)"
# What is a name by the word behind it.
_FORMS = (
    re.compile(rf"(?i)\b(?P<v>{_TITLES})\b"),
    re.compile(
        rf"(?i)(?:\d|\b(?:{'|'.join(DIGITS)}))[ \t]+(?P<v>{_WORDS}{{1,2}}?(?:{'|'.join(ROADS)})\b"
        r"(?:[ \t]+(?:apartment|apt|suite|unit)\b)?)"
    ),
    re.compile(
        rf"(?i)(?P<v>{_WORDS}{{1,3}}(?:hospital|medical[ \t]+cent(?:er|re)|clinic|pharmacy|insurance|school|college|"
        r"university|works|industries))\b"
    ),
    re.compile(rf"(?i)(?P<v>{_WORDS}{{0,2}}{_WORD.pattern}),?[ \t]+(?P<state>{'|'.join(STATES)})(?=,?[ \t]+\d{{5}}\b)"),
)


def is_small(text: str) -> bool:
    """Whether a text is written in small letters throughout, the labels of its speakers aside."""
    # A label holds one capital, and a line one label.
    if _number(text, str.isupper) - text.count("\n") - 1 >= 0.005 * _number(text, str.isalpha):
        return False
    said = LABEL.sub("", text)
    return _number(said, str.islower) > 0 and _number(said, str.isupper) < 0.005 * _number(said, str.isalpha)


def caseless(text: str) -> bool:
    """Whether a text is written in one case throughout, so that capitals tell nothing."""
    letters, capitals = _number(text, str.isalpha), _number(text, str.isupper)
    return capitals > 0.6 * letters or capitals < 0.005 * letters


def recased(text: str, is_medicine: Callable[[str], bool]) -> str:
    """The text with a capital for each word that may be a name's: rare ones, and those where a name is expected."""
    capitals = {match.start() for match in _WORD.finditer(text) if _is_rare(match.group(), is_medicine)}
    for lead, most in _LEADS:
        for match in lead.finditer(text):
            capitals.update(_names_at(text, match.end(), most))
    for form in _FORMS:
        for match in form.finditer(text):
            words = _WORD.finditer(text, match.start("v"), match.end("v"))
            capitals.update(word.start() for word in words if word.group().casefold() not in frequent(FUNCTION))
            if "state" in form.groupindex:
                capitals.update(range(*match.span("state")))
    return "".join(
        letter.upper() if at in capitals and len(letter.upper()) == 1 else letter for at, letter in enumerate(text)
    )


def _number(text: str, kind: Callable[[str], bool]) -> int:
    """How many characters of a text are of a kind."""
    plain = text.encode("ascii", "ignore")
    other = _FOREIGN.findall(text) if len(plain) < len(text) else ()
    return len(plain) - len(plain.translate(None, _plain(kind))) + sum(map(kind, other))


@cache
def _plain(kind: Callable[[str], bool]) -> bytes:
    """The characters of ASCII that are of a kind."""
    return bytes(code for code in range(128) if kind(chr(code)))


def _names_at(text: str, at: int, most: int) -> Iterator[int]:
    """Where the words begin that may be a name, up to the first that is never one."""
    for _ in range(most):
        word = _WORD.match(text, at)
        if word is None or word.group().casefold() in (NO_NAMES | frequent(FUNCTION)):
            return
        yield at
        at = word.end() + len(re.match(r"[ \t]*", text[word.end() : word.end() + 3]).group())  # type: ignore[union-attr]


def _is_rare(word: str, is_medicine: Callable[[str], bool]) -> bool:
    plain = word.casefold()
    return len(plain) > 2 and plain not in frequent(COMMON) and plain not in NO_NAMES and not is_medicine(plain)
