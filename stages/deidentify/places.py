"""Street addresses, towns before a state, ZIP codes and named organisations, found by their form."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from stages.deidentify.forms import CoredForm, Form
from stages.deidentify.words import lines, listed
from stages.records import Span

STATES = (
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA",
    "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK",
    "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "DC", "PR",
)  # fmt: skip
STATE_NAMES = (
    "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware", "Florida",
    "Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas", "Kentucky", "Louisiana", "Maine",
    "Maryland", "Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri", "Montana", "Nebraska",
    "Nevada", "Ohio", "Oklahoma", "Oregon", "Pennsylvania", "Tennessee", "Texas", "Utah", "Vermont", "Virginia",
    "Washington", "Wisconsin", "Wyoming", "New Hampshire", "New Jersey", "New Mexico", "New York", "North Carolina",
    "North Dakota", "Rhode Island", "South Carolina", "South Dakota", "West Virginia",
)  # fmt: skip
DEGREES = ("MD", "PA")  # states that are degrees behind a name
ROADS = listed("roads")
GENERIC_PLACES = listed("places")
GENERIC_WORDS = frozenset(word.casefold().strip(".") for word in [*GENERIC_PLACES, *ROADS])

COUNTRIES = tuple(lines("countries"))

UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶĻŁĽŃŅŇŌŐŒŔŘŚŞŠŢŤŪŮŰŲŹŻŽƏΆΈ-ΏΑ-ΫЁА-Я"
_WORD = rf"[{UPPER}][\w'’.-]*"
STREETS = Form(
    rf"(?<![\w.,/-])\d{{1,6}}(?:-\d{{1,4}})?[A-Za-z]?[ \t]+(?:{_WORD}[ \t]+|\d{{1,3}}(?:st|nd|rd|th)[ "
    rf"\t]+){{1,4}}?(?:{'|'.join(sorted(ROADS, key=len, reverse=True))})\b\.?"
    rf"(?:[ \t]+(?:North|South|East|West|[NSEW]{{1,2}}\b\.?))?(?:,?\s+(?:Apt|Apartment|Unit|Suite|Ste|Flat|Floor|"
    r"Fl|Rm|#)\.?\s*#?[\w-]*\d[\w-]*|,?\s+(?:Apt|Suite|Unit)\.?[ \t]+[A-Z]\b)?",
)
CAPS_STREETS = Form(STREETS.expression.pattern, re.IGNORECASE)
# Streets of other countries: the kind stands first (Via Roma 131) or ends the word (Hauptstrasse 7), the number last.
_ABROAD_BEFORE = (
    r"(?:Via|Viale|Vicolo|Corso|Piazza|Strada|Rua|Avenida|Avda\.?|Calle|Carrera|Paseo|Camino|Rue|Chemin|Quai|Allée|"
    r"Jalan|ul\.|Ulica|al\.|Λεωφόρος|Οδός)[ \t]+"
)
_ABROAD_ENDING = (
    r"(?:stra(?:ss|ß)e|gasse|weg|platz|allee|damm|katu|kuja|tie|gata|gatan|vägen|veien|gränd|gade|vej|straat|laan|"
    r"plein|gracht|utca)"
)
_ABROAD_ALONE = r"(?:[Ss]tra(?:ss|ß)e|[Uu]tca|[Uu]\.|[Tt]errasse)"
ABROAD = CoredForm(
    rf"(?<![\w.,/-])(?:\d{{1,5}}[ \t]+)?(?:{_ABROAD_BEFORE}"
    r"(?:(?:de|del|dei|della|di|da|do|dos|du|des|la|le|los|las)[ \t]+){0,2}"
    rf"{_WORD}(?:[ \t]+{_WORD}){{0,3}}"
    rf"|(?:{_WORD}[ \t]+){{0,2}}(?:{_WORD}{_ABROAD_ENDING}|{_ABROAD_ALONE})"
    r")[ \t]+\d{1,5}[A-Za-z]?\b(?!%|[-/.:]\d|[ ](?:mg|mcg|ml|kg|units?|Fr\b|cm|mm))",
    core=Form(rf"{_ABROAD_BEFORE}|(?:{_ABROAD_ENDING}|{_ABROAD_ALONE})[ \t]+\d"),
    before=UPPER + r"\w'’. \t-",
    first=UPPER + r"\w",
)
FRENCH = Form(
    rf"(?<![\w.,/-])\d{{1,5}},?[ \t]+(?i:rue|av\.?|avenue|quai|chemin|allée|impasse|cité)[ \t]+(?:(?:de|du|"
    rf"des|la|le|l')[ \t]+){{0,2}}{_WORD}(?:[ \t]+{_WORD}){{0,2}}"
)
CORNERS = Form(
    rf"\bcorner[ \t]+of[ \t]+(?P<v>{_WORD}(?:[ \t]+(?:{_WORD}|\d+)){{0,3}}[ \t]+(?:and|&)[ \t]+"
    rf"{_WORD}(?:[ \t]+{_WORD}){{0,2}})"
)
BOXES = Form(r"\bP\.?\s?O\.?\s?Box\s+\d+\b", re.IGNORECASE)
MILITARY = Form(
    r"\b(?:PSC\s+\d+,?\s+Box\s+\d+|Unit\s+\d+\s+Box\s+\d+|US(?:NS|NV|S|CGC)\s+[A-Z][a-z]+|(?:APO|FPO|DPO)\s+A[AEP])\b"
)
_STATE_BEHIND = rf",[ \t\n]*(?P<state>{'|'.join(STATES)}|{'|'.join(STATE_NAMES)})\b"
TOWNS = CoredForm(
    rf"(?P<town>{_WORD}(?:[ \t]{_WORD}){{0,2}}){_STATE_BEHIND}"
    r"(?:[ \t\n,]*(?P<zip>[\dOolI]{5}(?:-\d{4})?)(?![\d-]))?",
    core=Form(_STATE_BEHIND),
    before=UPPER + r"\w'’. \t-",
    first=UPPER,
)
ZIPS = Form(
    r"(?:\bzip(?:\s*code)?(?:\s*(?:is|[:=#]))?\s*|\bpostal\s+code(?:\s*(?:is|[:=#]))?\s*|"
    rf"\b(?:{'|'.join(STATES)})\.?[ \t]+)(?P<zip>\d{{5}}(?:-\d{{4}})?)(?![\d-])",
    re.IGNORECASE,
)
_ORGANIZATION = (
    r"(?:Hospital|Medical[ \t](?:Center|Centre|Group)|Clinic|Infirmary|Hospice|Pharmacy|Drugs|Apothecary|"
    r"Health(?:care)?(?:[ \t](?:System|Center))?|Family[ \t]Practice|"
    r"Urgent[ \t]Care|High[ \t]School|Elementary(?:[ \t]School)?|Middle[ \t]School|Academy|Community[ \t]College|"
    r"College|University|Logistics|Insurance|Foods|Transit|Steel[ \t]Works|"
    r"Industries|Corporation|Corp|Inc|LLC|Ltd)\b"
)
ORGANIZATIONS = CoredForm(
    r"(?:\bSt\.[ \t]|\bSaint[ \t]|\bOur[ \t]Lady[ \t]of[ \t]|\bUniversity[ \t]Hospital[ \t]of[ "
    rf"\t])?(?:{_WORD}(?:'s)?(?:[ \t](?:&[ \t]|of[ \t](?:the[ \t])?|and[ \t])?|\n(?=(?:Medical[ \t]Center|"
    rf"Pharmacy)\b))){{1,4}}?"
    r"(?:(?:General|Memorial|Regional|Community|County|University|Children's|Veterans|City)[ \t])?"
    rf"{_ORGANIZATION}\.?",
    core=Form(_ORGANIZATION),
    before=UPPER + r"\w\s'’.&-",
    first=UPPER,
)
HOMES = Form(
    r"\b(?i:lives?|living|resid(?:es|ing|ent)|moved|home|raised|grew\s+up)[ \t]+(?i:in|at|to|of|near)[ "
    rf"\t]+(?P<town>{_WORD}(?:[ \t]{_WORD}){{0,2}})(?:,?[ \t]+(?P<zip>\d{{5}}(?:-\d{{4}})?)(?![\d-]))?"
)
_CAPS_ORGANIZATION = (
    r"(?:HOSPITAL|MEDICAL[ \t](?:CENTER|CENTRE|GROUP)|CLINIC|INFIRMARY|HOSPICE|PHARMACY|FAMILY[ \t]PRACTICE|"
    r"URGENT[ \t]CARE|HEALTH(?:CARE)?)\b"
)
CAPS_ORGANIZATIONS = CoredForm(
    rf"(?<![\w'’])[{UPPER}][{UPPER}'’.&-]+(?:[ \t](?:[{UPPER}][{UPPER}'’.-]*|&)){{0,4}}?[ \t](?:(?:GENERAL|"
    r"MEMORIAL|REGIONAL|COMMUNITY|COUNTY|UNIVERSITY)[ \t])?"
    rf"{_CAPS_ORGANIZATION}(?:[ \t]OF(?:[ \t][A-Z]{{2,}}){{1,2}})?",
    core=Form(rf"\b{_CAPS_ORGANIZATION}"),
    before=UPPER + r"\w'’.& \t-",
    first=UPPER,
)
SAINTS = Form(
    rf"\b(?:St\.|Saint|Our[ \t]Lady[ \t]of|University[ \t]Hospital[ \t]of)[ \t]{_WORD}(?:[ \t](?:Medical[ "
    r"\t]Center|Hospital|Clinic))?"
)
COMMON_PLACES = re.compile(
    "(?:the|a|an|our|your|this|that|in|at|from|of|to|general|primary|family|urgent|community|memorial|outpatient|"
    "inpatient|pain|eye|dental|cardiology|"
    "pulmonary|oncology|walk-in|free|public|private|local|mental|behavioral|home|sleep|heart|wound|emergency|"
    "department|internal|medicine|health|care|"
    "hospital|clinic|medical|center|group|practice|high|school|college|university|pharmacy|insurance|and|&|past|"
    "social|women's|men's|children's|"
    "occupational|allied|global|digital|physical|previous|referring|discharge|acute|unit|patient|name|course|in|"
    "stay|summary|discharge|facility|attending|employer|pharmacy|visit|review|"
    r"[:.,\s]|diabetes|asthma|anticoagulation|coumadin|warfarin|device|neurology|surgery|surgical|orthopedic|"
    "dermatology|gi|ent|ob|gyn|follow-up|travel)+",
    re.IGNORECASE,
)


def places(text: str, pos: int = 0, endpos: int = sys.maxsize) -> Iterator[Span]:
    """Spans of addresses, towns, ZIP codes and organisations in a text; a state alone is no identifier."""
    for match in (CAPS_STREETS if not any(map(str.islower, text)) else STREETS).finditer(text, pos, endpos):
        yield _span(match, "LOCATION", 0.87)
    for form in (BOXES, MILITARY, ABROAD, FRENCH):
        for match in form.finditer(text, pos, endpos):
            yield _span(match, "LOCATION", 0.87)
    for match in CORNERS.finditer(text, pos, endpos):
        yield _span(match, "LOCATION", 0.8, "v")
    for match in TOWNS.finditer(text, pos, endpos):
        if not match["zip"] and match["state"] in DEGREES:
            continue
        yield _span(match, "LOCATION", 0.87, "town")
        if match["zip"]:
            yield _span(match, "LOCATION", 0.9, "zip")
    for match in HOMES.finditer(text, pos, endpos):
        if match["town"] not in STATE_NAMES:
            yield _span(match, "LOCATION", 0.7, "town")
        if match["zip"]:
            yield _span(match, "LOCATION", 0.9, "zip")
    for match in ZIPS.finditer(text, pos, endpos):
        yield _span(match, "LOCATION", 0.9, "zip")
    for form in (ORGANIZATIONS, CAPS_ORGANIZATIONS, SAINTS):
        for match in form.finditer(text, pos, endpos):
            if not COMMON_PLACES.fullmatch(match.group()):
                yield _span(match, "ORGANIZATION", 0.87)


def _span(match: re.Match[str], label: str, score: float, group: str | int = 0) -> Span:
    return Span(match.start(group), match.end(group), label, score, "pattern")
