"""Examples of speech to sound and labels; what cannot be trained on is set apart with its reason, never cut short."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from stages.models.spoken import added_tokens, encode
from stages.records import Example
from stages.sound import RATE
from stages.train.examples import Refused, rejected
from stages.train.features import Window

_SPEAKER = re.compile(r"<\|[A-Za-z][\w-]*\|>")


@dataclass(frozen=True, slots=True)
class Heard:
    """The examples of one set that can be trained on and their labels, and those that cannot."""

    examples: list[Example] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    labels: list[list[int]] = field(default_factory=list)
    quarantine: list[dict[str, str]] = field(default_factory=list)


def prepare(examples: Iterable[Example], processor: Any, most_tokens: int) -> Heard:
    """Tokenize transcripts, which end with the end token.

    An example is quarantined whose transcript is empty, names a speaker without a token or has more than `most_tokens`
    tokens, whose sound is longer than a window of the model (the rest would be cut off in silence while the label keeps
    all of it), or whose recording is not the one that the example was made of. Raises `FileNotFoundError` naming a
    recording that is not there.
    """
    heard = Heard()
    tokenizer, longest = processor.tokenizer, float(processor.feature_extractor.chunk_length)
    for example in examples:
        if example.audio is None:
            heard.quarantine.append(rejected(example, "no sound", ""))
            continue
        window = _window(example)
        ids = [*encode(tokenizer, example.response), tokenizer.eos_token_id]
        unknown = set(_SPEAKER.findall(example.response)) - set(added_tokens(tokenizer).values())
        if not example.response.strip():
            heard.quarantine.append(rejected(example, "empty response", ""))
        elif unknown:
            heard.quarantine.append(rejected(example, "speaker without a token", ", ".join(sorted(unknown))))
        elif window.samples > longest * RATE:
            length = f"{window.samples / RATE:.2f} s; the model hears {longest:g} s"
            heard.quarantine.append(rejected(example, "sound longer than the window", length))
        elif len(ids) > most_tokens:
            heard.quarantine.append(rejected(example, "longer than max_length", f"{len(ids)} tokens"))
        elif example.meta.get("audio_sha256", window.digest) != window.digest:
            heard.quarantine.append(rejected(example, "recording has changed", example.audio))
        else:
            heard.examples.append(example)
            heard.windows.append(window)
            heard.labels.append(ids)
    return heard


def terms(examples: Iterable[Example], most: int) -> list[str]:
    """The terms that examples list, the most frequent first, as many as `most`.

    Raises `Refused` when no example lists any.
    """
    counts = Counter(term for example in examples for term in listed(example))
    if not counts:
        raise Refused("medical_terms: no training example lists any under `meta.medical_terms`; set it to none")
    return sorted(counts, key=lambda term: (-counts[term], term))[:most]


def listed(example: Example) -> Sequence[str]:
    """The medical terms that an example says were spoken, each once."""
    return tuple(dict.fromkeys(example.meta.get("medical_terms", ())))


def _window(example: Example) -> Window:
    path = Path(str(example.audio))
    if not path.is_file():
        raise FileNotFoundError(f"example {example.id}: {path}: no such recording; run `dvc repro deidentify`")
    return Window(path, _digest(path), float(example.meta["start"]), float(example.meta["end"]))


@lru_cache(maxsize=4096)
def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
