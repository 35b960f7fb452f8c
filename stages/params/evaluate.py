"""`evaluate`: base against tuned."""

from __future__ import annotations

from pydantic import Field

from stages.params.section import Section


class Evaluate(Section):
    """Generation and statistics of every task's evaluation."""

    most_new_tokens: int = Field(160, ge=1, description="Tokens an answer may have; greedy decoding.")
    batch: int = Field(16, ge=1, description="Prompts a batch; changes no score.")
    replicates: int = Field(10000, ge=100, description="Bootstrap replicates.")
    confidence: float = Field(0.95, gt=0, lt=1, description="Level of the intervals.")
    synonyms: str = Field("data/lexicon/synonyms.csv", description="Names that count as the same diagnosis.")
