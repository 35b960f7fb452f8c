"""`python -m stages.extract review`: drafts to their ledgers."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from stages import shards
from stages.extract.recordings.review import extend, ledger_of
from stages.params import load_or_exit
from stages.records import Record

SOURCE = Path("data/extract/records")


def review(argv: Sequence[str]) -> None:
    """Put the undecided turns of all drafts on the ledgers that their sources declare."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.extract review",
        description="Put the drafts of recordings on the ledgers that sources.<name>.draft.review names. A person then "
        "corrects speaker and text of each turn, and writes accept or reject under decision.",
    )
    parser.add_argument("--params", default="params.yaml", help="the declaration (default: params.yaml)")
    params = load_or_exit(parser.parse_args(argv).params)
    paths = {name: path for name, source in params.sources.items() if (path := ledger_of(source))}
    if not paths:
        raise SystemExit("no source declares a draft with a ledger: sources.<name>.draft.review")
    try:
        drafts = [record for record in shards.read(SOURCE, Record) if record.meta.get("draft")]
        for name, path in paths.items():
            added = extend(path, [record for record in drafts if record.source == name])
            print(f"{path}: {added} turns added")
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(f"extract: {error}") from None
