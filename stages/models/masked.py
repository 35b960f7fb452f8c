"""Words that a masked language model (BERT, RoBERTa and their kin) would put in a place, both sides read at once."""

from __future__ import annotations

import re
from typing import Any

from stages.models.infill import Infill, Proposal, Proposer
from stages.models.seq2seq import located

# Likeliest tokens tried for a place.
CANDIDATES = 32
# Tokens of the text read to each side, where the model has room for them.
SIDE_TOKENS = 128
_WORD = re.compile(r"[a-z]{3,}")


def proposer(name: str) -> Proposer:
    """The model of a folder or pinned hub name, by what its own configuration says that it is: masked or causal."""
    from transformers import AutoConfig

    kinds = AutoConfig.from_pretrained(**located(name)).architectures or []
    return Masked(name) if any(kind.endswith("ForMaskedLM") for kind in kinds) else Infill(name)


class Masked:
    """A masked language model that proposes words of one token, on the GPU where there is one.

    Raises `ValueError` naming the model when its tokenizer has no mask.
    """

    def __init__(self, name: str) -> None:
        import torch
        from transformers import AutoModelForMaskedLM, AutoTokenizer

        where = located(name)
        self._tokenizer: Any = AutoTokenizer.from_pretrained(**where)
        if self._tokenizer.mask_token_id is None:
            raise ValueError(f"{name}: its tokenizer has no mask token; name the tokenizer that it was trained with")
        alone = list(self._tokenizer(self._tokenizer.mask_token)["input_ids"])
        at = alone.index(self._tokenizer.mask_token_id)
        self._first, self._last = alone[:at], alone[at + 1 :]
        self._model: Any = AutoModelForMaskedLM.from_pretrained(**where, dtype=torch.float32).eval()
        if torch.cuda.is_available():
            self._model = self._model.to("cuda")

    def propose(self, left: str, right: str) -> list[Proposal]:
        """Lower-case words for the place between two texts, likeliest first, equal ones in order of the alphabet."""
        import torch

        mask, side = self._tokenizer.mask_token_id, self._side()
        before = self._tokens(left.rstrip())[-side:]
        row = [*self._first, *before, mask, *self._tokens(right)[:side], *self._last]
        with torch.inference_mode():
            ids = torch.tensor([row], device=self._model.device)
            told = self._model(input_ids=ids).logits[0, row.index(mask)].float().log_softmax(-1)
        best = told.topk(min(CANDIDATES, told.shape[-1]))
        pairs = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        found = [Proposal(word, logprob) for token, logprob in pairs if (word := self._word(token))]
        return sorted(found, key=lambda proposal: (-proposal.logprob, proposal.word))

    def _word(self, token: int) -> str:
        """The word that a token is by itself, or nothing: a piece of a word is none."""
        word = str(self._tokenizer.decode([token])).strip()
        return word if _WORD.fullmatch(word) and self._tokens(f" {word}") == [token] else ""

    def _tokens(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _side(self) -> int:
        """Tokens to each side: what the model has room for beside the mask and four special tokens."""
        room = min(self._tokenizer.model_max_length, self._model.config.max_position_embeddings)
        return max(1, min(SIDE_TOKENS, (int(room) - 5) // 2))
