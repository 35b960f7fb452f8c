"""The JSON Schema of params.yaml, and what it allows at a key, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from stages.params.section import Section

Schema = dict[str, Any]


@lru_cache(maxsize=1)
def whole() -> Schema:
    """The schema of the whole file. A section of `train` may hold any part of the keys of `Train`."""
    from stages.params.root import Params
    from stages.params.train import Train

    found = Params.model_json_schema()
    train = Train.model_json_schema()
    found["$defs"] |= train.pop("$defs") | {"Train": train}
    described = {"type": "object", "description": found["properties"]["train"]["description"]}
    part = {"$ref": "#/$defs/Train"}
    defaults = part | {"description": "What holds for every task that says nothing else."}
    found["properties"]["train"] = described | {"properties": {"defaults": defaults}, "additionalProperties": part}
    for model in _models():
        _add_made_defaults(model, found["$defs"].get(model.__name__, {}))
    return found


def at(path: Sequence[str | int]) -> Schema | None:
    """The schema of what stands at a key path; None where nothing may stand."""
    found: Schema | None = whole()
    for part in path:
        found = next((deeper for form in _forms(found or {}) if (deeper := _step(form, part)) is not None), None)
    return found


def names(path: Sequence[str | int]) -> list[str]:
    """The keys that may stand in the mapping at a key path."""
    return [name for form in _forms(at(path) or {}) for name in form.get("properties", ())]


def choices(path: Sequence[str | int]) -> list[str]:
    """The words that may stand at a key path, where they are a closed set."""
    return [str(word) for form in _forms(at(path) or {}) for word in _closed(form)]


def allowed(path: Sequence[str | int]) -> str:
    """What may stand at a key path, in words."""
    found = at(path)
    return words(found) if found else "nothing"


def words(schema: Schema) -> str:
    """What a schema allows, in words.

    >>> words({"type": "integer", "minimum": 1})
    'a whole number, at least 1'
    """
    return " or ".join(dict.fromkeys(_form(form) for form in _forms(schema)))


def places(name: str) -> str:
    """The sections in which a key of this name may stand, as `section.<name>` paths; empty where there is none."""
    return " or ".join(sorted({".".join(path) for path in _holding(name, whole(), ())}))


def resolved(schema: Schema) -> Schema:
    """The schema that a reference stands for, with what is said beside it."""
    if "$ref" not in schema:
        return schema
    target: Schema = whole()["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    return target | {key: value for key, value in schema.items() if key != "$ref"}


def _models() -> Iterator[type[Section]]:
    waiting = [Section]
    while waiting:
        waiting += (model := waiting.pop()).__subclasses__()
        yield model


def _add_made_defaults(model: type[Section], schema: Schema) -> None:
    """Pydantic leaves out defaults that a factory makes; those that are sections show their own keys."""
    for name, field in model.model_fields.items():
        if field.default_factory is not None and name in schema.get("properties", {}):
            value = field.get_default(call_default_factory=True, validated_data={})
            if not isinstance(value, Section):
                schema["properties"][name]["default"] = value


def _forms(schema: Schema) -> list[Schema]:
    """The alternatives of a schema, each resolved."""
    plain = resolved(schema)
    return [resolved(form) for form in plain["anyOf"]] if "anyOf" in plain else [plain]


def _step(form: Schema, part: str | int) -> Schema | None:
    if isinstance(part, int):
        found = form.get("items")
    else:
        found = form.get("properties", {}).get(part) or form.get("additionalProperties")
    return found if isinstance(found, dict) else None


def _closed(form: Schema) -> list[Any]:
    if "const" in form:
        return [form["const"]]
    return list(form.get("enum", ()))


def _form(form: Schema) -> str:
    if closed := _closed(form):
        return str(closed[0]) if len(closed) == 1 else f"one of {', '.join(map(str, closed))}"
    kind = form.get("type")
    if kind == "null":
        return "null"
    if kind == "boolean":
        return "true or false"
    if kind == "string":
        return "text, not empty" if form.get("minLength") else "text"
    if kind in ("integer", "number"):
        return ("a whole number" if kind == "integer" else "a number") + "".join(_bounds(form))
    if kind == "array":
        return f"a list{', not empty' if form.get('minItems') else ''}, each {words(form['items'])}"
    if "properties" in form and not isinstance(form.get("additionalProperties"), dict):
        return f"a mapping with the keys {', '.join(form['properties'])}"
    return f"a mapping of names{', not empty' if form.get('minProperties') else ''}"


def _bounds(form: Schema) -> Iterator[str]:
    for key, word in (
        ("minimum", "at least"),
        ("exclusiveMinimum", "more than"),
        ("maximum", "at most"),
        ("exclusiveMaximum", "less than"),
    ):
        if key in form:
            yield f", {word} {form[key]:g}"


def _holding(name: str, schema: Schema, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for form in _forms(schema):
        properties = form.get("properties", {})
        if name in properties and path:
            yield path
        for key, deeper in properties.items():
            yield from _holding(name, deeper, (*path, key))
        if isinstance(rest := form.get("additionalProperties"), dict):
            yield from _holding(name, rest, (*path, "<name>"))
