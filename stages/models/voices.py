"""Where somebody speaks in a recording, and which voices sound alike, by models that come inside their packages.

Speech is found by silero-vad. Voices are encoded by the network of Wan et al. 2018 (GE2E, arXiv 1710.10467) with the
weights of the package Resemblyzer. Of that package only the file of weights is read: its own modules ask for libraries
that are no longer made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages import sound

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

NEEDED = {"silero_vad": "silero-vad", "resemblyzer": "Resemblyzer"}
"""Module -> package that holds its model."""
# Samples that silero-vad hears at once, and seconds that are read at once: whole chunks.
CHUNK = 512
BLOCK_SECONDS = 500 * CHUNK / sound.RATE
# What the encoder was trained on: 40 mel bands of 25 ms every 10 ms, 1.6 s of them, at a level of -30 dBFS.
BANDS, WIDTH, HOP, FRAMES, LEVEL = 40, 400, 160, 160, 10 ** (-30 / 20)
SECONDS = FRAMES * HOP / sound.RATE
"""Length of a stretch that gives one voice."""
HIDDEN, LAYERS, BATCH = 256, 3, 64


def missing() -> list[str]:
    """Packages that are needed here and not installed."""
    return [package for module, package in NEEDED.items() if find_spec(module) is None]


def speech(path: Path, longest: float) -> list[tuple[float, float]]:
    """Start and end, in seconds, of each stretch of a recording in which somebody speaks.

    One that is longer than `longest` seconds is cut at its longest silence.
    """
    import torch
    from silero_vad import get_speech_timestamps_from_probs, load_silero_vad

    model = load_silero_vad()
    model.reset_states()
    chances: list[float] = []
    samples = 0
    with torch.inference_mode():
        for block in _blocks(path):
            samples += len(block)
            for start in range(0, len(block), CHUNK):
                heard = torch.zeros(CHUNK)
                heard[: len(block) - start] = torch.from_numpy(block[start : start + CHUNK])
                chances.append(model(heard, sound.RATE).item())
    found = get_speech_timestamps_from_probs(
        chances, sound.RATE, max_speech_duration_s=longest, audio_length_samples=samples
    )
    return [(one["start"] / sound.RATE, one["end"] / sound.RATE) for one in found]


def voices(path: Path, middles: Sequence[float]) -> Vectors:
    """A voice `(256,)` of length 1 for the stretch of 1.6 s around each time, `(len(middles), 256)`.

    Two voices of one person point the same way. Raises `FileNotFoundError` where the weights are not installed.
    """
    import numpy as np
    import torch

    encoder, gain = _encoder(), _gain(path)
    found = []
    with torch.inference_mode():
        for start in range(0, len(middles), BATCH):
            heard = [_mel(path, middle, gain) for middle in middles[start : start + BATCH]]
            _, (hidden, _) = encoder["lstm"](torch.from_numpy(np.stack(heard)))
            raw = torch.relu(encoder["linear"](hidden[-1]))
            found.append(torch.nn.functional.normalize(raw, dim=1).numpy())
    return np.concatenate(found) if found else np.zeros((0, HIDDEN), np.float32)


def _blocks(path: Path) -> Iterator[sound.Samples]:
    start = 0.0
    while len(block := sound.read(path, start, start + BLOCK_SECONDS)):
        yield block
        start += BLOCK_SECONDS


def _gain(path: Path) -> float:
    """What makes a quiet recording as loud as the encoder expects; a loud one stays."""
    import numpy as np

    energy, samples = 0.0, 0
    for block in _blocks(path):
        energy, samples = energy + float(np.square(block, dtype=np.float64).sum()), samples + len(block)
    return max(1.0, LEVEL / max((energy / max(samples, 1)) ** 0.5, 1e-6))


def _mel(path: Path, middle: float, gain: float) -> Vectors:
    """Mel bands `(FRAMES, BANDS)` of the stretch around a time; what lies outside of the recording is silence."""
    import numpy as np
    from transformers.audio_utils import mel_filter_bank, spectrogram, window_function

    start = max(0.0, middle - SECONDS / 2)
    heard = np.zeros(FRAMES * HOP, np.float32)
    found = sound.read(path, start, start + SECONDS)
    heard[: len(found)] = gain * found[: len(heard)]
    filters = mel_filter_bank(WIDTH // 2 + 1, BANDS, 0.0, sound.RATE / 2, sound.RATE, norm="slaney", mel_scale="slaney")
    window = window_function(WIDTH, "hann")
    bands = spectrogram(heard, window, WIDTH, HOP, WIDTH, power=2.0, mel_filters=filters, mel_floor=0.0)
    return bands.T[:FRAMES].astype(np.float32)


def _encoder() -> Any:
    import torch

    spec = find_spec("resemblyzer")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("no weights of a speaker encoder: pip install 'rounds[diarize]'")
    weights = Path(spec.submodule_search_locations[0]) / "pretrained.pt"
    encoder = torch.nn.ModuleDict(
        {"lstm": torch.nn.LSTM(BANDS, HIDDEN, LAYERS, batch_first=True), "linear": torch.nn.Linear(HIDDEN, HIDDEN)}
    )
    stored = torch.load(weights, map_location="cpu", weights_only=True)["model_state"]
    encoder.load_state_dict({name: value for name, value in stored.items() if name.startswith(("lstm.", "linear."))})
    return encoder.eval()
