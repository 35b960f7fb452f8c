"""What a Whisper is taught in one epoch of one example, and batches of that.

All chance comes from seed, example and epoch: neither the order of examples nor a resumption changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from stages.keys import seeded
from stages.models.features import Features
from stages.models.logmel import Frames, windows
from stages.models.perturb import masked
from stages.models.speech import teach
from stages.models.spoken import before
from stages.params.perturbation import Perturbation
from stages.train.windows import Heard, listed

UNPROMPTED = 0.2
"""Share of examples that a model trained with prompts hears without one, so that it does well without, too."""

AS_SPOKEN = 1.0


class Lesson(NamedTuple):
    """Sound, what stands before the transcript, and the transcript."""

    features: Frames
    start: list[int]
    told: list[int]


class Prompts(NamedTuple):
    """Terms that a model is told of beforehand: `told` of all that are `known`; none where there are none."""

    known: Sequence[str] = ()
    told: int = 0
    most_tokens: int = 0


class Lessons:
    """A data set of lessons whose index says the epoch too: `epoch * len + example`."""

    def __init__(
        self,
        heard: Heard,
        features: Features,
        processor: Any,
        perturbation: Perturbation,
        prompts: Prompts,
        seed: int,
    ) -> None:
        extractor = processor.feature_extractor
        self.lengths = [len(ids) for ids in heard.labels]
        self._heard, self._features, self._tokenizer = heard, features, processor.tokenizer
        self._frames, self._rate = extractor.nb_max_frames, extractor.sampling_rate / extractor.hop_length
        self._perturbation, self._prompts, self._seed = perturbation, prompts, seed
        self._speeds = speeds(perturbation)

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, index: int) -> Lesson:
        epoch, place = divmod(index, len(self))
        rng = seeded(self._seed, "train", self._heard.examples[place].id, str(epoch))
        found = {speed: place * len(self._speeds) + k for k, speed in enumerate(self._speeds)}
        fitting = [s for s in self._perturbation.speeds if self._features.frames(found[s]) <= self._frames]
        chosen = self._features[found[rng.choice(fitting or [AS_SPOKEN])]]
        made = masked(chosen, self._perturbation, self._rate, rng)
        return Lesson(made, self._before(place, rng), self._heard.labels[place])

    def _before(self, place: int, rng: Any) -> list[int]:
        """Terms that are spoken among others that are not, in an order that tells nothing."""
        known, told, most_tokens = self._prompts
        if not known or rng.random() < UNPROMPTED:
            return before(self._tokenizer)
        spoken = [term for term in listed(self._heard.examples[place]) if term in known][:told]
        others = [term for term in known if term not in spoken]
        terms = spoken + rng.sample(others, min(len(others), max(0, told - len(spoken))))
        rng.shuffle(terms)
        return before(self._tokenizer, terms, most_tokens)


def speeds(perturbation: Perturbation) -> list[float]:
    """The speeds that features are needed at: those declared, and the true one for sounds that fit at no other."""
    return sorted({AS_SPOKEN, *perturbation.speeds})


class Collator:
    """Lessons to a batch of a Whisper's inputs; `labels` fall on the transcript alone."""

    def __init__(self, frames: int, end: int) -> None:
        self._frames, self._end = frames, end

    def __call__(self, lessons: Sequence[Lesson]) -> dict[str, Any]:
        import torch

        inputs, labels = teach([one.start for one in lessons], [one.told for one in lessons], self._end)
        heard = windows([np.asarray(one.features) for one in lessons], self._frames)
        return {
            "input_features": torch.from_numpy(heard),
            "decoder_input_ids": torch.tensor(inputs),
            "labels": torch.tensor(labels),
        }
