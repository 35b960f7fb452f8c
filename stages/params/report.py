"""`report`: what people look at."""

from __future__ import annotations

from pydantic import Field

from stages.params.section import Section


class Report(Section):
    """The page of results."""

    samples: int = Field(
        16,
        ge=0,
        description="Test examples that each task's browser holds, drawn by the seed; more, a larger page.",
    )
    extremes: int = Field(
        4, ge=0, description="Beside them, so many of the largest gains and as many of the largest losses of tuned."
    )
