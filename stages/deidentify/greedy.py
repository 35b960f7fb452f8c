"""spaCy's greedy entity recognizer for all tokens of all texts at once: the same entities, several times as fast.

spaCy goes from token to token and scores one state at a time. But a state outside an entity knows its own token alone,
and one inside also where the entity began: so every state that can come up is scored beforehand, in a few matrix
products, and what is left is a walk along the tokens that begin something. The transitions and the three features of a
state are those of spaCy 3 (`spacy/pipeline/_parser_internals/ner.pyx`, BILUO after Ratinov and Roth, CoNLL 2009).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from spacy.attrs import ENT_IOB, IS_SPACE, SENT_START
from spacy.language import Language
from spacy.pipeline import EntityRecognizer
from spacy.tokens import Doc, Span
from thinc.api import NumpyOps

from stages.deidentify.encoder import by_rows, encoder

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FEATURES = 3  # the token, the first of the open entity, the last of the open entity
TOKENS = 50000
COMPONENT = "greedy_ner"


def decide_at_once(nlp: Language) -> None:
    """Let a pipeline's entity recognizers score all their states at once, where their architecture allows it.

    Matrices are multiplied by NumPy's library, on most machines some three times as fast as the one that spaCy brings.
    """
    for name in [name for name, _ in nlp.pipeline]:
        pipe = nlp.get_pipe(name)
        for layer in pipe.model.walk() if hasattr(pipe, "model") else ():
            if isinstance(layer.ops, NumpyOps):
                layer.ops = NumpyOps(use_blis=False)
        if isinstance(pipe, EntityRecognizer) and (scorer := Scorer.of(pipe)):
            component = nlp.replace_pipe(name, COMPONENT)
            component.recognizer, component.scorer = pipe, scorer


@Language.factory(COMPONENT)
def _component(nlp: Language, name: str) -> GreedyRecognizer:  # noqa: ARG001
    return GreedyRecognizer()


class GreedyRecognizer:
    """Stands in a pipeline in place of the recognizer that it was made of."""

    recognizer: EntityRecognizer
    scorer: Scorer

    @property
    def labels(self) -> tuple[str, ...]:
        """Of the entities."""
        return self.recognizer.labels

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], batch_size: int = 32) -> Iterator[Doc]:
        """Set the entities of each, by as many documents at once as hold `TOKENS`."""
        batch: list[Doc] = []
        for doc in docs:
            if batch and (len(batch) == batch_size or sum(map(len, batch)) + len(doc) > TOKENS):
                yield from self._annotated(batch)
                batch = []
            batch.append(doc)
        yield from self._annotated(batch)

    def _annotated(self, docs: Sequence[Doc]) -> Sequence[Doc]:
        # Entities that another component has set bind the transitions: spaCy knows how.
        if any(doc.to_array(ENT_IOB).any() for doc in docs):
            return list(self.recognizer.pipe(docs))
        for doc, found in zip(docs, self.scorer.entities(docs), strict=True):
            doc.set_ents([Span(doc, start, end, label) for start, end, label in found], default="outside")
        return docs


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores of transitions.

    Attributes:
        tokens: What makes the vectors of tokens.
        lower: Weights (width, features * pieces * hidden) of a state's features, one behind the other.
        bias: (pieces * hidden).
        padding: (features, pieces * hidden), of a feature that a state lacks.
        upper: Weights (transitions, hidden), and their bias.
        outside: Indices of the transitions out of an entity: those that begin one, are one, or go on.
        begins: Index of a beginning -> those of going on and of ending, and the label.
        units: Index of an entity of one token -> its label.
    """

    tokens: Callable[[Sequence[Doc]], Floats]
    pieces: int
    lower: Floats
    bias: Floats
    padding: Floats
    upper: tuple[Floats, Floats]
    outside: Ints
    begins: dict[int, tuple[int, int, str]]
    units: dict[int, str]

    @classmethod
    def of(cls, pipe: EntityRecognizer) -> Scorer | None:
        """Of a trained recognizer; None where it is of another architecture, which spaCy itself decodes."""
        model = pipe.model
        # Not `move_names`, which leaves one out without renumbering the rest.
        moves = [pipe.moves.get_class_name(index) for index in range(pipe.moves.n_moves)]
        tokens, lower, upper = model.layers
        if not model.attrs["has_upper"] or model.attrs["unseen_classes"] or pipe.cfg["beam_width"] > 1:
            return None
        if lower.get_dim("nF") != FEATURES or lower.get_dim("nP") < 2 or not isinstance(model.ops, NumpyOps):
            return None
        at = {move: index for index, move in enumerate(moves)}
        labels = [move[2:] for move in moves if move.startswith("B-")]
        if "O" not in at or not all(f"{move}-{label}" in at for move in "ILU" for label in labels):
            return None
        # Pieces apart from each other, so that the most of them is one pass over long rows.
        weights = lower.get_param("W").transpose(3, 0, 2, 1).reshape(lower.get_dim("nI"), -1)
        padding = lower.get_param("pad")[0].transpose(0, 2, 1).reshape(FEATURES, -1)
        begins = {at[f"B-{label}"]: (at[f"I-{label}"], at[f"L-{label}"], label) for label in labels}
        units = {at[f"U-{label}"]: label for label in labels}
        return cls(
            tokens=encoder(tokens),
            pieces=lower.get_dim("nP"),
            lower=np.ascontiguousarray(weights),
            bias=np.ascontiguousarray(lower.get_param("b").T).reshape(-1),
            padding=np.ascontiguousarray(padding),
            upper=(upper.get_param("W"), upper.get_param("b")),
            outside=np.array(sorted((*begins, *units, at["O"]))),
            begins=begins,
            units=units,
        )

    def entities(self, docs: Sequence[Doc]) -> list[list[tuple[int, int, str]]]:
        """(first token, token behind the last, label) of each entity of each document."""
        lengths = np.array([len(doc) for doc in docs], np.int64)
        ends = np.cumsum(lengths)
        if not ends[-1]:
            return [[] for _ in docs]
        read = np.concatenate([doc.to_array([IS_SPACE, SENT_START]) for doc in docs]).astype(np.int64)
        # No entity goes on into another sentence or document.
        closed = np.append(read[1:, 1] == 1, True)
        closed[ends[lengths > 0] - 1] = True
        features = np.split(by_rows(lambda rows: rows @ self.lower, self.tokens(docs)), FEATURES, axis=1)
        choices = self._outside(features[0], is_space=read[:, 0] == 1, closed=closed)
        behind = self._ends(features, choices, closed)
        found: list[list[tuple[int, int, str]]] = [[] for _ in docs]
        at = 0
        for start in np.flatnonzero(choices >= 0).tolist():
            if start < at:
                continue
            choice = int(choices[start])
            at = int(behind[start]) if choice in self.begins else start + 1
            label = self.begins[choice][2] if choice in self.begins else self.units[choice]
            document = int(np.searchsorted(ends, start, side="right"))
            first = int(ends[document] - lengths[document])
            found[document].append((start - first, at - first, label))
        return found

    def _outside(self, token: Floats, *, is_space: Flags, closed: Flags) -> Ints:
        """The transition at each token where no entity is open; -1 where it begins none."""
        absent = self.padding[1] + self.padding[2]
        scores = self._scores(token + absent)[:, self.outside]
        is_begin = np.array([int(index) in self.begins for index in self.outside])
        is_unit = np.array([int(index) in self.units for index in self.outside])
        scores[np.ix_(closed, is_begin)] = -np.inf
        scores[np.ix_(is_space, is_begin | is_unit)] = -np.inf
        best = scores.argmax(axis=1)
        return np.where((is_begin | is_unit)[best], self.outside[best], -1)

    def _ends(self, features: Sequence[Floats], choices: Ints, closed: Flags) -> Ints:
        """The token behind the entity that begins at each token that begins one."""
        behind = np.zeros(len(choices), np.int64)
        starts = np.flatnonzero(np.isin(choices, list(self.begins)))
        inside, ending = (np.array([self.begins[int(choices[at])][one] for at in starts], np.int64) for one in (0, 1))
        token, first, last = features
        firsts = first[starts]
        at = starts + 1
        while len(starts):
            scores = self._scores(token[at] + firsts + last[at - 1])
            row = np.arange(len(starts))
            going, stopping = scores[row, inside], scores[row, ending]
            # Of two that score the same the first transition is taken.
            goes_on = np.where(inside < ending, going >= stopping, going > stopping) & ~closed[at]
            behind[starts[~goes_on]] = at[~goes_on] + 1
            starts, inside, ending, at = (one[goes_on] for one in (starts, inside, ending, at + 1))
            firsts = firsts[goes_on]
        return behind

    def _scores(self, features: Floats) -> Floats:
        pieces = np.split(features + self.bias, self.pieces, axis=1)
        hidden = pieces[0]
        for piece in pieces[1:]:
            hidden = np.maximum(hidden, piece)
        weights, bias = self.upper
        return by_rows(lambda rows: rows @ weights.T + bias, hidden)
