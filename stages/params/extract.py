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
    most_hours: float = Field(4.0, gt=0, description="Length of one recording; `most_megabytes` does not limit it.")
    least_seconds: float = Field(0.3, ge=0, description="Length of one recording.")
    least_sample_rate: int = Field(8000, ge=1000, description="Samples a second of a recording; less holds no speech.")
    least_level: float = Field(
        -60.0, ge=-120, lt=0, description="Level in dBFS (RMS of a tenth of a second) from which something is heard."
    )
    most_clipped: float = Field(
        0.1, ge=0, le=1, description="Share of a recording's tenths of a second with sound that may be clipped."
    )
    least_heard: float = Field(
        0.5, ge=0, le=1, description="Share of the annotated time in which something is heard; less belongs elsewhere."
    )
    slack: float = Field(
        0.25,
        ge=0,
        description="Seconds that an annotation may be off: past the end, over the same speaker's next segment, in "
        "its length.",
    )
