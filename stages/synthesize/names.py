"""Names of invented people and places, in two pools that share nothing: one for training, one for held-out patients.

A name's pool follows from its spelling alone, so no list has to be kept in step with the other.
"""

from __future__ import annotations

import functools
import hashlib
import random
import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

HELD_OUT_SHARE = 4  # one spelling in this many belongs to the held-out pool

ROMANIZED = ("zh_CN", "zh_TW", "ja_JP")
# Locales whose names are written, or can be folded, in Latin letters; the common ones of one clinic come up more often.
LOCALES = (
    *("en_US",) * 12,
    *("en_GB", "es_MX", "en_IN") * 3,
    *("de_DE", "fr_FR", "it_IT", "pl_PL", "vi_VN", "tr_TR", "en_PK", "yo_NG", "ig_NG", "ha_NG", "tw_GH", "en_KE"),
    *("zu_ZA", "sw", "id_ID", "uz_UZ", "az_AZ", "pt_BR", "es_ES", "es_CO", "fr_DZ", "nl_NL", "sv_SE", "no_NO", "da_DK"),
    *("fi_FI", "cs_CZ", "sk_SK", "hu_HU", "ro_RO", "hr_HR", "sl_SI", "lv_LV", "et_EE", "en_IE", "en_NZ", "en_TH"),
    *(ROMANIZED * 2),
)
# Letters that lose more than an accent when they are written in ASCII.
LETTERS = str.maketrans("đĐłŁøØıəƏʻ‘’", "dDlLoOieE'''") | {ord("ß"): "ss", ord("æ"): "ae", ord("Æ"): "Ae"}
LISTS = Path(__file__).with_name("names.yaml")


def first_name(rng: random.Random, held_out: bool, sex: str) -> str:
    """A given name of one's pool for `female` or `male`."""
    return _of_pool(held_out, lambda: _first(rng, sex))


def last_name(rng: random.Random, held_out: bool) -> str:
    """A family name of one's pool."""
    return _of_pool(held_out, lambda: _last(rng))


def city(rng: random.Random, held_out: bool) -> str:
    """A town that does not exist, or bears the name of many."""
    return _of_pool(held_out, lambda: _city(rng))


def street(rng: random.Random, held_out: bool) -> str:
    """House number and street, now and then with a flat."""
    return _of_pool(held_out, lambda: _seeded("en_US", rng).street_address().replace("\n", ", "))


def organization(rng: random.Random, held_out: bool, kind: str) -> str:
    """The name of a `hospital`, `employer`, `school` or `pharmacy`, its parts of one's pool."""
    parts: Mapping[str, Callable[[], str]] = {
        "city": lambda: city(rng, held_out),
        "last": lambda: last_name(rng, held_out),
        "other": lambda: last_name(rng, held_out),
        "first": lambda: first_name(rng, held_out, rng.choice(("female", "male"))),
        "stem": lambda: rng.choice(lists()["city_stems"]),
    }
    return re.sub(r"{(\w+)}", lambda found: parts[found.group(1)](), rng.choice(lists()[kind]))


@functools.cache
def lists() -> dict[str, list[str]]:
    """The lists of names.yaml, read once."""
    from ruamel.yaml import YAML

    found: dict[str, list[str]] = YAML(typ="safe", pure=True).load(LISTS.read_text())
    return found


def pool_of(name: str) -> bool:
    """Whether a name belongs to the held-out pool."""
    return hashlib.sha256(folded(name).lower().encode()).digest()[0] % HELD_OUT_SHARE == 0


def folded(name: str) -> str:
    """The name in ASCII letters, as many record systems keep it."""
    return unicodedata.normalize("NFKD", name.translate(LETTERS)).encode("ascii", "ignore").decode()


def _of_pool(held_out: bool, draw: Callable[[], str]) -> str:
    while True:
        name = draw()
        if pool_of(name) == held_out:
            return name


def _first(rng: random.Random, sex: str) -> str:
    kind = rng.random()
    if kind < 0.04:
        return rng.choice(lists()["first_words"])
    if kind < 0.10:
        return _syllables(rng, 2).capitalize()
    locale = rng.choice(LOCALES)
    fake = _seeded(locale, rng)
    if locale in ROMANIZED:
        name = fake.first_romanized_name()
    else:
        name = fake.first_name_female() if sex == "female" else fake.first_name_male()
    return _spelled(rng, name)


def _last(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.05:
        return rng.choice(lists()["last_words"])
    if kind < 0.14:
        return (_syllables(rng, rng.choice((1, 2))) + rng.choice(lists()["last_endings"])).capitalize()
    if kind < 0.18:
        return "-".join(_seeded(rng.choice(LOCALES[:12]), rng).last_name() for _ in range(2))
    locale = rng.choice(LOCALES)
    fake = _seeded(locale, rng)
    romanized = locale in ROMANIZED
    return _spelled(rng, fake.last_romanized_name() if romanized else fake.last_name())


def _city(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.5:
        return str(_seeded("en_US", rng).city())
    if kind < 0.8:
        return rng.choice(lists()["city_stems"]) + rng.choice(lists()["city_endings"])
    return (
        rng.choice(("", "", "New ", "Port ", "Mount "))
        + _syllables(rng, 2).capitalize()
        + rng.choice(lists()["city_endings"])
    )


def _spelled(rng: random.Random, name: str) -> str:
    """Mostly in ASCII; the rest keep the accents that the Windows code page, and so the documents' fonts, can show."""
    name = re.sub(r"\s+", " ", name.title() if name.isupper() else name).strip()
    if rng.random() < 0.1 and name.encode("cp1252", "ignore").decode("cp1252") == name:
        return name
    plain = re.sub(r"[^A-Za-z' -]", "", folded(name)).strip(" '-")
    return plain[:1].upper() + plain[1:] if len(plain) > 1 else _syllables(rng, 2).capitalize()


def _syllables(rng: random.Random, number: int) -> str:
    return "".join(
        rng.choice(lists()["onsets"]) + rng.choice(lists()["vowels"]) + rng.choice(lists()["codas"])
        for _ in range(number)
    )


def _seeded(locale: str, rng: random.Random) -> Any:
    fake = _faker(locale)
    fake.seed_instance(rng.getrandbits(64))
    return fake


@functools.cache
def _faker(locale: str) -> Any:
    from faker import Faker

    return Faker(locale)
