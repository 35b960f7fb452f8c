"""Make the embedded clinic: real files with gold labels, of invented people."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stages import metrics, params

FOLDER = Path("data/synthesize")


def main() -> None:
    """Write the clinic that params.yaml describes, or one of another size elsewhere."""
    parser = argparse.ArgumentParser(prog="python -m stages.synthesize", description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"), help="the params file")
    parser.add_argument("--out", type=Path, help=f"write here instead of {FOLDER}, with metrics.json beside the files")
    parser.add_argument("--patients", type=int, help="how many patients, instead of synthesize.patients")
    given = parser.parse_args()
    told = params.load_or_exit(given.params)
    settings = told.synthesize
    if given.patients is not None:
        if given.patients < 4:
            parser.error(f"--patients: at least 4, found {given.patients}")
        settings = settings.model_copy(update={"patients": given.patients})

    from stages.synthesize.clinic import build
    from stages.synthesize.speech.speak import Missing

    try:
        counts = build(settings, told.seed, given.out or FOLDER)
    except Missing as error:
        print(f"synthesize: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    metrics.write(given.out / "metrics.json" if given.out else "metrics/synthesize.json", counts)


if __name__ == "__main__":
    main()
