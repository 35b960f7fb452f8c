"""What is known of a recording beside its sound, read and held against itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stages import segments
from stages.extract.reader import Item, Unreadable, same_bytes
from stages.extract.reasons import ANNOTATIONS_DISAGREE, BROKEN_ANNOTATION, END_BEFORE_START
from stages.extract.recordings import tags
from stages.params.source import Source
from stages.segments import Segment, TimesError, manifest, text_of, textgrid

ORDER = (".jsonl", ".json", ".textgrid", ".rttm", ".stm", ".ctm", ".vtt", ".srt")
"""Endings of annotations; of several that tell as much the first is taken."""
SEVERAL = "several recordings and none of this name"


@dataclass(frozen=True, slots=True)
class Annotation:
    """Who said what, by the labels of whoever wrote it down.

    Attributes:
        segments: In the order in which they start.
        whole: All words, where they have no times.
        speakers: Labels that are told beside the segments.
        seconds: Lengths of the recording that are told.
        medical_terms: Terms that are said in it.
    """

    segments: tuple[Segment, ...]
    whole: str = ""
    speakers: tuple[str, ...] = ()
    seconds: tuple[float, ...] = ()
    medical_terms: tuple[str, ...] = ()


def of(item: Item, source: Source) -> Annotation | None:
    """The annotation of a recording; None where there is none.

    Raises `Unreadable` where one cannot be read and where two do not say the same words.
    """
    found = [*_of_rows(item), *_of_files(item, source)]
    if not found:
        return None
    said = [words for one in found if (words := _words(one))]
    if any(words != said[0] for words in said):
        raise Unreadable(ANNOTATIONS_DISAGREE, f"{len(said)} annotations")
    return max(found, key=_tells)


def _of_rows(item: Item) -> Iterator[Annotation]:
    for content in item.rows:
        with _reading():
            row = manifest.row(content)
        yield _of_row(row)


def _of_row(row: manifest.Row) -> Annotation:
    lengths = () if row.seconds is None else (row.seconds,)
    found = Annotation(row.segments, row.words(), row.speakers, lengths, row.medical_terms)
    if row.segments and row.text and _plain(found.whole) != _words(found):
        raise Unreadable(ANNOTATIONS_DISAGREE, "text and segments of its row")
    return found


def _of_files(item: Item, source: Source) -> Iterator[Annotation]:
    by_ending: dict[str, list[Path]] = {}
    for path, sha256 in item.beside.items():
        same_bytes(Path(path), sha256)
        by_ending.setdefault(Path(path).suffix.lower(), []).append(Path(path))
    stem = Path(item.path).stem
    for ending in sorted(by_ending, key=ORDER.index):
        paths = by_ending[ending]
        if ending == ".textgrid":
            yield _of_grids(paths, stem, source)
        elif ending == ".jsonl":
            yield from map(_of_row, _rows_of(paths[0], stem))
        elif ending == ".rttm" and ".ctm" in by_ending:
            yield Annotation(_joined(_read(paths[0], stem), _read(by_ending[".ctm"][0], stem)))
        elif ending != ".ctm" or ".rttm" not in by_ending:
            yield Annotation(_read(paths[0], stem))


def _of_grids(paths: Sequence[Path], stem: str, source: Source) -> Annotation:
    """TextGrids of one recording: of all speakers, or one a speaker, who is in the file's name or the tier's."""
    labels = {label.casefold() for label in source.speakers}
    found: list[Segment] = []
    lengths = []
    for path in paths:
        with _reading(path):
            text = text_of(path.read_bytes())
            tiers = textgrid.tiers(text, stem)
            lengths.append(textgrid.seconds(text))
        in_name = path.stem.removeprefix(f"{stem}_") if path.stem != stem else stem.rpartition("_")[2]
        for tier in tiers:
            speaker = in_name if len(tiers) == 1 and in_name.casefold() in labels else tier.name
            found += [Segment(stem, speaker, one.start, one.end, one.text) for one in tier.segments]
    return Annotation(tuple(sorted(found, key=lambda one: (one.start, one.end))), seconds=tuple(lengths))


def _joined(turns: Sequence[Segment], words: Sequence[Segment]) -> tuple[Segment, ...]:
    """Words with times (CTM) laid into turns with speakers (RTTM), each by its middle.

    Where two speakers talk at once, a word goes to the turn that began last. Raises `Unreadable` for a word that lies
    in no turn.
    """
    said: list[list[str]] = [[] for _ in turns]
    for word in words:
        middle = (word.start + word.end) / 2
        inside = [place for place, turn in enumerate(turns) if turn.start <= middle <= turn.end]
        if not inside:
            raise Unreadable(ANNOTATIONS_DISAGREE, f"a word at {middle:.2f} s is in no speaker's turn")
        said[inside[-1]].append(word.text)
    return tuple(
        Segment(turn.recording, turn.speaker, turn.start, turn.end, " ".join(texts))
        for turn, texts in zip(turns, said, strict=True)
    )


def _rows_of(path: Path, stem: str) -> Sequence[manifest.Row]:
    with _reading(path):
        rows = [manifest.row(content) for _, content in manifest.rows(text_of(path.read_bytes()))]
        of_name = [row for row in rows if Path(row.audio).stem == stem]
        if not of_name and len(rows) > 1:
            raise ValueError(SEVERAL)
        return of_name or rows


def _read(path: Path, stem: str) -> tuple[Segment, ...]:
    with _reading(path):
        found = segments.read(path)
        if stem not in found and len(found) > 1:
            raise ValueError(SEVERAL)
        return found.get(stem) or next(iter(found.values()), ())


@contextmanager
def _reading(path: Path | None = None) -> Iterator[None]:
    """Makes what the parsers raise a reason; what they say holds places and never words."""
    try:
        yield
    except ValueError as error:
        told = str(error) if path is None else f"{path.suffix}: {str(error).removeprefix(f'{path}: ')}"
        raise Unreadable(END_BEFORE_START if isinstance(error, TimesError) else BROKEN_ANNOTATION, told) from None


def _tells(found: Annotation) -> tuple[bool, ...]:
    """How much an annotation tells; where two tell as much, the first in `ORDER` is taken."""
    return bool(_words(found)), bool(found.segments), any(one.speaker for one in found.segments)


def _words(found: Annotation) -> Counter[str]:
    return _plain(" ".join(one.text for one in found.segments) or found.whole)


def _plain(text: str) -> Counter[str]:
    # In no order: where speakers talk at once, programs write them down in this order or in that.
    return Counter(re.findall(r"\w+", tags.plain(text)[0].casefold()))
