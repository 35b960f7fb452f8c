"""A small Whisper trained from nothing on plain speech.

Loss is that of the decoder and, beside it, CTC on what the encoder hears (Watanabe et al. 2017, "Hybrid CTC/attention
architecture") and, halfway up the encoder, which phone each frame is (Toshniwal et al. 2017, "Multitask learning with
low-level auxiliary tasks"); their heads are thrown away afterwards. The first steps hear single short clips, which are
cheap, and are shown where in a clip each token is (`stages.base.guide`); later ones hear whole windows and find out by
themselves. The result depends on the corpus, params and seed alone, and a training that was killed and started again
ends with the same bytes.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from stages import sound
from stages.base import clips, guide
from stages.base.clips import Piece, Recording
from stages.base.lesson import Lesson, steps, write_curves
from stages.keys import Key, seeded
from stages.memo import fingerprint, memo_folder
from stages.models import logmel, perturb
from stages.models.attuned import attune
from stages.models.features import Features, Half, kept
from stages.models.progress import bar
from stages.models.scratch_whisper import new_speech_processor, new_whisper, save
from stages.models.speech import IGNORED, teach, transcribe
from stages.models.text import fix_numerics
from stages.params.base import Base, Hearing, Listening, Schooling

HELD_BACK = 30
"""One recording in so many is not learned from, and tells what the model makes of speech that it has not heard."""
ATTUNED_TO = 400
"""Windows that its first weights are made for."""
ASKED = 64
"""Windows of these that it transcribes at the end."""


class _Pupil(NamedTuple):
    """All that one step needs."""

    model: Any
    heads: Mapping[str, Any]
    processor: Any
    recordings: Sequence[Recording]
    phones: Mapping[str, int]
    features: Features
    hearing: Hearing
    listening: Listening
    schooling: Schooling
    seed: int


def school(base: Base, seed: int, corpus: Path, out: Path, plots: Path) -> dict[str, float]:
    """Train the declared Whisper on a folder of recordings into `out`; curves go to `plots`. Returns its metrics.

    The folder holds FLAC files of 16 kHz and their segments.jsonl. Loss is the natural logarithm per token of the
    decoder, CTC and guidance with it. Raises `ValueError` when there is nothing to learn from.
    """
    import torch

    hearing, listening, schooling = base.hearing, base.listening, base.schooling
    assert hearing is not None, "params.base requires it"
    assert listening is not None, "params.base requires it"
    assert schooling is not None, "params.base requires it"
    recordings = clips.read(corpus)
    learned = [one for place, one in enumerate(recordings) if place % HELD_BACK] or recordings
    fix_numerics(seed)
    processor = new_speech_processor((clip.text for one in learned for clip in one.clips), hearing)
    model = new_whisper(hearing, processor.tokenizer)
    phones = {name: id for id, name in enumerate(sorted({p.text for one in learned for p in one.phones}), start=1)}
    sizes = {"tokens": len(processor.tokenizer), "phones": len(phones) + 1}
    heads = torch.nn.ModuleDict({name: torch.nn.Linear(hearing.hidden, size) for name, size in sizes.items()})
    both = torch.nn.ModuleDict({"model": model, "heads": heads})
    lesson = Lesson(both, [{"params": [p for p in both.parameters() if p.requires_grad], "share": 1.0}], schooling)
    mark = fingerprint(Key(b"rounds checkpoints"), "base", {"seed": seed, "base": base.model_dump()}, [corpus])
    folder = memo_folder(f"base/{out.name}", mark)
    features = _features(out.name, corpus, learned, processor.feature_extractor, listening.perturbation.speeds)
    _attune(model, features, learned, base)
    pupil = _Pupil(model, heads, processor, learned, phones, features, hearing, listening, schooling, seed)
    lesson.resume(folder)
    both.train()
    for pieces in steps(_feed(pupil), schooling, lesson.step, out.name):
        loss, tokens = _loss(pupil, pieces, lesson.step)
        lesson.learn(loss, tokens)
        lesson.save(folder)
    shutil.rmtree(out, ignore_errors=True)
    model.eval()
    save(model, processor, out)
    write_curves(plots, lesson.curve)
    unseen = recordings[::HELD_BACK]
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "recordings": len(recordings),
        "clips": sum(len(one.clips) for one in recordings),
        "seconds": clips.seconds(recordings),
        "steps": lesson.step,
        "tokens": lesson.tokens,
        "vocabulary": len(processor.tokenizer),
        "parameters": sum(p.numel() for p in model.parameters()),
        "loss": lesson.curve[-1][1],
        "unseen_wer": _wer(model, processor, unseen, hearing.window),
        "threads": torch.get_num_threads(),
    }


def _features(
    name: str, corpus: Path, recordings: Sequence[Recording], extractor: Any, speeds: Sequence[float]
) -> Features:
    """Those of whole recordings at every speed: recording `i` at `speeds[k]` is `[i * len(speeds) + k]`."""
    declared = {
        "extractor": extractor.to_dict(),
        "speeds": list(speeds),
        "files": [one.path.name for one in recordings],
    }
    mark = fingerprint(Key(b"rounds features"), "base", declared, [corpus, Path(sound.__file__)])

    def work_out() -> Iterator[Half]:
        for recording in bar(recordings, desc=f"features {name}", unit="recording"):
            samples = clips.samples(recording)
            yield from (logmel.log_mel(extractor, perturb.at_speed(samples, speed)) for speed in speeds)

    return kept(memo_folder(f"features/{name}", mark), extractor.feature_size, work_out)


def _attune(model: Any, features: Features, recordings: Sequence[Recording], base: Base) -> None:
    """First weights for what will be heard, at the first of the declared speeds."""
    hearing, listening = base.hearing, base.listening
    assert hearing is not None
    assert listening is not None
    speeds = listening.perturbation.speeds
    rate = sound.RATE / hearing.hop / speeds[0]
    pieces = clips.rows(recordings, hearing.window * speeds[0])
    some = pieces[:: -(-len(pieces) // ATTUNED_TO)]
    frames = _frames(hearing.window, hearing)
    heard = [_cut(features[piece.recording * len(speeds)], piece, rate, frames) for piece in some]
    attune(model.model.encoder, logmel.windows(heard, frames), np.array([*map(len, heard)]))


def _feed(pupil: _Pupil) -> Iterator[list[Piece]]:
    """What is heard in each step: single clips first, then as many together as a window holds."""
    batch, listening, recordings = pupil.schooling.batch, pupil.listening, pupil.recordings
    slowest = min(listening.perturbation.speeds)
    short = round(listening.short_share * pupil.schooling.steps)
    if short:
        fed = clips.batches(recordings, listening.short_seconds * slowest, batch, pupil.seed, "singles")
        yield from (next(fed) for _ in range(short))
    yield from clips.batches(recordings, pupil.hearing.window * slowest, batch, pupil.seed, "rows")


def _loss(pupil: _Pupil, pieces: Sequence[Piece], step: int) -> tuple[Any, int]:
    """The loss of one step, and how many tokens it is of."""
    import torch
    from torch.nn import functional

    listening, tokenizer = pupil.listening, pupil.processor.tokenizer
    end, rate = tokenizer.eos_token_id, sound.RATE / pupil.hearing.hop
    short = step < round(listening.short_share * pupil.schooling.steps)
    frames = _frames(listening.short_seconds if short else pupil.hearing.window, pupil.hearing)
    heard = _heard(pupil, pieces, step, frames)
    told = [[*(token.id for token in one.tokens), end] for one in heard]
    before = tokenizer.prefix_tokens
    inputs, wanted = (torch.tensor(rows) for rows in teach([before] * len(told), told, end))
    sounds = torch.from_numpy(logmel.windows([one.features for one in heard], frames))
    encoded, halfway = _encoded(pupil.model.model.encoder, sounds)
    times = (np.arange(frames // 2) * 2 + 0.5) / rate
    guided = max(0.0, 1 - step / max(listening.guided_share * pupil.schooling.steps, 1e-9))
    tokens = [one.tokens for one in heard]
    bias = guide.prior(tokens, times, len(before), inputs.shape[1], listening.guide_seconds) * guided
    decoder = pupil.model.model.decoder
    with guide.looking(decoder, torch.from_numpy(bias.astype(np.float32))):
        said = decoder(input_ids=inputs, encoder_hidden_states=encoded, use_cache=False).last_hidden_state
    asked = wanted != IGNORED
    loss = functional.cross_entropy(pupil.model.proj_out(said[asked]), wanted[asked]) * (1 - listening.ctc)
    likely = pupil.heads["tokens"](encoded).log_softmax(-1)
    if listening.ctc:
        loss = loss + listening.ctc * _ctc(likely, [row[:-1] for row in told], end)
    if guided:
        loss = loss + guided * _placed(likely, tokens, times, end)
    if listening.phones and pupil.phones:
        phones = pupil.heads["phones"](halfway).log_softmax(-1)
        loss = loss + listening.phones * _placed(phones, [one.phones for one in heard], times, 0)
    return loss, sum(map(len, told))


class _Heard(NamedTuple):
    """The perturbed features of a piece, and its tokens and phones in the time of these."""

    features: logmel.Frames
    tokens: list[guide.Token]
    phones: list[guide.Token]


def _heard(pupil: _Pupil, pieces: Sequence[Piece], step: int, frames: int) -> list[_Heard]:
    rate, declared = sound.RATE / pupil.hearing.hop, pupil.listening.perturbation
    found: list[_Heard] = []
    for row, piece in enumerate(pieces):
        rng = seeded(pupil.seed, "base", "perturb", str(step), str(row))
        place = rng.randrange(len(declared.speeds))
        speed = declared.speeds[place]
        whole = pupil.features[piece.recording * len(declared.speeds) + place]
        cut = _cut(whole, piece, rate / speed, frames)
        tokens = guide.spoken(piece, pupil.processor.tokenizer)
        phones = guide.sounded(piece, pupil.recordings[piece.recording].phones, pupil.phones)
        timed = ([guide.Token(t.id, t.start / speed, t.end / speed) for t in of] for of in (tokens, phones))
        found.append(_Heard(perturb.masked(cut, declared, rate, rng), *timed))
    return found


def _cut(whole: logmel.Frames, piece: Piece, rate: float, most: int) -> logmel.Frames:
    """The frames of a piece; one as long as the window may round to a frame more than it holds."""
    first = int(piece.start * rate)
    return whole[first : min(int(piece.end * rate), first + most)]


def _placed(likely: Any, tokens: Sequence[Sequence[guide.Token]], times: guide.Times, blank: int) -> Any:
    """Loss of each frame against the token that is spoken in it."""
    import torch

    placed = np.stack([guide.labels(of, times, blank) for of in tokens])
    return torch.nn.functional.nll_loss(likely.flatten(0, 1), torch.from_numpy(placed).flatten())


def _encoded(encoder: Any, heard: Any) -> tuple[Any, Any]:
    """What the encoder makes of windows, in the end and halfway up.

    They may be shorter than it is made for: positions count from the start.
    """
    import torch

    positions = heard.shape[-1] // 2
    own, declared = encoder.embed_positions, encoder.config.max_source_positions
    encoder.config.max_source_positions = positions
    encoder.embed_positions = torch.nn.Embedding.from_pretrained(own.weight[:positions])
    kept: list[Any] = []
    middle = encoder.layers[(len(encoder.layers) - 1) // 2]
    hook = middle.register_forward_hook(lambda _module, _given, made: kept.append(made))
    try:
        whole = encoder(heard).last_hidden_state
        return whole, kept[0] if torch.is_tensor(kept[0]) else kept[0][0]
    finally:
        hook.remove()
        encoder.config.max_source_positions, encoder.embed_positions = declared, own


def _ctc(likely: Any, told: Sequence[Sequence[int]], blank: int) -> Any:
    """CTC loss per token (Graves et al. 2006); what is too long for its window counts for nothing."""
    import torch

    lengths = torch.tensor([len(row) for row in told])
    total = torch.nn.functional.ctc_loss(
        likely.transpose(0, 1),
        torch.tensor([id for row in told for id in row]),
        torch.full((len(told),), likely.shape[1]),
        lengths,
        blank=blank,
        reduction="sum",
        zero_infinity=True,
    )
    return total / lengths.sum()


def _frames(seconds: float, hearing: Hearing) -> int:
    """An even number of frames, for Whisper halves it."""
    return math.floor(seconds * sound.RATE / hearing.hop / 2) * 2


def _wer(model: Any, processor: Any, recordings: Sequence[Recording], longest: float) -> float:
    """Word error rate over windows of recordings, in lower case and without punctuation."""
    import jiwer

    pieces = clips.rows(recordings, longest)[:ASKED]
    windows = [sound.read(recordings[piece.recording].path, piece.start, piece.end) for piece in pieces]
    said = transcribe(model, processor, windows, 16, model.config.max_target_positions)
    references = [" ".join(clip.text for clip in piece.clips) for piece in pieces]
    plain = jiwer.Compose([jiwer.ToLowerCase(), jiwer.RemovePunctuation(), jiwer.ReduceToListOfListOfWords()])
    return float(jiwer.wer(references, [one.text for one in said], plain, plain))
