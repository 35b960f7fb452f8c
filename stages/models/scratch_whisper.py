"""A small Whisper with its tokenizer and processor, made from nothing: what serves where no hub is in reach."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from stages.models.spoken import END, NO_TIMES, PREVIOUS, START
from stages.params.base import Hearing
from stages.sound import RATE

SPECIAL = (START, "<|translate|>", "<|transcribe|>", "<|startoflm|>", PREVIOUS, "<|nospeech|>", NO_TIMES)
"""Whisper's own order, after the end token; converters look for these names."""
DEVIATION = 0.05
WIDEST = 400
"""Samples of Whisper's spectrum window; a longer hop takes a wider one."""


def new_speech_processor(texts: Iterable[str], hearing: Hearing) -> Any:
    """A byte-level BPE tokenizer (Sennrich et al. 2016) of Whisper's kind, and the extractor of the declared shape."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import WhisperFeatureExtractor, WhisperProcessor, WhisperTokenizer

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=hearing.vocabulary - len(SPECIAL) - 1,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    inner.train_from_iterator((f" {text}" for text in texts), trainer)
    learned = orjson.loads(inner.to_str())["model"]
    tokenizer = WhisperTokenizer(vocab=learned["vocab"], merges=[tuple(pair) for pair in learned["merges"]])
    tokenizer.add_tokens(list(SPECIAL), special_tokens=True)
    tokenizer.set_prefix_tokens()
    extractor = WhisperFeatureExtractor(
        feature_size=hearing.bins,
        hop_length=hearing.hop,
        chunk_length=hearing.window,
        n_fft=max(WIDEST, hearing.hop * 4 // 3 // 2 * 2),
    )
    return WhisperProcessor(extractor, tokenizer)


def new_whisper(hearing: Hearing, tokenizer: Any) -> Any:
    """A Whisper (Radford et al. 2022, arXiv 2212.04356) that has learned nothing; draws from torch's generator."""
    import torch
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    end = tokenizer.eos_token_id
    model = WhisperForConditionalGeneration(
        WhisperConfig(
            vocab_size=len(tokenizer),
            num_mel_bins=hearing.bins,
            d_model=hearing.hidden,
            encoder_layers=hearing.encoder_layers,
            decoder_layers=hearing.decoder_layers,
            encoder_attention_heads=hearing.heads,
            decoder_attention_heads=hearing.heads,
            encoder_ffn_dim=4 * hearing.hidden,
            decoder_ffn_dim=4 * hearing.hidden,
            max_source_positions=hearing.window * RATE // hearing.hop // 2,
            max_target_positions=hearing.context,
            decoder_start_token_id=tokenizer.convert_tokens_to_ids(START),
            bos_token_id=end,
            eos_token_id=end,
            pad_token_id=end,
            begin_suppress_tokens=None,
            suppress_tokens=None,
            init_std=DEVIATION,
        )
    )
    for layer in (model.model.encoder.conv1, model.model.encoder.conv2):
        # At the usual deviation the sound is ten times fainter than the positions that are added to it.
        torch.nn.init.kaiming_normal_(layer.weight)
    _declare(model.generation_config, hearing, tokenizer)
    return model


def save(model: Any, processor: Any, folder: Path) -> None:
    """Write config, generation settings, safetensors weights, tokenizer and preprocessor_config.json."""
    model.save_pretrained(folder)
    processor.tokenizer.save_pretrained(folder)
    processor.feature_extractor.save_pretrained(folder)


def _declare(settings: Any, hearing: Hearing, tokenizer: Any) -> None:
    """What generation and converters ask of a Whisper of one language."""
    settings.is_multilingual = False
    settings.decoder_start_token_id = tokenizer.convert_tokens_to_ids(START)
    settings.bos_token_id = settings.eos_token_id = settings.pad_token_id = tokenizer.convert_tokens_to_ids(END)
    settings.no_timestamps_token_id = tokenizer.convert_tokens_to_ids(NO_TIMES)
    settings.prev_sot_token_id = tokenizer.convert_tokens_to_ids(PREVIOUS)
    settings.return_timestamps = False
    last = hearing.decoder_layers - 1
    settings.alignment_heads = [[last, head] for head in range(hearing.heads)]
