"""Faults of a params file, in words that name the key, what was found, what is allowed and the nearest valid name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stages.params import schema

if TYPE_CHECKING:
    from pydantic import ValidationError

KeyPath = tuple[str | int, ...]
MOST_SHOWN = 200
LEAST_SIMILAR = 60.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the path of its key, what is wrong, and the line (from 1) where it stands."""

    path: KeyPath
    problem: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{dotted(self.path)}: {self.problem}" if self.path else self.problem


def unknown_key(path: KeyPath, value: Any, names: Iterable[str]) -> Fault:
    """A key that is not one of `names`."""
    known = sorted(names)
    near = nearest(str(path[-1]), known)
    elsewhere = "" if near else schema.places(str(path[-1]))
    hint = did_you_mean(near) if near else f"; {path[-1]} belongs under {elsewhere}" if elsewhere else ""
    return Fault(path, f"unknown key, with the value {shown(value)}; allowed are {', '.join(known)}{hint}")


def wrong_value(path: KeyPath, value: Any, allowed: str, names: Iterable[str] = ()) -> Fault:
    """A value that is not what is allowed; `names` are those that it may have been meant for."""
    hint = did_you_mean(nearest(value, names)) if isinstance(value, str) else ""
    return Fault(path, f"found {shown(value)}; expected {allowed}{hint}")


def missing_name(path: KeyPath, value: str, section: str, names: Iterable[str]) -> Fault:
    """A name that should stand in another section and does not."""
    known = sorted(names)
    listed = f"; there are {', '.join(known)}" if known else ""
    return Fault(
        path, f"found {shown(value)}, which is not under {section}{listed}{did_you_mean(nearest(value, known))}"
    )


def of_validation(error: ValidationError, plain: Any, above: KeyPath = ()) -> list[Fault]:
    """The faults of a value at the path `above` of params.yaml that pydantic found; one for a key."""
    found: dict[KeyPath, Fault] = {}
    branches: set[KeyPath] = set()
    for one in error.errors(include_url=False):
        place, value, skipped = _resolved(one["loc"], plain)
        if one["type"] == "missing":
            place, skipped = (*place, one["loc"][-1]), False
        if skipped:
            branches.add(place)
        fault = _fault(one, (*above, *place), value, plain if not place else value)
        found.setdefault(fault.path[len(above) :], fault)
    # A value of several allowed forms fails each of them; the deepest key says most.
    inner = {place[:depth] for place in found for depth in range(len(place))}
    return [fault for place, fault in found.items() if not (place in branches and place in inner)]


def dotted(path: KeyPath) -> str:
    """A key path as people write it: `tasks.hpi.sources[1]`.

    >>> dotted(("tasks", "hpi", "sources", 1))
    'tasks.hpi.sources[1]'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def shown(value: Any) -> str:
    """A value as YAML would take it; the middle of a very long one is left out, and its length said."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if len(text) <= MOST_SHOWN:
        return text
    half = MOST_SHOWN // 2
    return f"{text[:half]} ... {text[-half:]} ({len(text)} characters)"


def nearest(name: Any, names: Iterable[str]) -> str | None:
    """The name that a mistyped one most probably meant, if any is like it."""
    from rapidfuzz import fuzz, process

    known = sorted(names)
    # `lr` means learning_rate.
    for one in known:
        if "_" in one and "".join(word[:1] for word in one.split("_")) == name:
            return one
    found = process.extractOne(str(name), known, scorer=fuzz.ratio, processor=str.lower, score_cutoff=LEAST_SIMILAR)
    return str(found[0]) if found else None


def did_you_mean(name: str | None) -> str:
    """The end of a fault's message that names the nearest valid name."""
    return f"; did you mean {name}?" if name else ""


def _resolved(location: Sequence[str | int], plain: Any) -> tuple[KeyPath, Any, bool]:
    """The part of pydantic's location that is a path in the file, the value there, and whether the rest was left out:
    pydantic puts the names of a union's members between the keys."""
    place: list[str | int] = []
    skipped = False
    for part in location:
        if (isinstance(plain, Mapping) and part in plain) or (isinstance(plain, list) and isinstance(part, int)):
            place.append(part)
            plain = plain[part]  # type: ignore[index]
        else:
            skipped = True
    return tuple(place), plain, skipped


def _fault(error: Any, path: KeyPath, value: Any, section: Any) -> Fault:
    if error["type"] == "extra_forbidden":
        return unknown_key(path, value, schema.names(path[:-1]))
    if error["type"] == "missing":
        return Fault(path, f"missing; expected {schema.allowed(path)}")
    if error["type"] in ("value_error", "assertion_error"):
        return _told(str(error["ctx"]["error"]), path, section)
    return wrong_value(path, value, schema.allowed(path), schema.choices(path))


def _told(message: str, path: KeyPath, section: Any) -> Fault:
    """What a validator of ours says; one that speaks for a whole section begins with the key that it is about."""
    name, colon, rest = message.partition(":")
    if colon and isinstance(section, Mapping) and name in section:
        return Fault((*path, name), f"found {shown(section[name])};{rest}")
    if isinstance(section, Mapping):
        return Fault(path, message)
    return Fault(path, f"found {shown(section)}; {message}")


def in_order(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Sorted by line, and each once."""
    unique = dict.fromkeys(faults)
    yield from sorted(unique, key=lambda fault: (fault.line or 0, dotted(fault.path), fault.problem))
