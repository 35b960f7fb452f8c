"""`tasks`: what a model is asked to do."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from stages.params.section import Section


class Task(Section):
    """One task: where its pairs come from, how they are worded, what model learns it and how it is judged."""

    template: Literal["flashcards", "terminology", "hpi", "diagnosis"] = Field(description="How records become pairs.")
    sources: list[str] = Field(min_length=1, description="Names under `sources` that it is made from.")
    base: str = Field(description="Name under `base` of the model that is adapted.")
    base_path: str = Field(description="Where that base model lies: models/base/<base>. DVC reads it; it must agree.")
    system: str = Field("", description="System prompt; empty for none.")
    most_input_words: int = Field(600, ge=1, description="Pairs with a longer instruction and input are dropped.")
    most_response_words: int = Field(200, ge=1, description="Pairs with a longer response are dropped.")
    sections: list[str] = Field(
        default_factory=list,
        description="Headers that a well-formed response has, once each and in this order; also what `hpi` writes.",
    )
    speakers: list[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]] = Field(
        default_factory=list,
        description="Roles that a transcript names: before the words of one stands its token, such as <|doctor|>.",
    )
    headers: str = Field("data/lexicon/sections.txt", description="Names of a note's sections and how they are headed.")
    metrics: list[
        Literal[
            "token_f1", "exact_match", "hpi_f1", "assessment_f1", "top1_accuracy", "mrr", "rouge1", "rouge2", "rougeL",
            "bleu", "perplexity", "format_adherence", "wer",
            "hpi_pooled_f1", "assessment_pooled_f1", "section_f1", "section_pooled_f1", "header_recall",
            "header_precision", "squad_exact_match", "squad_token_f1", "hit_at_1", "hit_at_3", "hit_at_5",
            "lenient_mrr", "lenient_hit_at_1", "lenient_hit_at_3", "lenient_hit_at_5", "rougeLsum", "chrf",
            "bits_per_byte", "cer", "clinical_wer", "clinical_cer", "whisper_wer", "whisper_cer", "medical_term_wer",
            "medical_term_recall", "medical_term_precision", "medical_term_f1", "drug_term_recall",
            "drug_term_precision", "drug_term_f1", "dose_term_recall", "dose_term_precision", "dose_term_f1",
            "unit_term_recall", "unit_term_precision", "unit_term_f1", "laterality_term_recall",
            "laterality_term_precision", "laterality_term_f1", "negation_term_recall", "negation_term_precision",
            "negation_term_f1", "critical_error_rate", "critical_error_free", "repetition", "length_error",
            "hallucinated_words", "wder", "diarization_accuracy", "role_accuracy", "cpwer", "der", "der_collar", "jer",
            "jer_collar",
        ]
    ] = Field(min_length=1, description="What is measured; the first is the headline.")  # fmt: skip
