"""`train`: LoRA and QLoRA adapters."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stages.params.perturbation import Perturbation
from stages.params.section import Section


class Lora(Section):
    """Low-rank adaptation (Hu et al. 2021, arXiv 2106.09685)."""

    r: int = Field(8, ge=1, description="Rank.")
    alpha: float = Field(16, gt=0, description="Scale; the update is multiplied by alpha / r.")
    dropout: float = Field(0.0, ge=0, lt=1, description="Dropout before the low-rank product.")
    targets: list[str] | Literal["all-linear"] = Field("all-linear", description="Modules that get an adapter.")


class Quantization(Section):
    """The base model's weights in few bits (QLoRA, Dettmers et al. 2023, arXiv 2305.14314)."""

    bits: Literal[0, 4, 8] = Field(0, description="0 leaves the weights as they are; 8 is LLM.int8; 4 is NF4.")
    double: bool = Field(True, description="Quantise the quantisation constants too (4 bits).")
    compute: Literal["float32", "float16", "bfloat16"] = Field("float32", description="Type that products are done in.")


class Train(Section):
    """How one adapter is trained. `train.defaults` holds every key, a task's section what differs."""

    lora: Lora = Field(default_factory=Lora, description="The adapter.")
    quantization: Quantization = Field(default_factory=Quantization, description="The base model's bits.")
    learning_rate: float = Field(2e-4, gt=0, description="Peak of the learning rate.")
    scheduler: Literal["linear", "cosine", "constant", "constant_with_warmup"] = Field(
        "cosine", description="Its course."
    )
    warmup_steps: int = Field(0, ge=0, description="Optimizer steps until the peak; 0 leaves it to `warmup_ratio`.")
    warmup_ratio: float = Field(0.03, ge=0, lt=1, description="Share of the steps until the peak.")
    epochs: float = Field(1.0, gt=0, description="Passes over the training examples.")
    max_steps: int = Field(0, ge=0, description="Optimizer steps; 0 leaves it to `epochs`.")
    batch: int = Field(4, ge=1, description="Examples a device and step.")
    accumulation: int = Field(1, ge=1, description="Steps whose gradients are summed before the optimizer moves.")
    max_length: int = Field(512, ge=16, description="Longest sequence in tokens; a longer example is quarantined.")
    max_grad_norm: float = Field(1.0, gt=0, description="Gradients are clipped to this norm.")
    optimizer: Literal["adamw_torch", "adamw_torch_fused", "adamw_8bit", "paged_adamw_8bit"] = Field(
        "adamw_torch", description="8-bit ones are of bitsandbytes."
    )
    weight_decay: float = Field(0.0, ge=0, description="Decoupled weight decay.")
    gradient_checkpointing: bool = Field(False, description="Less memory for about a third more time.")
    precision: Literal["float32", "float16", "bfloat16"] = Field("float32", description="Mixed precision of the steps.")
    early_stopping: int = Field(0, ge=0, description="Validations without a gain before it stops; 0 never stops early.")
    checkpoint_steps: int = Field(50, ge=1, description="Optimizer steps between checkpoints to resume from.")
    medical_terms: Literal["none", "tokens", "prompt"] = Field(
        "none",
        description="Of speech: what the terms that training examples list (`meta.medical_terms`) are used for. They "
        "become tokens of their own, or the model is told of them before it listens, or nothing.",
    )
    most_terms: int = Field(
        400, ge=1, description="Of speech: how many terms, the most frequent first; as a prompt, how many are told."
    )
    perturbation: Perturbation = Field(
        default_factory=Perturbation, description="Of speech: how sounds vary while they are learned from."
    )
    report_to: list[Literal["dvclive", "mlflow"]] = Field(["dvclive"], description="Where curves go.")
