"""Invented values that stand for the identifiers of one patient, the same one for the same identifier in one scope.

Every value comes from a generator of its own, seeded by the secret key, the scope, the kind and the identifier: not
the order of records and no other patient changes it. Names keep order, case, initials and gender; numbers
keep their pattern of digits and letters. No surrogate holds a part of any identifier of the patient.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from stages.deidentify.bearers import DEFAULT, Gender, cultures_of, genders_of, kinds_of
from stages.deidentify.known import PARTICLES
from stages.deidentify.known_values import folded
from stages.deidentify.labels import NAMES, tag
from stages.deidentify.names import DEGREES, TITLES
from stages.deidentify.places import GENERIC_PLACES, GENERIC_WORDS, ROADS, STATE_NAMES, STATES
from stages.deidentify.variants import unbroken
from stages.keys import Key

# Three-digit ZIP areas of 20,000 people or fewer in the census of 2000 (HHS guidance on 45 CFR 164.514(b)(2)(i)(B)).
SPARSE_ZIPS = frozenset(
    (
        "036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884",
        "890", "893",
    )
)  # fmt: skip
ATTEMPTS = 200
_GENERIC = frozenset(word.casefold() for word in GENERIC_PLACES)
_IN_ADDRESSES = frozenset(
    ("apt", "apartment", "suite", "ste", "unit", "flat", "floor", "box", "po", "p", "o", "psc", "n", "s", "e", "w")
)
_ROADS = frozenset(word.casefold() for word in ROADS)
_ZIP = re.compile(r"(?P<area>\d{3})\d{2}(?:-\d{4})?")
_AGE = re.compile(
    r"\d{2,3}|(?:ninety|hundred)(?:[- ](?:and )?(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))?",
    re.IGNORECASE,
)


class NoSurrogate(RuntimeError):
    """No invented value could be found that is not the patient's own."""


