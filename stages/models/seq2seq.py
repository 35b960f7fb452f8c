"""Sequence-to-sequence models for translation and paraphrase: loaded once, batched, nothing cut off in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import Any

BEAMS = 4
# Room that an output has beyond twice its input, in tokens.
ROOM = 32
# Inputs of one batch agree in their length over this, rounded up: then the room is the same in whatever batch.
STEP = 16


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A model's output, or why there is none: `fault` is empty, or a short reason without any of the text."""

    text: str
    fault: str = ""


def located(name: str) -> dict[str, Any]:
    """Arguments of `from_pretrained` for a folder, or for a hub name with a pinned revision (`name@revision`).

    Raises `ValueError` when it is neither: a hub name alone would be another model tomorrow.
    """
    if Path(name).is_dir():
        return {"pretrained_model_name_or_path": name, "local_files_only": True}
    model, at, revision = name.partition("@")
    if not (at and revision):
        raise ValueError(f"{name}: no such folder, and no pinned hub model either: write name@revision")
    return {"pretrained_model_name_or_path": model, "revision": revision}


class Seq2Seq:
    """An encoder-decoder such as Marian, T5 or BART, on the GPU where there is one.

    `prompt` stands before every text: what the model was trained to see there (`paraphrase: `, `>>fra<< `).
    """

    def __init__(self, name: str, prompt: str = "") -> None:
        import torch
        from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

        where = located(name)
        self._prompt = prompt
        self._tokenizer: Any = AutoTokenizer.from_pretrained(**where)
        self._model: Any = AutoModelForSeq2SeqLM.from_pretrained(**where, dtype=torch.float32).eval()
        # Marian and BART end an output by force at its limit, and a cut one would then look whole.
        self._model.generation_config.forced_eos_token_id = None
        if torch.cuda.is_available():
            self._model = self._model.to("cuda")

    def rewrite(self, texts: Sequence[str], rank: int = 0, batch: int = 16) -> list[Rewriting]:
        """For each text the model's `rank`-th best output by beam search, which draws nothing at random.

        A text that the model cannot read whole, or an output that does not end by itself within its room, is a fault
        and never a shorter text.
        """
        found: dict[int, Rewriting] = {}
        encoded = [self._tokenizer(self._prompt + text)["input_ids"] for text in texts]
        short = []
        for place, ids in enumerate(encoded):
            if len(ids) > self._longest():
                found[place] = Rewriting("", "longer than the model reads")
            elif self._tokenizer.unk_token_id in ids:
                found[place] = Rewriting("", "holds what the model cannot read")
            else:
                short.append(place)
        short.sort(key=lambda place: (len(encoded[place]), place))
        for size, same in groupby(short, key=lambda place: ceil(len(encoded[place]) / STEP) * STEP):
            most = min(2 * size + ROOM, self._longest())
            alike = list(same)
            for start in range(0, len(alike), batch):
                chosen = alike[start : start + batch]
                outputs = self._search([encoded[place] for place in chosen], rank, most)
                found.update(zip(chosen, outputs, strict=True))
        return [found[place] for place in range(len(texts))]

    def _search(self, rows: list[list[int]], rank: int, most: int) -> list[Rewriting]:
        import torch

        padded = self._tokenizer.pad({"input_ids": rows}, return_tensors="pt").to(self._model.device)
        beams = max(BEAMS, rank + 1)
        with torch.inference_mode():
            output = self._model.generate(
                **padded,
                num_beams=beams,
                num_return_sequences=rank + 1,
                do_sample=False,
                early_stopping=True,
                max_new_tokens=most,
            )
        ranked = output[rank :: rank + 1].tolist()
        return [self._rewriting(row) for row in ranked]

    def _rewriting(self, row: list[int]) -> Rewriting:
        ends = self._model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        # The decoder's start may be the end token itself, so the first place does not count.
        if not any(token in ends for token in row[1:]):
            return Rewriting("", "the output did not end")
        return Rewriting(str(self._tokenizer.decode(row, skip_special_tokens=True)).strip())

    def _longest(self) -> int:
        config = self._model.config
        declared = [getattr(config, name, None) for name in ("max_position_embeddings", "n_positions")]
        return int(min([self._tokenizer.model_max_length, *(limit for limit in declared if limit)]))
