"""A speech task: one Whisper that needs no adapter, its CTranslate2 forms, and what each makes of the test windows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from stages import sound
from stages.export import parity
from stages.export.outcome import Outcome
from stages.models import ctranslate, merge, speech
from stages.models.spoken import added_tokens, before
from stages.models.text import fix_numerics
from stages.params import Params
from stages.params.train import Quantization
from stages.records import Example


class _Heard(NamedTuple):
    """The transcripts of all windows, the seconds that they took, and the type of number that was computed in."""

    texts: list[str]
    seconds: float
    computed_in: str


def export(params: Params, name: str, examples: Sequence[Example], adapter: Path, out: Path) -> Outcome:
    """Merge a task's adapter into `out`, convert it below that, and let all transcribe the windows of `examples`.

    Raises `FileNotFoundError` when the base or a recording is missing, and `ValueError` when the adapter cannot be
    merged or the model is told never to write a token that the task added.
    """
    declared, settings = params.export.tasks[name], params.evaluate
    fix_numerics(params.seed)
    windows = [_samples(example) for example in examples]
    # Never in the bits that the adapter was trained over: see `merge`.
    model, _ = speech.load_base(Path("models/base") / declared.base, Quantization(), "float32")
    tuned, processor = speech.load_adapter(model, adapter), speech.load_processor(adapter)
    tokenizer, terms = processor.tokenizer, speech.prompt_terms(adapter)
    _refuse_suppressed(model.generation_config, added_tokens(tokenizer))
    prompt = before(tokenizer, terms, speech.most_prompt(tuned))
    most = min(settings.most_new_tokens, model.config.max_target_positions - len(prompt))
    asked: dict[str, Any] = {"batch": settings.batch, "most_new_tokens": most}
    by_torch = partial(speech.transcribe, tuned, processor, prompt_terms=terms, **asked)
    heard = {parity.ADAPTER: _timed(by_torch, windows, settings.batch, "float32")}
    merge.save(merge.merge(tuned), out, declared.precision, tokenizer, processor.feature_extractor)
    for form in declared.ctranslate2:
        ctranslate.convert(out, out / form, form)
        engine = ctranslate.load(out / form)
        converted = partial(ctranslate.transcribe, engine, tokenizer, prompt=prompt, **asked)
        heard[form] = _timed(converted, windows, settings.batch, engine.model.compute_type)
    texts = {system: found.texts for system, found in heard.items()}
    seconds = sum(map(len, windows)) / sound.RATE
    sizes = {"merged": _size(out, "*.safetensors")} | {f: _size(out / f, "model.bin") for f in declared.ctranslate2}
    numbers = {"seconds_of_sound": seconds, "bytes": sizes} | parity.compared(params, name, examples, texts)
    return Outcome(
        numbers,
        _run(heard, seconds),
        [{"id": one.id} | {system: of[i] for system, of in texts.items()} for i, one in enumerate(examples)],
        list(parity.faults(numbers, declared.ctranslate2, params.export.most_wer_loss)),
        {"prompt": tokenizer.convert_ids_to_tokens(prompt), "max_length": ctranslate.most_length(prompt, most)},
    )


def _samples(example: Example) -> sound.Samples:
    if example.audio is None:
        raise ValueError(f"example {example.id}: has no `audio`; a task of speech needs one")
    return sound.read(Path(example.audio), example.meta["start"], example.meta["end"])


def _timed(
    transcribe: Callable[[Sequence[sound.Samples]], list[speech.Transcript]],
    windows: Sequence[sound.Samples],
    batch: int,
    computed_in: str,
) -> _Heard:
    # What is set up at the first call is none of the speed.
    transcribe(windows[:batch])
    began = time.monotonic()
    found = transcribe(windows)
    return _Heard([one.text for one in found], time.monotonic() - began, computed_in)


def _run(heard: Mapping[str, _Heard], seconds: float) -> dict[str, Any]:
    """For each system its seconds, those for a second of sound, and how many times as fast as the adapter it is."""
    slowest = heard[parity.ADAPTER].seconds
    return {
        "seconds_of_sound": round(seconds, 3),
        "systems": {
            system: {
                "computed_in": found.computed_in,
                "seconds": round(found.seconds, 3),
                "real_time_factor": round(found.seconds / seconds, 5),
                "speedup": round(slowest / found.seconds, 2),
            }
            for system, found in heard.items()
        },
    }


def _refuse_suppressed(generation: Any, added: Mapping[int, str]) -> None:
    lists = (generation.suppress_tokens, generation.begin_suppress_tokens)
    if never := sorted({added[id] for ids in lists for id in ids or () if id in added}):
        raise ValueError(
            f"generation_config.json suppresses {', '.join(never)}, which the task added: no decoder would write them; "
            "take their ids from suppress_tokens and begin_suppress_tokens"
        )


def _size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.glob(pattern))
