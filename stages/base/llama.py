"""A small Llama trained from nothing: tokenizer, rows, AdamW, checkpoints.

The result depends on the corpus, params and seed alone: the order of documents is drawn from the seed, the
number of threads is fixed, and nothing else is random once the first weights are drawn. A training that was killed and
started again ends with the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stages.base.corpus import texts
from stages.base.rows import batches
from stages.keys import Key
from stages.memo import fingerprint, memo_folder
from stages.models.induction import circuit
from stages.models.scratch import new_llama, new_tokenizer, save
from stages.models.text import fix_numerics
from stages.params.base import Base, Schooling
from stages.shards import write_bytes

SAVED_EVERY = 100
LOGGED_EVERY = 10
HELD_BACK = 50
"""One text in so many is not learned from, and tells what the model makes of text that it has not seen."""
IGNORED = -100


def school(base: Base, seed: int, corpus: Path, out: Path, plots: Path) -> dict[str, float]:
    """Train the declared Llama on a folder of records into `out`; curves go to `plots`. Returns its metrics.

    Loss is the natural logarithm per token. Raises `ValueError` when the corpus is empty.
    """
    import torch

    assert base.architecture is not None, "params.base requires it"
    assert base.schooling is not None, "params.base requires it"
    told = texts(corpus)
    fix_numerics(seed)
    tokenizer = new_tokenizer(told, base.architecture.vocabulary)
    documents = [[*ids, tokenizer.eos_token_id] for ids in tokenizer(told)["input_ids"]]
    learned = [ids for place, ids in enumerate(documents) if place % HELD_BACK]
    unseen = documents[::HELD_BACK]
    model = new_llama(base.architecture, tokenizer)
    lesson = _Lesson(model, base.schooling, tokenizer.pad_token_id)
    mark = fingerprint(Key(b"rounds checkpoints"), "base", {"seed": seed, "base": base.model_dump()}, [corpus])
    folder = memo_folder(f"base/{out.name}", mark)
    lesson.resume(folder)
    feed = batches(learned or documents, base.schooling.length, base.schooling.batch, seed)
    model.train()
    for step, rows in _progress(feed, base.schooling.steps, out.name):
        if step < lesson.step:
            continue
        lesson.learn(rows)
        if folder and lesson.step % SAVED_EVERY == 0:
            lesson.save(folder)
    shutil.rmtree(out, ignore_errors=True)
    model.eval()
    save(model, tokenizer, out)
    _write_curves(plots, lesson.curve)
    loss = lesson.loss_of(unseen, base.schooling.length)
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "texts": len(told),
        "corpus_tokens": sum(map(len, documents)),
        "steps": lesson.step,
        "tokens": lesson.tokens,
        "vocabulary": len(tokenizer),
        "parameters": sum(p.numel() for p in model.parameters()),
        "loss": lesson.curve[-1][1],
        "unseen_loss": loss,
        "unseen_perplexity": math.exp(loss),
        "threads": torch.get_num_threads(),
    }


def write_state(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint with its SHA-256 before it, so that a torn one is known."""
    import torch

    data = io.BytesIO()
    torch.save(state, data)
    write_bytes(path, hashlib.sha256(data.getvalue()).digest() + data.getvalue())


def read_state(path: Path) -> dict[str, Any] | None:
    """Read a checkpoint; None where there is none, or not the whole of one."""
    import torch

    sealed = path.read_bytes() if path.is_file() else b""
    digest, data = sealed[:32], sealed[32:]
    if hashlib.sha256(data).digest() != digest:
        return None
    return dict(torch.load(io.BytesIO(data), weights_only=True))


