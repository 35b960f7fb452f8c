"""Names of invented people and places, in two pools that share nothing: one for training, one for held-out patients.

A name's pool follows from its spelling alone, so no list has to be kept in step with the other.
"""

from __future__ import annotations

import functools
import hashlib
import random
import re
import unicodedata
from collections.abc import Callable
from typing import Any

HELD_OUT_SHARE = 4  # one spelling in this many belongs to the held-out pool

# Locales whose names are written, or can be folded, in Latin letters; the common ones of one clinic come up more often.
LOCALES = (
    *("en_US",) * 12,
    *("en_GB", "es_MX", "en_IN") * 3,
    *("de_DE", "fr_FR", "it_IT", "pl_PL", "vi_VN", "tr_TR", "en_PK", "yo_NG", "ig_NG", "ha_NG", "tw_GH", "en_KE"),
    *("zu_ZA", "sw", "id_ID", "uz_UZ", "az_AZ", "pt_BR", "es_ES", "es_CO", "fr_DZ", "nl_NL", "sv_SE", "no_NO", "da_DK"),
    *("fi_FI", "cs_CZ", "sk_SK", "hu_HU", "ro_RO", "hr_HR", "sl_SI", "lv_LV", "et_EE", "en_IE", "en_NZ", "en_TH"),
    *("zh_CN", "zh_TW", "ja_JP") * 2,
)
FIRST_WORDS = (
    "Grace Hope Faith Joy Will Bill Mark Rob Drew Chase Grant Pat Frank Art Dale Rose Lily Iris Ivy Daisy Violet April "
    "May June August Summer Dawn Autumn Amber Ruby Penny Angel Miles Chance Sandy Gene Guy Victor Mercy Patience "
    "Constance Precious Blessing Gift Melody Carol Jack Dean Earl Cliff Heath Reed Rocky Sterling Christian Jordan"
).split()
LAST_WORDS = (
    "Young Price Rich Long Short Stone Rice Park Bush Banks Brown Green White Black Gray Waters Rivers Fields Woods "
    "Hill Lake Moon Day Weeks Winter Pope Bishop Knight King Baker Cook Fisher Mason Butler Ward Wells Bone Head Hand "
    "Payne Love Best Strong Swift Sharp Wise Case Ball Marsh Cross Sweet Power Means English French Church Street Bean "
    "Berry Pepper Little Small Cold Frost Snow Burns Gentry Nurse Mobley Person Bright Friend Noble Page Rose Self Cane"
).split()
ONSETS = "b br ch d dr f fl g gr h j k kl kr l m n p pr r s sh sk st t th tr v w y z".split()
VOWELS = "a e i o u ai au ea ei ie oa ou".split()
CODAS = ["", "", "", *"l m n r s t nd rk ll ng x".split()]
LAST_ENDINGS = ["", "", "ski", "sen", "man", "ez", "ov", "escu", "wala", "oglu", "ton", "ini", "aga", "ko"]
CITY_STEMS = "Alder Birch Cedar Elder Fern Hazel Juniper Larch Maple Oak Rowan Sorrel Willow Heron Falcon Otter".split()
CITY_ENDINGS = [
    "field",
    "ford",
    "ton",
    " Falls",
    " Springs",
    "bury",
    " Harbor",
    "ville",
    "wick",
    " Grove",
    "dale",
    " Point",
]
HOSPITAL_FORMS = (
    "{city} General Hospital",
    "{last} Memorial Hospital",
    "St. {first} Medical Center",
    "{city} Regional Medical Center",
    "{last} Family Practice",
    "The {last} Clinic",
    "{city} Community Hospital",
    "{last} & {other} Medical Group",
    "{stem} Valley Health",
    "University Hospital of {city}",
    "Our Lady of {stem} Hospital",
    "{city} Urgent Care",
)
EMPLOYER_FORMS = (
    "{last} Logistics",
    "{last} & Sons",
    "{city} Steel Works",
    "{stem} Foods",
    "{last} Insurance",
    "{city} Transit",
)
SCHOOL_FORMS = ("{city} High School", "{last} Elementary School", "{stem} Ridge Academy", "{city} Community College")
PHARMACY_FORMS = ("{last} Pharmacy", "{city} Drugs", "{stem} Street Pharmacy", "{last}'s Apothecary")


