"""`deidentify`: PHI found, replaced and counted."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stages.params.section import Section


class Engine(Section):
    """What finds names, places and organisations, beside the patterns."""

    kind: Literal["spacy", "transformers"] = Field("spacy", description="A spaCy pipeline or a token classifier.")
    model: str = Field(description="A folder such as models/base/phi, or the name of an installed spaCy package.")
    labels: dict[str, str] = Field(
        default_factory=dict, description="The model's label -> ours; empty where the model already uses ours."
    )


class Deidentify(Section):
    """What is PHI, how sure a finder must be, and what stands in its place afterwards."""

    engine: Engine = Field(description="The named entity recogniser.")
    thresholds: dict[str, float] = Field(
        default_factory=dict, description="Least score for an entity; `default` for those that are not named."
    )
    replacement: Literal["surrogates", "tags"] = Field(
        "surrogates", description="Invented values, consistent within a patient, or [PATIENT_NAME]."
    )
    dates: Literal["shift", "year"] = Field("shift", description="One offset a patient, or the year alone.")
    most_days: int = Field(365, ge=1, description="Largest shift of dates, in days either way.")
    max_document_leak_rate: float = Field(
        0.02, ge=0, le=1, description="Share of gold documents with a missed direct identifier above which it fails."
    )
    gold: str | None = Field(None, description="Folder of gold spans to be scored against; null where there is none.")
