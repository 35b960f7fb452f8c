"""Presidio's recognizers as they are used here: no network, no silent path, one net of patterns in place of slow ones.

What stock Presidio does on its own and what is done about it: a missing model is downloaded (here: an error), a
graphics card that fails is left out in silence (spaCy runs on the CPU by choice), a recognizer that fails or a regular
expression that runs out of time is logged and its spans are lost (here: every warning of Presidio raises `LostSpans`,
and is heard by nobody else, for it may quote the text), `AnalyzerEngine` goes over all results once for each recognizer
to let context raise their scores, in quadratic time (here: recognizers are asked one by one, and the net's expressions
hold their context themselves).
"""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import spacy
from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import SpacyRecognizer

from stages.deidentify.aloud import aloud
from stages.deidentify.checked import checked
from stages.deidentify.greedy import decide_at_once
from stages.deidentify.labels import FOREIGN, LABELS
from stages.deidentify.mentions import mentions
from stages.deidentify.names import names
from stages.deidentify.numbers import numbers
from stages.deidentify.places import places
from stages.deidentify.times import times
from stages.params.deidentify import Engine
from stages.records import Span

BATCH = 32
MOST_TYPES = 200_000  # distinct words that a pipeline reads before a fresh one takes over; some 90 MB
NER_SCORE = 0.8  # of a model that gives none: below what a title or a header tells


class LostSpans(RuntimeError):
    """Presidio reported that it went on without something; what it returned may lack spans."""


class Analyzer:
    """Finds spans with the declared model and the net, text by text."""

    def __init__(self, engine: Engine) -> None:
        nlp = _engine(engine)
        found = SpacyRecognizer(supported_entities=nlp.get_supported_entities(), name="ner")
        self._nlp = nlp
        self._most_types = len(nlp.nlp["en"].vocab) + MOST_TYPES
        self._recognizers: list[EntityRecognizer] = [found, Net(), *checked()]
        self._entities = sorted({label for one in self._recognizers for label in one.supported_entities})

    def spans(self, texts: Sequence[str]) -> list[list[Span]]:
        """The raw spans of each text, overlapping, of every score; raises `LostSpans` where Presidio fell silent."""
        # spaCy keeps every word that it has ever read.
        if len(self._nlp.nlp["en"].vocab) > self._most_types:
            self._nlp.load()
        with no_silent_loss():
            artifacts = list(self._nlp.process_batch(list(texts), language="en", batch_size=BATCH))
            if len(artifacts) != len(texts):
                raise LostSpans(f"{len(texts)} texts went into the model and {len(artifacts)} came out")
            if any(text != read for text, (read, _) in zip(texts, artifacts, strict=True)):
                raise LostSpans("the model gave back another text than it was given")
            return [self._of(text, found[1]) for text, found in zip(texts, artifacts, strict=True)]

    def _of(self, text: str, artifacts: NlpArtifacts) -> list[Span]:
        results = [
            result
            for recognizer in self._recognizers
            for result in recognizer.analyze(text=text, entities=self._entities, nlp_artifacts=artifacts)
        ]
        results = EntityRecognizer.remove_duplicates(results)
        spans = [Span(r.start, r.end, r.entity_type, float(r.score), _finder(r)) for r in results]
        return sorted(spans, key=lambda span: (span.start, span.end, span.label, span.by))


class Net(EntityRecognizer):
    """All patterns of ours as one recognizer."""

    def __init__(self) -> None:
        super().__init__(supported_entities=list(LABELS), name="pattern", supported_language="en")

    def load(self) -> None:
        """Nothing to load: the expressions are compiled with their modules."""

    def analyze(self, text: str, entities: list[str], **_: Any) -> list[RecognizerResult]:
        """Spans of numbers, times, places and names; they may overlap."""
        nets = (numbers, times, places, names, mentions)
        found = itertools.chain.from_iterable([*(net(text) for net in nets), aloud(text, nets)])
        wanted = set(entities)
        return [_result(span) for span in found if span.label in wanted]


