"""Causal language models: load, adapt, ask and score them.

Prompts and completions are the strings of `stages.models.prompts.render`. All functions are deterministic on one kind
of machine once `fix_numerics` has run: greedy decoding, no dropout, a thread count that does not follow the load.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.models.loading import refuse_narrow, weights
from stages.models.progress import bar

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from stages.params.train import Quantization

THREADS = 2


@dataclass(frozen=True, slots=True)
class Generation:
    """An answer without special tokens; `tokens` counts those generated, `ended` says that the model stopped itself."""

    text: str
    tokens: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Natural-log probability of a completion given its prompt, end token included.

    Sums of the three fields over examples give perplexity per token, exp(-logprob / tokens), and bits per byte.
    """

    logprob: float
    tokens: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """A prompt and its completion as the model sees them; loss falls on `ids[prompt:]`."""

    ids: list[int]
    prompt: int


def fix_numerics(seed: int, threads: int = THREADS) -> None:
    """Make torch give the same bits again: seed, deterministic kernels, a fixed number of threads.

    A sum split over another number of threads rounds in another order, so the number is fixed rather than taken from
    the machine; more threads than cores cost time and change nothing.
    """
    import torch

    # cuBLAS asks for this before it promises the same sums twice (NVIDIA cuBLAS manual, "Results reproducibility").
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False
    torch.set_num_threads(threads)
    torch.manual_seed(seed)


def load_base(path: str | Path, quantization: Quantization, precision: str = "float32") -> tuple[Any, Any]:
    """Load a base model and its tokenizer from models/base/<name>.

    Without a GPU weights are float32 whatever `precision` says: half precision is many times slower on a CPU. With
    one they are of `precision`. Raises `FileNotFoundError` when no model is there and `ValueError` when its tokenizer
    has no end token, without which no answer ever stops, or when its layers are too narrow for 4 bits.
    """
    from transformers import AutoModelForCausalLM

    declared = weights(path, quantization, precision)
    tokenizer = load_tokenizer(path)
    model = AutoModelForCausalLM.from_pretrained(**declared)
    refuse_narrow(path, model)
    return model.eval(), tokenizer


