"""`synthesize`: the embedded clinic."""

from __future__ import annotations

from pydantic import Field

from stages.params.section import Section


class Synthesize(Section):
    """An invented clinic, made from the seed: real files with gold labels."""

    patients: int = Field(120, ge=4, description="Patients, of 1 to 4 encounters each.")
    held_out: float = Field(0.25, gt=0, lt=1, description="Share of patients told in wordings kept for testing.")
    scanned: float = Field(0.2, ge=0, le=1, description="Share of reports that are scans (PDF without text, or PNG).")
    flashcards: int = Field(
        600, ge=10, le=1960, description="Question-answer cards about the conditions; there are no more different ones."
    )
    passages: int = Field(8000, ge=50, description="Plain texts that a scratch language model learns from.")
    notes: int = Field(1500, ge=20, description="Annotated notes that the embedded PHI finder learns from.")
    recorded: float = Field(0.45, ge=0, le=1, description="Share of encounters of which there is a recording as well.")
    dictations: int = Field(200, ge=0, description="Dictations of some 11 sentences, dense in medical terms.")
    speech_hours: float = Field(7.0, ge=0, description="Hours of plain speech that a scratch speech model learns from.")