def first_name(rng: random.Random, held_out: bool, sex: str) -> str:
    """A given name of one's pool for `female` or `male`."""
    return _of_pool(rng, held_out, lambda: _first(rng, sex))


def last_name(rng: random.Random, held_out: bool) -> str:
    """A family name of one's pool."""
    return _of_pool(rng, held_out, lambda: _last(rng))


def city(rng: random.Random, held_out: bool) -> str:
    """A town that does not exist, or bears the name of many."""
    return _of_pool(rng, held_out, lambda: _city(rng))


def street(rng: random.Random, held_out: bool) -> str:
    """House number and street, now and then with a flat."""
    return _of_pool(rng, held_out, lambda: _seeded("en_US", rng).street_address().replace("\n", ", "))


def organization(rng: random.Random, held_out: bool, forms: tuple[str, ...]) -> str:
    """An organisation's name from one of the forms, its parts of one's pool."""
    return rng.choice(forms).format(
        city=city(rng, held_out),
        last=last_name(rng, held_out),
        other=last_name(rng, held_out),
        first=first_name(rng, held_out, rng.choice(("female", "male"))),
        stem=rng.choice(CITY_STEMS),
    )


def pool_of(name: str) -> bool:
    """Whether a name belongs to the held-out pool."""
    return hashlib.sha256(folded(name).lower().encode()).digest()[0] % HELD_OUT_SHARE == 0


def folded(name: str) -> str:
    """The name in ASCII letters, as many record systems keep it."""
    plain = name.translate(
        str.maketrans({"đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "ı": "i"})
    )
    plain = plain.translate(str.maketrans({"ə": "e", "Ə": "E", "æ": "ae", "Æ": "Ae", "ʻ": "'", "‘": "'", "’": "'"}))
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()


def _of_pool(rng: random.Random, held_out: bool, draw: Callable[[], str]) -> str:
    while True:
        name = draw()
        if pool_of(name) == held_out:
            return name


def _first(rng: random.Random, sex: str) -> str:
    kind = rng.random()
    if kind < 0.04:
        return rng.choice(FIRST_WORDS)
    if kind < 0.10:
        return _syllables(rng, 2).capitalize()
    locale = rng.choice(LOCALES)
    fake = _seeded(locale, rng)
    if locale in ("zh_CN", "zh_TW", "ja_JP"):
        name = getattr(fake, "first_romanized_name")()
    else:
        name = fake.first_name_female() if sex == "female" else fake.first_name_male()
    return _spelled(rng, name)


def _last(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.05:
        return rng.choice(LAST_WORDS)
    if kind < 0.14:
        return (_syllables(rng, rng.choice((1, 2))) + rng.choice(LAST_ENDINGS)).capitalize()
    if kind < 0.18:
        return "-".join(_seeded(rng.choice(LOCALES[:12]), rng).last_name() for _ in range(2))
    locale = rng.choice(LOCALES)
    fake = _seeded(locale, rng)
    romanized = locale in ("zh_CN", "zh_TW", "ja_JP")
    return _spelled(rng, getattr(fake, "last_romanized_name")() if romanized else fake.last_name())


def _city(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.5:
        return _seeded("en_US", rng).city()
    if kind < 0.8:
        return rng.choice(CITY_STEMS) + rng.choice(CITY_ENDINGS)
    return rng.choice(("", "", "New ", "Port ", "Mount ")) + _syllables(rng, 2).capitalize() + rng.choice(CITY_ENDINGS)


def _spelled(rng: random.Random, name: str) -> str:
    """Mostly in ASCII; the rest keep the accents that the Windows code page, and so the documents' fonts, can show."""
    name = re.sub(r"\s+", " ", name.title() if name.isupper() else name).strip()
    if rng.random() < 0.1 and name.encode("cp1252", "ignore").decode("cp1252") == name:
        return name
    plain = re.sub(r"[^A-Za-z' -]", "", folded(name)).strip(" '-")
    return plain[:1].upper() + plain[1:] if len(plain) > 1 else _syllables(rng, 2).capitalize()


def _syllables(rng: random.Random, number: int) -> str:
    return "".join(rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(number))


def _seeded(locale: str, rng: random.Random) -> Any:
    fake = _faker(locale)
    fake.seed_instance(rng.getrandbits(64))
    return fake


@functools.cache
def _faker(locale: str) -> Any:
    from faker import Faker

    return Faker(locale)