@dataclass
class _Lesson:
    """A model with its optimizer and what was reached so far; `curve` holds (step, mean loss, learning rate)."""

    model: Any
    schooling: Schooling
    pad: int
    step: int = 0
    tokens: int = 0
    curve: list[tuple[int, float, float]] = field(default_factory=list)
    _optimizer: Any = None
    _losses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        import torch

        copying = circuit(self.model)
        others = [one for one in self.model.parameters() if all(one is not other for other in copying)]
        # At the full rate a hundred steps wear the circuit away, and it is found again only late.
        groups = [{"params": others, "share": 1.0}, {"params": copying, "share": self.schooling.circuit_rate}]
        self._optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.95), weight_decay=0.01, fused=True)

    def learn(self, rows: list[list[int]]) -> None:
        """One optimizer step."""
        import torch

        ids, labels = _padded(rows, self.pad)
        loss = self.model(input_ids=ids, labels=labels, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        rate = self._rate()
        for group in self._optimizer.param_groups:
            group["lr"] = rate * group["share"]
        self._optimizer.step()
        self._optimizer.zero_grad()
        self.step += 1
        self.tokens += sum(map(len, rows))
        self._losses.append(loss.item())
        if self.step % LOGGED_EVERY == 0 or self.step == self.schooling.steps:
            self.curve.append((self.step, math.fsum(self._losses) / len(self._losses), rate))
            self._losses.clear()

    def loss_of(self, documents: list[list[int]], length: int) -> float:
        """Mean loss per token over documents, each on its own and cut to `length`."""
        import torch

        total, tokens = 0.0, 0
        with torch.inference_mode():
            for start in range(0, len(documents), 32):
                rows = [document[:length] for document in documents[start : start + 32]]
                ids, labels = _padded(rows, self.pad)
                logits = self.model(input_ids=ids).logits[:, :-1]
                losses = torch.nn.functional.cross_entropy(
                    logits.transpose(1, 2), labels[:, 1:], ignore_index=IGNORED, reduction="sum"
                )
                total += losses.item()
                tokens += sum(len(row) - 1 for row in rows)
        return total / tokens

    def save(self, folder: Path) -> None:
        """Write the whole state."""
        state = {"model": self.model.state_dict(), "optimizer": self._optimizer.state_dict()}
        reached = {"step": self.step, "tokens": self.tokens, "curve": self.curve, "losses": self._losses}
        write_state(folder / "state.pt", state | {"reached": reached})
        # The newest folders are kept when old trainings are swept away.
        os.utime(folder)

    def resume(self, folder: Path | None) -> None:
        """Take up the state that `save` left, if there is one."""
        if folder is None or (state := read_state(folder / "state.pt")) is None:
            return
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        for name, value in state["reached"].items():
            setattr(self, {"losses": "_losses"}.get(name, name), value)

    def _rate(self) -> float:
        planned = self.schooling
        warm = min(1.0, (self.step + 1) / planned.warmup) if planned.warmup else 1.0
        return planned.learning_rate * warm * (1 - self.step / planned.steps)


def _padded(rows: list[list[int]], pad: int) -> tuple[Any, Any]:
    import torch

    width = max(map(len, rows))
    ids = [row + [pad] * (width - len(row)) for row in rows]
    labels = [row + [IGNORED] * (width - len(row)) for row in rows]
    return torch.tensor(ids), torch.tensor(labels)


def _progress(feed: Iterator[list[list[int]]], steps: int, name: str) -> Iterator[tuple[int, list[list[int]]]]:
    from tqdm import tqdm

    quiet = not sys.stderr.isatty() or bool(os.environ.get("CI"))
    yield from tqdm(zip(range(steps), feed, strict=False), desc=f"base {name}", total=steps, unit="step", disable=quiet)


def _write_curves(plots: Path, curve: list[tuple[int, float, float]]) -> None:
    shutil.rmtree(plots, ignore_errors=True)
    for column, name in ((1, "loss"), (2, "learning_rate")):
        lines = [f"step\t{name}", *(f"{row[0]}\t{row[column]}" for row in curve)]
        write_bytes(plots / f"{name}.tsv", ("\n".join(lines) + "\n").encode())
