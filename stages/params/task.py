"""`tasks`: what a model is asked to do."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from stages.params.section import Section
from stages.params.source import Role

SPEECH = ("scribe", "dictation")
"""Templates whose examples have sound."""


class Task(Section):
    """One task: where its pairs come from, how they are worded, what model learns it and how it is judged."""

    template: Literal["flashcards", "terminology", "hpi", "diagnosis", "scribe", "dictation"] = Field(
        description="How records become pairs; scribe and dictation are of speech."
    )
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
    window: float = Field(
        0.0,
        ge=0,
        description="Of speech: seconds of a recording that the base model hears at once (its `chunk_length`); "
        "recordings are cut between turns, and a longer turn is quarantined.",
    )
    speakers: list[Role] = Field(
        default_factory=list,
        description="Of scribe: roles that have a token, such as `<|doctor|>`; turns of others are quarantined.",
    )
    most_unheard: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Of speech: share of overlapping turns' time that may hold speech which nobody understood.",
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

    @model_validator(mode="after")
    def _has_what_its_template_needs(self) -> Self:
        hears, of_speech = self.template in SPEECH, " and ".join(SPEECH)
        if hears and not self.window:
            raise ValueError(f"window: {self.template} needs the seconds that its base model hears at once")
        if not hears and (self.window or self.most_unheard):
            raise ValueError(f"window, most_unheard: {self.template} has none; they are for {of_speech}")
        if bool(self.speakers) != (self.template == "scribe"):
            raise ValueError("speakers: scribe needs one or more, and no other template has any")
        if len(set(self.speakers)) < len(self.speakers):
            raise ValueError("speakers: once each is enough")
        return self
