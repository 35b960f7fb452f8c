"""Dates and ages over 89, found by their form and the words around them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from stages.deidentify.dates import CERTAIN, MONTHS
from stages.deidentify.forms import Form
from stages.records import Span

_MD = r"(?:0?[1-9]|[12]\d|3[01])[/](?:0?[1-9]|[12]\d|3[01])"
# A month and day, or a fraction, a score, a blood pressure: only the words before or after can tell.
DAY_OF_MONTH = Form(
    r"(?:\b(?:on|since|from|until|til|till|through|thru|by|before|after|dated?|of|seen|visit|admitted|adm|"
    "discharged|d/c'?d|dc|due|started|stopped|began|last|"
    "next|drawn|collected|performed|done|labs|signed|returned|back|follow-?up|f/u|appointment|appt|onset|"
    "procedure|scheduled|for|and|to|starting|between|as of|"
    "around|about|surgery|reviewed|received|faxed|called|re-?check|clinic|arrived|noted|presented|presents|here|"
    "it'?s|today|tomorrow|yesterday|tonight|day|"
    r"mon|tue|tues|wed|thu|thurs|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\s*[:,(]?\s*|"
    r"[(\[–—]\s*|(?:^|\n)\s*[-*•]?\s*|\d/\d{1,2}\s*[-–]\s*)"
    rf"(?P<v>{_MD})(?![\d/%]|\.\d|-\d|\s*(?:strength|pain|power|score|reflex|murmur|bilateral|systolic|mmhg|mm|kg|"
    r"in\s+(?:severity|intensity|pain)|on\s+the\s+(?:pain\s+)?scale|"
    r"criteria|points?|out|tablets?|tabs?|cup|normal\s+saline|ns\b|weeks|days|hours))",
    re.IGNORECASE,
)
# Behind these words even 4/5 and 7/10, which are strength and pain elsewhere, are days.
DATED = re.compile(
    r"\b(?:(?:labs?|laboratory|results?|notes?|visit|scan|x-?rays?|ct|mri|e[ck]g|imaging|cultures?|biopsy|records?|letter)"
    r"\s+(?:of|from|dated)|(?:last|first)\s+seen(?:\s+on)?|dated|admitted(?:\s+on)?|discharged(?:\s+on)?|appointment\s+on)"
    r"\s+$",
    re.IGNORECASE,
)
SCORE_BEFORE = re.compile(
    "(?:pain|score|scale|strength|power|motor|murmur|gcs|apgar|rated?|grade|reflexes|bp|pressure|vision|acuity|sv|"
    "phq|gad|mmse|moca|ratio|intensity|severity|"
    r"od|os|ou|half|about\s+an?|k?cal)\b[^\n.;,]{0,18}$",
    re.IGNORECASE,
)
MONTH_YEAR = Form(r"(?<![\d/.-])(?:0?[1-9]|1[0-2])/(?:19|20)\d\d(?![\d/])")
COMPACT = Form(
    r"(?:dob|birth|date|dos|born)\W{0,4}(?:of\s+birth\W{0,3})?(?P<v>(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|"
    r"3[01]))(?!\d)",
    re.IGNORECASE,
)
MONTH = Form(
    r"\b(?P<lead>(?:in|since|until|till|til|by|from|of|last|this|next|during|through|before|after|early|mid|late|"
    r"for|around|between|and|to|back\s+in|beginning\s+of|"
    r"end\s+of|middle\s+of|mid-)[\s-]+(?:early\s+|mid\s?-?\s?|late\s+|the\s+month\s+of\s+)?)?(?P<v>"
    + "|".join([*MONTHS, "jan", "feb", "aug", "sept", "oct", "nov"])
    + r")\b",
    re.IGNORECASE,
)
_CERTAIN = tuple(map(Form, CERTAIN))
AMBIGUOUS_MONTHS = {"march", "may"}  # verbs too
GIVEN_NAMES = {"april", "june", "august", "may", "jan"}
RANGE = Form(
    rf"\b(?:{'|'.join(m[:3] + '(?:' + m[3:] + ')?' if m != 'may' else m for m in MONTHS)})\.?\s+\d{{1,2}}(?:st|nd|"
    r"rd|th)?\s?(?:-|–|to|through|and|&)\s?"
    r"\d{1,2}(?:st|nd|rd|th)?\b(?!\d)(?:,?\s+(?:19|20)\d\d)?",
    re.IGNORECASE,
)
HOLIDAYS = Form(
    r"\b(?:christmas(?:\s+(?:eve|day))?|thanksgiving|new\s+year'?s(?:\s+(?:eve|day))?|easter(?:\s+(?:sunday|"
    r"monday))?|labor\s+day|memorial\s+day|independence\s+day|"
    r"(?:the\s+)?fourth\s+of\s+july|halloween|valentine'?s\s+day|mother'?s\s+day|father'?s\s+day|veterans'?\s+day|"
    r"columbus\s+day|hanukkah|ramadan|diwali|passover)\b",
    re.IGNORECASE,
)
_OLD = r"(?:9\d|1[01]\d|12[0-4])"
_OLD_WORD = (
    r"(?:ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:a|one)\s+hundred(?:\s+and)?(?:[- "
    "](?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))?)"
)
AGES = Form(
    rf"\b(?P<a>{_OLD}|{_OLD_WORD})(?:\s?\+)?[\s-]*(?:year|yr|y[./]?\s?o\b|y\.o\.|yo\b|y\b(?=[\s/-]*(?:o|old|m\b|"
    r"f\b|male|female))|year)"
    r"|\b(?:age[ds]?|turn(?:ed|s|ing)?|(?:patient|pt)\s+is|birthday|y/o)(?:\s*[:=(|]|\s+(?:is|of|was|at|"
    rf"at\s+visit))*\s*(?:a\s+)?(?P<b>{_OLD}|{_OLD_WORD})\b(?!\s*(?:%|mg|kg|lb|/|bpm|mm|cm))"
    r"|\b(?:i'?m|i\s+am|he'?s|she'?s|he\s+is|she\s+is|you'?re|you\s+are|who\s+is|being|at)\s+(?:now\s+|already\s+|"
    rf"only\s+)?(?P<c>{_OLD}|{_OLD_WORD})(?=\s*(?:[.,;!?\n]|$|and\b|now\b|but\b|with\b|so\b|doctor\b))"
    rf"|\b(?P<d>{_OLD})\s?(?:[MF]\b|(?:male|female|man|woman|gentleman|lady)\b)"
    rf"|\bin\s+(?:his|her|their|my|your|the)\s+(?:early\s+|mid-?\s?|late\s+)?(?P<e>nineties|90'?s|hundreds|100s)\b"
    r"|\b(?P<f>nonagenarian|centenarian|supercentenarian)s?\b|\b(?P<g>9\d|1[01]\d)(?:th|st|nd|rd)\s+(?:birthday|"
    r"year)|\b(?P<h>ninety-?(?:\w+)?(?:th|first|second|third)|(?:one\s+)?hundredth)\s+birthday",
    re.IGNORECASE,
)


def times(text: str, pos: int = 0, endpos: int = sys.maxsize) -> Iterator[Span]:
    """Spans of dates of every form and of ages over 89 in a text; they may overlap."""
    yield from _full(text, pos, endpos)
    if any(map(str.isdigit, text)):
        yield from _partial(text, pos, endpos)
    for match in RANGE.finditer(text, pos, endpos):
        yield _span(match, "DATE", 0.95)
    for match in MONTH.finditer(text, pos, endpos):
        ambiguous = match["v"].lower() in AMBIGUOUS_MONTHS
        if match["lead"] or not (ambiguous or match["v"].islower() or match["v"].lower() in GIVEN_NAMES):
            # "may" and "march" after a preposition are still verbs at times; in capitals they are names of months.
            sure = not ambiguous or match["v"][:1].isupper()
            yield _span(match, "DATE", 0.7 if sure else 0.2, "v")
    for match in HOLIDAYS.finditer(text, pos, endpos):
        yield _span(match, "DATE", 0.6)
    for match in AGES.finditer(text, pos, endpos):
        group = match.lastgroup or ""
        if not re.match(r"\s*(?:mg|kg|lbs?|bpm|%|mm|cm|/\d)", text[match.end(group) : match.end(group) + 5]):
            yield _span(match, "AGE", 0.8, group)


def _full(text: str, pos: int, endpos: int) -> Iterator[Span]:
    for form in _CERTAIN:
        for match in form.finditer(text, pos, endpos):
            # Dotted numbers of two digits may be a version or section; a date with dots has a year of four digits.
            dotted = "sep" in match.re.groupindex and "." in match["sep"] and len(match["y"]) == 2
            yield _span(match, "DATE", 0.45 if dotted else 0.9)


def _partial(text: str, pos: int, endpos: int) -> Iterator[Span]:
    for match in DAY_OF_MONTH.finditer(text, pos, endpos):
        at = match.start("v")
        is_score = SCORE_BEFORE.search(text, max(0, at - 40), at)
        if not is_score and (_possible(match["v"]) or DATED.search(text, max(0, at - 24), at)):
            yield _span(match, "DATE", 0.6, "v")
    for match in MONTH_YEAR.finditer(text, pos, endpos):
        yield _span(match, "DATE", 0.8)
    for match in COMPACT.finditer(text, pos, endpos):
        yield _span(match, "DATE", 0.9, "v")


def _possible(written: str) -> bool:
    first, second = map(int, written.split("/"))
    return (first <= 12 or second <= 12) and not (second == 10 and first <= 10) and not (second == 5 and first <= 5)


def _span(match: re.Match[str], label: str, score: float, group: str | int = 0) -> Span:
    return Span(match.start(group), match.end(group), label, score, "pattern")
