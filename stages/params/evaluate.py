"""`evaluate`: base against tuned."""

from __future__ import annotations

from pydantic import Field

from stages.params.section import Section


class Evaluate(Section):
    """Generation and statistics of every task's evaluation."""

    most_new_tokens: int = Field(160, ge=1, description="Tokens an answer may have; greedy decoding.")
    batch: int = Field(16, ge=1, description="Prompts a batch; no score depends on it.")
    replicates: int = Field(10000, ge=100, description="Bootstrap replicates, and permutations behind a p-value.")
    confidence: float = Field(0.95, gt=0, lt=1, description="Level of the intervals.")
    synonyms: str = Field(
        "data/lexicon/synonyms.csv", description="CSV of term,synonym: names that count as the same diagnosis."
    )
    terms: str = Field(
        "data/lexicon/medical_terms.txt", description="Medical terms, one a line, that term metrics list."
    )
    categories: dict[str, dict[str, list[str]]] = Field(
        default_factory=dict,
        description="Task -> metric -> categories of examples that it is measured on; all categories where not named.",
    )
