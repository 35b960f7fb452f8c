"""What both models answered: one line of data/evaluate/<task>/predictions.jsonl, and what scorers see of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, Self

import orjson

from stages.evaluate.tokens import blank
from stages.models.text import Likelihood
from stages.records import Turn
from stages.segments import Segment

System = Literal["base", "tuned"]
SYSTEMS: tuple[System, ...] = ("base", "tuned")


class Spoken(NamedTuple):
    """Who said which words, in their order; times are not looked at."""

    reference: tuple[Turn, ...]
    prediction: tuple[Turn, ...]


class Timed(NamedTuple):
    """Who spoke when in one recording; texts are not looked at.

    `scored` are the stretches (start, end) of the recording, in seconds, that count; all of it where there are none.
    """

    reference: tuple[Segment, ...]
    prediction: tuple[Segment, ...]
    scored: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a scorer sees of one example and one system.

    Attributes:
        prediction: The generated text, without special tokens; may be blank.
        ended: Whether generation ended by itself, not at the limit of new tokens.
        likelihood: Of the reference under the system; None where only texts are at hand.
        spoken: Who said what; None where the system marks no speakers in any of its answers.
        timed: Who spoke when; None where the system tells no times, or no speakers, in any of its answers.
    """

    id: str
    group: str
    reference: str
    prediction: str
    category: str = ""
    ended: bool = True
    likelihood: Likelihood | None = None
    spoken: Spoken | None = None
    timed: Timed | None = None

    @property
    def blank(self) -> bool:
        """Whether the system said nothing."""
        return blank(self.prediction) and not (self.timed and self.timed.prediction)

    def silenced(self) -> Answer:
        """The same, had the system said nothing."""
        spoken = self.spoken and self.spoken._replace(prediction=())
        timed = self.timed and self.timed._replace(prediction=())
        return replace(self, prediction="", spoken=spoken, timed=timed)


@dataclass(frozen=True, slots=True)
class Prediction:
    """One test example with the answers of base and tuned model.

    Attributes:
        prompt: SHA-256 of the prompt as both models saw it, or of the sound as they heard it; equal prompts make two
            files comparable.
        content: SHA-256 of weights, tokenizer, template and settings, as `stages.evaluate.content` gives them.
    """

    id: str
    group: str
    prompt: str
    instruction: str
    reference: str
    base_ended: bool
    tuned_ended: bool
    base_likelihood: Likelihood | None = None
    tuned_likelihood: Likelihood | None = None
    base: str = ""
    tuned: str = ""
    category: str = ""
    input: str = ""
    content: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, line: bytes | str) -> Self:
        """Parse one JSON object; raises `TypeError` naming a key that is missing or unknown."""
        found = orjson.loads(line)
        for system in SYSTEMS:
            if told := found.get(f"{system}_likelihood"):
                found[f"{system}_likelihood"] = Likelihood(**told)
        return cls(**found)

    def answer(self, system: System) -> Answer:
        """What scorers see of one of the two; speaker tokens still stand in its texts."""
        prediction, ended, likelihood = {
            "base": (self.base, self.base_ended, self.base_likelihood),
            "tuned": (self.tuned, self.tuned_ended, self.tuned_likelihood),
        }[system]
        return Answer(self.id, self.group, self.reference, prediction, self.category, ended, likelihood)
