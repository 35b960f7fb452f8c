"""Changes to sound while a model learns from it, each drawn anew for every example and epoch."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from stages.params.section import Section


class Perturbation(Section):
    """Speed perturbation (Ko et al. 2015) and SpecAugment (Park et al. 2019, arXiv 1904.08779)."""

    speeds: list[Annotated[float, Field(ge=0.5, le=2)]] = Field(
        [1.0],
        min_length=1,
        description="Factors of speed, of which one is drawn; pitch changes with it. One that would make a sound "
        "longer than the window is left out for that sound.",
    )
    time_masks: int = Field(0, ge=0, description="Stretches of time that are blotted out.")
    time_mask_seconds: float = Field(0.2, gt=0, description="Longest of them.")
    mel_masks: int = Field(0, ge=0, description="Bands of frequencies that are blotted out.")
    mel_mask_bins: int = Field(12, ge=1, description="Widest of them, in mel bins.")
