"""The embedded finder of PHI: a small spaCy NER pipeline, trained from scratch on annotated notes.

Its features are a word's norm, prefix, suffix and shape, hashed (Miranda et al. 2022, arXiv 2212.09255), under a window
of convolutions and a transition-based tagger. Names are unbounded, so in part of the training texts they are exchanged
for made-up ones and the case of a text is changed: what remains to be learnt from is the context and the shape.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from stages.keys import seeded
from stages.params.base import Base
from stages.records import Span

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.training import Example

WIDTH, DEPTH = 64, 3
DROPOUT = 0.15
NAME_LABELS = ("PATIENT", "RELATIVE", "STAFF")
# What only the context tells. All numbers and codes are one kind here: patterns know which is which, and the fewer the
# tagger's choices the faster and the surer it is.
CONTEXT_LABELS = (*NAME_LABELS, "ORGANIZATION", "LOCATION", "DATE", "AGE")
CODE = "OTHER_ID"
RENAMED, LOWERED, RAISED = 0.5, 0.04, 0.06
ONSETS = (
    "b", "bl", "br", "c", "ch", "cl", "d", "dr", "f", "g", "gr", "h", "j", "k", "kh", "kw", "l", "m", "mb", "n",
    "nd", "ng", "ny", "p", "ph", "q", "r", "s", "sh", "st", "sz", "t", "th", "tr", "ts", "v", "w", "x", "y", "z",
    "zh",
)  # fmt: skip
VOWELS = ("a", "aa", "ai", "ao", "e", "ee", "ei", "i", "ia", "ie", "io", "o", "oe", "oo", "ou", "u", "ua", "uo", "y")
CODAS = (
    "", "", "", "l", "m", "n", "ng", "r", "rd", "rt", "s", "sh", "ss", "t", "th", "tz", "x", "ck", "ll", "nt", "sk",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its spans, in order and without overlap."""

    text: str
    spans: tuple[Span, ...]


def train_phi(base: Base, seed: int, corpus: Path, out: Path) -> dict[str, float]:
    """Train on `corpus`/train.jsonl, save the pipeline to the folder `out`, and score it on `corpus`/dev.jsonl.

    Lines are {"text", "spans": [{"start", "end", "label"}]}. The same params, seed and corpus give the same bytes.
    Returns `span_recall` (all characters of a span found, under any label), `recall` and `precision` by characters,
    `role_accuracy` (found name spans under the right label). Raises `ValueError` naming file and line of a bad span.
    """
    import spacy
    from spacy.util import fix_random_seed
    from thinc.api import Adam

    if base.schooling is None:
        raise ValueError("base.phi.schooling: needed to train it")
    schooling = base.schooling
    fix_random_seed(seed)
    notes = list(read_notes(corpus / "train.jsonl"))
    nlp = _pipeline(spacy.blank("en"), sorted({_coarse(span.label) for note in notes for span in note.spans}))
    rng = seeded(seed, "base", "phi")
    nlp.initialize(lambda: [example for note in notes[:64] for example in _examples(nlp, note, schooling.length)])
    optimizer = Adam(schooling.learning_rate, L2=0.01, grad_clip=1.0, use_averages=True)
    for step in range(schooling.steps):
        optimizer.learn_rate = _rate(step, schooling.steps, schooling.warmup, schooling.learning_rate)
        chosen = [varied(rng.choice(notes), rng) for _ in range(schooling.batch)]
        examples = [example for note in chosen for example in _examples(nlp, note, schooling.length)]
        nlp.update(examples, sgd=optimizer, drop=DROPOUT)
    out.mkdir(parents=True, exist_ok=True)
    with nlp.use_params(optimizer.averages):
        # The vocabulary would carry every word of the notes; hashes need none of them.
        nlp.to_disk(out, exclude=["vocab"])
    return scores(spacy.load(out), read_notes(corpus / "dev.jsonl"))


def read_notes(path: Path) -> Iterator[Note]:
    """Every note of a file; raises `ValueError` naming the line whose spans are no spans of its text."""
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            found = orjson.loads(line)
            spans = tuple(
                sorted((Span(s["start"], s["end"], s["label"]) for s in found["spans"]), key=lambda s: s.start)
            )
            ends = [0, *(span.end for span in spans)]
            if any(not end <= s.start < s.end <= len(found["text"]) for end, s in zip(ends, spans, strict=False)):
                raise ValueError(f"{path}:{number}: spans must lie within the text, in order and without overlap")
            yield Note(found["text"], spans)


def varied(note: Note, rng: random.Random) -> Note:
    """The note itself, or with made-up names, or in one case throughout."""
    if rng.random() < RENAMED:
        note = _renamed(note, rng)
    draw = rng.random()
    if draw < LOWERED:
        return _recased(note, str.lower)
    return _recased(note, str.upper) if draw < LOWERED + RAISED else note


