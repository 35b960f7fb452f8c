"""`clean`: abbreviations, typos, redundancy."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stages.params.section import Section


class Clean(Section):
    """Operators over de-identified text; every change is counted. None touches numbers, units, negation or laterality."""

    operators: list[Literal["boilerplate", "copy_forward", "typos", "abbreviations"]] = Field(
        default_factory=list, description="Which run, in this order; leave one out to switch it off."
    )
    abbreviations: str = Field("data/lexicon/abbreviations.csv", description="Table of abbreviation, expansion, context.")
    terms: str = Field("data/lexicon/medical_terms.txt", description="Words that a typo may be corrected to.")
    most_edits: int = Field(1, ge=1, le=2, description="Edits (Damerau-Levenshtein) between a typo and its correction.")
    repeated_in: int = Field(
        5, ge=2, description="A line that stands in so many documents of different patients is boilerplate."
    )
