"""`base`: the models that are adapted or that find PHI."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stages.params.section import Section


class Architecture(Section):
    """The shape of a scratch Llama."""

    vocabulary: int = Field(2048, ge=300, description="Tokens of its byte-level BPE tokenizer.")
    hidden: int = Field(128, ge=16, description="Width of a layer.")
    layers: int = Field(4, ge=1, description="Decoder layers.")
    heads: int = Field(4, ge=1, description="Attention heads; must divide `hidden`.")
    context: int = Field(1024, ge=64, description="Longest sequence in tokens.")


class Schooling(Section):
    """How a scratch model learns from its corpus."""

    steps: int = Field(ge=1, description="Optimizer steps.")
    batch: int = Field(16, ge=1, description="Passages a step.")
    learning_rate: float = Field(2e-3, gt=0, description="Peak of AdamW's rate; falls linearly to zero.")
    warmup: int = Field(50, ge=0, description="Steps until the peak.")
    length: int = Field(256, ge=16, description="Tokens a passage is cut to.")


class Base(Section):
    """One base model, made present below models/base/<name>."""

    kind: Literal["llama", "spacy"] = Field("llama", description="A causal language model, or an NER pipeline for PHI.")
    origin: Literal["scratch", "folder", "hub"] = Field(description="Trained here, copied from a folder, or fetched.")
    needs: str = Field(
        description="What it is made from, so that DVC makes it again when that changes: the corpus of a scratch model, the "
        "folder of a folder model; `constraints.txt` for a hub model, which its revision pins."
    )
    name: str | None = Field(None, description="Hub name, such as TinyLlama/TinyLlama-1.1B-Chat-v1.0.")
    revision: str | None = Field(None, description="Pinned revision (commit) of a hub model; needed for one.")
    architecture: Architecture | None = Field(None, description="Shape of a scratch llama.")
    schooling: Schooling | None = Field(None, description="How a scratch model is trained.")
