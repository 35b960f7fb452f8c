"""`base`: the models that are adapted or that find PHI."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from stages.params.perturbation import Perturbation
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


class Hearing(Section):
    """The shape of a scratch Whisper."""

    vocabulary: int = Field(400, ge=300, description="Tokens of its byte-level BPE tokenizer.")
    hidden: int = Field(128, ge=16, description="Width of a layer; a multiple of twice `heads`.")
    encoder_layers: int = Field(3, ge=1, description="Layers that hear.")
    decoder_layers: int = Field(2, ge=1, description="Layers that write.")
    heads: int = Field(4, ge=1, description="Attention heads of a layer.")
    window: int = Field(6, ge=1, le=30, description="Seconds of sound that it hears at once (its `chunk_length`).")
    hop: int = Field(480, ge=80, le=640, description="Samples between two frames of features, of 16,000 a second.")
    bins: int = Field(80, ge=20, le=128, description="Mel bins of a frame.")
    context: int = Field(128, ge=16, le=448, description="Longest transcript in tokens, prompt included.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.hidden % (2 * self.heads):
            raise ValueError(f"hidden must be a multiple of twice heads: {self.hidden} is not one of {2 * self.heads}")
        # Whisper halves the frames.
        if self.window * 16_000 % (2 * self.hop):
            raise ValueError(f"hop: {self.window} s of sound must be a whole and even number of frames")
        return self


class Listening(Section):
    """How a scratch Whisper learns to hear, beside what `schooling` says of every scratch model."""

    short_share: float = Field(
        0.35, ge=0, le=1, description="Share of the steps, the first ones, in which it hears single short clips."
    )
    short_seconds: float = Field(2.4, gt=0, description="Longest of these clips.")
    guided_share: float = Field(
        0.55,
        ge=0,
        le=1,
        description="Share of the steps, the first ones, in which less and less it is shown where in a clip a word is.",
    )
    guide_seconds: float = Field(0.3, gt=0, description="How narrowly it is shown where: one standard deviation.")
    ctc: float = Field(
        0.3, ge=0, lt=1, description="Weight of a CTC loss on what the encoder hears, which is thrown away afterwards."
    )
    phones: float = Field(
        0.5,
        ge=0,
        description="Weight of a loss on which phone each frame is, halfway up the encoder, where the corpus has "
        "`phones.ctm`.",
    )
    perturbation: Perturbation = Field(default_factory=Perturbation, description="How sounds vary.")


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

    kind: Literal["llama", "whisper", "spacy"] = Field(
        "llama", description="A causal language model, a speech model, or an NER pipeline for PHI."
    )
    origin: Literal["scratch", "folder", "hub"] = Field(description="Trained here, copied from a folder, or fetched.")
    needs: str = Field(
        description="What it is made from, so that DVC makes it again when that changes: the corpus of a scratch "
        "model, the folder of a folder model; `constraints.txt` for a hub model, which its revision pins."
    )
    name: str | None = Field(None, description="Hub name, such as TinyLlama/TinyLlama-1.1B-Chat-v1.0.")
    revision: str | None = Field(None, description="Commit of a hub model, 40 hex digits; needed for one.")
    architecture: Architecture | None = Field(None, description="Shape of a scratch llama.")
    hearing: Hearing | None = Field(None, description="Shape of a scratch whisper.")
    listening: Listening | None = Field(None, description="How a scratch whisper learns to hear.")
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
        if self.origin == "scratch":
            needed = [
                *{"llama": ["architecture"], "whisper": ["hearing", "listening"], "spacy": []}[self.kind],
                *needed,
            ]
        if missing := [key for key in needed if getattr(self, key) is None]:
            raise ValueError(f"a {self.kind} model from {self.origin} needs {' and '.join(missing)}")
        if self.architecture and self.schooling and self.schooling.length > self.architecture.context:
            raise ValueError(f"schooling.length must not exceed architecture.context, {self.architecture.context}")
        return self
