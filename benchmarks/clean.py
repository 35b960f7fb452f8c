"""Cleaning beside peers on the same text: `python benchmarks/clean.py [--kilobytes 512]`.

Typos beside symspellpy's own `lookup_compound`, line by line; abbreviations beside one regular expression an
abbreviation. Ours also guards every change; theirs do not. Last line: one JSON object of times theirs / ours.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections.abc import Callable
from importlib.resources import files

from stages.clean.abbreviations import Abbreviations
from stages.clean.boilerplate import Boilerplate
from stages.clean.change import Context
from stages.clean.copy_forward import CopyForward
from stages.clean.lexicon import read_abbreviations, read_terms
from stages.clean.typos import Typos

ABBREVIATIONS, TERMS = "data/lexicon/abbreviations.csv", "data/lexicon/medical_terms.txt"


def main() -> None:
    """Time each operator and its peer; print throughput and ratios."""
    parser = argparse.ArgumentParser(description="Cleaning beside its peers.")
    parser.add_argument("--kilobytes", type=int, default=512, help="size of the text (default: %(default)s)")
    text = clinical_text(parser.parse_args().kilobytes * 1000)
    typos, abbreviations = Typos(TERMS, 1), Abbreviations(ABBREVIATIONS)
    ours = {
        "typos": timed("typos", text, lambda: typos(text, Context())),
        "abbreviations": timed("abbreviations", text, lambda: abbreviations(text, Context())),
        "boilerplate": timed("boilerplate", text, lambda: Boilerplate(frozenset())(text, Context())),
        "copy_forward": timed("copy_forward", text, lambda: CopyForward()(text, Context(earlier=(text[:4000],)))),
    }
    print(f"{'clean, all four':<24}{len(text) / sum(ours.values()) / 1e6:8.2f} MB/s")
    sample = text[: len(text) // 16]
    share = len(sample) / len(text)
    compound = compound_corrector()
    peers = {
        "typos": timed("lookup_compound", sample, lambda: compound(sample)) / share,
        "abbreviations": timed("a regex each", text, lambda: expand_each(text)),
    }
    print(json.dumps({name: round(peers[name] / ours[name], 2) for name in peers}))


def clinical_text(size: int) -> str:
    """Sentences of terms, abbreviations and typos, the same in every run."""
    rng = random.Random(0)
    terms = [term for term in read_terms(TERMS) if term.isascii()]
    shorts = list(read_abbreviations(ABBREVIATIONS))
    frames = (
        "The patient denies {a} and reports {b} for {n} days.",
        "History of {s}, {a} and {b}, treated with metformin {n}00 mg twice daily.",
        "On examination there is {a} on the left side without {b}, {s} unchanged.",
        "She will return to the clinic in {n} weeks if {a} persists or {t} recurs.",
    )
    parts: list[str] = []
    length = 0
    while length < size:
        term = rng.choice(terms)
        at = rng.randrange(1, max(2, len(term) - 1))
        typo = term[:at] + term[at + 1 :] if rng.random() < 0.3 else term
        words = {
            "a": rng.choice(terms),
            "b": typo,
            "s": rng.choice(shorts),
            "t": rng.choice(terms),
            "n": rng.randint(2, 9),
        }
        parts.append(rng.choice(frames).format(**words) + ("\n\n" if rng.random() < 0.2 else " "))
        length += len(parts[-1])
    return "".join(parts)


def compound_corrector() -> Callable[[str], list[str]]:
    """symspellpy as its documentation uses it, with the same words."""
    from symspellpy import SymSpell

    peer = SymSpell(1, 7)
    peer.load_dictionary(str(files("symspellpy") / "frequency_dictionary_en_82_765.txt"), 0, 1)
    for term in read_terms(TERMS):
        for word in term.split():
            peer.create_dictionary_entry(word, 1_000_000)
    return lambda text: [
        peer.lookup_compound(line, 1, ignore_non_words=True)[0].term for line in text.splitlines() if line.strip()
    ]


def expand_each(text: str) -> str:
    """One pass over the text for each abbreviation."""
    for short, senses in read_abbreviations(ABBREVIATIONS).items():
        text = re.sub(rf"(?<!\w){re.escape(short)}(?!\w)", senses[0].expansion, text)
    return text


def timed(name: str, text: str, work: Callable[[], object]) -> float:
    """CPU seconds of the best of three, printed as throughput of one core; a busy machine moves them little."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    print(f"{name:<24}{len(text) / best / 1e6:8.2f} MB/s")
    return best


if __name__ == "__main__":
    main()
