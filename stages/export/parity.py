"""How well each form of an exported Whisper transcribes, beside the adapter that it was made of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stages.evaluate.panel import LIKELIHOODS, OF_TIMES, Panel
from stages.evaluate.predictions import Answer
from stages.evaluate.scorers.ranked import Synonyms
from stages.evaluate.scorers.terms import Vocabulary
from stages.evaluate.statistics import sum_by_group
from stages.evaluate.turns import attributed
from stages.models.spoken import speaker_token
from stages.params import Params
from stages.records import Example

ADAPTER = "adapter"
JUDGED = ("wer", "cpwer")
"""Of these an export may lose no more than is allowed; the second holds speakers to their words."""


def compared(
    params: Params, name: str, examples: Sequence[Example], heard: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Metrics of the transcripts `heard` by system, in the order of `examples`; one system is the `ADAPTER`.

    Beside each system's metrics: how often each wrote a speaker token (`speaker_tokens`), and the share of windows in
    which a form wrote what the adapter wrote (`same_transcripts`).
    """
    panel = _panel(params, name)
    speakers = params.tasks[name].speakers
    written = {"reference": [example.response for example in examples], **heard}
    forms = {system: texts for system, texts in heard.items() if system != ADAPTER}
    return {
        "examples": len(examples),
        "speaker_tokens": {system: _tokens(texts, speakers) for system, texts in written.items()},
        "same_transcripts": {
            form: sum(a == b for a, b in zip(heard[ADAPTER], texts, strict=True)) / len(examples)
            for form, texts in forms.items()
        },
        **{system: _scores(panel, examples, texts) for system, texts in heard.items()},
    }


def faults(numbers: Mapping[str, Any], forms: Sequence[str], most_loss: float) -> Iterator[str]:
    """In what a form transcribes worse than the adapter by more than `most_loss`, or names no speakers any more."""
    for form in forms:
        for metric in JUDGED:
            before, after = (numbers[system].get(metric) for system in (ADAPTER, form))
            if before is not None and after is None:
                yield f"{form} writes no speaker tokens, and the adapter does"
            elif before is not None and after - before > most_loss:
                allowed = f"export.most_wer_loss is {most_loss:g}"
                yield f"{metric} of {form} is {after:.4f}, the adapter's is {before:.4f}; {allowed}"


def _panel(params: Params, name: str) -> Panel:
    task, settings = params.tasks[name], params.evaluate
    judged = JUDGED if task.speakers else JUDGED[:1]
    # Of windows neither a likelihood nor times are told.
    names = [metric for metric in (*judged, *task.metrics) if metric not in (*OF_TIMES, *LIKELIHOODS)]
    on = settings.categories.get(name, {})
    tables = Synonyms.read(settings.synonyms), on, Vocabulary.read(settings.terms)
    return Panel(list(dict.fromkeys(names)), task.sections, *tables, task.speakers)


def _scores(panel: Panel, examples: Sequence[Example], texts: Sequence[str]) -> dict[str, float | None]:
    answers = [
        Answer(example.id, example.group, example.response, text, example.category)
        for example, text in zip(examples, texts, strict=True)
    ]
    rows = panel.rows(attributed(answers, panel.speakers))
    sums = sum_by_group(rows, [""] * len(rows)).sum(axis=0)
    values = {metric: float(value) for metric, value in panel.values(sums).items()}
    return {metric: value if math.isfinite(value) else None for metric, value in values.items()}


def _tokens(texts: Sequence[str], speakers: Sequence[str]) -> int:
    return sum(text.count(speaker_token(role)) for text in texts for role in speakers)