@contextlib.contextmanager
def no_silent_loss() -> Iterator[None]:
    """Turn every warning that Presidio logs inside into `LostSpans`, also where its log has been switched off.

    No other handler hears them, and their text is left out: it may quote the record.
    """
    heard = _Ear()
    loggers = [logging.getLogger(name) for name in ("presidio-analyzer", "presidio-anonymizer")]
    if not all(logger.isEnabledFor(logging.WARNING) for logger in loggers):
        raise LostSpans("Presidio's log is switched off, so that its faults would be silent")
    before = [(logger, logger.handlers, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.handlers, logger.propagate = [heard], False
    try:
        yield
    finally:
        for logger, handlers, propagate in before:
            logger.handlers, logger.propagate = handlers, propagate
    if heard.places:
        raise LostSpans(f"Presidio went on after a fault at {', '.join(sorted(set(heard.places)))}")


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.places: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.places.append(f"{record.module}:{record.lineno}")


class LocalSpacyEngine(SpacyNlpEngine):
    """A spaCy pipeline from a folder or an installed package; what is missing is an error, never a download."""

    def __init__(self, model: str, labels: dict[str, str]) -> None:
        super().__init__(models=[{"lang_code": "en", "model_name": model}])
        self._labels = labels
        self.load()

    def load(self) -> None:
        """Load the pipeline and map its labels to ours; those that name no PHI are left out."""
        model = self.models[0]["model_name"]
        if not (Path(model).is_dir() or spacy.util.is_package(model)):
            raise FileNotFoundError(f"deidentify.engine.model: {model}: no such folder or installed spaCy package; for "
                                    "models/base/phi run `dvc repro base@phi`")  # fmt: skip
        nlp = spacy.load(model)
        nlp.tokenizer.max_cache_size = MOST_TYPES
        self._words = set[str]()
        decide_at_once(nlp)
        self.nlp = {"en": nlp}
        found = sorted({label for name in nlp.pipe_names for label in getattr(nlp.get_pipe(name), "labels", ())})
        if "ner" not in nlp.pipe_names and "entity_ruler" not in nlp.pipe_names and "beam_ner" not in nlp.pipe_names:
            raise ValueError(f"deidentify.engine.model: {model}: a pipeline without an entity recogniser")
        self.ner_model_configuration = configuration(found, self._labels)

    def process_batch(self, texts: Iterable[str], language: str, **settings: Any) -> Iterator[Any]:
        """Yield (text, artifacts) for each text, in order."""
        texts = list(texts)
        # Behind the first special case of a text, such as "don't", spaCy's tokenizer no longer remembers words.
        new = {word for text in texts for word in text.split()} - self._words
        for word in new:
            self.nlp[language].tokenizer(word)
        self._words |= new
        yield from super().process_batch(texts, language, **settings)

    def _doc_to_nlp_artifact(self, doc: Any, language: str) -> NlpArtifacts:
        # Lemmas and key words serve the enhancer alone, which is off.
        found = doc.ents
        score = self.ner_model_configuration.default_score
        entities, scores = self._get_updated_entities(found, [score] * len(found))
        return NlpArtifacts(entities, doc, [], [], self, language, scores=scores)


def configuration(found: Iterable[str], declared: dict[str, str]) -> NerModelConfiguration:
    """Which of a model's labels are ours; raises `ValueError` when none is."""
    mapping = {label: declared.get(label, FOREIGN.get(label, label)) for label in found}
    known = {label: ours for label, ours in mapping.items() if ours in LABELS or ours == "PERSON"}
    if not known:
        raise ValueError(
            f"deidentify.engine.labels: none of the model's labels ({', '.join(mapping)}) is an entity of ours "
            f"({', '.join(LABELS)}); map them"
        )
    return NerModelConfiguration(
        model_to_presidio_entity_mapping=known,
        labels_to_ignore=sorted(set(mapping) - set(known)),
        default_score=NER_SCORE,
    )


def _engine(engine: Engine) -> SpacyNlpEngine:
    if engine.kind == "transformers":
        from stages.deidentify.classifier import TokenClassifierEngine

        return TokenClassifierEngine(engine.model, engine.labels)
    return LocalSpacyEngine(engine.model, engine.labels)


def _finder(result: RecognizerResult) -> str:
    name = (result.recognition_metadata or {}).get(RecognizerResult.RECOGNIZER_NAME_KEY, "")
    return name if name in ("ner", "pattern", "mention") else "presidio"


def _result(span: Span) -> RecognizerResult:
    return RecognizerResult(
        span.label,
        span.start,
        span.end,
        span.score,
        recognition_metadata={RecognizerResult.RECOGNIZER_NAME_KEY: span.by},
    )
