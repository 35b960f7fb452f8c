"""What names tell of who bears them: which part is the given name, the gender, the culture."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from stages.deidentify.known import parts
from stages.deidentify.labels import NAMES

Gender = Literal["female", "male"]
Kind = Literal["first", "last"]

DEFAULT = "en_US"


@dataclass(frozen=True, slots=True)
class Listed:
    """The words of the names that a locale of Faker lists, each as `str.title` writes it."""

    female: frozenset[str]
    male: frozenset[str]
    names: frozenset[str]


def gender_of(texts: Sequence[str], titled: Iterable[str]) -> Gender | None:
    """A patient's gender from titles before the name, else from the pronouns of the records where nine in ten agree."""
    titles = [title.casefold().strip(".") for title in titled]
    female, male = sum(t in ("ms", "mrs", "miss") for t in titles), sum(t in ("mr", "mister") for t in titles)
    if female != male:
        return "female" if female > male else "male"
    words = [word for text in texts for word in re.findall(r"\b(?:s?he|her|hers|him|his)\b", text.lower())]
    female = sum(word in ("she", "her", "hers") for word in words)
    if words and not 0.1 < female / len(words) < 0.9:
        return "female" if female / len(words) >= 0.9 else "male"
    return None


def kinds_of(names: Iterable[str]) -> dict[str, Kind]:
    """Which part of a name is a given and which a family name, from where it stands in the names of all records."""
    votes: dict[str, int] = {}
    for name in names:
        last_first = re.match(r"([^,]+),\s*(\S.*)", name)
        last, first = (
            (parts(last_first[1]), parts(last_first[2])) if last_first else (parts(name)[-1:], parts(name)[:-1])
        )
        if not last_first and not first:
            first, last = last, []
        for part in (*first, *last):
            votes.setdefault(part.casefold(), 0)
        weight = 2 if len(name.split()) > 1 else 1
        for part in last:
            votes[part.casefold()] += weight
        for part in first:
            votes[part.casefold()] -= weight
    return {part: "last" if vote > 0 else "first" for part, vote in votes.items()}


def genders_of(
    found: Sequence[tuple[str, str]], patient: Gender | None, cultures: Sequence[str] = (DEFAULT,)
) -> Mapping[str, Gender]:
    """The gender of each part of a name that the lists tell, or the patient's own for the patient's names."""
    genders: dict[str, Gender] = {}
    for label, value in found:
        if label not in NAMES:
            continue
        for part in parts(value):
            if listed := _listed_gender(part, tuple(cultures)):
                genders[part.casefold()] = listed
            elif label == "PATIENT" and patient:
                genders[part.casefold()] = patient
    return genders


def cultures_of(names: Iterable[str], cultures: Sequence[str]) -> Mapping[str, str]:
    """The culture of each part of a name that the lists of any of the `cultures` tell; a name is of one culture.

    A part that few cultures have tells more than one that many have; of two that are told alike the first is taken.
    """
    if len(cultures) < 2:
        return {}
    votes: dict[str, dict[str, float]] = {}
    for name in names:
        pieces = [part.casefold() for part in parts(name)]
        told = dict.fromkeys(cultures, 0.0)
        for piece in pieces:
            having = [culture for culture in cultures if piece.title() in listed(culture).names]
            for culture in having:
                told[culture] += 1 / len(having)
        for piece in pieces:
            ballot = votes.setdefault(piece, dict.fromkeys(cultures, 0.0))
            for culture, weight in told.items():
                ballot[culture] += weight
    return {piece: max(cultures, key=ballot.__getitem__) for piece, ballot in votes.items() if any(ballot.values())}


@cache
def listed(culture: str) -> Listed:
    """The names of a locale of Faker; raises `ModuleNotFoundError` for one that has none."""
    provider = importlib.import_module(f"faker.providers.person.{culture}").Provider

    def read(*attributes: str) -> frozenset[str]:
        names = [name for attribute in attributes for name in getattr(provider, attribute, ())]
        return frozenset(word.title() for name in names for word in parts(name) if word == word.title())

    female, male = read("first_names_female"), read("first_names_male")
    last = read("last_names", "last_names_female", "last_names_male")
    return Listed(female, male, female | male | last)


@cache
def _listed_gender(part: str, cultures: tuple[str, ...]) -> Gender | None:
    female = any(part.title() in listed(culture).female for culture in cultures)
    male = any(part.title() in listed(culture).male for culture in cultures)
    return None if female == male else "female" if female else "male"