class Surrogates:
    """The invented values of one patient.

    Args:
        scope: Within which an identifier keeps its surrogate: the patient's id, or one of something smaller.
        identifiers: (label, value) of everything found in the patient's records.
        gender: Of the patient, where the records show it.
        cultures: Locales of Faker among which a name keeps its own; one of unknown culture gets the first.
    """

    def __init__(
        self,
        key: Key,
        scope: str,
        identifiers: Iterable[tuple[str, str]],
        gender: Gender | None = None,
        cultures: Sequence[str] = (DEFAULT,),
    ) -> None:
        self._key, self._scope = key, scope
        found = sorted(set(identifiers))
        self._own = {piece for _, value in found for one in {value, unbroken(value)} for piece in _pieces(one)}
        self._gender = gender
        whole = [(label, unbroken(value)) for label, value in found if label in NAMES]
        names = [value for _, value in whole]
        self._kinds = kinds_of(names)
        self._genders = genders_of(whole, gender, cultures)
        self._cultures = cultures_of(names, cultures)
        self._default = cultures[0]
        self._taken: dict[str, str] = {}
        self._words: dict[str, str] = {}
        for part in sorted(self._kinds):
            self._words[part] = self._new_name(part)

    def of(self, label: str, value: str) -> str:
        """What stands for an identifier; a tag where no value of its form can be invented. Raises `NoSurrogate`."""
        if label in NAMES:
            return self._name(unbroken(value))
        if label == "AGE":
            return capped_age(value)
        if label == "LOCATION":
            return self._location(value)
        if label == "ORGANIZATION":
            return self._organization(value)
        if label == "EMAIL":
            return self._email(value)
        if label == "URL":
            return self._url(value)
        if label == "IP" and re.fullmatch(r"\d+(?:\.\d+){3}", value):
            # The three networks that documentation may use (RFC 5737).
            return self._fresh(
                label, value, lambda rng: f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randint(1, 254)}"
            )
        return self._number(label, value)

    def _name(self, value: str) -> str:
        return re.sub(r"[^\W\d_](?:[\w'’]|-(?=\w))*", lambda match: self._word(match.group(), value), value)

    def _word(self, word: str, name: str) -> str:
        plain = re.sub(r"['’]s$", "", word)
        ending, low = word[len(plain) :], plain.casefold()
        if low in TITLES or ((low in DEGREES and (plain.isupper() or "." in plain)) and len(name.split()) > 1):
            return word
        if low in PARTICLES and plain.islower():
            return word
        if low in self._words:
            return _cased(self._words[low], plain) + ending
        if len(plain) <= 3 and plain.isupper() and len(name) <= 6:
            return "".join(self._letter(letter, at) for at, letter in enumerate(plain)) + ending
        if len(plain) == 1:
            return self._letter(plain, name.index(plain)) + ending
        self._words[low] = self._new_name(low)
        return _cased(self._words[low], plain) + ending

    def _letter(self, letter: str, at: int) -> str:
        """The initial of the name that the letter begins, where the patient's names show one; else another letter."""
        begun = sorted(part for part in self._kinds if part.startswith(letter.casefold()))
        if begun:
            initial = self._words.get(begun[0], letter)[:1]
            if initial.casefold() != letter.casefold():
                return initial.upper() if letter.isupper() else initial.lower()
        letters = [other for other in "ABCDEFGHJKLMNPRSTVW" if other != letter.upper()]
        chosen = self._rng("INITIAL", f"{letter}{at}", 0).choice(letters)
        return chosen if letter.isupper() else chosen.lower()

    def _new_name(self, part: str) -> str:
        kind = self._kinds.get(part, "first")
        gender = self._genders.get(part)

        def draw(rng: random.Random, culture: str) -> str:
            fake = _faker(rng, culture)
            if kind == "last":
                drawn = fake.last_name()
            else:
                female = (gender or rng.choice(("female", "male"))) == "female"
                drawn = fake.first_name_female() if female else fake.first_name_male()
            # One word for one word: of "de la Cruz" the last.
            return str(drawn).split()[-1]

        culture = self._cultures.get(part, self._default)
        try:
            return self._fresh("NAME", part, lambda rng: draw(rng, culture))
        except NoSurrogate:
            # A short list whose names are all the patient's own or given away.
            return self._fresh("NAME", part, lambda rng: draw(rng, self._default))

    def _location(self, value: str) -> str:
        pieces = re.split(r"(\s*[,;\n]\s*)", value)
        return "".join(piece if at % 2 else self._place(piece) for at, piece in enumerate(pieces))

    def _place(self, piece: str) -> str:
        if not any(map(str.isalnum, piece)) or piece in STATES or piece.title() in STATE_NAMES:
            return piece
        if match := _ZIP.fullmatch(piece.strip()):
            return self._zip(match)
        if match := re.fullmatch(r"([A-Z]{2})(\.?\s+)(\d{5}(?:-\d{4})?)", piece):
            inner = _ZIP.fullmatch(match[3])
            return match[1] + match[2] + (self._zip(inner) if inner else tag("LOCATION"))
        words = re.findall(r"[^\W\d_]+", piece)
        if any(map(str.isdigit, piece)) or (words and words[-1].casefold() in _ROADS and len(words) > 1):
            return self._street(piece)
        return _cased(self._fresh("TOWN", " ".join(words).casefold(), lambda rng: str(_faker(rng).city())), piece)

    def _zip(self, match: re.Match[str]) -> str:
        area = match["area"]
        reduced = ("000" if area in SPARSE_ZIPS else area) + "00"
        return tag("ZIP") if reduced == match.group() else reduced

    def _street(self, piece: str) -> str:
        def word(match: re.Match[str]) -> str:
            found = match.group()
            low = found.casefold().strip(".")
            if found[0].isdigit():
                return self._number("STREET", found)
            if low in _ROADS or low in _IN_ADDRESSES:
                return found
            return _cased(self._fresh("STREET", low, lambda rng: str(_faker(rng).last_name())), found)

        return re.sub(r"\d[\w-]*|[^\W\d_][\w'’.]*", word, piece)

    def _organization(self, value: str) -> str:
        """The words that any such place bears stay; each run of others becomes one family name."""
        words = re.split(r"(\s+|,\s*)", value)
        result: list[str] = []
        for at, word in enumerate(words):
            plain = word.casefold().strip(".,'’").removesuffix("'s").removesuffix("’s")
            if at % 2 or not plain or not any(map(str.isalnum, word)) or plain in _GENERIC:
                result.append(word)
                continue
            if len(result) >= 2 and result[-1].isspace() and result[-2].startswith("\0"):
                result.pop()
                result[-1] += " " + word
            else:
                result.append("\0" + word)
        return "".join(self._organization_name(word[1:]) if word.startswith("\0") else word for word in result)

    def _organization_name(self, words: str) -> str:
        return _cased(self._fresh("ORGANIZATION", folded(words), lambda rng: str(_faker(rng).last_name())), words)

    def _email(self, value: str) -> str:
        def draw(rng: random.Random) -> str:
            fake = _faker(rng)
            return f"{fake.last_name().lower()}{rng.randint(10, 99)}@example.org"

        return self._fresh("EMAIL", value.casefold(), draw)

    def _url(self, value: str) -> str:
        scheme = re.match(r"[a-z]+://", value, re.IGNORECASE)
        return self._fresh(
            "URL",
            value.casefold(),
            lambda rng: f"{scheme.group() if scheme else 'www.'}example.org/{rng.getrandbits(32):08x}",
        )

    def _number(self, label: str, value: str) -> str:
        if not any(map(str.isdigit, value)) and len(folded(value)) < 4:
            return tag(label)

        def draw(rng: random.Random) -> str:
            drawn = [_like(letter, rng) for letter in value]
            if label == "SSN" and value[0].isdigit():
                drawn[0] = "9"  # never issued
            return "".join(drawn)

        return self._fresh(label, value, draw)

    def _fresh(self, label: str, value: str, draw: Any) -> str:
        """The first value drawn that is neither the patient's own nor stands for another identifier."""
        name = f"{label}\0{value}"
        if name in self._taken:
            return self._taken[name]
        others = {folded(other) for other in self._taken.values()} if label == "NAME" else set()
        for attempt in range(ATTEMPTS):
            drawn = str(draw(self._rng(label, value, attempt)))
            pieces = {*_pieces(drawn)} - {"example", "org", "www", "https", "http", "com"}
            if folded(drawn) not in others and not pieces & self._own and folded(drawn) != folded(value):
                self._taken[name] = drawn
                return drawn
        raise NoSurrogate(f"no surrogate for a value of {label} after {ATTEMPTS} tries")

    def _rng(self, label: str, value: str, attempt: int) -> random.Random:
        return self._key.rng("surrogate", self._scope, label, value, str(attempt))


