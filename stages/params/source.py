"""`sources`: the raw material."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, model_validator

from stages.params.section import Section

PLACEHOLDERS = ("group", "encounter", "split", "name")

Role = Literal["doctor", "patient", "nurse", "family", "other"]


def _speakers() -> dict[str, Role]:
    return {"Doctor": "doctor", "Patient": "patient", "Nurse": "nurse"}


class Draft(Section):
    """How recordings that nobody has transcribed get a draft, which people correct (docs/recordings.md)."""

    diarizer: Literal["embedded", "pyannote"] = Field(
        "embedded", description="Who speaks when: models that come in packages, or a pipeline of pyannote.audio."
    )
    pipeline: str | None = Field(None, description="Of pyannote: the folder of a pipeline, or its hub name.")
    people: int = Field(2, ge=1, le=8, description="How many talk in each recording.")
    transcriber: str = Field(min_length=1, description="Folder of the Whisper that writes down what they say.")
    batch: int = Field(8, ge=1, description="Stretches of speech that it hears at a time.")
    most_new_tokens: int = Field(128, ge=1, description="Tokens that it may write for one of them.")
    review: str | None = Field(
        None,
        description="The ledger in which people correct drafts, a CSV below `raw`: it holds what patients said, and so "
        "it must not be in Git. null: nobody corrects them.",
    )

    @model_validator(mode="after")
    def _has_what_its_diarizer_needs(self) -> Self:
        if (self.pipeline is not None) != (self.diarizer == "pyannote"):
            raise ValueError("pipeline: pyannote needs one, and no other diarizer has any")
        return self


class Source(Section):
    """One kind of raw material and how it is read.

    A `pattern` names parts of a file's path: `{group}` (the patient), `{encounter}` (the visit), `{split}` (a fixed
    set) and `{name}` (anything); `*` stands for anything within one folder, `**` for any folders. For tables `columns`
    says the same by column names.
    """

    reader: Literal["documents", "dialogues", "table", "datasets", "recordings"] = Field(
        description="documents: PDF, image, DOCX, RTF, TXT, HTML by content; dialogues: lines of `Speaker: words`; "
        "table: JSONL, CSV, TSV or Parquet; datasets: Hugging Face `save_to_disk` folder or hub name; recordings: "
        "sound of any usual format, with what annotates it beside it (docs/recordings.md)."
    )
    path: str = Field(min_length=1, description="A folder or file below the project, or the name of a hub dataset.")
    pattern: str = Field("*", min_length=1, description="Which files below `path`, and what their paths say.")
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Record field -> column. `group`, `encounter`, `split`, `text` and `dialogue` mean what they say; "
        "any other name becomes a field of the record. Empty takes every column under its own name. A row with a text "
        "or dialogue and other fields beside it gives two records of one encounter.",
    )
    revision: str | None = Field(None, description="Pinned revision (commit) of a hub dataset; needed for a hub name.")
    hub_split: str | None = Field(None, description="Split of a hub dataset, such as `train`.")
    speakers: dict[str, Role] = Field(
        default_factory=_speakers,
        description="Label in a dialogue or recording -> role: doctor, patient, nurse, family or other; the label "
        '"" is who speaks where an annotation names nobody.',
    )
    segments: str | None = Field(
        None,
        description="Of recordings: a manifest below `path`, JSON lines of `audio`, `segments`, `text`, `speakers`; "
        "null where annotations lie beside their recordings.",
    )
    draft: Draft | None = Field(
        None, description="Of recordings: how those without an annotation get a draft; null quarantines them."
    )
    deidentified: bool = Field(
        False,
        description="True only for material that never held a person's data: de-identification passes it through.",
    )

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        found = re.findall(r"\{([^{}]*)\}", self.pattern)
        if unknown := [name for name in found if name not in PLACEHOLDERS]:
            raise ValueError(f"pattern: unknown placeholder {{{unknown[0]}}}; known are {', '.join(PLACEHOLDERS)}")
        if twice := [name for name in set(found) if found.count(name) > 1]:
            raise ValueError(f"pattern: {{{min(twice)}}} stands there twice; once is allowed")
        if self.columns and self.reader not in ("table", "datasets"):
            raise ValueError(f"columns: the reader {self.reader} has none; they are for table and datasets")
        if "text" in self.columns and "dialogue" in self.columns:
            raise ValueError("columns: a record has a text or a dialogue, not both; make two sources of it")
        if (self.segments is not None or self.draft is not None) and self.reader != "recordings":
            raise ValueError(f"segments, draft: the reader {self.reader} has none; they are for recordings")
        if (self.revision or self.hub_split) and self.reader != "datasets":
            raise ValueError(f"revision, hub_split: the reader {self.reader} has none; they are for a hub dataset")
        if (self.revision is None) != (self.hub_split is None):
            raise ValueError("revision, hub_split: a hub dataset needs both, a folder neither")
        return self
