"""De-identification of files named on the command line."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from pathlib import Path

import orjson

from stages.deidentify.content import Content
from stages.deidentify.originals import NotGivenBack, Original, find, given_back
from stages.deidentify.stage import ORIGINALS, check_model
from stages.deidentify.step import Deidentified, Step
from stages.flow import Rejected
from stages.keys import Key
from stages.params import Params
from stages.records import Origin, Record, to_json

GIVEN_BACK = "given back"
EXEMPT = "printed as they are: of sources declared `deidentified: true`, which have no originals"
RECORDED = "not printed: recordings, whose words were cut and are not kept"
REFUSED = "refused"


def show(files: Sequence[Path], params: Params, spans: bool) -> int:
    """Print each file's text without identifiers, or label, start and end of each; return the exit code.

    A text file is one patient of its own; lines of JSONL with one `group` are one patient. What is rejected is told on
    stderr, without its text. Raises `ValueError` naming a file that cannot be read.
    """
    check_model(params)
    rejected = 0
    records = sorted((record for path in files for record in read(path)), key=lambda record: record.group)
    # Sound is no output of this command.
    with tempfile.TemporaryDirectory() as recordings:
        step = Step(params.deidentify, (), Key.read(params.key_file), Path(recordings))
        step.setup()
        for _, unit in groupby(records, key=lambda record: record.group):
            for found in step.process(list(unit)):
                if isinstance(found, Rejected):
                    rejected += 1
                    print(f"{found.id}: not printed: {found.reason}", file=sys.stderr)
                elif isinstance(found, Deidentified):
                    lines = [f"{label}\t{start}\t{end}" for start, end, label in found.found]
                    print("\n".join(lines) if spans else Content.of(found.record).text)
    return 1 if rejected else 0


def reidentify(files: Sequence[Path], key: Key, exempt: Collection[str]) -> int:
    """Print the records of JSONL files with their originals in their places; return the exit code.

    Records of `exempt` sources never had originals and are printed as they are; recordings, of which words were cut,
    are not printed. Both are counted on stderr, apart, and neither is a fault: the code is 1 only where a record should
    have originals and they are not there or cannot be put back. Such a record is told on stderr by its id, without a
    value. Nothing is written but to stdout. Raises `ValueError` naming a file that cannot be read.
    """
    records = [record for path in files for record in read(path)]
    sealed = find(ORIGINALS, records)
    became = Counter[str]()
    for record in records:
        if record.id in sealed:
            became[_put_back(key, sealed[record.id], record)] += 1
        elif record.source in exempt:
            print(to_json(record).decode())
            became[EXEMPT] += 1
        elif record.audio:
            became[RECORDED] += 1
        else:
            _refuse(record, "no originals are kept of it, and its source is not declared `deidentified: true`")
            became[REFUSED] += 1
    if set(became) - {GIVEN_BACK}:
        print(*(f"{number} {what}" for what, number in sorted(became.items())), sep="\n", file=sys.stderr)
    return 1 if became[REFUSED] else 0


def _put_back(key: Key, original: Original, record: Record) -> str:
    try:
        print(to_json(given_back(key, original, record)).decode())
    except NotGivenBack as fault:
        _refuse(record, str(fault))
        return REFUSED
    return GIVEN_BACK


def _refuse(record: Record, fault: str) -> None:
    print(f"{record.id}: not given back: {fault}", file=sys.stderr)


def read(path: Path) -> Iterator[Record]:
    """The records of a file: of a JSONL file one a line, of any other one with its text."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: cannot be read as UTF-8 text: {type(error).__name__}") from None
    if path.suffix != ".jsonl":
        yield _record(path, 0, text)
        return
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            plain = orjson.loads(line)
            known = isinstance(plain, dict) and "origin" in plain
            yield Record.from_json(line) if known else _record(path, number, plain["text"], plain.get("group"))
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"{path}:{number}: expected a record or an object with `text`") from None


def _record(path: Path, number: int, text: str, group: str | None = None) -> Record:
    name = f"{path.name}:{number}"
    return Record(name, "file", group or name, "document", Origin(path.name, "", "text"), text=text)
