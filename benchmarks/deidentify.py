"""Finding PHI beside stock Presidio with the same NER: `python benchmarks/deidentify.py [--model DIR] [--gold FILE]`.

Notes of 4, 16 and 64 KB are made of the clinic's held-out texts. Ours is the stage's finder (model, patterns, known
identifiers), one note as one patient. Theirs are `AnalyzerEngine` and `BatchAnalyzerEngine` with the recognizers that
they turn on by themselves, and `AnalyzerEngine` with our net of patterns added, so that both look for the same. `ner`
is the model alone as spaCy runs it, which all of theirs do.

First in one process: they take turns note by note, in an order that goes round; what is compared is the CPU time, which
a busy machine moves less than wall time. Then on all cores, by wall time: ours in as many processes as the stage takes,
`AnalyzerEngine`, which knows one, `batch`, which is `BatchAnalyzerEngine` as it comes, and `batch_processes`, the same
with a process of the model on each core; in rounds, every second in the other order. Every process has one thread, as
in the stage. Recall is the share of gold spans that are wholly covered. Last line: one JSON object of theirs / ours in
CPU and in wall time, and of recalls.

`--memory N` finds PHI in N generated notes instead and prints the resident memory on the way.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import orjson

from stages.deidentify.finder import Finder
from stages.keys import seeded
from stages.params.deidentify import Deidentify, Engine
from stages.records import Span
from stages.synthesize.notes import make_note

SIZES = (4, 16, 64)  # KB of a note
KILOBYTES = 256  # of each size
ROUNDS = 4
BATCH = 4  # notes of a turn, which `BatchAnalyzerEngine` gets at once
THRESHOLD = 0.4
LABELS = {
    "PATIENT": "PERSON", "RELATIVE": "PERSON", "STAFF": "PERSON", "LOCATION": "LOCATION",
    "ORGANIZATION": "ORGANIZATION", "DATE": "DATE_TIME", "AGE": "AGE", "OTHER_ID": "ID",
}  # fmt: skip

Note = tuple[str, list[Span]]
Ranges = Sequence[tuple[int, int]]
Find = Callable[[Sequence[str]], list[Ranges]]


def main() -> None:
    """Time all on the same notes; print KB/s and recall, then ratios."""
    parser = argparse.ArgumentParser(description="Finding PHI beside stock Presidio.")
    parser.add_argument("--model", default="models/base/phi", help="spaCy pipeline of all (default: %(default)s)")
    parser.add_argument("--gold", type=Path, default=Path("data/synthesize/gold/spans.jsonl"), help="annotated texts")
    parser.add_argument("--terms", default="data/lexicon/medical_terms.txt", help="lexicon (default: %(default)s)")
    parser.add_argument("--kilobytes", type=int, default=KILOBYTES, help="of each size (default: %(default)s)")
    parser.add_argument("--memory", type=int, metavar="N", help="print the memory over N generated notes instead")
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    find = ours(arguments.model, arguments.terms)
    if arguments.memory:
        memory(find, arguments.memory)
        return
    finders = {"ours": find, **stock(arguments.model)}
    cores = os.cpu_count() or 1
    pool = ProcessPoolExecutor(cores, get_context("forkserver"), _start, (arguments.model, arguments.terms))
    everywhere = {
        "ours": lambda texts: list(pool.map(_find, texts)),
        "analyzer": finders["analyzer"],
        "batch": finders["batch"],
        "batch_processes": stock(arguments.model, processes=cores)["batch"],
    }
    ratios: dict[str, float] = {}
    for size in SIZES:
        notes = made(arguments.gold, size * 1000, max(1, arguments.kilobytes // size))
        cpu, recall = in_turns(finders, notes)
        wall = on_all_cores(everywhere, notes)
        kilobytes = sum(len(text) for text, _ in notes) / 1000
        for name, seconds in cpu.items():
            print(
                f"{size:3d} KB  {name:16s}{kilobytes / seconds:8.1f} KB/s of CPU  recall {recall[name]:.4f}", flush=True
            )
            ratios[f"recall.{name}.{size}kb"] = round(recall[name], 4)
            if name != "ours":
                ratios[f"cpu.{name}.{size}kb"] = round(seconds / cpu["ours"], 2)
        for name, seconds in wall.items():
            print(f"{size:3d} KB  {name:16s}{kilobytes / seconds:8.1f} KB/s on {cores} cores", flush=True)
            if name != "ours":
                ratios[f"wall.{name}.{size}kb"] = round(seconds / wall["ours"], 2)
    pool.shutdown()
    print(json.dumps(ratios))


def in_turns(finders: dict[str, Find], notes: Sequence[Note]) -> tuple[dict[str, float], dict[str, float]]:
    """CPU seconds and recall of each in this process."""
    cpu = defaultdict[str, float](float)
    found: dict[str, list[Ranges]] = {name: [] for name in finders}
    for find in finders.values():
        find([notes[0][0][:500]])
    order = list(finders)
    for at in range(0, len(notes), BATCH):
        texts = [text for text, _ in notes[at : at + BATCH]]
        for name in order:
            start = time.process_time()
            found[name] += finders[name](texts)
            cpu[name] += time.process_time() - start
        order = [*order[1:], order[0]]
    return cpu, {name: covered(notes, ranges) for name, ranges in found.items()}


def on_all_cores(finders: dict[str, Find], notes: Sequence[Note]) -> dict[str, float]:
    """Wall seconds of each for all notes; what starts processes once has started them before."""
    texts = [text for text, _ in notes]
    wall = defaultdict[str, float](float)
    for find in finders.values():
        find(texts[:2])
    for turn in range(ROUNDS):
        for name in list(finders)[:: -1 if turn % 2 else 1]:
            start = time.perf_counter()
            finders[name](texts)
            wall[name] += (time.perf_counter() - start) / ROUNDS
    return wall


_finder: Find | None = None


def _start(model: str, terms: str) -> None:
    global _finder
    _finder = ours(model, terms)


def _find(text: str) -> Ranges:
    assert _finder is not None
    return _finder([text])[0]


def ours(model: str, terms: str) -> Find:
    """The stage's finder, each note a patient."""
    declared = Deidentify(engine=Engine(model=model), thresholds={"default": THRESHOLD}, terms=terms)
    finder = Finder(declared)
    return lambda texts: [[(s.start, s.end) for s in finder.find([text]).spans[0]] for text in texts]


