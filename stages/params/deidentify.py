"""`deidentify`: PHI found, replaced and counted."""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import Literal

from pydantic import Field, field_validator

from stages.params.section import Section

ENTITIES = (
    "PATIENT", "RELATIVE", "STAFF", "SSN", "MRN", "HEALTH_PLAN", "ACCOUNT", "LICENSE", "VEHICLE", "DEVICE", "BIOMETRIC",
    "OTHER_ID", "PHONE", "FAX", "EMAIL", "URL", "IP", "LOCATION", "ORGANIZATION", "DATE", "AGE",
)  # fmt: skip


Consistency = Literal["patient", "document", "markov", "none"]


class Engine(Section):
    """What finds names, places and organisations, beside the patterns."""

    kind: Literal["spacy", "transformers"] = Field("spacy", description="A spaCy pipeline or a token classifier.")
    model: str = Field(
        min_length=1, description="A folder such as models/base/phi, or the name of an installed spaCy package."
    )
    labels: dict[str, str] = Field(
        default_factory=dict,
        description="The model's label -> ours, or PERSON, whose role the context tells; empty where names are usual.",
    )


class Speech(Section):
    """How identifiers leave the sound of recordings; docs/deidentification.md tells how well it was measured to."""

    aligner: Literal["rendering", "turn"] = Field(
        "rendering",
        description="How an identifier is located in time. rendering: word by word, against espeak-ng's rendering of "
        "the turn; turn: by the turn's own times, so that the whole turn goes.",
    )
    unlocated: Literal["drop", "turn"] = Field(
        "drop",
        description="What happens where an identifier cannot be located with confidence. drop: the recording goes to "
        "quarantine; turn: the whole turn is silenced and leaves the transcript.",
    )
    drafts: Literal["reject", "accept"] = Field(
        "reject",
        description="Recordings whose transcript is a machine's draft: a name that it misheard cannot be found. "
        "reject: they go to quarantine until a person has reviewed them.",
    )
    replacement: Literal["silence", "bleep"] = Field("silence", description="What is heard in place of an identifier.")
    padding: float = Field(0.2, ge=0, le=5, description="Seconds that go before and after an identifier.")
    beside: float = Field(
        0.5,
        ge=0,
        description="Seconds beside a turn that stay audible. What lies farther from every turn is silenced: nobody "
        "wrote it down, so nobody searched it.",
    )
    max_audible_phi: float = Field(
        0.005, ge=0, le=1, description="Share of the seconds of gold identifiers left audible above which it fails."
    )


class Roster(Section):
    """A table of what is known of each patient beforehand: CSV in UTF-8 with a header, one row or more a patient."""

    path: str = Field(
        min_length=1, description="The file. It holds PHI: keep it out of Git, and list it under `deps` in dvc.yaml."
    )
    group: str = Field(min_length=1, description="Column that names the patient as the sources' `group` does.")
    columns: dict[str, str] = Field(min_length=1, description="Column -> entity, such as surname: PATIENT.")

    @field_validator("columns")
    @classmethod
    def _known_entities(cls, columns: dict[str, str]) -> dict[str, str]:
        for column, entity in columns.items():
            if entity not in ENTITIES:
                raise ValueError(f"{column}: {entity}: no such entity; allowed are {', '.join(ENTITIES)}")
        return columns


class Deidentify(Section):
    """What is PHI, how sure a finder must be, and what stands in its place afterwards."""

    engine: Engine = Field(description="The named entity recogniser.")
    thresholds: dict[str, float] = Field(
        default_factory=dict,
        description="Least score, 0 to 1, for an entity; `default` for those that are not named. Lower finds more.",
    )
    terms: str | None = Field(
        None, description="File of medical terms, one a line, that are never names; null does without."
    )
    known: Roster | None = Field(
        None,
        description="Table of identifiers sought in the patient's records beside those that the records tell; "
        "null where there is none.",
    )
    headers: str | None = Field(
        None,
        description="File of section names; where a row's `section_header` is one of them, it is no name. "
        "null: it is searched as any text is.",
    )
    replacement: Literal["surrogates", "tags"] = Field("surrogates", description="Invented values, or [PATIENT_NAME].")
    consistency: Consistency = Field(
        "patient",
        description="Within what an identifier keeps its surrogate. patient: all records; document: one record; "
        "markov: a mention keeps the one before it in half of the cases, which hides what was missed; none: a mention.",
    )
    cultures: list[str] = Field(
        default_factory=lambda: ["en_US"],
        min_length=1,
        description="Locales of Faker, such as en_US or es_MX, among which an invented name keeps the culture of the "
        "real one, as it keeps its gender; a name that none of their lists has gets one of the first.",
    )
    dates: Literal["visit", "shift", "year"] = Field(
        "visit",
        description="visit: an offset for each visit, and each date redrawn among those that are a few days, so many "
        "weeks, months or years from its day; shift: one offset a patient, by whose intervals patients can be found; "
        "year: it alone.",
    )
    most_days: int = Field(3650, ge=1, le=36500, description="Largest shift of dates, in days either way.")
    max_document_leak_rate: float = Field(
        0.02, ge=0, le=1, description="Share of gold documents with a missed direct identifier above which it fails."
    )
    speech: Speech = Field(default_factory=Speech, description="Recordings.")
    gold: str | None = Field(None, description="Folder of gold spans to be scored against; null where there is none.")

    @field_validator("cultures")
    @classmethod
    def _known_cultures(cls, cultures: list[str]) -> list[str]:
        for culture in cultures:
            if not re.fullmatch(r"[a-z]{2,3}_[A-Z]{2}", culture) or not find_spec(f"faker.providers.person.{culture}"):
                raise ValueError(f"{culture}: no locale of which Faker has names; allowed are such as en_US and es_MX")
        return cultures

    @field_validator("thresholds")
    @classmethod
    def _known_entities(cls, thresholds: dict[str, float]) -> dict[str, float]:
        for entity, score in thresholds.items():
            if entity not in (*ENTITIES, "default"):
                raise ValueError(f"{entity}: no such entity; allowed are default, {', '.join(ENTITIES)}")
            if not 0 <= score <= 1:
                raise ValueError(f"{entity}: {score}: a score lies between 0 and 1")
        return thresholds
