"""`split`: leak-free train, validation and test."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stages.params.section import Section


class Contamination(Section):
    """When a test example counts as seen in training: it is flagged, and scores are given with and without it."""

    ngram: int = Field(13, ge=2, description="Words of the n-grams that are looked for in what models are trained on.")
    shortest: int = Field(
        8, ge=1, description="A shorter text is looked for as a whole, down to so many words; below, it is not judged."
    )
    overlap: float = Field(
        0.2, gt=0, le=1, description="Share of its question's words in such n-grams that flags a test example."
    )
    similarity: float = Field(
        0.5, gt=0, le=1, description="Jaccard similarity of its question to any one text that flags it."
    )


class Split(Section):
    """Shares and the near-duplicate rule. Patients, documents, parents and near-duplicates are never cut."""

    validation: float = Field(0.1, ge=0, lt=1, description="Share of the patients for validation.")
    test: float = Field(
        0.2, ge=0, lt=1, description="Share of the patients for testing, for tasks whose sources declare no test set."
    )
    near_duplicate: float = Field(
        0.8, ge=0.2, le=1, description="Jaccard similarity of 5-word shingles from which two examples are one group."
    )
    permutations: int = Field(128, ge=16, le=1024, description="MinHash permutations that propose pairs to compare.")
    exports: list[Literal["csv", "parquet"]] = Field(default_factory=list, description="Copies beside the JSONL files.")
    contamination: Contamination = Field(
        default_factory=Contamination, description="What is left in common between training and test sets."
    )
