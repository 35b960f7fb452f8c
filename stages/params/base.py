"""`base`: the models that are adapted or that find PHI."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from stages.params.section import Section

COMMIT = re.compile(r"[0-9a-f]{40}")


class Architecture(Section):
    """The shape of a scratch Llama."""

    vocabulary: int = Field(2048, ge=300, description="Tokens of its byte-level BPE tokenizer.")
    hidden: int = Field(128, ge=16, description="Width of a layer; a multiple of twice `heads`.")
    layers: int = Field(3, ge=2, description="Decoder layers; the first two copy.")
    heads: int = Field(2, ge=1, description="Attention heads.")
    context: int = Field(1024, ge=64, description="Longest sequence in tokens.")

    @model_validator(mode="after")
    def _heads_are_even(self) -> Self:
        # Rotary positions turn pairs of a head's dimensions.
        if self.hidden % (2 * self.heads):
            raise ValueError(f"hidden must be a multiple of twice heads: {self.hidden} is not one of {2 * self.heads}")
        return self


class Schooling(Section):
    """How a scratch model learns from its corpus."""

    steps: int = Field(ge=1, description="Optimizer steps.")
    batch: int = Field(8, ge=1, description="Rows of tokens, or notes, a step.")
    learning_rate: float = Field(2e-3, gt=0, description="Peak of the rate; falls linearly to zero.")
    warmup: int = Field(50, ge=0, description="Steps until the peak.")
    length: int = Field(256, ge=16, description="Tokens of a row; a longer text is cut into several.")
    circuit_rate: float = Field(
        0.05,
        ge=0,
        le=1,
        description="Share of the rate at which a language model's first two layers of attention learn, "
        "which can copy from the start (stages/models/induction.py).",
    )


class Base(Section):
    """One base model, made present below models/base/<name>."""

    kind: Literal["llama", "spacy"] = Field("llama", description="A causal language model, or an NER pipeline for PHI.")
    origin: Literal["scratch", "folder", "hub"] = Field(description="Trained here, copied from a folder, or fetched.")
    needs: str = Field(
        description="What it is made from, so that DVC makes it again when that changes: the corpus of a scratch "
        "model, the folder of a folder model; `constraints.txt` for a hub model, which its revision pins."
    )
    name: str | None = Field(None, description="Hub name, such as TinyLlama/TinyLlama-1.1B-Chat-v1.0.")
    revision: str | None = Field(None, description="Commit of a hub model, 40 hex digits; needed for one.")
    architecture: Architecture | None = Field(None, description="Shape of a scratch llama.")
    schooling: Schooling | None = Field(None, description="How a scratch model is trained.")

    @field_validator("revision")
    @classmethod
    def _is_pinned(cls, found: str | None) -> str | None:
        # A branch or tag can be moved: the same params would fetch other weights.
        if found is not None and not COMMIT.fullmatch(found):
            raise ValueError(
                "pin a commit of 40 hex digits, as the model's page shows under Files > History, "
                "or apply the preset with --revision"
            )
        return found

    @model_validator(mode="after")
    def _has_what_its_origin_needs(self) -> Self:
        needed = {"hub": ["name", "revision"], "folder": [], "scratch": ["schooling"]}[self.origin]
        if self.origin == "scratch" and self.kind == "llama":
            needed = ["architecture", *needed]
        if missing := [key for key in needed if getattr(self, key) is None]:
            raise ValueError(f"a {self.kind} model from {self.origin} needs {' and '.join(missing)}")
        if self.architecture and self.schooling and self.schooling.length > self.architecture.context:
            raise ValueError(f"schooling.length must not exceed architecture.context, {self.architecture.context}")
        return self
