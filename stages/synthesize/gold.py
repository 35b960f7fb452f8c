"""Gold labels: what only scoring may read.

`gold/spans.jsonl` holds one JSON object a line, keys sorted, in the order of (source, file, row):

- `source`: name under `sources` in params.yaml: `reports`, `visits` or `summaries`.
- `file`: path of the raw file below the source's path; for `summaries`, the table's own name.
- `row`: number of the row from 0 in a table, else null.
- `split`: `train`, or `test` for a patient told in held-out wordings, names and combinations.
- `patient`: the identifier that stands in the raw path (in `summaries`, in the column `patient`).
- `text`: the whole text in reading order. Of a report: letterhead, title, sections (cells of a table's row with two
  spaces between them), signature, then once what every page repeats at its top and foot (without the page number). Of a
  visit: the file as it is. Of a table's row: the columns of `COLUMNS` with a newline between them.
- `spans`: {`start`, `end`, `label`} in code points of `text`, in order, never overlapping. Labels are those of
  `stages/synthesize/fill.py`. Every span's text occurs in what a reader extracts, up to line breaks, a reader's removal
  of running headers and footers, capitals of headings, and errors of OCR.
- `sections`: {`header`, `start`, `end`} of a report's sections, header included; empty elsewhere.
- `diagnosis`, `differential` (likeliest first): of the case that the text tells.
- `format`: `pdf`, `scan.pdf`, `scan.png`, `docx`, `rtf`, `txt` or `jsonl`.

`gold/typed.jsonl` holds one JSON object for each document, with `source`, `file`, `row` and `format` as above, and
`typed`: [kind, typed, meant] of all that was abbreviated (`abbreviations`) or misspelt (`typos`) in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.records import to_json
from stages.synthesize.fill import Filled

COLUMNS = ("hpi", "assessment", "plan")


@dataclass(frozen=True, slots=True)
class Gold:
    """What is known of one raw document; the fields are those of the module's description."""

    source: str
    file: str
    row: int | None
    split: str
    patient: str
    content: Filled
    diagnosis: str
    differential: Sequence[str]
    format: str
    sections: Sequence[tuple[str, int, int]] = ()
    typed: Sequence[tuple[str, str, str]] = ()


def write(path: Path, labels: Iterable[Gold]) -> None:
    """Write `spans.jsonl`."""
    ordered = sorted(labels, key=lambda gold: (gold.source, gold.file, gold.row or 0))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(to_json(_plain(gold)) + b"\n" for gold in ordered))


def write_typed(path: Path, labels: Iterable[Gold]) -> None:
    """Write `typed.jsonl`."""
    ordered = sorted(labels, key=lambda gold: (gold.source, gold.file, gold.row or 0))
    lines = [
        {"source": g.source, "file": g.file, "row": g.row, "format": g.format, "typed": [list(one) for one in g.typed]}
        for g in ordered
    ]
    path.write_bytes(b"".join(to_json(line) + b"\n" for line in lines))


def _plain(gold: Gold) -> dict[str, Any]:
    return {
        "source": gold.source,
        "file": gold.file,
        "row": gold.row,
        "split": gold.split,
        "patient": gold.patient,
        "text": gold.content.text,
        "spans": [{"start": span.start, "end": span.end, "label": span.label} for span in gold.content.spans],
        "sections": [{"header": header, "start": start, "end": end} for header, start, end in gold.sections],
        "diagnosis": gold.diagnosis,
        "differential": list(gold.differential),
        "format": gold.format,
    }
