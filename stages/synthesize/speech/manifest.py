"""What is written beside the sound: manifests that anyone may read, and gold that only scoring may.

A manifest `segments.jsonl` holds one JSON object a recording: `audio` (path relative to the manifest), `text` (a line
for each segment, "Speaker: words"; of a dictation the words alone), `speakers`, `segments` {`start`, `end` in seconds,
`speaker`, `text`} in the order in which they start, and for dictations `medical_terms`.

`gold/speech.jsonl` holds one JSON object a recording, in the order of (source, file):

- `source`: name under `sources` in params.yaml: `recordings` or `dictations`.
- `file`: path of the sound below the source's path.
- `split`: `train`, or `test` for a recording of held-out voices, wordings, names and combinations.
- `group`: the identifier that stands in the path: of the patient, or of the person who dictates.
- `seconds`: how long the recording is.
- `voices`: speaker -> voice of espeak-ng.
- `spans`: {`start`, `end`, `label`} of spoken identifiers in seconds: from the first sample of the first word to the
  end of the last. Labels are those of `stages/synthesize/fill.py`.
- `turns`: the manifest's segments.

`speech/words.ctm` and `speech/phones.ctm` tell when each word and phone of the plain speech is said, in NIST's CTM.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from stages.espeak import Voice
from stages.records import Turn, to_json
from stages.segments import Segment, ctm
from stages.shards import write_bytes
from stages.sound import RATE, Samples
from stages.synthesize.speech.room import Room
from stages.synthesize.speech.speak import Spoken

MANIFEST, WORDS, PHONES = "segments.jsonl", "words.ctm", "phones.ctm"
PLACES = {"recordings": "raw/recordings", "dictations": "raw/dictations", "speech": "speech"}
"""Source -> its folder below the clinic's."""


class Audible(NamedTuple):
    """A recording that was written: source, row of the manifest, and its gold, words and phones, if it has any."""

    source: str
    row: Mapping[str, Any]
    gold: Mapping[str, Any] | None = None
    words: Sequence[Segment] = ()
    phones: Sequence[Segment] = ()


@dataclass
class Recording:
    """A recording in the making: what was said where, and the room that it was said in."""

    room: Room
    turns: list[Turn] = field(default_factory=list)
    spans: list[dict[str, Any]] = field(default_factory=list)
    words: list[Segment] = field(default_factory=list)
    phones: list[Segment] = field(default_factory=list)

    def add(self, speaker: str, spoken: Spoken) -> None:
        """Say something after what was said before."""
        start = self.room.add(speaker, spoken.samples)
        self.turns.append(Turn(speaker, spoken.text, round(start, 3), round(start + len(spoken.samples) / RATE, 3)))
        for first, last, label in spoken.identifiers:
            self.spans.append({"start": round(start + first, 3), "end": round(start + last, 3), "label": label})
        self.phones += [Segment("", speaker, start + one.start, start + one.end, one.name) for one in spoken.phones]
        self.words += [Segment("", speaker, start + first, start + last, word) for first, last, word in spoken.words]


def segments(turns: Sequence[Turn], offset: float = 0.0) -> list[dict[str, Any]]:
    """The turns as a manifest has them, `offset` seconds later."""
    return [
        {
            "start": round((turn.start or 0.0) + offset, 3),
            "end": round((turn.end or 0.0) + offset, 3),
            "speaker": turn.speaker,
            "text": turn.text,
        }
        for turn in turns
    ]


def row(file: str, parts: Sequence[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    """A row of a manifest."""
    speakers = list(dict.fromkeys(part["speaker"] for part in parts))
    lines = [f"{part['speaker']}: {part['text']}" if len(speakers) > 1 else part["text"] for part in parts]
    return {"audio": file, "text": "\n".join(lines), "speakers": speakers, "segments": [*parts], **more}


def gold(source: str, file: str, recording: Recording, samples: Samples, voices: Mapping[str, Voice]) -> dict[str, Any]:
    """A row of the gold; `file` begins with split and group."""
    split, group, _ = file.split("/", 2)
    return {
        "source": source,
        "file": file,
        "split": split,
        "group": group,
        "seconds": round(len(samples) / RATE, 3),
        "voices": {speaker: voice.name for speaker, voice in sorted(voices.items())},
        "spans": recording.spans,
        "turns": segments(recording.turns),
    }


def write(folder: Path, audible: Sequence[Audible]) -> Counter[str]:
    """Write the manifest of each source and the gold below the clinic's folder; returns counts, times in seconds."""
    counts: Counter[str] = Counter()
    for source, place in PLACES.items():
        rows = sorted((one.row for one in audible if one.source == source), key=lambda row: str(row["audio"]))
        _write(folder / place / MANIFEST, rows)
        parts = [part for row in rows for part in row["segments"]]
        counts[source] = len(rows)
        counts[f"{source}.segments"] = len(parts)
        counts[f"{source}.seconds"] = round(sum(part["end"] - part["start"] for part in parts))
    timed = sorted((one for one in audible if one.words), key=lambda one: str(one.row["audio"]))
    write_bytes(folder / "speech" / WORDS, ctm.write(word for one in timed for word in one.words).encode())
    write_bytes(folder / "speech" / PHONES, ctm.write(phone for one in timed for phone in one.phones).encode())
    labels = sorted((one.gold for one in audible if one.gold), key=lambda row: (str(row["source"]), str(row["file"])))
    _write(folder / "gold" / "speech.jsonl", labels)
    counts.update(f"{row['source']}.{row['split']}" for row in labels)
    counts.update(f"spoken.{span['label']}" for row in labels for span in row["spans"])
    counts["terms"] = len({term for one in audible for term in one.row.get("medical_terms", ())})
    return counts


def _write(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(to_json(dict(row)) + b"\n" for row in rows))
