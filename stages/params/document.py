"""params.yaml as plain values that know their lines."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stages.params.faults import Fault, KeyPath, shown


@dataclass(slots=True)
class Document:
    """A parsed file: its plain value, the line (from 1) of every key and item, and what is wrong with its form."""

    plain: Any = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def line(self, path: KeyPath) -> int | None:
        """The line of a key; of the nearest key around it that is there where it is not."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read(path: Path) -> Document:
    """Read a file as YAML 1.2, like DVC's own loader: `2e-4` is a number and `no` is a word."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    document = Document()
    yaml = YAML(typ="safe", pure=True)
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text)
        if root is None:
            document.faults.append(Fault((), "the file is empty; start from the params.yaml that Rounds ships"))
            return document
        document.lines[()] = root.start_mark.line + 1
        _walk(root, (), document, [])
        with warnings.catch_warnings():
            # Said of `2e-4` after `%YAML 1.1`, and read as the number that it is.
            warnings.simplefilter("ignore")
            document.plain = yaml.constructor.construct_document(root)
    except FileNotFoundError:
        document.faults.append(Fault((), "no such file; run this from the project's root or name the file by --params"))
    except IsADirectoryError:
        document.faults.append(Fault((), "this is a folder; name a file"))
    except UnicodeDecodeError as error:
        document.faults.append(Fault((), f"not UTF-8 text: byte {error.start} cannot be read"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", column {mark.column + 1}" if mark else ""
        said = ", ".join(filter(None, (error.problem, error.context)))
        document.faults.append(Fault((), f"not YAML{where}: {said}", mark.line + 1 if mark else None))
    except YAMLError as error:
        document.faults.append(Fault((), f"not YAML: {' '.join(str(error).split())}"))
    if not document.faults and not isinstance(document.plain, dict):
        document.faults.append(Fault((), f"found {shown(document.plain)}; expected a mapping of keys to values"))
    return document


def _walk(node: Any, path: KeyPath, document: Document, around: list[Any]) -> None:
    """Note the lines below a node, and take out keys that cannot stand there."""
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    if any(node is outer for outer in around):
        document.faults.append(Fault(path, "an alias that holds itself", node.start_mark.line + 1))
        node.value = []
        return
    if isinstance(node, SequenceNode):
        for number, item in enumerate(node.value):
            document.lines[*path, number] = item.start_mark.line + 1
            _walk(item, (*path, number), document, [*around, node])
    if not isinstance(node, MappingNode):
        return
    kept: list[Any] = []
    seen: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.tag == "tag:yaml.org,2002:merge":
            kept.append((key, value))
        elif key.tag != "tag:yaml.org,2002:str":
            found = shown(key.value) if isinstance(key.value, str) else "a list or mapping"
            document.faults.append(Fault(path, f"found the key {found}; keys are text: put it in quotes", line))
        elif key.value in seen:
            document.faults.append(
                Fault((*path, key.value), f"stands here twice, first on line {seen[key.value]}; keep one", line)
            )
        else:
            seen[key.value] = document.lines[*path, key.value] = line
            kept.append((key, value))
            _walk(value, (*path, key.value), document, [*around, node])
    node.value = kept
