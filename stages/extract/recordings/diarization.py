"""Who speaks when, where nobody has written it down: by models that are here, or by a pipeline of pyannote.audio."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from itertools import chain, groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from stages import sound
from stages.models import voices
from stages.params.source import Draft
from stages.segments import Segment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Seconds between two places at which a voice is taken, and of a run of one voice that is believed.
STEP, SHORTEST = 0.4, 0.5
# Voices that are compared all with all; more would take minutes.
MOST_COMPARED = 1500


def check(declared: Draft) -> None:
    """Raises `ValueError` saying which package the declared diarizer lacks."""
    if declared.diarizer == "pyannote" and find_spec("pyannote.audio") is None:
        raise ValueError("pyannote needs its package: pip install pyannote.audio, or take the diarizer embedded")
    if declared.diarizer == "embedded" and (lacking := voices.missing()):
        raise ValueError(f"embedded needs {' and '.join(lacking)}: pip install 'rounds[diarize]'")


def diarized(path: Path, declared: Draft, longest: float) -> list[Segment]:
    """Stretches of one speaker each, without words, none longer than `longest` seconds.

    Speakers are called `Speaker 1`, `Speaker 2`, ... in the order in which they are first heard.
    """
    found = DIARIZERS[declared.diarizer](path, declared, longest)
    names: dict[str, str] = {}
    for _, _, voice in sorted(found):
        names.setdefault(voice, f"Speaker {len(names) + 1}")
    return [Segment("", names[voice], start, end) for start, end, voice in sorted(found)]


Stretch = tuple[float, float, str]


def _embedded(path: Path, declared: Draft, longest: float) -> list[Stretch]:
    """Speech by silero-vad, a voice every 0.4 s by a speaker encoder, voices grouped by Ward's clustering."""
    stretches = voices.speech(path, longest)
    places = [middles(*stretch) for stretch in stretches]
    labels = iter(grouped(voices.voices(path, list(chain.from_iterable(places))), declared.people))
    found: list[Stretch] = []
    for (start, end), inside in zip(stretches, places, strict=True):
        found += runs(start, end, [(middle, str(next(labels))) for middle in inside])
    return found


def grouped(vectors: NDArray[np.float32], people: int) -> list[int]:
    """The group, 0 to `people` - 1, of each voice `(n, 256)` of length 1.

    Ward's clustering of voices at even distances gives the middle of each group; all go to the nearest one.
    """
    import numpy as np
    from sklearn.cluster import AgglomerativeClustering

    if people == 1 or len(vectors) <= people:
        return [0] * len(vectors)
    some = vectors[np.linspace(0, len(vectors) - 1, min(len(vectors), MOST_COMPARED)).round().astype(int)]
    groups = AgglomerativeClustering(people).fit_predict(some)
    middles = np.stack([some[groups == group].mean(axis=0) for group in range(people)])
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    return [int(group) for group in (vectors @ middles.T).argmax(axis=1)]


def runs(start: float, end: float, places: Sequence[tuple[float, str]]) -> list[Stretch]:
    """A stretch of speech parted where its voice changes: half way between two places (time, voice) that differ.

    A run that is too short to be believed belongs to the one before it, the first to the one after it.
    """
    edges = [start, *((one + other) / 2 for (one, _), (other, _) in pairwise(places)), end]
    found: list[Stretch] = []
    for voice, same in groupby(range(len(places)), key=lambda place: places[place][1]):
        inside = list(same)
        run = (edges[inside[0]], edges[inside[-1] + 1], voice)
        if found and (run[1] - run[0] < SHORTEST or found[-1][2] == voice):
            found[-1] = (found[-1][0], run[1], found[-1][2])
        elif found and found[-1][1] - found[-1][0] < SHORTEST:
            found[-1] = (found[-1][0], run[1], voice)
        else:
            found.append(run)
    return found


def middles(start: float, end: float) -> list[float]:
    """Times in a stretch of speech around which a voice is taken; none reaches out of a stretch that is long enough."""
    half, room = voices.SECONDS / 2, end - start - voices.SECONDS
    if room <= 0:
        return [(start + end) / 2]
    steps = max(1, round(room / STEP))
    return [start + half + room * step / steps for step in range(steps + 1)]


def _pyannote(path: Path, declared: Draft, longest: float) -> list[Stretch]:
    """A pipeline of pyannote.audio, from a folder or by its hub name; long stretches are cut into even parts."""
    import torch
    from pyannote.audio import Pipeline

    pipeline = Pipeline.from_pretrained(declared.pipeline)
    heard = {"waveform": torch.from_numpy(sound.read(path))[None], "sample_rate": sound.RATE}
    told = pipeline(heard, num_speakers=declared.people)
    # Since version 4 the annotation is one of several results.
    annotation = getattr(told, "speaker_diarization", told)
    return list(_parts(annotation.itertracks(yield_label=True), longest))


def _parts(tracks: Iterable[tuple[object, object, str]], longest: float) -> Iterator[Stretch]:
    for turn, _, voice in tracks:
        start, end = float(turn.start), float(turn.end)  # type: ignore[attr-defined]
        count = max(1, -int(-(end - start) // longest))
        for part in range(count):
            yield start + (end - start) * part / count, start + (end - start) * (part + 1) / count, voice


DIARIZERS: dict[str, Callable[[Path, Draft, float], list[Stretch]]] = {"embedded": _embedded, "pyannote": _pyannote}
