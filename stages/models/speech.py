"""Whisper: load, adapt, listen and score.

All functions are deterministic on one kind of machine once `stages.models.text.fix_numerics` has run. Decoding is
greedy, in one window, without times: tokens that a task added lie where Whisper's decoder looks for times, and its own
long-form loop would cut a transcript at them. Transformers' plain generation is used instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.models import spoken
from stages.models.loading import refuse_narrow, weights
from stages.models.progress import bar
from stages.models.text import Likelihood
from stages.sound import RATE, Samples

if TYPE_CHECKING:
    from stages.params.train import Quantization

LANGUAGE, TASK = "english", "transcribe"
TERMS = "prompt_terms.txt"
"""Terms that an adapter was trained to be told of beforehand, one a line, beside it."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard: tokens of speakers stand in the text; `ended` says that the model stopped by itself."""

    text: str
    ended: bool


def load_base(path: str | Path, quantization: Quantization, precision: str = "float32") -> tuple[Any, Any]:
    """Load a Whisper and its processor from models/base/<name>.

    Weights are as `stages.models.loading.weights` says. Language and task are fixed here, for a model of several
    languages would otherwise guess the language of each window. Raises `FileNotFoundError` when no model is there and
    `ValueError` when it is another model than a Whisper.
    """
    from transformers import WhisperForConditionalGeneration

    declared = weights(path, quantization, precision)
    model = WhisperForConditionalGeneration.from_pretrained(**declared)
    refuse_narrow(path, model)
    settings = model.generation_config
    # The first transcript of a silent window is an empty one, which Whisper forbids itself.
    settings.begin_suppress_tokens = settings.forced_decoder_ids = None
    # How long a transcript may be is told with each.
    settings.max_length = None
    model.config.forced_decoder_ids = None
    return model.eval(), load_processor(path, several_languages=getattr(settings, "is_multilingual", False))


def load_processor(path: str | Path, several_languages: bool = False) -> Any:
    """Load feature extractor and tokenizer of a base model or of an adapter, which has kept its base's language."""
    from transformers import WhisperFeatureExtractor, WhisperProcessor, WhisperTokenizer

    fixed = {"language": LANGUAGE, "task": TASK} if several_languages else {}
    tokenizer = WhisperTokenizer.from_pretrained(path, local_files_only=True, **fixed)
    return WhisperProcessor(WhisperFeatureExtractor.from_pretrained(path, local_files_only=True), tokenizer)


def load_adapter(model: Any, path: str | Path) -> Any:
    """Put an adapter on its loaded base, whose vocabulary grows by the tokens that the adapter added.

    Its processor is `load_processor(path)`. A base that must answer for itself does so before: with the adapter
    switched off it would still know of the new tokens. Raises `ValueError` when the adapter is of another base.
    """
    from peft import PeftModel

    adopt_settings(model, path)
    grow(model, len(load_processor(path).tokenizer))
    try:
        return PeftModel.from_pretrained(model, path, is_trainable=False).eval()
    except (IndexError, RuntimeError) as error:
        raise ValueError(f"{path}: this adapter is of another base model: {str(error).splitlines()[0]}") from None


def adopt_settings(model: Any, adapter: str | Path) -> None:
    """Let a model decode with the settings that were kept beside an adapter, so that base and tuned do it alike."""
    from transformers import GenerationConfig

    model.generation_config = GenerationConfig.from_pretrained(adapter, local_files_only=True)


def grow(model: Any, tokens: int) -> None:
    """Give the embedding at least `tokens` rows; new ones are the adapter's to fill."""
    if tokens > model.get_input_embeddings().weight.shape[0]:
        model.resize_token_embeddings(tokens, mean_resizing=False)


