"""`report`: what people look at."""

from __future__ import annotations

from pydantic import Field

from stages.params.section import Section


class Report(Section):
    """The page of results."""

    samples: int = Field(8, ge=0, description="Test examples shown for each task, base against tuned.")
