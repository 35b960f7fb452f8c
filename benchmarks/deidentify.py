"""Finding PHI beside stock Presidio with the same NER: `python benchmarks/deidentify.py [--model DIR] [--gold FILE]`.

Notes of 4, 16 and 64 KB are made of the clinic's held-out texts. Ours is the stage's finder (model, patterns, known
identifiers); theirs is `AnalyzerEngine` with its predefined recognizers as it comes, but for the network. Recall is the
share of gold spans that are wholly covered. Last line: one JSON object of throughput ours / theirs and of recalls.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson

from stages.deidentify.finder import Finder
from stages.params.deidentify import Deidentify, Engine
from stages.records import Span

SIZES = (4, 16, 64)  # KB of a note
KILOBYTES = 192  # of each size
LABELS = {
    "PATIENT": "PERSON", "RELATIVE": "PERSON", "STAFF": "PERSON", "LOCATION": "LOCATION",
    "ORGANIZATION": "ORGANIZATION", "DATE": "DATE_TIME", "AGE": "AGE", "OTHER_ID": "ID",
}  # fmt: skip

Note = tuple[str, list[Span]]
Find = Callable[[str], Sequence[tuple[int, int]]]


def main() -> None:
    """Time both on the same notes; print KB/s and recall, then ratios."""
    parser = argparse.ArgumentParser(description="Finding PHI beside stock Presidio.")
    parser.add_argument("--model", default="models/base/phi", help="spaCy pipeline of both (default: %(default)s)")
    parser.add_argument("--gold", type=Path, default=Path("data/synthesize/gold/spans.jsonl"), help="annotated texts")
    parser.add_argument("--terms", default="data/lexicon/medical_terms.txt", help="lexicon (default: %(default)s)")
    arguments = parser.parse_args()
    finders = {"ours": ours(arguments.model, arguments.terms), "stock": stock(arguments.model)}
    ratios: dict[str, float] = {}
    for size in SIZES:
        notes = made(arguments.gold, size * 1000, KILOBYTES // size)
        speed, recall = {}, {}
        for name, find in finders.items():
            find(notes[0][0][:500])
            start = time.perf_counter()
            found = [find(text) for text, _ in notes]
            speed[name] = sum(len(text) for text, _ in notes) / 1000 / (time.perf_counter() - start)
            recall[name] = covered(notes, found)
            print(f"{size:3d} KB  {name:6s}{speed[name]:9.1f} KB/s   recall {recall[name]:.4f}")
        ratios |= {f"speed_{size}kb": round(speed["ours"] / speed["stock"], 2)}
        ratios |= {f"recall_{name}_{size}kb": round(recall[name], 4) for name in finders}
    print(json.dumps(ratios))


def ours(model: str, terms: str) -> Find:
    """The stage's finder on one note as one patient."""
    declared = Deidentify(engine=Engine(model=model), thresholds={"default": 0.4}, terms=terms)
    finder = Finder(declared)
    return lambda text: [(span.start, span.end) for span in finder.find([text]).spans[0]]


def stock(model: str) -> Find:
    """Presidio's analyzer with everything that it turns on by itself."""
    import tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine

    # Only the list of top-level domains that it carries: a benchmark asks no network either.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    configuration = NerModelConfiguration(model_to_presidio_entity_mapping=LABELS)
    nlp = SpacyNlpEngine([{"lang_code": "en", "model_name": model}], configuration)
    analyzer = AnalyzerEngine(nlp_engine=nlp)
    return lambda text: [(r.start, r.end) for r in analyzer.analyze(text, language="en", score_threshold=0.4)]


def made(gold: Path, size: int, number: int) -> list[Note]:
    """`number` notes of about `size` characters, of held-out texts one after the other; the same in every run."""
    texts: list[dict[str, Any]] = [orjson.loads(line) for line in gold.read_bytes().splitlines()]
    held_out = [text for text in texts if text["split"] == "test"]
    rng = random.Random(0)
    notes: list[Note] = []
    for _ in range(number):
        whole, spans = "", []
        while len(whole) < size:
            piece = rng.choice(held_out)
            found = piece["spans"]
            spans += [Span(s["start"] + len(whole), s["end"] + len(whole), s["label"]) for s in found]
            whole += piece["text"] + "\n\n"
        notes.append((whole[:size], [span for span in spans if span.end <= size]))
    return notes


def covered(notes: Sequence[Note], found: Sequence[Sequence[tuple[int, int]]]) -> float:
    """The share of gold spans of which every letter and digit was found."""
    whole = total = 0
    for (text, spans), ranges in zip(notes, found, strict=True):
        marked = {at for start, end in ranges for at in range(start, end)}
        total += len(spans)
        whole += sum(all(at in marked for at in range(s.start, s.end) if text[at].isalnum()) for s in spans)
    return whole / total


if __name__ == "__main__":
    main()
