"""A small Llama trained from nothing: tokenizer, rows, AdamW, checkpoints.

The result depends on the corpus, params and seed alone: the order of documents is drawn from the seed, the
number of threads is fixed, and nothing else is random once the first weights are drawn. A training that was killed and
started again ends with the same bytes.
"""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

from stages.base.corpus import texts
from stages.base.lesson import Lesson, steps, write_curves
from stages.base.rows import batches
from stages.keys import Key
from stages.memo import fingerprint, memo_folder
from stages.models.induction import circuit
from stages.models.scratch import new_llama, new_tokenizer, save
from stages.models.text import fix_numerics
from stages.params.base import Base

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
    lesson = Lesson(model, _groups(model, base.schooling.circuit_rate), base.schooling)
    mark = fingerprint(Key(b"rounds checkpoints"), "base", {"seed": seed, "base": base.model_dump()}, [corpus])
    folder = memo_folder(f"base/{out.name}", mark)
    lesson.resume(folder)
    feed = batches(learned or documents, base.schooling.length, base.schooling.batch, seed)
    model.train()
    for rows in steps(feed, base.schooling, lesson.step, out.name):
        ids, labels = _padded(rows, tokenizer.pad_token_id)
        lesson.learn(model(input_ids=ids, labels=labels, use_cache=False).loss, sum(map(len, rows)))
        lesson.save(folder)
    shutil.rmtree(out, ignore_errors=True)
    model.eval()
    save(model, tokenizer, out)
    write_curves(plots, lesson.curve)
    loss = _loss_of(model, tokenizer.pad_token_id, unseen, base.schooling.length)
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


def _groups(model: Any, circuit_rate: float) -> list[dict[str, Any]]:
    copying = circuit(model)
    others = [one for one in model.parameters() if all(one is not other for other in copying)]
    # At the full rate a hundred steps wear the circuit away, and it is found again only late.
    return [{"params": others, "share": 1.0}, {"params": copying, "share": circuit_rate}]


def _loss_of(model: Any, pad: int, documents: list[list[int]], length: int) -> float:
    """Mean loss per token over documents, each on its own and cut to `length`."""
    import torch

    total, tokens = 0.0, 0
    with torch.inference_mode():
        for start in range(0, len(documents), 32):
            rows = [document[:length] for document in documents[start : start + 32]]
            ids, labels = _padded(rows, pad)
            logits = model(input_ids=ids).logits[:, :-1]
            losses = torch.nn.functional.cross_entropy(
                logits.transpose(1, 2), labels[:, 1:], ignore_index=IGNORED, reduction="sum"
            )
            total += losses.item()
            tokens += sum(len(row) - 1 for row in rows)
    return total / tokens


def _padded(rows: list[list[int]], pad: int) -> tuple[Any, Any]:
    import torch

    width = max(map(len, rows))
    ids = [row + [pad] * (width - len(row)) for row in rows]
    labels = [row + [IGNORED] * (width - len(row)) for row in rows]
    return torch.tensor(ids), torch.tensor(labels)
