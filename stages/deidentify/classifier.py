"""A Hugging Face token classifier as Presidio's engine: batched, long texts in windows, no fault hidden."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import spacy
import torch
from presidio_analyzer.nlp_engine import NlpArtifacts, SpacyNlpEngine
from transformers import AutoModelForTokenClassification, AutoTokenizer

from stages.deidentify.labels import LABELS
from stages.records import Span

WINDOWS = 16  # windows that one forward pass takes
OVERLAP = 32  # tokens that two windows of one text share


class TokenClassifierEngine(SpacyNlpEngine):
    """Runs a token classifier from a folder, or the local cache of a hub, over texts, several windows at a time."""

    def __init__(self, model: str, labels: dict[str, str]) -> None:
        super().__init__(models=[{"lang_code": "en", "model_name": model}])
        self._declared = labels
        self.load()

    def load(self) -> None:
        """Load tokenizer and model, never from the network; raises where either is not there."""
        from stages.deidentify.analyzer import configuration

        model = self.models[0]["model_name"]
        local = {"local_files_only": True}
        self._tokenizer = AutoTokenizer.from_pretrained(model, **local)
        if not self._tokenizer.is_fast:
            raise ValueError(
                f"deidentify.engine.model: {Path(model).name}: its tokenizer gives no offsets (it is not a fast one)"
            )
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model = AutoModelForTokenClassification.from_pretrained(model, **local).to(self._device).eval()
        self._names = {int(i): str(name) for i, name in self._model.config.id2label.items()}
        self.nlp = {"en": spacy.blank("en")}
        self.ner_model_configuration = configuration(
            sorted({_plain(n) for n in self._names.values()} - {"O"}), self._declared
        )
        most = min(self._tokenizer.model_max_length, getattr(self._model.config, "max_position_embeddings", 512))
        # Some models (RoBERTa) keep two positions to themselves.
        self._most = int(most) - 2 if most > 16 else int(most)

    def process_batch(self, texts: Any, language: str, **_: Any) -> Iterator[Any]:
        """Yield (text, artifacts) for each text, in order."""
        listed = [str(text) for text in texts]
        for text, spans in zip(listed, self.classify(listed), strict=True):
            yield text, self._artifacts(text, spans, language)

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """The artifacts of one text."""
        return self._artifacts(text, self.classify([text])[0], language)

    def classify(self, texts: list[str]) -> list[list[Span]]:
        """The model's entities of each text under its own labels; a score is the mean probability of the tokens."""
        encoded = self._tokenizer(
            texts, truncation=True, max_length=self._most, stride=min(OVERLAP, self._most // 4), padding=False,
            return_overflowing_tokens=True, return_offsets_mapping=True,
        )  # fmt: skip
        owner, offsets = encoded["overflow_to_sample_mapping"], encoded["offset_mapping"]
        tokens: list[dict[tuple[int, int], tuple[str, float]]] = [{} for _ in texts]
        # Windows of like length go together, so that little is padded; results do not depend on the company.
        order = sorted(
            filter(lambda i: encoded["input_ids"][i], range(len(owner))),
            key=lambda i: (len(encoded["input_ids"][i]), i),
        )
        for at in range(0, len(order), WINDOWS):
            chosen = order[at : at + WINDOWS]
            for window, (names, sure) in zip(
                chosen, self._forward([encoded["input_ids"][i] for i in chosen]), strict=True
            ):
                for (start, end), name, score in zip(offsets[window], names, sure, strict=False):
                    known = tokens[owner[window]]
                    if end > start and score > known.get((start, end), ("", -1.0))[1]:
                        known[start, end] = (name, score)
        return [_entities(text, found) for text, found in zip(texts, tokens, strict=True)]

    @torch.inference_mode()
    def _forward(self, windows: list[list[int]]) -> list[tuple[list[str], list[float]]]:
        batch = self._tokenizer.pad({"input_ids": windows}, return_tensors="pt").to(self._device)
        probabilities = self._model(**batch).logits.float().softmax(-1).cpu()
        best, which = probabilities.max(-1)
        if not all(bool(scores[: len(ids)].isfinite().all()) for ids, scores in zip(windows, best, strict=True)):
            raise FloatingPointError("the token classifier gave scores that are no numbers; its spans would be lost")
        return [
            ([self._names[i] for i in row[: len(ids)].tolist()], scores[: len(ids)].tolist())
            for ids, row, scores in zip(windows, which, best, strict=True)
        ]

    def _artifacts(self, text: str, spans: list[Span], language: str) -> NlpArtifacts:
        doc = self.nlp["en"].make_doc(text)
        entities, scores = [], []
        for span in spans:
            # "expand" never loses a character of what the model marked.
            entity = doc.char_span(span.start, span.end, label=span.label, alignment_mode="expand")
            if entity is None:
                raise ValueError("a span of the token classifier has no place among the tokens")
            entities.append(entity)
            scores.append(span.score)
        entities, scores = self._get_updated_entities(entities, scores)
        return NlpArtifacts(entities, doc, [], [], self, language, scores=scores)


def _entities(text: str, tokens: dict[tuple[int, int], tuple[str, float]]) -> list[Span]:
    """Neighbouring tokens of one label joined; B- and I- alike, for a missed B must not lose a name."""
    spans: list[Span] = []
    scores: list[float] = []
    for (start, end), (name, score) in sorted(tokens.items()):
        label = _plain(name)
        if label == "O":
            continue
        last = spans[-1] if spans else None
        if last and last.label == label and not name.startswith("B-") and not text[last.end : start].strip():
            scores.append(score)
            spans[-1] = Span(last.start, end, label, sum(scores) / len(scores))
        else:
            scores = [score]
            spans.append(Span(start, end, label, score))
    return spans


def _plain(name: str) -> str:
    bare = name[2:] if name[:2] in ("B-", "I-", "L-", "U-", "E-", "S-") else name
    return bare if bare in LABELS else bare.upper()
