"""Dictations dense in medical terms.

What is measured on them is learned vocabulary: every term of a test dictation is also dictated in training, but there
in other sentences, together with other terms, and by other voices.
"""

from __future__ import annotations

import hashlib
import random
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from itertools import islice
from pathlib import Path

from stages import sound
from stages.espeak import Synthesizer
from stages.keys import seeded
from stages.synthesize.fill import fill
from stages.synthesize.identity import Cast, make_cast
from stages.synthesize.speech import manifest, voices, words
from stages.synthesize.speech.manifest import Audible
from stages.synthesize.speech.room import Room
from stages.synthesize.speech.speak import speak
from stages.synthesize.speech.terms import Decks, Terms, terms
from stages.synthesize.wording import ONE_IN, Voice, choose, is_kept

SOURCE = "dictations"
SPEAKER = "Doctor"
SENTENCES = 10  # of a dictation, with medical terms
DICTATIONS = 4  # of a person
# Kinds of sentences: so many of each that all terms come up about as often.
KINDS = (*("finding",) * 2, *("disease",) * 4, *("drug",) * 5, *("anatomy", "test", "procedure") * 3)
FIRST_DAY, DAYS = date(2012, 1, 1), 4200

Sentence = tuple[str, tuple[str, ...]]
"""What is said, and its terms in order."""


@dataclass(frozen=True, slots=True)
class Dictation:
    """What is dictated and by whom; `number` counts all dictations from 0."""

    number: int
    held_out: bool
    sentences: tuple[Sentence, ...]

    @property
    def person(self) -> int:
        """The number of the person who dictates it."""
        return self.number // DICTATIONS


def plan(number: int, share: float, seed: int) -> list[Dictation]:
    """The texts of all dictations; those of a smaller number are the first of a larger, but for the test's terms."""
    sides = [is_kept(at // DICTATIONS, share) for at in range(number)]
    training = [at for at in range(number) if not sides[at]]
    planned = list(_planned(training, False, terms(), seeded(seed, "synthesize", SOURCE, "train")))
    heard = {term for dictation in planned for _, of in dictation.sentences for term in of}
    known = {s: {c: [t for t in of if t in heard] for c, of in by.items()} for s, by in terms().items()}
    testing = [at for at in range(number) if sides[at]]
    planned += _planned(testing, True, known, seeded(seed, "synthesize", SOURCE, "test"))
    return planned


def record(folder: Path, dictations: Sequence[Dictation], seed: int) -> list[Audible]:
    """Write what one person dictates below `folder`/dictations; returns each one's row of manifest and gold."""
    with Synthesizer() as synthesizer:
        return [_record(folder, dictation, synthesizer, seed) for dictation in dictations]


def is_held_out(found: Sequence[str]) -> bool:
    """Whether these terms together in a sentence are kept for testing: by a hash, one combination in four."""
    return hashlib.sha256("+".join(sorted(found)).encode()).digest()[0] % ONE_IN == 0


def _planned(numbers: Sequence[int], held_out: bool, of: Terms, rng: random.Random) -> Iterator[Dictation]:
    decks = Decks(of, rng)
    specialties: list[str] = []
    for number in numbers:
        specialties = specialties or rng.sample([*of], len(of))
        yield Dictation(number, held_out, tuple(islice(_sentences(specialties.pop(), held_out, decks, rng), SENTENCES)))


def _sentences(specialty: str, held_out: bool, decks: Decks, rng: random.Random) -> Iterator[Sentence]:
    """Sentences of a specialty, of all categories in turn; none where its terms are too few."""
    while True:
        said = (_sentence(specialty, category, held_out, decks, rng) for category in rng.sample(KINDS, SENTENCES))
        found = [sentence for sentence in said if sentence]
        if not found:
            return
        yield from found


def _sentence(specialty: str, category: str, held_out: bool, decks: Decks, rng: random.Random) -> Sentence | None:
    """A sentence of a wording and a combination of terms of one's side, or None where the terms do not combine so."""
    frame: str = choose(rng, "dictations", category, Voice.of(held_out)).replace("\n", " ")
    parts = [(before, slot) for before, slot, _, _ in string.Formatter().parse(frame)]
    slots = [slot for _, slot in parts if slot]
    found: list[str] = []
    for slot in slots:
        fits = partial(_fits, found=tuple(found), last=len(found) == len(slots) - 1, held_out=held_out)
        term = decks.deal(specialty, slot, fits)
        if term is None:
            for back, unused in zip(slots, found, strict=False):
                decks.put_back(specialty, back, unused)
            return None
        found.append(term)
    terms_in_order = iter(found)
    return "".join(before + (next(terms_in_order) if slot else "") for before, slot in parts), tuple(found)


def _fits(term: str, found: tuple[str, ...], last: bool, held_out: bool) -> bool:
    return term not in found and (not last or is_held_out((*found, term)) == held_out)


def _record(folder: Path, dictation: Dictation, synthesizer: Synthesizer, seed: int) -> Audible:
    person = f"{dictation.person:04d}"
    rng = seeded(seed, "synthesize", "dictation", str(dictation.number))
    cast = _cast(dictation, seed)
    voice = voices.voice_of(f"dictation {person}", seed, dictation.held_out)
    opening = choose(rng, "dictations", "opening", Voice.of(dictation.held_out))
    recording = manifest.Recording(Room(rng))
    for text in (opening, *(sentence for sentence, _ in dictation.sentences)):
        for spoken in speak(synthesizer, words.transcript(fill(text, cast, rng)), voice):
            recording.add(SPEAKER, spoken)
    samples = recording.room.sound()
    file = f"{'test' if dictation.held_out else 'train'}/{person}/{person}{dictation.number % DICTATIONS + 1:02d}.flac"
    sound.write(folder / SOURCE / file, samples)
    said = list(dict.fromkeys(term for _, of in dictation.sentences for term in of))
    row = manifest.row(file, manifest.segments(recording.turns), medical_terms=said)
    return Audible(SOURCE, row, manifest.gold(SOURCE, file, recording, samples, {SPEAKER: voice}))


def _cast(dictation: Dictation, seed: int) -> Cast:
    """The person who dictates, who is the same in all of theirs, and the patient of this one."""
    person, patient = (
        seeded(seed, "synthesize", "dictation", *parts)
        for parts in (("person", str(dictation.person)), ("patient", str(dictation.number)))
    )
    day = FIRST_DAY + timedelta(days=patient.randrange(DAYS))
    birth = day.replace(year=day.year - patient.randint(20, 88), day=min(day.day, 28))
    of = make_cast(patient, dictation.held_out, patient.choice(voices.SEXES), birth, day)
    doctor = make_cast(person, dictation.held_out, "female", FIRST_DAY, FIRST_DAY).people["doctor"]
    return replace(of, people={**of.people, "doctor": doctor})
