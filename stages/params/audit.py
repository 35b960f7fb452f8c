"""`audit`: what de-identification misses and models remember, measured by planted identifiers."""

from __future__ import annotations

from pydantic import Field

from stages.params.section import Section


class Audit(Section):
    """Canaries: invented identifiers planted in training material. docs/privacy.md tells what they cost and show."""

    patients: float = Field(
        0.05,
        ge=0,
        lt=1,
        description="Share of the patients, all of them for training, into each of whose records one identifier is "
        "planted before de-identification; 0 plants none.",
    )
    examples: int = Field(
        4, ge=0, description="Training examples of each language task that get one after it, to be remembered; 0: none."
    )
    references: int = Field(
        255, ge=15, description="Identifiers never planted, among which each planted one is ranked by likelihood."
    )