def scores(nlp: Language, notes: Iterable[Note]) -> dict[str, float]:
    """Recall and precision of a pipeline on annotated notes, in shares of 1."""
    gold = list(notes)
    spans = found = names = roles = true = marked = covered = 0
    for note, doc in zip(gold, nlp.pipe([note.text for note in gold], batch_size=32), strict=True):
        labels: dict[int, str] = {at: ent.label_ for ent in doc.ents for at in range(ent.start_char, ent.end_char)}
        letters = {at for span in note.spans for at in range(span.start, span.end) if note.text[at].isalnum()}
        said = {at for at in labels if note.text[at].isalnum()}
        true, marked, covered = true + len(letters), marked + len(said), covered + len(letters & said)
        for span in note.spans:
            inside = [at for at in range(span.start, span.end) if note.text[at].isalnum()]
            spans, found = spans + 1, found + all(at in labels for at in inside)
            if span.label in NAME_LABELS and all(at in labels for at in inside):
                names, roles = names + 1, roles + all(labels[at] == span.label for at in inside)
    return {
        "span_recall": found / max(spans, 1),
        "recall": covered / max(true, 1),
        "precision": covered / max(marked, 1),
        "role_accuracy": roles / max(names, 1),
    }


def _pipeline(nlp: Language, labels: Sequence[str]) -> Language:
    from spacy.util import compile_infix_regex

    # "MRN:123", "Name:Osei" and "visit/Osei" are two words each.
    infixes = [*nlp.Defaults.infixes, r"(?<=[A-Za-z])[:#=](?=\S)", r"(?<=\d)[:#=](?=[A-Za-z])", r"[|;]"]
    nlp.tokenizer.infix_finditer = compile_infix_regex(infixes).finditer  # type: ignore[attr-defined]
    ner = nlp.add_pipe("ner", config={"model": _model()})
    for label in labels:
        ner.add_label(label)  # type: ignore[attr-defined]
    return nlp


def _model() -> Mapping[str, Any]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": {
                "@architectures": "spacy.MultiHashEmbed.v2",
                "width": WIDTH,
                "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
                "rows": [4000, 1000, 2000, 2000],
                "include_static_vectors": False,
            },
            "encode": {
                "@architectures": "spacy.MaxoutWindowEncoder.v2",
                "width": WIDTH,
                "depth": DEPTH,
                "window_size": 1,
                "maxout_pieces": 3,
            },
        },
    }


def _examples(nlp: Language, note: Note, length: int) -> list[Example]:
    """The note as examples of at most `length` tokens, never cut inside a span."""
    from spacy.training import Example

    doc = nlp.make_doc(note.text)
    entities: list[tuple[int, int, str]] = []
    for span in note.spans:
        tokens = doc.char_span(span.start, span.end, alignment_mode="expand")
        if tokens is not None and (not entities or tokens.start >= entities[-1][1]):
            entities.append((tokens.start, tokens.end, _coarse(span.label)))
    examples, start = [], 0
    while start < len(doc):
        end = min(start + length, len(doc))
        end = next((first for first, last, _ in entities if start < first < end < last), end)
        piece = doc[start:end].as_doc()
        inside = [(a - start, b - start, label) for a, b, label in entities if start <= a and b <= end]
        tags = ["O"] * len(piece)
        for a, b, label in inside:
            tags[a:b] = ["U-" + label] if b - a == 1 else ["B-" + label, *["I-" + label] * (b - a - 2), "L-" + label]
        examples.append(Example.from_dict(piece, {"entities": tags}))
        start = end
    return examples


def _coarse(label: str) -> str:
    return label if label in CONTEXT_LABELS else CODE


def _rate(step: int, steps: int, warmup: int, peak: float) -> float:
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * max((steps - step) / max(steps - warmup, 1), 0.02)


def _renamed(note: Note, rng: random.Random) -> Note:
    """Parts of names exchanged for made-up ones, the same part for the same one throughout the note."""
    new: dict[str, str] = {}
    text, spans, end = "", [], 0
    for span in note.spans:
        text += note.text[end : span.start]
        value = note.text[span.start : span.end]
        if span.label in NAME_LABELS:
            value = re.sub(
                r"[^\W\d_]{2,}", lambda match: new.setdefault(match.group(), _invented(match.group(), rng)), value
            )
        spans.append(Span(len(text), len(text) + len(value), span.label))
        text, end = text + value, span.end
    return Note(text + note.text[end:], tuple(spans))


def _invented(like: str, rng: random.Random) -> str:
    word = "".join(rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(rng.choice((1, 2, 2, 3))))
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[:1].isupper() else word


def _recased(note: Note, case: Any) -> Note:
    """The note in another case, where that changes no length (some letters double in capitals)."""
    text = case(note.text)
    return Note(text, note.spans) if len(text) == len(note.text) else note
