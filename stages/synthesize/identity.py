"""Who and what a text is about: the people, places, dates and numbers behind its slots.

All 18 kinds of identifier of the HIPAA Safe Harbor method (45 CFR 164.514(b)(2)) are here. Wherever a range is reserved
for fiction or for documentation it is used: telephone numbers 555-01xx, social security numbers from 900 on (never
issued), example domains (RFC 2606) and TEST-NET addresses (RFC 5737).
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from stages.synthesize import names

DEPARTMENTS = (
    "Internal Medicine",
    "Emergency Department",
    "Department of Medicine",
    "Cardiology Clinic",
    "Primary Care",
    "Family Medicine",
    "Outpatient Clinic",
    "Pulmonary Clinic",
    "Acute Medical Unit",
    "Urgent Care",
)
MAIL_DOMAINS = ("example.com", "example.org", "example.net", "mail.example.com", "post.example.org")
NICKNAMES = {
    "Robert": "Bob",
    "William": "Bill",
    "Richard": "Rick",
    "Elizabeth": "Liz",
    "Margaret": "Peggy",
    "James": "Jim",
    "Katherine": "Kate",
    "Michael": "Mike",
    "Patricia": "Trish",
}


@dataclass(frozen=True, slots=True)
class Persona:
    """An invented person; `title` stands before the family name ("Mr.", "Dr."), `middle` is one letter or empty."""

    first: str
    last: str
    title: str
    middle: str = ""

    @property
    def name(self) -> str:
        """Given name, initial and family name."""
        return " ".join(part for part in (self.first, self.middle and f"{self.middle}.", self.last) if part)

    @property
    def nickname(self) -> str:
        """What friends say: a common short form, or the first syllable with the next consonant."""
        stem = re.match(r"[^aeiouy]*[aeiouy]+[^aeiouy]?", self.first, re.IGNORECASE)
        short = stem.group() if stem else self.first
        return NICKNAMES.get(self.first, short if len(short) > 2 else self.first)


@dataclass(frozen=True, slots=True)
class Cast:
    """What fills the slots of one encounter's texts.

    Attributes:
        people: Role (`patient`, `doctor`, `nurse`, `relative`) -> person.
        dates: Name after `date.` (`visit`, `birth` ...) -> day.
        facts: Slot -> value of all numbers and places.
        age: The patient's age at the visit, in years.
        date_form: Index of the written form of dates that the encounter's texts mostly use.
        held_out: Whether all names are of the held-out pool.
    """

    people: Mapping[str, Persona]
    dates: Mapping[str, date]
    facts: Mapping[str, str]
    age: int
    date_form: int
    held_out: bool


def make_cast(rng: random.Random, held_out: bool, sex: str, birth: date, visit: date) -> Cast:
    """A patient and all who are around at one visit; `sex` is `female` or `male`."""
    patient = _person(rng, held_out, sex, _civil_title(rng, sex))
    kin_sex = rng.choice(("female", "male"))
    relative = _person(rng, held_out, kin_sex, _civil_title(rng, kin_sex))
    if rng.random() < 0.5:
        relative = replace(relative, last=patient.last)
    people = {"patient": patient, "relative": relative}
    alone = Cast(people, {"birth": birth}, _patient_facts(rng, held_out, patient), 0, 0, held_out)
    return next_visit(rng, alone, visit)


def next_visit(rng: random.Random, cast: Cast, visit: date) -> Cast:
    """The same patient at another visit: own nurse, dates and numbers of the visit, often another doctor."""
    doctor = cast.people.get("doctor")
    if doctor is None or rng.random() < 0.5:
        doctor = _person(rng, cast.held_out, rng.choice(("female", "male")), "Dr.")
    nurse_sex = rng.choice(("female", "male"))
    nurse = _person(rng, cast.held_out, nurse_sex, rng.choice(("Nurse", _civil_title(rng, nurse_sex))))
    admitted = visit - timedelta(days=rng.choice((0, 0, 0, 1, 2)))
    dates = {
        "birth": cast.dates["birth"],
        "visit": visit,
        "admitted": admitted,
        "discharged": visit + timedelta(days=rng.randint(1, 9)),
        "onset": admitted - timedelta(days=rng.randint(1, 60)),
        "followup": visit + timedelta(days=rng.choice((7, 10, 14, 21, 28, 42, 90))),
        "procedure": visit - timedelta(days=rng.randint(90, 3000)),
    }
    return replace(
        cast,
        people={**cast.people, "doctor": doctor, "nurse": nurse},
        dates=dates,
        facts={**cast.facts, **_visit_facts(rng, doctor)},
        age=years_between(cast.dates["birth"], visit),
        date_form=rng.randrange(1000),
    )


def years_between(birth: date, day: date) -> int:
    """Completed years of age."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _person(rng: random.Random, held_out: bool, sex: str, title: str) -> Persona:
    middle = rng.choice(string.ascii_uppercase) if rng.random() < 0.2 else ""
    return Persona(names.first_name(rng, held_out, sex), names.last_name(rng, held_out), title, middle)