def prompt_terms(adapter: str | Path) -> tuple[str, ...]:
    """The terms that an adapter expects to be told of beforehand; none for most."""
    path = Path(adapter, TERMS)
    return tuple(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else ()


def window_seconds(processor: Any) -> float:
    """The longest sound that fits into one window."""
    return float(processor.feature_extractor.chunk_length)


def transcribe(
    model: Any,
    processor: Any,
    windows: Sequence[Samples],
    batch: int,
    most_new_tokens: int,
    prompt_terms: Sequence[str] = (),
) -> list[Transcript]:
    """Transcribe windows of sound `(samples,)` at 16 kHz, in their order, each ended by the model or at the limit.

    Raises `ValueError` on a window that is longer than the model hears: the rest would be lost in silence.
    """
    import torch

    core, tokenizer = core_of(model), processor.tokenizer
    start = spoken.before(tokenizer, prompt_terms, most_prompt(model))
    settings = _greedy(core, tokenizer, min(most_new_tokens, core.config.max_target_positions - len(start)))
    found: list[Transcript] = []
    with torch.inference_mode():
        for chosen in _batches(len(windows), batch, "transcribe"):
            sounds = heard(core, processor, [windows[i] for i in chosen])
            first = torch.tensor([start] * len(chosen), device=core.device)
            rows = _generate(core, sounds, first, settings)[:, len(start) :].tolist()
            found += [_transcript(tokenizer, row) for row in rows]
    return found


def transcript_logprobs(
    model: Any,
    processor: Any,
    windows: Sequence[Samples],
    texts: Sequence[str],
    batch: int,
    prompt_terms: Sequence[str] = (),
) -> list[Likelihood]:
    """Log-probability of each transcript given its window, end token included."""
    import torch

    core, tokenizer = core_of(model), processor.tokenizer
    start = spoken.before(tokenizer, prompt_terms, most_prompt(model))
    found: list[Likelihood] = []
    with torch.inference_mode():
        for chosen in _batches(len(windows), batch, "score"):
            sounds = heard(core, processor, [windows[i] for i in chosen])
            told = [[*spoken.encode(tokenizer, texts[i]), tokenizer.eos_token_id] for i in chosen]
            inputs, labels = teach([start] * len(told), told, tokenizer.eos_token_id)
            ids = torch.tensor(inputs, device=core.device)
            logits = core(input_features=sounds, decoder_input_ids=ids, use_cache=False).logits
            values = logits.float().log_softmax(-1).double()
            for i, row, wanted in zip(chosen, values, labels, strict=True):
                places = [(at, id) for at, id in enumerate(wanted) if id != IGNORED]
                total = sum(row[at, id].item() for at, id in places)
                found.append(Likelihood(total, len(places), len(texts[i].encode())))
    return found


IGNORED = -100


def teach(
    starts: Sequence[Sequence[int]], told: Sequence[Sequence[int]], end: int
) -> tuple[list[list[int]], list[list[int]]]:
    """What the decoder reads and what it is to say at each place, `(rows, longest)` each.

    Loss falls on what is `told` alone, the end token with it, not on what stands before. The decoder's input is spelt
    out, for from labels alone transformers would make padding of a prompt.
    """
    rows = [[*before, *after] for before, after in zip(starts, told, strict=True)]
    longest = max(map(len, rows)) - 1
    inputs = [row[:-1] + [end] * (longest + 1 - len(row)) for row in rows]
    labels = [
        [IGNORED] * (len(before) - 1) + list(after) + [IGNORED] * (longest + 1 - len(before) - len(after))
        for before, after in zip(starts, told, strict=True)
    ]
    return inputs, labels


def most_prompt(model: Any) -> int:
    """Tokens that may stand before a transcript for context: less than half of the decoder's positions."""
    return int(core_of(model).config.max_target_positions) // 2 - 1


def core_of(model: Any) -> Any:
    """The Whisper itself, below PEFT's wrapper; its layers carry the adapter."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def heard(core: Any, processor: Any, windows: Sequence[Samples]) -> Any:
    """Input features of windows; raises `ValueError` on one that is longer than the model hears."""
    extractor = processor.feature_extractor
    if longest := max((len(window) for window in windows if len(window) > extractor.n_samples), default=0):
        raise ValueError(f"a window of {longest / RATE:.2f} s; this model hears {extractor.chunk_length} s at once")
    found = extractor(list(windows), sampling_rate=RATE, return_tensors="pt").input_features
    return found.to(core.device, core.dtype)


def _greedy(core: Any, tokenizer: Any, most_new_tokens: int) -> Any:
    from transformers import GenerationConfig

    return GenerationConfig(
        do_sample=False,
        num_beams=1,
        max_new_tokens=most_new_tokens,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id,
        suppress_tokens=core.generation_config.suppress_tokens or None,
    )


def _generate(core: Any, sounds: Any, first: Any, settings: Any) -> Any:
    import torch
    from transformers.generation import GenerationMixin

    return GenerationMixin.generate(
        core,
        inputs=sounds,
        decoder_input_ids=first,
        decoder_attention_mask=torch.ones_like(first),
        generation_config=settings,
    )


def _transcript(tokenizer: Any, row: list[int]) -> Transcript:
    end = tokenizer.eos_token_id
    length = row.index(end) if end in row else len(row)
    return Transcript(spoken.decode(tokenizer, row[:length]), length < len(row))


def _batches(rows: int, batch: int, name: str) -> Iterator[range]:
    for start in bar(range(0, rows, batch), desc=name, unit="batch"):
        yield range(start, min(start + batch, rows))
