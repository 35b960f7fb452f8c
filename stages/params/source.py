"""`sources`: the raw material."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stages.params.section import Section


class Source(Section):
    """One kind of raw material and how it is read.

    A `pattern` names parts of a file's path: `{group}` (the patient), `{encounter}` (the visit), `{split}` (a fixed
    set) and `{name}` (anything); `*` stands for anything within one folder. For tables `columns` says the same by
    column names.
    """

    reader: Literal["documents", "dialogues", "table", "datasets"] = Field(
        description="documents: PDF, image, DOCX, RTF, TXT, HTML by content; dialogues: text of `Speaker: words` lines; "
        "table: JSONL, CSV, TSV or Parquet; datasets: Hugging Face `save_to_disk` folder or hub name."
    )
    path: str = Field(description="A folder or file below the project, or the name of a hub dataset.")
    pattern: str = Field("*", description="Which files below `path`, and what their paths say.")
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Record field -> column. `group`, `encounter`, `split`, `text` and `dialogue` mean what they say; any "
        "other name becomes a field of the record. Empty takes every column under its own name.",
    )
    revision: str | None = Field(None, description="Pinned revision (commit) of a hub dataset; needed for a hub name.")
    hub_split: str | None = Field(None, description="Split of a hub dataset, such as `train`.")
    speakers: dict[str, str] = Field(
        default_factory=lambda: {"Doctor": "doctor", "Patient": "patient", "Nurse": "nurse"},
        description="Label in a dialogue -> role: doctor, patient, nurse, family or other.",
    )
    deidentified: bool = Field(
        False, description="True only for material that never held a person's data: de-identification passes it through."
    )
