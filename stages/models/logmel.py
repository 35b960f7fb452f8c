"""Log-mel features of sound, as Whisper hears it, in a form that is small on disk and can be cut and joined.

Whisper's extractor clips each window at 8 decades below its loudest bin and pads it with silence. Both are left to the
moment when a window is made up, so that features are worked out once, whatever windows and perturbations follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.sound import Samples

Frames = NDArray[np.floating[Any]]
"""log10 of mel power, `(frames, bins)`."""

FLOOR = -10.0
"""log10 of the least power that is told from silence."""
SPAN = 8.0
"""Decades below the loudest bin that are kept."""


def log_mel(extractor: Any, samples: Samples) -> NDArray[np.float16]:
    """Features `(frames, bins)` of a sound that is followed by silence: a frame for each hop that hears any of it.

    A sound that fills its window has no more frames than that. Half precision: an error of 0.004 of a decade at the
    most, where a breath is one of several.
    """
    import torch

    hop, width = extractor.hop_length, extractor.n_fft
    frames = -(-(len(samples) + width // 2) // hop)
    if len(samples) <= extractor.n_samples:
        frames = min(frames, extractor.nb_max_frames)
    # Two widths: one that the last frame reaches into, and one for the reflection at the edge.
    padded = torch.from_numpy(np.concatenate([samples, np.zeros(2 * width, np.float32)]))
    spectrum = torch.stft(padded, width, hop, window=torch.hann_window(width), return_complex=True)[:, :frames]
    mel = torch.from_numpy(extractor.mel_filters).float().T @ spectrum.abs().square().contiguous()
    found = mel.clamp(min=10**FLOOR).log10().T.numpy()
    return np.ascontiguousarray(found, dtype=np.float16)


def windows(features: Sequence[Frames], frames: int) -> NDArray[np.float32]:
    """Whisper's input `(windows, bins, frames)`: each one's features clipped, followed by silence and scaled.

    Raises `ValueError` on features that are longer than a window: they would be cut in silence.
    """
    made = np.empty((len(features), features[0].shape[1], frames), np.float32)
    for row, found in zip(made, features, strict=True):
        if len(found) > frames:
            raise ValueError(f"{len(found)} frames of sound; a window of this model holds {frames}")
        floor = max(FLOOR, float(found.max(initial=FLOOR)) - SPAN)
        row[:, len(found) :] = floor
        np.maximum(found.T, floor, out=row[:, : len(found)], casting="same_kind")
    return (made + 4.0) / 4.0
