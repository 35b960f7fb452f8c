"""A small Llama and its tokenizer, made from nothing: what serves where no hub is in reach."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stages.models.induction import ROTARY_BASE, start_to_copy
from stages.params.base import Architecture

START, END, PAD, UNKNOWN = "<s>", "</s>", "<pad>", "<unk>"
DEVIATION = 0.05


def new_tokenizer(texts: Iterable[str], vocabulary: int) -> Any:
    """Train a byte-level BPE of `vocabulary` tokens (Sennrich et al. 2016) that splits numbers into digits.

    Single digits let a model copy a dose or a date that it has never seen; the first takes the space before it along.
    A text starts with `<s>`.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(r" ?\d"), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, START, END, UNKNOWN],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    inner.train_from_iterator(texts, trainer)
    inner.post_processor = processors.TemplateProcessing(single=f"{START} $A", special_tokens=[(START, 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=inner, bos_token=START, eos_token=END, pad_token=PAD, unk_token=UNKNOWN, padding_side="left"
    )


def new_llama(shape: Architecture, tokenizer: Any) -> Any:
    """A Llama (Touvron et al. 2023, arXiv 2302.13971) that can copy and nothing else; draws from torch's generator."""
    from transformers import LlamaConfig, LlamaForCausalLM

    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=shape.hidden,
            # Three matrices of 8/3 the width cost what two of 4 times the width do; rounded to what SIMD likes.
            intermediate_size=-(-shape.hidden * 8 // 3 // 32) * 32,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            max_position_embeddings=shape.context,
            tie_word_embeddings=True,
            attention_bias=True,
            rope_parameters={"rope_type": "default", "rope_theta": ROTARY_BASE},
            # At this width the usual 0.02 keeps attention uniform for the first third of the training.
            initializer_range=DEVIATION,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    start_to_copy(model, DEVIATION)
    return model


def save(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write config, safetensors weights and tokenizer."""
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
