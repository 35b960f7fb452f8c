"""Names of people, found by titles, headers, degrees, kinship and introductions; the same signs tell a name's role."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from stages.deidentify.forms import CoredForm, Form
from stages.deidentify.words import listed
from stages.records import Span

_UPPER, _LOWER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĻŁĽŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽƏ", "a-zß-öø-ÿ"
_WORD = rf"(?:[{_UPPER}](?:[^\W\d_]|['’]|-(?=[^\W\d_]))*[^\W\d_])"
_PARTICLE = r"(?:van|der|den|de|la|del|della|di|da|dos|das|du|von|zu|bin|ibn|al|el|le|st\.?|ten|ter)"
_SPACE = r"(?:[ \t]|[ \t]?\n(?!\s*\n))"
_LEAD = rf"(?:{_PARTICLE}[ \t]+){{0,3}}"
_NAME = rf"{_WORD}(?:[ \t]+(?:{_PARTICLE}[ \t]+){{0,2}}(?:{_WORD}|[{_UPPER}]\.)){{0,3}}"
_LAST_FIRST = rf"{_WORD}(?:[ -]{_WORD})?,[ \t]*{_WORD}(?:[ \t]+[{_UPPER}]\b\.?)?"
_IN_NAMES = r"\w'’.,\- \t"
_ANY_CASE = r"(?:[^\W\d_][\w'’.-]*)"

TITLES = listed("titles")
DEGREES = listed("degrees")
_DEGREE = (
    r"(?:M\.?D\.?|D\.?O\.?|R\.?N\.?|N\.?P\.?|PA-?C?|Ph\.?D\.?|LPN|FNP(?:-C)?|CRNA|APRN|DNP|BSN|MSN|MBBS|FACS|FACP|"
    "FACC|CNM|LVN|CNA|PharmD|LCSW|RRT|DPT|FRCP|MRCP)"
)
KIN = (
    "(?:husband|wife|spouse|partner|son|daughter|mother|father|mom|mum|dad|brother|sister|aunt|uncle|niece|nephew|"
    "cousin|grand(?:son|daughter|mother|father|ma|pa)|"
    "caregiver|neighbou?r|friend|roommate|fianc[eé]e?|boyfriend|girlfriend|(?:step|foster|god)(?:son|daughter|"
    "mother|father|mom|dad)|(?:son|daughter|mother|father|sister|brother)-in-law|"
    r"guardian|next\s+of\s+kin|relative|power\s+of\s+attorney)"
)
_STAFF_FIELD = (
    r"(?:attending(?:\s+(?:physician|provider|doctor|md))?|physician|provider|surgeon|referr(?:ing|"
    r"ed\s+by)(?:\s+(?:physician|provider|doctor|md))?|pcp|primary\s+care\s+(?:physician|provider)|"
    "(?:dictated|transcribed|registered|witnessed|admitted|assessed|examined|referred|"
    r"(?:electronically\s+)?signed|reviewed|verified|authenticated|ordered|prepared|recorded|seen|written|entered|"
    r"approved|read|interpreted|performed)\s+by|"
    r"(?:charge\s+|triage\s+|primary\s+)?nurse|consult(?:ant|ing\s+physician)|resident|intern|author|clinician|"
    "doctor|radiologist|pathologist|cardiologist|anesthesi(?:ologist|a)|"
    r"cc|case\s+manager|social\s+worker|therapist|technologist|pharmacist|staff|signature|witness|sincerely|"
    r"(?:kind\s+|best\s+|warm\s+)?regards|yours(?:\s+(?:truly|faithfully|sincerely))?|respectfully|rn|md)"
)
_PATIENT_FIELD = (
    r"(?:patient(?:'?s)?(?:\s+name)?|pt\.?(?:\s+name)?|name(?:\s+of\s+patient)?|full\s+name|member\s+name|"
    r"subscriber\s+name|client|re|last\s+name|first\s+name|surname|given\s+name|family\s+name|preferred\s+name|aka|"
    r"also\s+known\s+as|goes\s+by|nickname)"
)
_KIN_FIELD = (
    r"(?:(?:in\s+(?:an\s+)?emergency,?\s+)?(?:notify|call)|emergency\s+contact(?:\s+name)?|next\s+of\s+kin|nok|"
    rf"guarantor|guardian|accompanied\s+by|informant|historian|contact(?:\s+person)?|{KIN})"
)
_NOT_IN_HEADER = (
    r"(?:mrn|dob|d\.o\.b|age|sex|gender|date|male|female|id|no|number|acct|account|phone|tel|fax|address|room|unit|"
    "time|patient|doctor|nurse|diagnosis|"
    "the|is|was|of|and|who|on|in|at|for|with|to|has|had|a|an|denies|reports|admitted|visit|encounter|relationship|"
    "facility|department|md|do|rn|np|dr|ssn|email|"
    "history|information|details|none|unknown|n/a|see|per|wife|husband|spouse|mother|father|daughter|son|sister|"
    "brother|mr|mrs|ms|miss|yes|not|"
    "hospital|clinic|primary|insurance|born|seen|plan|policy|medical|referring|attending|physician|provider|good|"
    r"hello|hi|thank|thanks|i|my|it|that|this|so|well|okay|ok|no|we|you|he|she|they|there|what)\b"
)

DOCTORS = Form(rf"\b(?:Dr|DR|Prof|PROF)\b\.?[ \t\n]+(?P<v>{_LEAD}{_NAME})")
STAFF_TITLES = Form(rf"\b(?:Doctor|DOCTOR|Professor|Nurse|NURSE|Sister)\b\.?[ \t\n]+(?P<v>{_LEAD}{_NAME})")
CIVIL_TITLES = Form(rf"\b(?:Mr|MR|Mrs|MRS|Ms|MS|Miss|MISS|Mx|Mister|Missus)\b\.?[ \t\n]+(?P<v>{_LEAD}{_NAME})")
LOWER_TITLES = Form(r"(?<![\w.])(?P<t>dr|mr|mrs|ms)\b\.?[ \t]+(?P<v>[^\W\d_][^\W\d_'’-]{2,})")
_DEGREE_BEHIND = rf"{_DEGREE}(?![\w-])(?!\s*[:/])"
DEGREED = CoredForm(
    rf"(?P<v>{_LAST_FIRST}|{_NAME})\s*,?[ \t]+{_DEGREE_BEHIND}",
    core=Form(rf"\b{_DEGREE_BEHIND}"),
    before=_IN_NAMES + r"\s",
    first=_UPPER,
)
STAFF_FIELDS = Form(
    rf"(?<![\w-])(?i:{_STAFF_FIELD})[ \t]*(?:[:\-–|\t]|(?:(?<=egards)|(?<=EGARDS)|(?<=ncerely)|(?<=truly)|"
    r"(?<=hfully)),|(?:(?<=by)|(?<=BY)|(?<=By))(?=\s))[ \t\n]*(?:(?i:dr|doctor|prof|nurse|mr|mrs|ms|miss)\b\.?[ "
    r"\t]+)?"
    rf"(?P<v>{_LAST_FIRST}|{_NAME})"
)
_FIELD = rf"(?i:(?P<kin>{_KIN_FIELD})|(?P<patient>{_PATIENT_FIELD})|(?P<staff>{_STAFF_FIELD}))[ \t]*[:|]"
FIELDS = CoredForm(
    rf"(?:^|(?<=[\n|;\t])|(?<=[ \t][ \t]))[ \t*•-]*{_FIELD}[ \t|]*"
    r"(?:(?i:dr|doctor|prof|nurse|mr|mrs|ms|miss)\b\.?[ \t]+)?"
    rf"(?P<v>{_ANY_CASE}(?:,?[ \t]{_ANY_CASE}){{0,3}})",
    re.MULTILINE,
    core=Form(rf"\b{_FIELD}"),
    before=r" \t*•-",
    first=r" \t*•\w-",
)
PATIENT_INTRODUCED = Form(
    r"\b(?:(?i:patient(?:'s)?\s+name\s+is|name\s+of\s+the\s+patient\s+is|concerning|regarding|re:|record\s+of|"
    r"records\s+of|patient|pt\.?)[ \t]+|(?i:is\s+a\s+patient\s+named|goes\s+by|known\s+as|"
    r"prefers(?:\s+to\s+be\s+called)?|nicknamed|call\s+me|"
    r"call\s+(?:him|her)|friends\s+call\s+(?:me|him|her)|everyone\s+calls\s+(?:me|him|her))[ "
    rf"\t]+[\"“']?)(?P<v>{_LAST_FIRST}|{_NAME})"
)
# Openings of a dictation: a name, whatever its words.
PATIENT_NAMED = Form(
    rf"\b(?i:the\s+patient\s+is|(?:note|letter|report|dictation)\b[^.\n]{{0,40}}?\babout)[ \t]+"
    rf"(?P<v>{_WORD}(?:[ \t]+(?:{_WORD}|[{_UPPER}]\.)){{1,3}})"
)
INITIALS = Form(
    rf"\b(?i:initials|patient|pt\.?)\W{{1,3}}(?P<v>(?:[{_UPPER}]\.[ ]?){{2,3}}|[{_UPPER}]{{2,3}}(?=\s*[,.)\n]|"
    r"\s+(?i:is|was|has|presents)))"
    rf"|(?<![\w.])(?P<w>(?:[{_UPPER}]\.[ ]?){{2,3}})(?=[\s,)/:;]|$)"
)
ABBREVIATIONS = frozenset(listed("abbreviations"))
KINSHIP = Form(
    rf"\b(?i:{KIN})\b(?:,|[ \t]+(?i:is|named|called|name\s+is)|[ \t]*\(|[ \t]*[-–:])?[ \t\n]+(?:(?:Mr|Mrs|Ms|Miss|"
    rf"Dr)\b\.?[ \t]+)?\(?(?P<v>{_LAST_FIRST}(?=,)|{_NAME})"
)
_QUOTED = rf"[\"“‘'](?P<v>{_WORD})[\"”’'](?=[\s),])"
NICKNAMES = CoredForm(rf"{_WORD},?[ \t]+\(?{_QUOTED}", core=Form(_QUOTED), before=_IN_NAMES + "(", first=_UPPER)
NOTIFIED = Form(
    rf"\b(?i:notify|please\s+contact|contact)[ \t]+(?:(?:Mr|Mrs|Ms|Miss)\b\.?[ \t]+)?(?P<v>{_NAME})(?=\s+(?i:at|by|"
    r"on|\())"
)
_KIN_BEHIND = rf"(?:,|\()[ \t\n]*(?i:(?:the|her|his|their|my|patient's)[ \t]+)?(?i:{KIN})\b"
KIN_AFTER = CoredForm(rf"(?P<v>{_NAME})[ \t]*{_KIN_BEHIND}", core=Form(_KIN_BEHIND), before=_IN_NAMES, first=_UPPER)
INTRODUCED = Form(
    rf"\b(?:(?i:my\s+name\s+is|my\s+name's|name's|i\s+am\s+called|this\s+is)|(?:It is|It's)(?=[ \t]+{_NAME},[ "
    rf"\t]+born)|(?:I am|I'm|I’m)(?=[ \t]+(?:{_NAME})[.,!]))[ \t]+(?:(?:Dr|Mr|Mrs|Ms|Miss|Nurse)\b\.?[ "
    rf"\t]+)?(?P<v>{_NAME})"
)
_TITLES_BEFORE = re.compile(r"(?i)(?:" + "|".join(map(re.escape, TITLES)) + r")\b\.?[\s,]+")
_DEGREES_AFTER = re.compile(r"(?i)[\s,]+(?:" + "|".join(map(re.escape, DEGREES)) + r")[.,]?$")
_POSSESSIVE = re.compile(r"['’]s?$")
_KIN_BEFORE = re.compile(rf"(?i)\b{KIN}\b[\s,:(–-]*(?:is|named)?\s*$")
_END_OF_FIELD = re.compile(rf"(?i)(?:^|(?<=[\s,])){_NOT_IN_HEADER}")
TURN = re.compile(r"^(?P<who>[A-Z][a-z]+):[ \t]", re.MULTILINE)
# Who speaks in a dialogue; in a report the same words name a person.
SPEAKERS = re.compile(rf"^(?i:doctor|patient|nurse|family|other|relative|{KIN}):[ \t]", re.MULTILINE)

# Capitalised words that follow a title, a kinship word or an introduction without being a name.
NO_NAMES = frozenset(listed("never"))


def names(text: str, pos: int = 0, endpos: int = sys.maxsize) -> Iterator[Span]:
    """Spans of names in a text, each with the role that its sign tells; they may overlap."""
    dialogue = _is_dialogue(text)
    for form, label, score in (
        (STAFF_TITLES, "STAFF", 0.9),
        (DEGREED, "STAFF", 0.8),
        (STAFF_FIELDS, "STAFF", 0.8),
        (KINSHIP, "RELATIVE", 0.75),
        (KIN_AFTER, "RELATIVE", 0.75),
        (NOTIFIED, "RELATIVE", 0.75),
        (PATIENT_INTRODUCED, "PATIENT", 0.7),
    ):
        for match in form.finditer(text, pos, endpos):
            if not (dialogue and SPEAKERS.match(text, match.start())):
                yield from _named(text, match.start("v"), match.end("v"), label, score)
    for match in PATIENT_NAMED.finditer(text, pos, endpos):
        yield from _titled(text, match, "PATIENT", 0.75)
    for match in NICKNAMES.finditer(text, pos, endpos):
        yield from _titled(text, match, "PATIENT", 0.85)
    for match in DOCTORS.finditer(text, pos, endpos):
        yield from _titled(text, match, "STAFF", 0.9)
    for match in CIVIL_TITLES.finditer(text, pos, endpos):
        yield from _titled(text, match, _civil_role(text, match.start()), 0.85)
    for match in LOWER_TITLES.finditer(text, pos, endpos):
        label = "STAFF" if match["t"] == "dr" else _civil_role(text, match.start())
        yield from _named(text, match.start("v"), match.end("v"), label, 0.8)
    for match in FIELDS.finditer(text, pos, endpos):
        label = "RELATIVE" if match["kin"] else "PATIENT" if match["patient"] else "STAFF"
        if dialogue and SPEAKERS.match(
            text, match.start("kin" if match["kin"] else "patient" if match["patient"] else "staff")
        ):
            continue
        yield from _field(match, label)
    for match in INTRODUCED.finditer(text, pos, endpos):
        yield from _named(text, match.start("v"), match.end("v"), speaker_role(text, match.start()), 0.75)
    for match in INITIALS.finditer(text, pos, endpos):
        group = "v" if match["v"] else "w"
        value = match[group].rstrip()
        if re.sub(r"\W", "", value).casefold() not in ABBREVIATIONS:
            label = "STAFF" if re.search(r"(?i)(?:/ ?|\bby:? )$", text[: match.start(group)][-4:]) else "PATIENT"
            yield Span(match.start(group), match.start(group) + len(value), label, 0.5, "pattern")


@lru_cache(maxsize=2)  # windows of one text follow one another
def _is_dialogue(text: str) -> bool:
    return len(SPEAKERS.findall(text)) >= 3


def speaker_role(text: str, at: int) -> str:
    """The role of whoever speaks at a place of a dialogue, STAFF where a doctor or nurse does; else PATIENT."""
    line = text.rfind("\n", 0, at) + 1
    turn = TURN.match(text, line)
    who = turn["who"].lower() if turn else ""
    return (
        "STAFF" if who in ("doctor", "nurse") else "RELATIVE" if who in ("family", "relative", "other") else "PATIENT"
    )


def bare(text: str, span: Span) -> Span | None:
    """A span of a name without titles, degrees and a possessive ending; None where nothing is left."""
    start, end = span.start, span.end
    while match := _TITLES_BEFORE.match(text[start:end]):
        start += match.end()
    while match := _DEGREES_AFTER.search(text[start:end]):
        end = start + match.start()
    if match := _POSSESSIVE.search(text[start:end]):
        end = start + match.start()
    return replace(span, start=start, end=end) if end > start else None


def _civil_role(text: str, at: int) -> str:
    before = text[max(0, at - 40) : at]
    if _KIN_BEFORE.search(before):
        return "RELATIVE"
    return "STAFF" if re.search(r"(?i)(?:\bnurse|\bsigned by|\brn|\bmd)\W{0,3}$", before) else "PATIENT"


def _titled(text: str, match: re.Match[str], label: str, score: float) -> Iterator[Span]:
    """What follows a title is a name whatever the word: there are patients called Nurse, May and Self."""
    first = re.compile(r"[^\s,]+").match(text, match.start("v"))
    if first and first.group()[0].isupper():
        rest = list(_named(text, first.end(), match.end("v"), label, score))
        end = rest[0].end if rest and text[first.end() :][:1] in " \t" else first.end()
        yield Span(match.start("v"), end, label, score, "pattern")
    else:
        yield from _named(text, match.start("v"), match.end("v"), label, score)


def _named(text: str, start: int, end: int, label: str, score: float) -> Iterator[Span]:
    kept = 0
    for word in re.finditer(r"[^\s,()]+", text[start:end]):
        plain = word.group().strip(".,'’-").lower().removesuffix("'s").removesuffix("’s")
        if plain in NO_NAMES and not (plain in ("may", "june", "april", "august") and kept):
            break
        kept = word.end()
    if kept:
        yield Span(start, start + kept, label, score, "pattern")


def _field(match: re.Match[str], label: str) -> Iterator[Span]:
    value = match["v"]
    last_first = re.match(r"[^\W\d_][\w'’-]*,[ \t]*(?=[^\W\d_])", value)
    if stop := _END_OF_FIELD.search(value, last_first.end() if last_first else 0):
        value = value[: stop.start()]
    value = value.rstrip(" ,\t.")
    sure = value[:1].isupper() or label == "PATIENT"
    if len(value) > 1 and not (len(value.split()) == 1 and value.lower() in NO_NAMES):
        yield Span(match.start("v"), match.start("v") + len(value), label, 0.84 if sure else 0.4, "pattern")
