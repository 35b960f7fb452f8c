"""spaCy's convolutional encoder for prediction alone: a token's vector is the same, to the bit, in any batch.

The layers are those of `spacy.MaxoutWindowEncoder.v2` and the one before it: affine maps, the most of several pieces of
each (maxout, Goodfellow et al., ICML 2013), normalisation of rows (Ba et al., 2016), residual sums. Thinc runs each as
a chain of layers over whole arrays and keeps what training would need. Here rows are worked on in blocks of one size:
they stay in the processor's cache, and a matrix product of one shape always adds up in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from spacy.tokens import Doc
from thinc.types import Ragged

Floats = npt.NDArray[np.float32]
Layer = Callable[[Any], Any]

ROWS = 128  # of a block
MOST_EMBEDDED = 50_000  # distinct tokens that are remembered; some 20 MB
LEAST_VARIANCE = 1e-8  # as Thinc has it


def by_rows(made: Callable[[Floats], Floats], rows: Floats) -> Floats:
    """What becomes of each row, `ROWS` at once; the last block is filled up with zeros."""
    whole = len(rows) // ROWS * ROWS
    blocks = [made(np.ascontiguousarray(rows[at : at + ROWS])) for at in range(0, whole, ROWS)]
    if whole < len(rows) or not blocks:
        last = np.zeros((ROWS, rows.shape[1]), np.float32)
        last[: len(rows) - whole] = rows[whole:]
        blocks.append(made(last))
    return (blocks[0] if len(blocks) == 1 else np.concatenate(blocks))[: len(rows)]


def encoder(tokens: Any) -> Callable[[Sequence[Doc]], Any]:
    """What a trained model of tokens' vectors predicts for documents, of which one at least has a token."""
    first = tokens
    while len(flat(first)) > 1 and first.layers[0].name != "extract_features":
        first = first.layers[0]
    extract, *embed = flat(first)
    if extract.name != "extract_features":
        return lambda docs: tokens.predict(docs)
    embedded = Embedding(extract.predict, list(map(fused, embed)))
    followed = list(map(fused, flat(tokens)[1 + len(embed) :]))

    def vectors(docs: Sequence[Doc]) -> Any:
        found: Any = np.split(embedded(docs), np.cumsum([len(doc) for doc in docs])[:-1])
        for predict in followed:
            found = predict(found)
        return found

    return vectors


def fused(layer: Any) -> Layer:
    """What a trained layer predicts: by the code below where it is made of such layers, else by Thinc itself."""
    predict: Layer = layer.predict
    if layer.name == "linear":
        weights, bias = np.ascontiguousarray(layer.get_param("W").T), layer.get_param("b")
        return lambda rows: by_rows(lambda block: block @ weights + bias, rows)
    if not layer.name.startswith("with_array(") or len(layer.layers) != 1:
        return predict
    inner = flat(layer.layers[0])
    if mixed := Mixed.of(inner):
        return lambda ragged: Ragged(by_rows(mixed, ragged.dataXd), ragged.lengths)
    if residual := Residual.of(inner):
        ops, pad = layer.ops, layer.attrs["pad"]
        return lambda texts: ops.unflatten(residual(ops.flatten(texts, pad=pad)), ops.asarray1i(_sizes(texts)), pad=pad)
    return predict


def flat(layer: Any) -> list[Any]:
    """The layers of nested chains in their order; a layer that is no chain for itself."""
    if not (layer.layers and layer.name == ">>".join(one.name for one in layer.layers)):
        return [layer]
    return [inner for one in layer.layers for inner in flat(one)]


