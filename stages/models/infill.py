"""Words that a causal language model would put in a place, judged by what stands before and after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

from stages.models.seq2seq import located

# First tokens tried, tokens a word may have, and how much of the text to each side is read.
CANDIDATES = 16
WORD_TOKENS = 5
LEFT_TOKENS = 192
RIGHT_CHARACTERS = 80
_WHOLE_WORD = re.compile(r" ([a-z]{3,})(?![\w'’-])")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A word and the natural-log probability of it and what follows, given what stands before."""

    word: str
    logprob: float


class Proposer(Protocol):
    """A language model that proposes words for a place."""

    def propose(self, left: str, right: str) -> list[Proposal]:
        """Lower-case words for the place between two texts, likeliest first, equal ones in order of the alphabet."""


class Infill:
    """A causal language model that proposes words, on the GPU where there is one."""

    def __init__(self, name: str) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        where = located(name)
        self._tokenizer: Any = AutoTokenizer.from_pretrained(**where)
        self._model: Any = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32).eval()
        if torch.cuda.is_available():
            self._model = self._model.to("cuda")

    def propose(self, left: str, right: str) -> list[Proposal]:
        """Lower-case words for the place between two texts, likeliest first, equal ones in order of the alphabet."""
        before = self._tokenizer(left.rstrip())["input_ids"][-LEFT_TOKENS:]
        if not before:
            return []
        words = sorted({found.group(1) for text in self._words(before) if (found := _WHOLE_WORD.match(text))})
        follows = right[:RIGHT_CHARACTERS]
        scored = [Proposal(word, self._logprob(before, f" {word}{follows}")) for word in words]
        return sorted(scored, key=lambda proposal: (-proposal.logprob, proposal.word))

    def _words(self, before: list[int]) -> list[str]:
        """What the likeliest first tokens grow to, greedily."""
        import torch

        device = self._model.device
        with torch.inference_mode():
            logits = self._model(input_ids=torch.tensor([before], device=device)).logits[0, -1]
            firsts = logits.topk(min(CANDIDATES, logits.shape[-1])).indices
            rows = torch.cat([torch.tensor([before] * len(firsts), device=device), firsts[:, None]], dim=1)
            for _ in range(WORD_TOKENS):
                following = self._model(input_ids=rows).logits[:, -1].argmax(-1)
                rows = torch.cat([rows, following[:, None]], dim=1)
        return [self._after(before, row) for row in rows[:, len(before) :].tolist()]

    def _after(self, before: list[int], tokens: list[int]) -> str:
        """The text of tokens with the space before it, which decoding them alone may drop."""
        whole, start = self._tokenizer.decode([*before, *tokens]), self._tokenizer.decode(before)
        return str(whole)[len(str(start)) :]

    def _logprob(self, before: list[int], after: str) -> float:
        import torch

        ids = self._tokenizer(after, add_special_tokens=False)["input_ids"]
        rows = torch.tensor([[*before, *ids]], device=self._model.device)
        with torch.inference_mode():
            told = self._model(input_ids=rows).logits[0, len(before) - 1 : -1].float().log_softmax(-1)
        return float(told.gather(1, rows[0, len(before) :, None]).double().sum())