def stock(model: str, processes: int = 1) -> dict[str, Find]:
    """Presidio's analyzers with everything that they turn on by themselves, and the model alone."""
    import tldextract
    from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine

    from stages.deidentify.analyzer import Net

    # Only the list of top-level domains that it carries: a benchmark asks no network either.
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    # Its warnings are not for the table; switching its log off would end our finder, which listens to it.
    logging.getLogger("presidio-analyzer").propagate = False
    logging.getLogger("presidio-analyzer").addHandler(logging.NullHandler())
    configuration = NerModelConfiguration(model_to_presidio_entity_mapping=LABELS)
    nlp = SpacyNlpEngine([{"lang_code": "en", "model_name": model}], configuration)
    analyzer = AnalyzerEngine(nlp_engine=nlp)
    batch = BatchAnalyzerEngine(analyzer)
    same = AnalyzerEngine(nlp_engine=nlp)
    same.registry.add_recognizer(Net())
    settings: dict[str, Any] = {"language": "en", "score_threshold": THRESHOLD}

    def ranges(results: Any) -> Ranges:
        return [(result.start, result.end) for result in results]

    return {
        "analyzer": lambda texts: [ranges(analyzer.analyze(text, **settings)) for text in texts],
        "batch": lambda texts: [
            ranges(found) for found in batch.analyze_iterator(texts, batch_size=BATCH, n_process=processes, **settings)
        ],
        "same_patterns": lambda texts: [ranges(same.analyze(text, **settings)) for text in texts],
        "ner": lambda texts: [
            [(entity.start_char, entity.end_char) for entity in nlp.get_nlp("en")(text).ents] for text in texts
        ],
    }


def memory(find: Find, number: int) -> None:
    """Print the resident memory after 1, 2 and 5 times each power of ten of notes."""
    size, seconds = 0, 0.0
    told = {step * 10**power for power in range(2, 7) for step in (1, 2, 5)} | {number}
    for at in range(1, number + 1):
        text = make_note(seeded(1, "benchmark", str(at))).text
        start = time.process_time()
        find([text])
        seconds += time.process_time() - start
        size += len(text)
        if at in told:
            speed = size / 1000 / seconds
            print(
                f"{at:7d} notes {size / 1e6:8.2f} MB {resident() / 2**20:8.1f} MiB {speed:7.1f} KB/s of CPU", flush=True
            )


def resident() -> int:
    """Bytes of this process in memory."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


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


def covered(notes: Sequence[Note], found: Sequence[Ranges]) -> float:
    """The share of gold spans of which every letter and digit was found."""
    whole = total = 0
    for (text, spans), ranges in zip(notes, found, strict=True):
        marked = {at for start, end in ranges for at in range(start, end)}
        total += len(spans)
        whole += sum(all(at in marked for at in range(s.start, s.end) if text[at].isalnum()) for s in spans)
    return whole / total


if __name__ == "__main__":
    main()
