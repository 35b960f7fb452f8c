"""What flows through the pipeline, and its JSON form.

A `Record` is a piece of clinical material as it was read; an `Example` is an (instruction, response) pair made of
records. Both are immutable: a step returns changed copies (`dataclasses.replace`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

import orjson


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance of a dialogue; `start` and `end` are seconds from the start of the recording."""

    speaker: str
    text: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled stretch of a text; `start` and `end` count code points, `end` is exclusive."""

    start: int
    end: int
    label: str
    score: float = 1.0
    by: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record was read: the file below its source's path, its content, the page (from 1) and the reader."""

    file: str
    sha256: str
    reader: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A piece of clinical material. Exactly one of `text`, `turns` and `fields` carries its content.

    Attributes:
        id: Content-free and stable: a keyed hash of source and position.
        source: The name under `sources` in params.yaml.
        group: Keyed hash of the patient; what a split never cuts. The record's own id where there is no patient.
        encounter: Keyed hash of the visit; joins the records that tell of one visit.
        kind: `document` (text), `dialogue` (turns) or `row` (fields).
        split: The fixed set that the source declares for this record (`train`, `validation`, `test`), if any.
        audio: Path of the recording.
        surrogates: Invented identifiers that stand in the content; masked when near-duplicates are sought.
        meta: Facts about the reading that hold no PHI, such as the confidence of the OCR.
    """

    id: str
    source: str
    group: str
    kind: str
    origin: Origin
    encounter: str | None = None
    split: str | None = None
    text: str | None = None
    turns: tuple[Turn, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    audio: str | None = None
    surrogates: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, line: bytes | str) -> Self:
        """Parse one JSON object; raises `ValueError` naming the key that is missing or unknown."""
        found = _known(cls, orjson.loads(line))
        found["origin"] = Origin(**found["origin"])
        found["turns"] = tuple(Turn(**turn) for turn in found.get("turns", ()))
        found["surrogates"] = tuple(found.get("surrogates", ()))
        return cls(**found)


@dataclass(frozen=True, slots=True)
class Example:
    """An (instruction, response) pair of one task.

    Attributes:
        group: The patient (or what stands for one); what a split never cuts.
        records: Ids of the records that it was made of.
        category: The slice that metrics are also given by.
        parent: Id of the example that it was augmented from, with the `operator` that did it.
        split: `train`, `validation` or `test`; before the split stage, the fixed set that its source declares.
        surrogates: As in `Record`.
        meta: Facts that metrics are also given by, such as the `source` of its records: `visits+summaries` of two.
    """

    id: str
    task: str
    group: str
    instruction: str
    response: str
    input: str = ""
    system: str = ""
    audio: str | None = None
    category: str = ""
    parent: str | None = None
    operator: str | None = None
    split: str | None = None
    records: tuple[str, ...] = ()
    surrogates: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, line: bytes | str) -> Self:
        """Parse one JSON object; raises `ValueError` naming the key that is missing or unknown."""
        found = _known(cls, orjson.loads(line))
        found["records"] = tuple(found.get("records", ()))
        found["surrogates"] = tuple(found.get("surrogates", ()))
        return cls(**found)


def to_json(value: Any) -> bytes:
    """One line of JSON with sorted keys and no empty values: the same value always gives the same bytes.

    Takes a dataclass of this module or a plain JSON value. Raises `ValueError` on NaN and infinities, which JSON
    cannot say.
    """
    plain = value if isinstance(value, dict | list | str | int | float | bool | None) else _without_empty(asdict(value))
    _refuse_nan(plain)
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)


def _known(cls: type, found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise ValueError(f"{cls.__name__}: expected a JSON object, found {type(found).__name__}")
    names = {f.name for f in fields(cls)}
    if unknown := sorted(found.keys() - names):
        raise ValueError(f"{cls.__name__}: unknown key {unknown[0]!r}; known are {', '.join(sorted(names))}")
    return found


def _without_empty(plain: dict[str, Any]) -> dict[str, Any]:
    return {key: _tidy(value) for key, value in plain.items() if value not in (None, (), [], {}, "")}


def _tidy(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_without_empty(item) if isinstance(item, dict) else item for item in value]
    return _without_empty(value) if isinstance(value, dict) else value


def _refuse_nan(value: Any) -> None:
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        raise ValueError(f"{value} has no JSON form; write null or leave the key out")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_nan(item)
