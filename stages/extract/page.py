"""What the modules of the documents' formats give: pages of text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """The text of one page; of the whole document for formats that have none.

    Attributes:
        confidence: Mean word confidence of the OCR in percent; None where the file itself held the text.
        wrapped: Whether its lines end where the page does and not where the paragraph does.
    """

    text: str
    confidence: float | None = None
    wrapped: bool = True
