"""`extract`: files and tables to records."""

from __future__ import annotations

from pydantic import Field

from stages.params.section import Section


class Extract(Section):
    """Limits and OCR of the readers; what breaks a limit is quarantined."""

    most_pages: int = Field(200, ge=1, description="Pages of one document.")
    most_megapixels: float = Field(60.0, gt=0, description="Size of one page or image before OCR.")
    most_megabytes: float = Field(100.0, gt=0, description="Size of one file.")
    dpi: int = Field(200, ge=72, le=600, description="Resolution at which a page without text is rendered for OCR.")
    language: str = Field("eng", description="Tesseract's language data, such as eng or eng+spa.")
    least_confidence: float = Field(40.0, ge=0, le=100, description="Mean word confidence of the OCR, in percent.")
    seconds_per_page: float = Field(60.0, gt=0, description="Time that the OCR of one page may take.")