def _civil_title(rng: random.Random, sex: str) -> str:
    return rng.choice(("Ms.", "Mrs.", "Ms.", "Miss")) if sex == "female" else "Mr."


def _patient_facts(rng: random.Random, held_out: bool, patient: Persona) -> dict[str, str]:
    handle = re.sub(r"[^a-z]", "", names.folded(patient.first[:1] + patient.last).lower()) + str(rng.randint(1, 99))
    home = names.city(rng, held_out)
    return {
        "mrn": _digits(rng, "#######", "########", "MRN-#######", "H#######", "##-##-####", "A#######"),
        "ssn": f"9{rng.randint(0, 99):02d}-{rng.randint(10, 99)}-{rng.randint(1000, 9999)}",
        "health_plan": _digits(rng, "XQH#########", "#EG#-TE#-MK##", "W#########", "HP-######-##"),
        "licence": _digits(rng, "S###-####-####", "D#######", "DL ########"),
        "vehicle": rng.choice((_plate(rng), _plate(rng), _vin(rng))),
        "device": _digits(rng, "SN-#######", "PM-####-####", "#######-A##", "LOT ######"),
        "biometric": _digits(rng, "FP-######", "VOICE-####-####", "IRIS-########"),
        "photo": _digits(rng, "IMG_####.jpg", "face_######.png", "DSC#####.JPG"),
        "other_code": _digits(rng, "TR-####-##", "STUDY-#####", "BB######", "Case ##-####"),
        "phone": phone(rng),
        "email": f"{handle}@{rng.choice(MAIL_DOMAINS)}",
        "username": rng.choice((handle, f"{handle}_px")),
        "url": f"https://{rng.choice(('portal', 'my', 'chart'))}.example.org/{rng.choice(('p', 'u'))}/{handle}",
        "ip": f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randint(1, 254)}",
        "street": names.street(rng, held_out),
        "city": home,
        "state": rng.choice(names.lists()["states"]),
        "zip": f"{rng.randint(1000, 99950):05d}" + (f"-{rng.randint(1000, 9999)}" if rng.random() < 0.1 else ""),
        "hospital": names.organization(rng, held_out, "hospital"),
        "hospital_street": names.street(rng, held_out),
        "hospital_city": rng.choice((home, names.city(rng, held_out))),
        "hospital_zip": f"{rng.randint(1000, 99950):05d}",
        "hospital_phone": phone(rng),
        "fax": phone(rng),
        "pharmacy": names.organization(rng, held_out, "pharmacy"),
        "employer": names.organization(rng, held_out, "employer"),
        "school": names.organization(rng, held_out, "school"),
    }


def _visit_facts(rng: random.Random, doctor: Persona) -> dict[str, str]:
    return {
        "account": _digits(rng, "##########", "ACC-########", "V#########"),
        "accession": _digits(rng, "A##-######", "ACC######", "S-##-#####"),
        "pager": _digits(rng, "#####", "555-01##"),
        "npi": _digits(rng, "##########"),
        "department": rng.choice(DEPARTMENTS),
        "doctor_email": re.sub(r"[^a-z.]", "", names.folded(f"{doctor.first}.{doctor.last}").lower()) + "@example.org",
    }


def phone(rng: random.Random) -> str:
    """A North American number of the block reserved for fiction, in one of its written forms."""
    area, line = rng.randint(201, 989), f"01{rng.randint(0, 99):02d}"
    form = rng.choice(
        ("({a}) 555-{n}", "{a}-555-{n}", "{a}.555.{n}", "+1 {a} 555 {n}", "1-{a}-555-{n}", "{a} 555 {n}", "555-{n}")
    )
    return form.format(a=area, n=line)


def _plate(rng: random.Random) -> str:
    letters = "".join(rng.choices(string.ascii_uppercase, k=3))
    return rng.choice((f"{letters}-{rng.randint(1000, 9999)}", f"{rng.randint(1, 9)}{letters}{rng.randint(100, 999)}"))


def _vin(rng: random.Random) -> str:
    return "".join(rng.choices("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", k=17))


def _digits(rng: random.Random, *forms: str) -> str:
    """One of the forms, every `#` in it a digit."""
    return re.sub("#", lambda _: str(rng.randint(0, 9)), rng.choice(forms))
