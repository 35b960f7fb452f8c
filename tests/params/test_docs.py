"""The generated reference and schema are in step with the models and with the shipped file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from stages.params import docs, schema

AGAIN = "; run python -m stages.params.docs"


def test_the_page_is_in_step() -> None:
    assert Path("docs/params.md").read_text(encoding="utf-8") == docs.page(), AGAIN


def test_the_schema_is_in_step() -> None:
    assert Path("docs/params.schema.json").read_text(encoding="utf-8") == docs.schema(), AGAIN


def _described(part: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for form in schema._forms(part):
        for name, deeper in form.get("properties", {}).items():
            yield ".".join((*path, name)), schema.resolved(deeper).get("description", "")
            yield from _described(deeper, (*path, name))
        if isinstance(rest := form.get("additionalProperties"), dict):
            yield from _described(rest, (*path, "<name>"))


def test_every_key_is_described() -> None:
    found = dict(_described(schema.whole(), ()))
    assert len(found) > 100
    assert not [key for key, description in found.items() if not description]


def test_every_key_of_the_file_has_a_row() -> None:
    page = docs.page()
    plain = YAML(typ="safe", pure=True).load(Path("params.yaml"))
    for section, value in plain.items():
        assert f"| `{section}` |" in page
        for key in value if isinstance(value, dict) and section not in ("sources", "tasks", "base", "train") else ():
            assert f"| `{key}` |" in page


@pytest.mark.parametrize(("part", "expected"), [
    ({"type": "integer", "minimum": 0, "maximum": 5}, "a whole number, at least 0, at most 5"),
    ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, "a number, more than 0, less than 1"),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text or null"),
    ({"enum": ["a", "b"]}, "one of a, b"),
    ({"const": "a"}, "a"),
    ({"type": "array", "items": {"type": "string"}, "minItems": 1}, "a list, not empty, each text"),
    ({"type": "boolean"}, "true or false"),
    ({"type": "object", "additionalProperties": {"type": "string"}}, "a mapping of names"),
    ({"type": "object", "additionalProperties": {}, "minProperties": 1}, "a mapping of names, not empty"),
])  # fmt: skip
def test_what_is_allowed_in_words(part: dict[str, Any], expected: str) -> None:
    assert schema.words(part) == expected


def test_the_schema_accepts_the_shipped_file_and_refuses_a_wrong_one() -> None:
    validator = pytest.importorskip("jsonschema").Draft202012Validator(json.loads(docs.schema()))
    plain = YAML(typ="safe", pure=True).load(Path("params.yaml"))
    assert not list(validator.iter_errors(plain))
    plain["train"]["hpi"]["lora"]["rr"] = 8
    assert [list(error.absolute_path) for error in validator.iter_errors(plain)] == [["train", "hpi", "lora"]]
