"""`export`: what production loads."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stages.params.section import Section

Format = Literal["int8", "int8_float16", "int8_bfloat16", "float16", "bfloat16", "float32"]


class Exported(Section):
    """One task whose adapter is folded into its base."""

    base: str = Field(description="Name under `base` of the task's base model. DVC reads it; it must agree.")
    precision: Literal["float32", "float16", "bfloat16"] = Field(
        "float32", description="Type that the merged weights are saved in; they are merged in float32 always."
    )
    ctranslate2: list[Format] = Field(
        default_factory=list,
        description="Of a speech task: forms of weights to convert to for faster-whisper, each its own folder.",
    )


class Export(Section):
    """Merged weights, CTranslate2, model cards; and when an export is refused."""

    tasks: dict[str, Exported] = Field(
        default_factory=dict, description="Task -> how it is exported; a task that is not named is not exported."
    )
    examples: int | None = Field(
        200, ge=1, description="Test examples, drawn by the seed, that export and adapter are compared on; null: all."
    )
    most_wer_loss: float = Field(
        0.01, ge=0, description="By how much an export's word error rate may exceed the adapter's, absolute."
    )
    most_logit_difference: float = Field(
        1e-3, ge=0, description="Most that a logarithm of a next token's probability may differ from the adapter's."
    )
    least_same_answers: float = Field(
        1.0, ge=0, le=1, description="Share of text answers that must be the adapter's, letter for letter."
    )