class Embedding:
    """Vectors of tokens without their neighbours, made once for each distinct token.

    Args:
        extract: The attributes of the tokens of documents, (tokens, attributes) of each.
        layers: What makes them into vectors, in a list.
    """

    def __init__(self, extract: Layer, layers: Sequence[Layer]) -> None:
        self._extract, self._layers = extract, layers
        self._places: dict[bytes, int] = {}
        self._vectors = np.zeros((0, 1), np.float32)  # with room for more

    def __call__(self, docs: Sequence[Doc]) -> Floats:
        """(tokens of all documents, width)."""
        attributes = np.ascontiguousarray(np.concatenate(self._extract(docs)))
        tokens = attributes.view(f"V{attributes.dtype.itemsize * attributes.shape[1]}").ravel().tolist()
        if len(self._places) > MOST_EMBEDDED:
            self._places.clear()
        if first := {token: at for at, token in enumerate(tokens) if token not in self._places}:
            self._add(list(first), attributes[list(first.values())])
        found: Floats = self._vectors[np.fromiter(map(self._places.__getitem__, tokens), np.int64, len(tokens))]
        return found

    def _add(self, tokens: Sequence[bytes], attributes: Any) -> None:
        found: Any = [attributes]
        for layer in self._layers:
            found = layer(found)
        [made] = found
        known, needed = len(self._places), len(self._places) + len(tokens)
        if needed > len(self._vectors):
            room = np.zeros((2 * needed, made.shape[1]), np.float32)
            room[:known] = self._vectors[:known]
            self._vectors = room
        self._vectors[known:needed] = made
        self._places |= {token: known + at for at, token in enumerate(tokens)}


@dataclass(frozen=True, slots=True)
class Mixed:
    """Maxout of rows and their normalisation.

    Attributes:
        weights: (inputs, pieces * width), piece by piece, so that the most of them is one pass over long rows.
        bias: (pieces * width).
        gain: (width).
        shift: (width).
    """

    weights: Floats
    bias: Floats
    gain: Floats
    shift: Floats

    @classmethod
    def of(cls, layers: list[Any]) -> Mixed | None:
        """Of maxout and layer normalisation; None where the layers are others."""
        kept = [layer for layer in layers if layer.name != "dropout"]
        if [layer.name for layer in kept] != ["maxout", "layernorm"]:
            return None
        maxout, normal = kept
        weights = maxout.get_param("W").transpose(2, 1, 0)
        return cls(
            weights=np.ascontiguousarray(weights).reshape(len(weights), -1),
            bias=np.ascontiguousarray(maxout.get_param("b").T).reshape(-1),
            gain=normal.get_param("G"),
            shift=normal.get_param("b"),
        )

    def __call__(self, rows: Floats) -> Floats:
        """(n, inputs) -> (n, width)."""
        width = len(self.gain)
        pieces = rows @ self.weights
        pieces += self.bias
        most = np.ascontiguousarray(pieces[:, :width])
        for at in range(width, pieces.shape[1], width):
            np.maximum(most, pieces[:, at : at + width], out=most)
        most -= most.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", most, most) / np.float32(width) + np.float32(LEAST_VARIANCE)
        most *= (1 / np.sqrt(variance))[:, None]
        most *= self.gain
        most += self.shift
        return most


@dataclass(frozen=True, slots=True)
class Residual:
    """Residual layers, each over a token and its neighbours.

    Attributes:
        layers: (neighbours on either side, what they and the token are made into) of each.
    """

    layers: tuple[tuple[int, Mixed], ...]

    @classmethod
    def of(cls, layers: list[Any]) -> Residual | None:
        """Of residual layers; None where any layer is another."""
        found = []
        for layer in layers:
            if not layer.name.startswith("residual("):
                return None
            window, *inner = flat(layer.layers[0])
            mixed = Mixed.of(inner) if window.name == "expand_window" else None
            if mixed is None:
                return None
            found.append((int(window.attrs["window_size"]), mixed))
        return cls(tuple(found))

    def __call__(self, tokens: Floats) -> Floats:
        """(n, width) -> (n, width)."""
        length, width = tokens.shape
        for reach, mixed in self.layers:
            padded = np.zeros((length + 2 * reach, width), np.float32)
            padded[reach : reach + length] = tokens
            windows = sliding_window_view(padded.reshape(-1), (2 * reach + 1) * width)[::width]
            tokens = tokens + by_rows(mixed, windows)
        return tokens


def _sizes(texts: Sequence[Floats]) -> list[int]:
    return [len(text) for text in texts]
