"""Marked-up text + cast -> text with gold spans.

A slot is written `⟦role.field⟧`, `⟦date.name⟧` or `⟦kind⟧`; written in capitals its value comes in capitals. A span
holds the identifier alone: a title ("Dr.") and a state stay outside, as Safe Harbor lets them stand.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from stages.records import Span
from stages.synthesize import dates
from stages.synthesize.identity import Cast, Persona

SLOT = re.compile(r"⟦([A-Za-z_0-9]+)(?:\.([A-Za-z_]+))?⟧")

ROLES = {"patient": "PATIENT", "relative": "RELATIVE", "doctor": "STAFF", "nurse": "STAFF"}
FACTS = {
    "mrn": "MRN",
    "account": "ACCOUNT",
    "accession": "OTHER_ID",
    "health_plan": "HEALTH_PLAN",
    "licence": "LICENSE",
    "npi": "LICENSE",
    "ssn": "SSN",
    "phone": "PHONE",
    "hospital_phone": "PHONE",
    "pager": "PHONE",
    "fax": "FAX",
    "email": "EMAIL",
    "doctor_email": "EMAIL",
    "url": "URL",
    "ip": "IP",
    "device": "DEVICE",
    "vehicle": "VEHICLE",
    "biometric": "BIOMETRIC",
    "photo": "OTHER_ID",
    "username": "OTHER_ID",
    "other_code": "OTHER_ID",
    "street": "LOCATION",
    "city": "LOCATION",
    "hospital_city": "LOCATION",
    "zip": "LOCATION",
    "hospital": "ORGANIZATION",
    "pharmacy": "ORGANIZATION",
    "employer": "ORGANIZATION",
    "school": "ORGANIZATION",
}
UNLABELLED = ("department", "state")  # shared by many: no identifier under Safe Harbor
ADDRESSES = {
    "address": ("street", "city", "zip"),
    "hospital_address": ("hospital_street", "hospital_city", "hospital_zip"),
}
DATES: Mapping[str, Callable[..., str]] = {"short": dates.short, "long": dates.long}

Piece = tuple[str, str | None]
"""A stretch of a slot's value and its label, if it has one."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A text and its gold spans, in order and without overlap."""

    text: str = ""
    spans: tuple[Span, ...] = ()

    def values(self) -> list[tuple[str, str]]:
        """(label, value) of each span, in order."""
        return [(span.label, self.text[span.start : span.end]) for span in self.spans]


def fill(marked: str, people: Cast, rng: random.Random) -> Filled:
    """Fill every slot; raises `ValueError` naming a slot that nobody knows."""
    pieces: list[Piece] = []
    end = 0
    for found in SLOT.finditer(marked):
        pieces.append((marked[end : found.start()], None))
        pieces += _value(found, people, rng)
        end = found.end()
    filled = from_pieces([*pieces, (marked[end:], None)])
    if broken := re.search(r".{0,20}[⟦⟧].{0,20}", filled.text):
        raise ValueError(f"{broken.group()!r}: a slot is `⟦role.field⟧` or `⟦kind⟧`, in one line and without spaces")
    return filled


def from_pieces(pieces: Iterable[Piece]) -> Filled:
    """Join pieces; the labelled ones become spans."""
    text: list[str] = []
    spans: list[Span] = []
    at = 0
    for words, label in pieces:
        if label and words:
            spans.append(Span(at, at + len(words), label))
        text.append(words)
        at += len(words)
    return Filled("".join(text), tuple(spans))


def joined(parts: Iterable[Filled], separator: str = "\n") -> Filled:
    """The parts in their order with a separator between them."""
    text: list[str] = []
    spans: list[Span] = []
    at = 0
    for part in parts:
        spans += [replace(span, start=span.start + at, end=span.end + at) for span in part.spans]
        text.append(part.text)
        at += len(part.text) + len(separator)
    return Filled(separator.join(text), tuple(spans))


def _value(found: re.Match[str], cast: Cast, rng: random.Random) -> list[Piece]:
    kind, field = found.group(1).lower(), (found.group(2) or "").lower()
    if kind in ROLES and field:
        pieces = _person(cast.people[kind], field, ROLES[kind])
    elif kind == "date" and field:
        pieces = _date(cast, field, rng)
    else:
        pieces = _fact(cast, kind) if not field else []
    if not pieces:
        raise ValueError(f"{found.group()}: no such slot; see stages/synthesize/fill.py for those there are")
    return [(text.upper(), label) for text, label in pieces] if found.group(1).isupper() else pieces


def _person(person: Persona, field: str, label: str) -> list[Piece]:
    match field:
        case "first" | "last" | "name" | "nickname":
            return [(getattr(person, field), label)]
        case "formal":
            return [(f"{person.title} ", None), (person.last, label)]
        case "short":
            return [(f"{person.first[0]}. {person.last}", label)]
        case "last_first":
            return [(f"{person.last}, {person.first}", label)]
        case "initials":
            return [("".join(f"{part[0]}." for part in (person.first, person.middle, person.last) if part), label)]
    return []


def _date(cast: Cast, field: str, rng: random.Random) -> list[Piece]:
    if field == "month":
        return [(dates.month(cast.dates["visit"]), "DATE")]
    name, _, form = field.partition("_")
    if name not in cast.dates or (form and form not in DATES):
        return []
    day = cast.dates[name]
    return [(DATES[form](day) if form else dates.written(day, cast.date_form, rng), "DATE")]


def _fact(cast: Cast, kind: str) -> list[Piece]:
    if kind in FACTS:
        return [(cast.facts[kind], FACTS[kind])]
    if kind in UNLABELLED:
        return [(cast.facts[kind], None)]
    if kind in ADDRESSES:
        street, city, code = (cast.facts[part] for part in ADDRESSES[kind])
        return [
            (street, "LOCATION"),
            (", ", None),
            (city, "LOCATION"),
            (f", {cast.facts['state']} ", None),
            (code, "LOCATION"),
        ]
    if kind == "age_over_89" and cast.age > 89:
        return [(str(cast.age), "AGE")]
    return []