def load_tokenizer(path: str | Path) -> Any:
    """Load the tokenizer of a base model, with a pad token; raises `ValueError` when it has no end token."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
    if tokenizer.eos_token_id is None:
        raise ValueError(f"{path}: its tokenizer has no end-of-sequence token, so no answer would ever stop")
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_adapter(model: PreTrainedModel, path: str | Path) -> Any:
    """Put an adapter on its loaded base; inside `with model.disable_adapter():` it answers without."""
    from peft import PeftModel

    return PeftModel.from_pretrained(model, path, is_trainable=False).eval()


def tokenize(tokenizer: PreTrainedTokenizerBase, prompt: str, completion: str) -> Tokens:
    """Token ids of a prompt and its completion.

    The two are tokenized apart, so that a completion starts at a token of its own in training as in generation. A
    prompt made by a chat template already holds its special tokens.
    """
    start = _ids(tokenizer, prompt)
    return Tokens(start + tokenizer(completion, add_special_tokens=False)["input_ids"], len(start))


def generate(
    model: Any,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str],
    most_new_tokens: int,
    batch: int,
) -> list[Generation]:
    """Answer prompts greedily, in their order; an answer ends at the end token or after `most_new_tokens`.

    Prompts of similar length share a batch, padded on the left; the batch size moves a logit by no more than float
    rounding does.
    """
    import torch

    answers: list[Generation | None] = [None] * len(prompts)
    encoded = [_ids(tokenizer, prompt) for prompt in prompts]
    ends = _end_tokens(model, tokenizer)
    settings = _greedy(tokenizer, ends, most_new_tokens)
    with torch.inference_mode():
        for chosen in _by_length(encoded, batch, "generate"):
            ids, mask = _left_padded([encoded[i] for i in chosen], tokenizer, model)
            found = model.generate(input_ids=ids, attention_mask=mask, generation_config=settings)
            for i, row in zip(chosen, found[:, ids.shape[1] :].tolist(), strict=True):
                answers[i] = _answer(tokenizer, row, ends)
    return [answer for answer in answers if answer is not None]


def response_logprobs(
    model: Any,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[str],
    completions: Sequence[str],
    batch: int,
) -> list[Likelihood]:
    """Log-probability of each completion given its prompt, in their order."""
    import torch

    found: list[Likelihood | None] = [None] * len(prompts)
    encoded = [tokenize(tokenizer, prompt, completion) for prompt, completion in zip(prompts, completions, strict=True)]
    with torch.inference_mode():
        for chosen in _by_length([tokens.ids for tokens in encoded], batch, "score"):
            rows = [encoded[i] for i in chosen]
            ids, mask = _left_padded([row.ids for row in rows], tokenizer, model)
            longest = max(len(row.ids) - row.prompt for row in rows)
            positions = (mask.cumsum(1) - 1).clamp(min=0)
            # Completions stand at the right edge, so logits of the prompts are never made.
            logits = model(
                input_ids=ids,
                attention_mask=mask,
                position_ids=positions,
                logits_to_keep=longest + 1,
            ).logits
            told = logits[:, :-1].float().log_softmax(-1).gather(2, ids[:, -longest:, None])[..., 0].double()
            for i, row, values in zip(chosen, rows, told, strict=True):
                length = len(row.ids) - row.prompt
                total = values[longest - length :].sum().item() if length else 0.0
                found[i] = Likelihood(total, length, len(_plain(tokenizer, row).encode()))
    return [one for one in found if one is not None]


def next_logprobs(model: Any, tokenizer: PreTrainedTokenizerBase, prompts: Sequence[str]) -> Iterator[Any]:
    """Natural-log probabilities `(vocabulary,)` of the token after each prompt, asked one by one, on the CPU."""
    import torch

    with torch.inference_mode():
        for prompt in prompts:
            ids = torch.tensor([_ids(tokenizer, prompt)], device=model.device)
            yield model(input_ids=ids, logits_to_keep=1).logits[0, -1].float().log_softmax(-1).cpu().numpy()


def _ids(tokenizer: PreTrainedTokenizerBase, prompt: str) -> list[int]:
    return list(tokenizer(prompt, add_special_tokens=tokenizer.chat_template is None)["input_ids"])


def _plain(tokenizer: PreTrainedTokenizerBase, row: Tokens) -> str:
    return str(tokenizer.decode(row.ids[row.prompt :], skip_special_tokens=True))


def _end_tokens(model: Any, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    declared = model.generation_config.eos_token_id
    listed = declared if isinstance(declared, list) else [declared]
    return sorted({int(token) for token in [tokenizer.eos_token_id, *listed] if token is not None})


def _greedy(tokenizer: PreTrainedTokenizerBase, ends: list[int], most_new_tokens: int) -> Any:
    from transformers import GenerationConfig

    return GenerationConfig(
        do_sample=False,
        num_beams=1,
        max_new_tokens=most_new_tokens,
        eos_token_id=ends,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id,
    )


def _answer(tokenizer: PreTrainedTokenizerBase, row: list[int], ends: list[int]) -> Generation:
    length = next((place for place, token in enumerate(row) if token in ends), len(row))
    text = str(tokenizer.decode(row[:length], skip_special_tokens=True))
    return Generation(text, length, length < len(row))


def _by_length(rows: Sequence[Sequence[int]], batch: int, name: str) -> Iterator[list[int]]:
    order = sorted(range(len(rows)), key=lambda i: (len(rows[i]), i))
    for start in bar(range(0, len(order), batch), desc=name, unit="batch"):
        yield order[start : start + batch]


def _left_padded(
    rows: list[list[int]], tokenizer: PreTrainedTokenizerBase, model: Any
) -> tuple[torch.Tensor, torch.Tensor]:
    import torch

    width = max(len(row) for row in rows)
    ids = [[tokenizer.pad_token_id] * (width - len(row)) + row for row in rows]
    mask = [[0] * (width - len(row)) + [1] * len(row) for row in rows]
    return torch.tensor(ids, device=model.device), torch.tensor(mask, device=model.device)
