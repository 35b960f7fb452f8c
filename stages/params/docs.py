"""`python -m stages.params.docs`: docs/params.md for people and docs/params.schema.json for editors."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from stages.params.schema import Schema, resolved, whole, words

PAGE = Path("docs/params.md")
SCHEMA = Path("docs/params.schema.json")
HEAD = """\
# The keys of params.yaml

Made by `python -m stages.params.docs` from `stages/params/`; change a key there, then make this page anew.
`python -m stages.params` checks a file and tells every fault at once, each with its line, its key, what is allowed and
the nearest valid name. Editors that know YAML schemas check while you type: point them at `docs/params.schema.json`.
`<name>` stands for a name of your choice. A key without a default must be there.
"""


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.params.docs", description=f"Write {PAGE} and {SCHEMA} from the typed params."
    )
    parser.parse_args()
    PAGE.write_text(page(), encoding="utf-8")
    SCHEMA.write_text(schema(), encoding="utf-8")


def page() -> str:
    """The reference of all keys as Markdown: one table a section."""
    root = whole()
    rows = list(_rows(root))
    tables = "\n".join(table for name, part in root["properties"].items() for table in _tables((name,), part))
    return f"{HEAD}\n{_table(rows)}\n{tables}"


def schema() -> str:
    """The JSON Schema (draft 2020-12) of a params file."""
    titled = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | whole()
    return json.dumps(titled, indent=2, ensure_ascii=False) + "\n"


def _tables(path: tuple[str, ...], part: Schema) -> Iterator[str]:
    """The section of a key that holds a mapping, and of those inside it."""
    for form in _mappings(part):
        if properties := form.get("properties"):
            described = _paragraph(resolved(form).get("description", ""))
            yield f"## `{'.'.join(path)}`\n\n{described}\n\n{_table(list(_rows(form)))}"
            for name, deeper in properties.items():
                yield from _tables((*path, name), deeper)
        if isinstance(rest := form.get("additionalProperties"), dict) and path[0] != "train":
            yield from _tables((*path, "<name>"), rest)


def _mappings(part: Schema) -> list[Schema]:
    plain = resolved(part)
    forms = [resolved(form) for form in plain.get("anyOf", [plain])]
    # What is said of a key stands in the table above its section; the section says what its model says.
    named = resolved({"$ref": part["$ref"]}) if "$ref" in part else None
    return [named or form for form in forms if "properties" in form or "additionalProperties" in form]


def _rows(form: Schema) -> Iterator[tuple[str, str, str, str]]:
    for name, part in form["properties"].items():
        default = json.dumps(part["default"], ensure_ascii=False) if "default" in part else ""
        if name not in form.get("required", ()) and not default:
            default = "{}"
        yield name, words(part), default, _paragraph(resolved(part).get("description", ""))


def _table(rows: list[tuple[str, str, str, str]]) -> str:
    lines = ["| key | allowed | default | meaning |", "|---|---|---|---|"]
    for name, allowed, default, meaning in rows:
        shown = f"`{_cell(default)}`" if default else ""
        lines.append(f"| `{name}` | {_cell(allowed)} | {shown} | {_cell(meaning)} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _paragraph(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    main()
