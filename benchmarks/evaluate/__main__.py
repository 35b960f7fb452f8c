"""How fast answers are scored, each part beside what one would otherwise run: `python -m benchmarks.evaluate`.

Both sides do the same work in this process, one after the other, on the same texts, and their results are compared. The
last line is one JSON object of ratios, the peer's seconds over ours; `ten_thousand_seconds` is no ratio but how long
10,000 pairs of 100 words take with every scorer of texts and all intervals, on every core.
"""

from __future__ import annotations

import argparse

import orjson

from benchmarks.evaluate import resampling, speech, texts
from benchmarks.evaluate.answers import TEXT, made
from benchmarks.evaluate.speech import visits
from stages.evaluate.normalisers import WHISPER
from stages.evaluate.scorers.bleu import Bleu
from stages.evaluate.scorers.chrf import Chrf
from stages.evaluate.scorers.cpwer import SpeakerWer
from stages.evaluate.scorers.der import DiarizationError
from stages.evaluate.scorers.jer import JaccardError
from stages.evaluate.scorers.rouge import Rouge
from stages.evaluate.scorers.wer import ErrorRate


def main() -> None:
    """Measure each pair and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=600, help="test examples (default: %(default)s)")
    parser.add_argument("--groups", type=int, default=300, help="patients among them (default: %(default)s)")
    parser.add_argument("--replicates", type=int, default=10_000, help="of our bootstrap (default: %(default)s)")
    parser.add_argument("--words", type=int, default=45, help="words a text (default: %(default)s)")
    parser.add_argument("--notes", type=int, default=20, help="notes that ROUGE is timed on (default: %(default)s)")
    parser.add_argument("--note-words", type=int, default=450, help="words a note (default: %(default)s)")
    parser.add_argument(
        "--pairs", type=int, default=10_000, help="pairs of 100 words, 0 for none (default: %(default)s)"
    )
    parser.add_argument("--visits", type=int, default=40, help="recordings (default: %(default)s)")
    parser.add_argument("--turns", type=int, default=60, help="turns a recording (default: %(default)s)")
    args = parser.parse_args()
    base, tuned = (made(args.examples, args.groups, args.words, seed) for seed in (1, 2))
    # Imports, tables and stems are of neither side.
    warm = made(4, 2, 45, 3)
    for scorer in (Rouge(), Bleu(), Chrf(), ErrorRate()):
        scorer.rows(warm)
    WHISPER.apply(TEXT)
    spoken = visits(args.visits, args.turns, 6)
    for scorer in (SpeakerWer(), DiarizationError(), JaccardError()):
        scorer.rows(spoken[:1])
    ratios = {
        "rouge": texts.rouge(made(args.notes, args.notes, args.note_words, 4)),
        "wer_intervals": resampling.wer_intervals(base, args.replicates),
        "wer_paired_intervals": resampling.paired_wer(base, tuned, args.replicates),
        "bleu_intervals": resampling.bleu_intervals(base, args.replicates),
        "chrf": texts.chrf(base),
        "paired_bootstrap": resampling.paired_bootstrap(base, tuned, args.replicates),
        "permutation_test": resampling.permutation_test(base, tuned, args.replicates),
        "normaliser": texts.normaliser(base),
        "cpwer": speech.cpwer(spoken),
        "diarization": speech.diarization(spoken),
    }
    found = {name: round(ratio, 1) for name, ratio in ratios.items()}
    if args.pairs:
        found["ten_thousand_seconds"] = round(texts.everything(args.pairs, args.replicates), 1)
    print(orjson.dumps(found).decode())


if __name__ == "__main__":
    main()
