"""`python -m stages.transcribe FILE...`: who said what in sound files of any kind and length."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.params import Params, load_or_exit

if TYPE_CHECKING:
    from stages.segments import Segment

FORMATS = {"text": "", "srt": "srt", "vtt": "vtt", "json": "manifest"}
"""Name of a format -> module of `stages.segments` that writes it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Transcribe the files named on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m stages.transcribe",
        description="Transcribe sound files with a speech task's model, or with any Whisper in a folder.",
        epilog="A file that cannot be read is told on standard error, the others are transcribed, and the exit code "
        "is 1. Times are where the model looked, near a tenth of a second.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="WAV, FLAC, MP3, M4A and their like")
    parser.add_argument("--task", default="scribe", help="whose base and adapter are used (default: %(default)s)")
    parser.add_argument("--model", type=Path, help="folder of a Whisper, without an adapter unless one is named")
    parser.add_argument("--adapter", type=Path, help="folder of an adapter (default: models/adapters/<task>)")
    parser.add_argument("--terms", nargs="*", metavar="TERM", help="words to expect, told to the model beforehand")
    parser.add_argument("--format", choices=FORMATS, default="text", help="of the output (default: %(default)s)")
    parser.add_argument("--out", type=Path, help="folder for a file each (default: standard output)")
    parser.add_argument("--params", default="params.yaml", help="the params file (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    params = load_or_exit(chosen.params)
    if chosen.model is None and chosen.task not in params.tasks:
        parser.error(f"no task {chosen.task!r} in {chosen.params}; there are {', '.join(sorted(params.tasks))}")
    stems = [path.stem for path in chosen.files]
    if chosen.out is not None and len(set(stems)) < len(stems):
        parser.error("two of the files have one name but for the ending; they would be written to one file in --out")
    os.environ.update(HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", TOKENIZERS_PARALLELISM="false")
    try:
        failed = _transcribe(params, chosen)
    except (FileNotFoundError, ValueError) as error:
        raise SystemExit(f"transcribe: {error}") from None
    raise SystemExit(1 if failed else 0)


def _transcribe(params: Params, chosen: argparse.Namespace) -> int:
    """Write every file's transcript; returns how many could not be read."""
    from stages import sound
    from stages.extract.reader import Unreadable
    from stages.models.long import transcribe_long
    from stages.transcribe.turns import turns

    model, processor, terms = _loaded(params, chosen)
    failed = 0
    for path in chosen.files:
        try:
            with _converted(path, params) as flac:
                samples = sound.read(flac)
        except (Unreadable, OSError) as error:
            why = f"{error.reason} {error.detail}".rstrip() if isinstance(error, Unreadable) else error.strerror
            print(f"{path}: {why}", file=sys.stderr)
            failed += 1
            continue
        words = transcribe_long(model, processor, samples, params.evaluate.batch, 1 << 16, terms)
        _write(path, list(turns(path.name, words)), chosen)
    return failed


def _loaded(params: Params, chosen: argparse.Namespace) -> tuple[Any, Any, Sequence[str]]:
    from stages.models import speech
    from stages.models.text import fix_numerics

    fix_numerics(params.seed)
    if chosen.model is not None:
        training = params.training("defaults")
        base, adapter = chosen.model, chosen.adapter
    else:
        training = params.training(chosen.task)
        base = Path(params.tasks[chosen.task].base_path)
        adapter = chosen.adapter or Path("models/adapters", chosen.task)
    model, processor = speech.load_base(base, training.quantization, training.precision)
    if adapter is None:
        return model, processor, chosen.terms or ()
    model = speech.load_adapter(model, adapter)
    terms = speech.prompt_terms(adapter) if chosen.terms is None else chosen.terms
    return model, speech.load_processor(adapter), terms


@contextlib.contextmanager
def _converted(path: Path, params: Params) -> Iterator[Path]:
    """The file as extraction would have it, 16 kHz and one channel, for as long as the context lasts."""
    from stages.extract.reader import Item
    from stages.extract.recordings.conversion import convert

    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with tempfile.TemporaryDirectory() as folder:
        flac = Path(folder, "sound.flac")
        convert(Item("", "", "", path.name, str(path), {}, digest), flac, params.extract)
        yield flac


def _write(path: Path, segments: Sequence[Segment], chosen: argparse.Namespace) -> None:
    if chosen.format == "text":
        told = "".join(f"{one.speaker}: {one.text}\n" if one.speaker else f"{one.text}\n" for one in segments)
    else:
        told = import_module(f"stages.segments.{FORMATS[chosen.format]}").write(segments)
    if chosen.out is None:
        print(told, end="")
        return
    suffix = {"text": ".txt", "json": ".jsonl"}.get(chosen.format, f".{chosen.format}")
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / f"{path.stem}{suffix}").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
