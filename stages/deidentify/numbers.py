"""Numbers and codes that identify: a few compiled expressions, each number known by the words before it or by its form.

One expression reads "words of a kind, filler, value" for all kinds at once; the kind is the name of the group of words
that matched. Codes that nobody explains are found last, by their length and their share of digits.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from stages.deidentify.forms import CoredForm, Form
from stages.records import Span

# Words that announce a value. `A~B` ones are so common in clinical prose that the value must follow "number", "ID",
# "#" or a colon; the others may be followed by any filler.
SURE = {
    "FAX": r"fax(?:ed)?(?:\s+to)?|facsimile",
    "PAGER": r"pager|beeper|ext(?:ension)?\b\.?|pgr",
    "PHONE":
        r"(?:(?:tele|cell|mobile|home|work|daytime|office)\s?)?phone|tel\b\.?|mobile|cell\b|ph\b\.?|"
        r"call(?:\s+back)?\s+(?:at|on)|contact\s+(?:at|number)|"
    r"callback",
    "SSN": r"ssn|ss\s?#|soc(?:ial)?\.?\s+sec(?:urity)?",
    "MRN":
        r"mrn|m\.r\.n\.?|mr\s?#|med(?:ical)?\.?\s*rec(?:ord)?s?|hospital\s+(?=number|no|#|id)|chart\s+(?=number|no|"
        r"#|id)|unit\s+(?=number|no|#)|"
    r"patient\s*(?=id|number|no\b|#)|pt\.?\s*(?=id\b|#|no\b)|record\s+(?=number|no|#|id)|urn\b|nhs\s+(?=number|no)|"
    "uhid",
    "HEALTH_PLAN":
        r"health\s+plan|member(?:ship)?\s*(?=id|number|no|#|:)|subscriber|beneficiary|medicare|medicaid|insurance|"
        "insurer|policy|"
    r"plan\s+(?=id|number|no|#|:)|payer|group\s+(?=id|number|no|#)|hicn|mbi\b|hmo\s+(?=id|number|no|#)|"
    r"coverage\s+(?=id|number|no|#)",
    "ACCOUNT":
        r"account|acct\b\.?|billing\s+(?=id|number|no|#|ref)|(?:bank|routing|iban|credit\s+card|card)\s*(?=number|"
        r"no|#|:|ending|\d)|"
    r"guarantor\s+(?=id|number|no|#)|invoice|bill\s+(?=number|no|#)|visit\s+(?=number|no|#)|fin\s*(?=number|no|#|"
    r":)|csn\b|har\b",
    "VEHICLE":
        r"vin\b|vehicle|licen[sc]e\s+plates?|number\s+plates?|plates?\b|(?:car|truck|van)\s+(?:tag|registration)|"
        r"tag\s+(?=number|no|#)",
    "LICENSE":
        r"licen[sc]e|lic\b\.?|dea\b|npi\b|upin\b|certificate|certification|driver'?s?\s+(?:licen[sc]e|lic\b\.?)|"
        r"dl\b|passport|permit|credential",
    "DEVICE":
        r"serial|s/n\b|sn\b|device|udi\b|implant(?:ed)?|pacemaker|icd\s+(?=serial|model|sn)|pump|generator|"
        r"glucometer|cpap|hearing\s+aid|prosthesis|"
    r"stent\s+(?=serial|lot|sn|#)|lot\b|mac\b",
    "BIOMETRIC":
        r"biometrics?|finger\s?prints?|finger\s?scan|thumb\s?print|voice\s?prints?|retinal?(?:\s+scan)?|"
        r"iris(?:\s+scan)?|palm\s?(?:print|scan|vein)|"
    r"face\s?(?:id|print|scan)|facial\s+(?:scan|recognition)",
    "OTHER_ID":
        r"accession|acc\s*(?=#|no|number|:)|requisition|claim|auth(?:orization)?\s*(?=number|no|#|code|:)|"
        r"reference\s+(?=number|no|#|id)|"
    r"ref\s*(?=#|no\b|number|:|\.)|confirmation\s+(?=number|no|#|code)|(?:trial|study|research)\s+(?:subject|"
    r"participant|id|number|no|code)|subject\s+(?=id|number|no|#)|"
    r"specimen|encounter\s*(?=id|number|no|#|:)|episode\s+(?=id|number|no|#)|case\s*(?=id|number|no\b|#|:|\d\d-\d)|"
    r"order\s*(?=id|number|no\b|#|:)|"
    r"employee\s+(?=id|number|no|#)|badge|barcode|bar\s?code|wristband|(?:donor|blood\s+bag|unit)\s+(?=id|number|"
    r"no|#)|file\s+(?=number|no|#)|"
    r"(?:rx|prescription)\s*(?=number|no\b|#)|tracking|token\s*(?=id|number|no|#|:)|docket|sample\s+(?=id|number|"
    r"no|#)|photo(?:graph)?s?|image\s+file|"
    r"student\s+(?=id|number|no|#)|(?:transaction|session|registry|registration|referral|job|ticket|transcription|"
    r"document|dictation)\s*(?=id|number|no\b|#|:)",
}  # fmt: skip
_FILLER = (
    r"(?:[\s:#=.,()\"'“”|*_–—-]|\b(?:number|numbers|num|no|nr|nos|id|ids|code|is|was|it'?s|that'?s|ends?|ending|in|"
    "on|with|of|at|the|a|an|as|card|file|and|"
    "to|at|or|call|me|my|her|his|our|your|their|under|we|have|has|here|says?|reads?|listed|given|issued|shows?|"
    "scan|template|plate|plates|license|serial|policy|"
    "member|plan|account|identifier|ref|reference|implanted|model|lot|record|records|line|registered|plated|"
    r"driven|parked|parking|for|car|truck|van|desk|side|office|direct|subject|participant)\b|\[\w*\])"
)
_VALUE = (
    r"(?P<v>(?:(?:MRN|SN|DL|LOT|BB|Case)[- ]?)?(?=[A-Za-z_./(+-]{0,14}\d)[A-Za-z0-9(+]"
    r"(?:[A-Za-z0-9_]|[-/.:)](?=[A-Za-z0-9])|- (?=\d{3})|\)? (?=\d{2,4}\b(?![/.:]\d)))*)"
)
ANNOUNCED = Form(
    r"(?<![A-Za-z0-9])(?:"
    + "|".join(f"(?P<{label}>{words})" for label, words in SURE.items())
    + rf"){_FILLER}{{0,12}}?{_VALUE}",
    re.IGNORECASE,
)
LEAST_DIGITS = {"PHONE": 7, "FAX": 7, "PAGER": 3, "SSN": 4, "VEHICLE": 2, "LICENSE": 4, "DEVICE": 4, "BIOMETRIC": 3}

USERNAME = Form(
    r"\b(?:user\s?name|user\s?id|userid|log\s?in(?:\s+(?:name|id))?|logon|screen\s+name|(?:portal|chart)\s+(?:id|"
    "login|user(?:name)?|handle|account)|handle"
    r"|(?:signed|logged)\s+in\s+(?:as|under)|sign(?:s|ed)?\s+in\s+(?:as|under)|logs\s+in\s+(?:as|under)|"
    r"messages?\s+(?:me\s+)?(?:as|under))\s*"
    r"(?:(?:is|was|as|under|of|the|name|for|portal|my)\b\s*|[:=#\"'“(]\s*){0,4}(?P<v>@?(?=[\w.-]*[\d_.@])[A-Za-z]["
    r"\w.-]*[A-Za-z0-9_])",
    re.IGNORECASE,
)
PHONES = Form(
    r"(?<![\w/.-])(?:\+?1[-. ]{0,2})?(?:\(\d{3}\)[-. ]{0,2}|\d{3}[-. /])\d{3}[-. ]\d{4}(?!\d)(?:,?\s*(?:x|ext\.?|"
    r"extension)\s*\d{1,6})?"
    r"|(?<![\w/.-])555[-. ]\d{4}(?!\d)"
    r"|(?<![\w/.+-])\+(?:\d{1,3})[-. ]?(?:\(\d{1,4}\)[-. ]?)?\d{1,4}(?:[-. ]\d{2,4}){1,4}(?!\d)"
    r"|(?<![\w/.+-])\+\d{9,15}(?!\d)",
    re.IGNORECASE,
)
FAX_BEFORE = re.compile(r"\b(?:fax|facsimile|f)\b[^\n;|,]{0,25}$", re.IGNORECASE)
SSNS = Form(r"(?<![\w-])(?:\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4}|[xX*]{3}-?[xX*]{2}-?\d{4})(?![\w-])")
WEB = CoredForm(
    # After a broken line a domain goes on in small letters; a capital begins the next sentence or speaker.
    r"(?P<EMAIL>[\w.+'%-]+\s?@\s?[\w-]+(?:\s?\.(?:\s(?-i:(?=[a-z])))?[\w-]+)*\s?\.(?:\s(?-i:(?=[a-z])))?[A-Za-z]{2,}"
    r"|[\w.+'%-]+@[\w.-]+\w"
    r"|\b[\w-]+(?:\s+dot\s+[\w-]+)*\s+at\s+[\w-]+(?:\s+dot\s+[\w-]+)+\b)"
    r"|(?P<URL>\b[a-z]{3,6}\s?:\s?//[^\s<>\"']+(?:\s\.[^\s<>\"']+)*|\bwww\.[^\s<>\"']+"
    r"|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|edu|gov|io|health|info|example|app|clinic|"
    r"hospital)\b(?:/[^\s<>\"']*)?)"
    r"|(?P<IP>(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)"
    r"|(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])|(?<![\w:])(?:[0-9a-f]{1,4}:){2,6}(?::[0-9a-f]{1,4}){1,"
    r"5}(?![\w:]))"
    r"|(?P<DEVICE>(?<![\w:-])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:-]))",
    re.IGNORECASE,
    core=Form(
        r"@|\bat\s+[\w-]+\s+dot\s|//|\bwww\.|\.(?:com|org|net|edu|gov|io|health|info|example|app|clinic|hospital)\b|"
        r"\.\d{1,3}\.\d|:[0-9a-f]{0,4}:|[:-][0-9a-f]{2}[:-][0-9a-f]{2}[:-]",
        re.IGNORECASE,
    ),
    before=r"\w\s.+'%:/-",
    first=r"\w.+'%-",
)
VINS = Form(r"(?<![A-Za-z0-9])(?=[A-Z0-9]*\d[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z][A-Z0-9]*[A-Z])[A-Z0-9]{17}(?![A-Za-z0-9])")
PLATES = Form(r"(?<![\w-])(?:[A-Z]{3}-\d{4}|\d[A-Z]{3}\d{3})(?![\w-])")
_PICTURE = r"\.(?:jpe?g|png|gif|tiff?|dcm|heic|bmp|mp4|wav)\b"
PICTURES = CoredForm(
    rf"\b[\w-]*\d[\w-]*{_PICTURE}",
    re.IGNORECASE,
    core=Form(_PICTURE, re.IGNORECASE),
    before=r"\w-",
    first=r"\w-",
)
PREFIXED = Form(
    r"\b(?:(?P<LICENSE>DL)|(?P<DEVICE>LOT|SN)|(?P<OTHER_ID>Case|Study|Trial|Batch))[ -] ?\d[\d-]{4,}\b", re.IGNORECASE
)
CODES = Form(r"(?<![\w./:%+-])(?=[A-Za-z_-]*\d)[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){5,}(?![\w%]|\.\d|:\d)")

# Codes of vocabularies and of registries name no person.
VOCABULARY_BEFORE = re.compile(
    "(?:icd|cpt|hcpcs|loinc|snomed(?:[ -]ct)?|rxnorm|rxcui|ndc|mesh|umls|cui|atc|drg|pmid|doi|isbn|issn|"
    r"omim)(?:[- ]?\d+)?(?:[- ]?cm)?(?:\s+code)?s?\W{0,3}$",
    re.IGNORECASE,
)
PUBLIC = re.compile(
    r"nct\d{8}|(?:19|20)\d\d-(?:19|20)?\d\d|\d{1,4}-\d{1,4}|\d+[a-z]{1,4}|[ctls]\d{1,2}-[ctls]?\d{1,2}|covid.*|"
    r"sars.*|\d{3,4}x\d{3,4}",
    re.IGNORECASE,
)
UNIT_AFTER = re.compile(
    r"\s?(?:mg|mcg|µg|g|kg|ml|l|dl|units?|iu|meq|mmol|cells?|copies|k\b|/|ng|pg|cc|cm|mm|bpm|%|°)", re.IGNORECASE
)


def numbers(text: str, pos: int = 0, endpos: int = sys.maxsize) -> Iterator[Span]:
    """Spans of all numbers, codes and addresses of the net in a text; they may overlap."""
    yield from _announced(text, pos, endpos)
    for match in USERNAME.finditer(text, pos, endpos):
        yield _span(match, "OTHER_ID", 0.85, "v")
    for match in PHONES.finditer(text, pos, endpos):
        fax = FAX_BEFORE.search(text, max(0, match.start() - 40), match.start())
        yield _span(match, "FAX" if fax else "PHONE", 0.8)
    for match in SSNS.finditer(text, pos, endpos):
        yield _span(match, "SSN", 0.9)
    for match in WEB.finditer(text, pos, endpos):
        if match.lastgroup:
            yield _span(match, match.lastgroup, 0.9)
    for match in PREFIXED.finditer(text, pos, endpos):
        yield _span(match, match.lastgroup or "OTHER_ID", 0.9)
    for match in VINS.finditer(text, pos, endpos):
        yield _span(match, "VEHICLE", 0.7)
    for match in PLATES.finditer(text, pos, endpos):
        yield _span(match, "VEHICLE", 0.45)
    for match in PICTURES.finditer(text, pos, endpos):
        yield _span(match, "OTHER_ID", 0.7)
    yield from _codes(text, pos, endpos)


def _announced(text: str, pos: int, endpos: int) -> Iterator[Span]:
    for match in ANNOUNCED.finditer(text, pos, endpos, _behind):
        if _identifies(match):
            label = _announcer(match)
            start = _token_start(text, match.start("v"))
            yield Span(start, match.end("v"), "PHONE" if label == "PAGER" else label, 0.85, "pattern")


def _identifies(match: re.Match[str]) -> bool:
    value = match["v"]
    is_long = sum(map(str.isdigit, value)) >= LEAST_DIGITS.get(_announcer(match), 3)
    return is_long and not _measured(match.string, match.end("v"), value) and not _is_date(value)


def _behind(match: re.Match[str]) -> int:
    """Where the next search starts: at a value that identifies nobody, which may be the word that announces another."""
    return match.end() if _identifies(match) else match.start("v")


def _token_start(text: str, start: int) -> int:
    """Where the code begins whose number starts here: in MRN-1234567 the word that announces is a part of it."""
    while start > 1 and text[start - 1] in "-_" and text[start - 2].isalnum():
        start = re.search(r"[A-Za-z0-9]*$", text[: start - 1]).start()  # type: ignore[union-attr]
    return start


def _announcer(match: re.Match[str]) -> str:
    return next(label for label in SURE if match[label] is not None)


def _codes(text: str, pos: int, endpos: int) -> Iterator[Span]:
    for match in CODES.finditer(text, pos, endpos):
        value = match.group()
        digits = sum(map(str.isdigit, value))
        if digits < 4 or (value.isdigit() and digits < 7) or PUBLIC.fullmatch(value) or _is_date(value):
            continue
        if _measured(text, match.end(), value) or VOCABULARY_BEFORE.search(
            text, max(0, match.start() - 30), match.start()
        ):
            continue
        yield _span(match, "OTHER_ID", 0.55)


def _measured(text: str, end: int, value: str) -> bool:
    return value.isdigit() and bool(UNIT_AFTER.match(text, end))


def _is_date(value: str) -> bool:
    from stages.deidentify.dates import CERTAIN

    return any(form.fullmatch(value) for form in CERTAIN)


def _span(match: re.Match[str], label: str, score: float, group: str | int = 0) -> Span:
    return Span(match.start(group), match.end(group), label, score, "pattern")
