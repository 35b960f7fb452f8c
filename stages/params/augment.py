"""`augment`: new training examples from old."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stages.params.section import Section


class Operator(Section):
    """One way to make a child of an example."""

    kind: Literal["synonyms", "insertion", "deletion", "keyboard", "ocr", "back_translation", "paraphrase", "contextual"] = (
        Field(description="What is done to the input; the response is never changed.")
    )
    tasks: list[str] = Field(min_length=1, description="Tasks whose training examples get children.")
    children: int = Field(1, ge=1, description="Tries for each parent.")
    rate: float = Field(0.1, gt=0, le=1, description="Share of the eligible words that are changed.")
    table: str | None = Field(None, description="Synonym table: a CSV of ours, or UMLS MRCONSO.RRF.")
    models: list[str] = Field(
        default_factory=list,
        description="Folders or hub names: there and back again for back_translation, one for paraphrase and contextual.",
    )


class Augment(Section):
    """Operators on training examples, guarded and open to review."""

    operators: dict[str, Operator] = Field(default_factory=dict, description="Name -> operator.")
    review: str = Field("data/review/augment.csv", description="The ledger in which people accept or reject children.")
    sample: int = Field(40, ge=0, description="Children that are put on the ledger for review.")