def capped_age(value: str) -> str:
    """An age over 89 as the category 90 or older (45 CFR 164.514(b)(2)(i)(C))."""
    capped, times = _AGE.subn("90+", value)
    return capped if times else tag("AGE")


@cache
def _generator(culture: str) -> Any:
    from faker import Faker

    return Faker(culture)


def _faker(rng: random.Random, culture: str = DEFAULT) -> Any:
    fake = _generator(culture)
    fake.seed_instance(rng.getrandbits(64))
    return fake


def _pieces(value: str) -> list[str]:
    """What of a value could be recognised: words of three letters and more, numbers of four digits and more."""
    words = [word for word in re.findall(r"[^\W\d_]{3,}", value.casefold()) if word not in GENERIC_WORDS]
    return [*words, *re.findall(r"\d{4,}", value), folded(value)]


def _like(letter: str, rng: random.Random) -> str:
    if letter.isdigit():
        return str(rng.randint(0, 9))
    if letter.isalpha() and letter.isascii():
        drawn = rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ")
        return drawn if letter.isupper() else drawn.lower()
    return letter


def _cased(word: str, like: str) -> str:
    letters = [letter for letter in like if letter.isalpha()]
    if len(letters) > 1 and like.isupper():
        return word.upper()
    return word.lower() if like.islower() else word
