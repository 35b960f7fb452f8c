"""Shows on a terminal what cleaning does to files of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stages.clean.step import Clean, Pass
from stages.records import Origin, Record

AROUND = 30


def clean_files(step: Clean, files: list[Path]) -> Iterator[tuple[Path, str, list[Pass]]]:
    """Each file's cleaned text; the files are taken for the notes of one patient, earliest first.

    Raises `ValueError` naming a file that is not UTF-8 text.
    """
    step.setup()
    earlier: list[str] = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise ValueError(f"{file}: not UTF-8 text; `python -m stages.extract {file}` reads other files") from None
        note = Record(str(file), "", "", "document", Origin(file.name, "", "text"), text=text)
        cleaned, passes = step.clean(note, tuple(earlier))
        earlier.append(text)
        yield file, cleaned.text or "", passes


def print_diff(file: Path, passes: list[Pass]) -> None:
    """Every change of a file with its operator and the line it begins on: what went is red, what came green."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(str(file), "bold"))
    for done in passes:
        for change in done.changes:
            line = done.before.count("\n", 0, change.start) + 1
            left = done.before[max(0, change.start - AROUND) : change.start].rpartition("\n")[2]
            right = done.before[change.end : change.end + AROUND].partition("\n")[0]
            console.print(
                Text.assemble(
                    (f"{done.operator:>13} {line:>4}  ", "cyan"),
                    (left, "dim"),
                    (change.before.rstrip("\n"), "red strike"),
                    (change.after, "green"),
                    (right, "dim"),
                )
            )
        if done.held_back:
            console.print(Text(f"{done.operator:>13}       held back: {done.held_back}", "yellow"))
