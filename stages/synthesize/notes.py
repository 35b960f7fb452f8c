"""Annotated notes that the PHI finder learns from: `notes/train.jsonl` and `notes/dev.jsonl`.

Each line is {`text`, `spans`: [{`start`, `end`, `label`}]}. A note mixes what training patients' reports, dialogues and
summaries are worded in with many sentence frames of its own (frames.txt), fields as forms have them, and sentences with
nothing to find. Every stretch has people, places and numbers of its own, so that the finder learns shapes and contexts
and no list of names; capitals, wrapped lines and errors of OCR come in as they do in real files. Held-out wordings and
names never occur here.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from stages.keys import seeded
from stages.records import to_json
from stages.synthesize.case import make_case
from stages.synthesize.chart import make_report
from stages.synthesize.dialogues import make_dialogue
from stages.synthesize.documents import reading_order
from stages.synthesize.fields import BETWEEN, FIELDS, PLAIN_FIELDS, SEPARATORS
from stages.synthesize.fill import Filled, fill, joined
from stages.synthesize.identity import Cast, make_cast
from stages.synthesize.summaries import make_summary

FRAMES = Path(__file__).with_name("frames.txt")
CHOICE = re.compile(r"\{([^{}]*)\}")
ONE_IN_DEV = 10
MOST_CHARACTERS = 1400

OCR_ERRORS = {
    "l": "1",
    "I": "l",
    "O": "0",
    "m": "rn",
    "e": "c",
    "B": "8",
    "S": "5",
    ".": ",",
    ",": ".",
    "t": "f",
    "h": "b",
    "c": "e",
}

Maker = Callable[[random.Random], Filled]


def write(folder: Path, number: int, seed: int) -> int:
    """Write the notes, one in ten of them to dev.jsonl; returns the number of spans."""
    folder.mkdir(parents=True, exist_ok=True)
    lines: tuple[list[bytes], list[bytes]] = ([], [])
    spans = 0
    for at in range(number):
        note = make_note(seeded(seed, "synthesize", "note", str(at)))
        labels = [{"start": span.start, "end": span.end, "label": span.label} for span in note.spans]
        lines[at % ONE_IN_DEV == 0].append(to_json({"text": note.text, "spans": labels}) + b"\n")
        spans += len(labels)
    for name, part in zip(("train", "dev"), lines, strict=True):
        (folder / f"{name}.jsonl").write_bytes(b"".join(part))
    return spans


def make_note(rng: random.Random) -> Filled:
    """One note of any kind, at most some 1,400 characters."""
    kinds: Sequence[Maker] = (
        _report,
        _dialogue,
        _turns,
        _summary,
        _sentences,
        _sentences,
        _sentences,
        _form,
        _form,
        _mixed,
    )
    note = _cut(rng.choice(kinds)(rng), rng)
    for change, share in ((_wrapped, 0.25), (_shouted, 0.07), (_small, 0.05), (_misread, 0.15)):
        if rng.random() < share:
            note = change(note, rng)
    return note


def _report(rng: random.Random) -> Filled:
    case = make_case(rng, held_out=False)
    return reading_order(make_report(case, _cast(rng, case.sex, case.age), rng))


def _dialogue(rng: random.Random) -> Filled:
    case = make_case(rng, held_out=False)
    cast = _cast(rng, case.sex, case.age)
    labelled = rng.random() < 0.5
    turns = [f"{turn.speaker}: {turn.text}" if labelled else turn.text for turn in make_dialogue(case, rng, False)]
    return joined([fill(turn, cast, rng) for turn in turns], "\n")


def _turns(rng: random.Random) -> Filled:
    """Single turns, as the de-identification of dialogues sees them."""
    case = make_case(rng, held_out=False)
    cast = _cast(rng, case.sex, case.age)
    turn = rng.choice([turn.text for turn in make_dialogue(case, rng, False) if "⟦" in turn.text] or ["Hello."])
    return joined(
        [fill(turn, cast, rng), *(_frame(rng, "spoken") for _ in range(rng.randint(0, 3)))], rng.choice((" ", "\n"))
    )


def _summary(rng: random.Random) -> Filled:
    case = make_case(rng, held_out=False)
    summary = make_summary(case)
    parts = [
        fill(text, _cast(rng, case.sex, case.age), rng) for text in (summary.hpi, summary.assessment, summary.plan)
    ]
    return joined([*parts, *(_frame(rng, _topic(rng)) for _ in range(rng.randint(0, 3)))], rng.choice((" ", "\n")))


def _sentences(rng: random.Random) -> Filled:
    frames = [_frame(rng, _topic(rng)) for _ in range(rng.randint(2, 12))]
    return joined(frames, rng.choice((" ", " ", "\n", "\n\n")))


def _form(rng: random.Random) -> Filled:
    """Fields of one form: names and values with the same separators throughout, most of the time."""
    separator, between = rng.choice(SEPARATORS), rng.choice(BETWEEN)
    cast = _anyone(rng)
    parts: list[Filled] = []
    for slot in rng.sample(sorted(FIELDS), rng.randint(2, 12)):
        if slot == "⟦age_over_89⟧":
            cast = _cast(rng, rng.choice(("female", "male")), rng.randint(90, 104))
        name = rng.choice(FIELDS[slot])
        parts.append(fill(f"{name.upper() if rng.random() < 0.15 else name}{separator}{slot}", cast, rng))
        if rng.random() < 0.3:
            parts.append(Filled(rng.choice(PLAIN_FIELDS)))
    return joined(parts, between)


def _mixed(rng: random.Random) -> Filled:
    parts = [_form(rng), *(_frame(rng, _topic(rng)) for _ in range(rng.randint(2, 6)))]
    return joined(parts, "\n")


def _topic(rng: random.Random) -> str:
    topics = ("people", "places", "dates", "ages", "numbers", "spoken", "negative")
    return rng.choices(topics, (7, 3, 3, 1, 4, 3, 7))[0]


def _frame(rng: random.Random, topic: str) -> Filled:
    frame = rng.choice(_frames()[topic])
    if "⟦" not in frame:
        return Filled(_chosen(frame, rng).strip())
    old = "⟦age_over_89⟧" in frame
    cast = _cast(rng, rng.choice(("female", "male")), rng.randint(90, 104)) if old else _anyone(rng)
    return fill(_chosen(frame, rng).strip(), cast, rng)


def _chosen(frame: str, rng: random.Random) -> str:
    """The frame with every choice made, the innermost first."""
    while CHOICE.search(frame):
        frame = CHOICE.sub(lambda found: rng.choice(found.group(1).split("|")), frame)
    return frame


@cache
def _frames() -> dict[str, list[str]]:
    topics: dict[str, list[str]] = {}
    for line in FRAMES.read_text().splitlines():
        if line.startswith("["):
            topics[line.strip("[]")] = frames = []
        elif line and not line.startswith("#"):
            frames.append(line)
    return topics


def _anyone(rng: random.Random) -> Cast:
    return _cast(rng, rng.choice(("female", "male")), rng.randint(1, 89))


def _cast(rng: random.Random, sex: str, age: int) -> Cast:
    visit = date(2009, 1, 1) + timedelta(days=rng.randrange(6000))
    birth = date(visit.year - age - 1, 1, 1) + timedelta(days=rng.randrange(365))
    cast = make_cast(rng, False, sex, birth, visit)
    return replace(cast, age=age)


def _cut(note: Filled, rng: random.Random) -> Filled:
    """A stretch of whole lines of a note that is too long."""
    if len(note.text) <= MOST_CHARACTERS:
        return note
    starts = [0, *(found.end() for found in re.finditer("\n", note.text))]
    start = rng.choice([at for at in starts if at <= len(note.text) - MOST_CHARACTERS // 2] or [0])
    room = note.text[start : start + MOST_CHARACTERS]
    end = start + (room.rfind("\n") if "\n" in room[1:] else max(room.rfind(" "), 1))
    kept = [span for span in note.spans if start <= span.start and span.end <= end]
    # A span across the cut would leave a half of a name unlabelled: end before it.
    end = min([end, *(span.start for span in note.spans if span.start < end < span.end)])
    return Filled(note.text[start:end], tuple(replace(s, start=s.start - start, end=s.end - start) for s in kept))


def _wrapped(note: Filled, rng: random.Random) -> Filled:
    """Lines broken at a width, as text layers of PDF have them: a space becomes a line break, lengths stay."""
    width = rng.randint(50, 95)
    letters, column = list(note.text), 0
    last_space = -1
    for at, letter in enumerate(letters):
        column = 0 if letter == "\n" else column + 1
        last_space = at if letter == " " else last_space
        if column > width and last_space > at - width:
            letters[last_space] = "\n"
            column, last_space = at - last_space, -1
    return replace(note, text="".join(letters))


def _shouted(note: Filled, _: random.Random) -> Filled:
    return _recased(note, str.upper)


def _small(note: Filled, _: random.Random) -> Filled:
    return _recased(note, str.lower)


def _recased(note: Filled, change: Callable[[str], str]) -> Filled:
    """Letters whose other case is longer (ß) stay, so that spans stay."""
    return replace(note, text="".join(change(one) if len(change(one)) == 1 else one for one in note.text))


def _misread(note: Filled, rng: random.Random) -> Filled:
    """Errors as OCR makes them: letters taken for others, spaces lost or won."""
    rate = rng.uniform(0.002, 0.03)
    letters: list[str] = []
    starts: list[int] = []
    length = 0
    for letter in note.text:
        read = letter
        if rng.random() < rate:
            read = "" if letter == " " and rng.random() < 0.3 else OCR_ERRORS.get(letter, letter)
        starts.append(length)
        letters.append(read)
        length += len(read)
    starts.append(length)
    spans = tuple(replace(span, start=starts[span.start], end=starts[span.end]) for span in note.spans)
    return Filled("".join(letters), spans)
