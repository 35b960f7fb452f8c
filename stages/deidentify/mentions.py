"""Names in running text, known by what is said of their bearers: who denies, lives or is spoken with is a person.

Weaker signs than titles and headers, so a mention counts only where its words are rare in English or have the form of a
name: a middle initial, or letters that English does not write.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from stages.deidentify.english import frequent
from stages.deidentify.forms import CoredForm, Form
from stages.deidentify.names import KIN, NO_NAMES
from stages.deidentify.places import GENERIC_WORDS, UPPER
from stages.records import Span

COMMON = 10_000  # the words of English that are no name by themselves where only a verb tells
COMMONEST = 2_000  # nor where the sign is a strong one
RARE = 30_000  # one word alone must be rarer than these where only a verb tells

_WORD = rf"[{UPPER}](?:[^\W\d_]|['’](?=[^\W\d_]{{3}})|-(?=[{UPPER}]))*[^\W\d_]"
_PARTICLE = r"(?:van|der|den|de|la|del|della|di|da|dos|das|du|von|zu|bin|ibn|al|el|le|ten|ter|pas)"
_NAME = rf"{_WORD}(?:[ ](?:{_PARTICLE}[ ]){{0,2}}(?:[{UPPER}]\.?[ ])?{_WORD}){{0,2}}"
_FULL = rf"{_WORD}(?:[ ](?:{_PARTICLE}[ ]){{0,2}}(?:[{UPPER}]\.?[ ])?{_WORD}){{1,2}}"
_IN_NAMES = rf"{UPPER}\w'’. -"
_SAID = r"(?:says?|said|adds|added|asks|asked|told|tells|explains|explained|replied|recalls|recalled|wrote)"
_DOES = (
    r"(?:denies|denied|complains?|complained|states|stated|endorses|endorsed|lives|lived|resides|works|worked|smokes|"
    r"drinks|wants|thinks|believes|feels|felt|hopes|married|graduated|grew\s+up|moved|admits|recalls|walked|drove|"
    rf"called|will\s+be|{_SAID})"
)

SAYING = Form(rf"\b{_SAID}[ ](?P<v>{_NAME})")
WITH = Form(
    r"\b(?i:according\s+to|spoke(?:n)?\s+(?:to|with)|talk(?:ed)?\s+(?:to|with)|(?:met|meet|meeting)\s+with|"
    r"discuss(?:ed|ion)?\s+with|follow(?:ed|s|ing)?[ -]?up\s+with|seen\s+with|accompanied\s+by|brought\s+in\s+by|"
    rf"written\s+by|on\s+behalf\s+of|care\s+of|by)[ ](?P<v>{_FULL})"
)
WITH_ONE = Form(
    r"\b(?i:according\s+to|spoke(?:n)?\s+(?:to|with)|talk(?:ed)?\s+(?:to|with)|follow(?:ed|s|ing)?[ -]?up\s+with|"
    rf"on\s+behalf\s+of|brought\s+in\s+by)[ ](?P<v>{_WORD})(?=[ ]?[.,;?!]|[ ][a-z])"
)
DOING = CoredForm(rf"(?<![-\w])(?P<v>{_NAME})[ ]{_DOES}\b", core=Form(rf"\b{_DOES}\b"), before=_IN_NAMES, first=UPPER)
ASKED = Form(rf"(?i:\bname)\?[\"”]?\s+(?:[A-Z][a-z]+:\s+)?(?:(?:It's|It is)[ ])?(?P<v>{_NAME})(?=[ ]?(?:[.,;!\n]|$))")
ACTING = CoredForm(
    rf"(?<![-\w])(?P<v>{_NAME})[ ]as[ ](?:(?:a|an|the|my|her|his|their|our)[ ])?(?i:beneficiary|guardian|proxy|"
    rf"surrogate|emergency\s+contact|next\s+of\s+kin|executor|trustee|witness|dependent|{KIN})\b",
    core=Form(r"\bas[ ]"),
    before=_IN_NAMES,
    first=UPPER,
)
_REQUEST = (
    r",[ ](?=(?:can|could|would|will|please|do|did|does|are|how|what|where|when|have|has|is|let|let's|may|should)\b)"
)
CALLED_ON = CoredForm(
    rf"(?:^|(?<=[.?!]\s)|(?<=\n)|(?<=:\s))(?P<v>{_NAME}){_REQUEST}",
    re.MULTILINE,
    core=Form(_REQUEST),
    before=_IN_NAMES,
    first=UPPER,
)
_INITIAL = rf"[{UPPER}]\.?[ ](?:{_PARTICLE}[ ])?{_WORD}"
INITIALED = CoredForm(
    rf"(?<![-\w])(?P<v>{_WORD}[ ]{_INITIAL})(?![-\w])",
    core=Form(rf"(?<![A-Za-z0-9]){_INITIAL}"),
    before=_IN_NAMES,
    first=UPPER,
)
LETTERED = re.compile(
    r"(?i)(?:vitamin|hepatitis|hemoglobin|haemoglobin|protein|factor|group|type|grade|class|stage|plan|part|pattern|"
    r"influenza|coenzyme|immunoglobulin|apolipoprotein|complement|category|phase|section|level|schedule|blood|strep\w*|"
    r"troponin|title|medicare|botulinum|interferon|cyclosporine|amphotericin|polymyxin|table|figure|unit|ward)"
)
FOREIGN = CoredForm(
    rf"(?<![-\w])(?P<v>(?=[^\s,.;:()]*[^\W\d_a-zA-Z]){_WORD}(?:[ ]{_WORD})?)(?![-\w])",
    core=Form(r"[^\x00-\x7f]"),
    before=r"\S",
    first=UPPER,
)
# Learned words and kinship are no names: cardiology wants, the prosthetist said, my cousin told.
_NO_PERSON = re.compile(
    rf"(?i){KIN}|\w+(?:ology|iatrics?|iatry|surgery|therapy|[^v]ists?|icians?|nursing|medicine|team)"
)


def mentions(text: str, pos: int = 0, endpos: int = sys.maxsize) -> Iterator[Span]:
    """Spans of names in a text that capitals mark as names; they may overlap."""
    if text.isascii() and not any(map(str.isupper, text)):
        return
    for form, most, label, score in (
        (SAYING, COMMON, "PATIENT", 0.6),
        (WITH, COMMON, "PATIENT", 0.55),
        (WITH_ONE, COMMON, "PATIENT", 0.55),
        (DOING, COMMON, "PATIENT", 0.55),
        (CALLED_ON, COMMON, "PATIENT", 0.55),
        (ASKED, COMMONEST, "PATIENT", 0.7),
        (ACTING, COMMON, "RELATIVE", 0.7),
    ):
        for match in form.finditer(text, pos, endpos):
            if _is_name(match["v"], most):
                yield Span(*match.span("v"), label, score, "mention")
    for match in INITIALED.finditer(text, pos, endpos):
        first, last = match["v"].split()[0], match["v"].split()[-1]
        if not LETTERED.fullmatch(first) and _is_name(f"{first} {last}", COMMONEST):
            yield Span(*match.span("v"), "PATIENT", 0.6, "mention")
    if not text.isascii():
        for match in FOREIGN.finditer(text, pos, endpos):
            if _is_name(match["v"], COMMON):
                yield Span(*match.span("v"), "PATIENT", 0.45, "mention")


def _is_name(value: str, most: int) -> bool:
    """Whether the words can be a name: none is a word that never is, and not all are common."""
    words = [word.casefold() for word in re.findall(r"[^\W\d_]{2,}", value)]
    if not words or any(word in NO_NAMES or word in GENERIC_WORDS or _NO_PERSON.fullmatch(word) for word in words):
        return False
    if len(words) == 1 and (len(words[0]) < 3 or value.isupper() or (most == COMMON and words[0] in frequent(RARE))):
        return False
    return not frequent(most).issuperset(words)
