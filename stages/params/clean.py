"""`clean`: abbreviations, typos, redundancy."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stages.params.section import Section


class Clean(Section):
    """Operators over de-identified text; none touches numbers, units, negation or laterality."""

    operators: list[Literal["tables", "boilerplate", "copy_forward", "typos", "abbreviations"]] = Field(
        default_factory=list, description="Which run, in this order; leave one out to switch it off."
    )
    abbreviations: str = Field("data/lexicon/abbreviations.csv", description="Table: abbreviation, expansion, context.")
    terms: str = Field(
        "data/lexicon/medical_terms.txt",
        description="Words that a typo may be corrected to, and that no line of boilerplate holds.",
    )
    most_edits: int = Field(1, ge=1, le=2, description="Edits (Damerau-Levenshtein) between a typo and its correction.")
    repeated_in: int = Field(
        5, ge=2, description="An administrative line in the notes of so many patients is boilerplate."
    )
    gold: str | None = Field(
        None, description="Folder of gold corrections (typed.jsonl) to be scored against; null where there is none."
    )
