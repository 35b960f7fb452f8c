"""Ours and stock Presidio over the same model."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from benchmarks.presidio_research.dataset import of_presidio
from stages.deidentify.finder import Finder
from stages.params.deidentify import Deidentify, Engine
from stages.records import Span

THRESHOLD = 0.4  # as in params.yaml

Find = Callable[[str], list[Span]]

# The model's labels as Presidio calls them; the rest of its mapping is its own.
_MODEL = {
    "PATIENT": "PERSON", "RELATIVE": "PERSON", "STAFF": "PERSON", "LOCATION": "LOCATION",
    "ORGANIZATION": "ORGANIZATION", "DATE": "DATE_TIME", "AGE": "AGE", "OTHER_ID": "ID",
}  # fmt: skip


def ours(model: str, terms: Path) -> Find:
    """The stage's finder; each sentence is a patient of its own, so nothing is known of one from another."""
    declared = Deidentify(engine=Engine(model=model), thresholds={"default": THRESHOLD}, terms=str(terms))
    finder = Finder(declared)
    return lambda text: finder.find([text]).spans[0]


def stock(model: str) -> Find:
    """Presidio's analyzer with everything that it turns on by itself, spans of every score.

    Only its network access is taken away: the top-level domains are those that its library carries.
    """
    import tldextract
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
    from presidio_analyzer.nlp_engine.ner_model_configuration import MODEL_TO_PRESIDIO_ENTITY_MAPPING

    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    # Its warnings are not for the table; switching its log off would end our finder, which listens to it.
    logging.getLogger("presidio-analyzer").propagate = False
    logging.getLogger("presidio-analyzer").addHandler(logging.NullHandler())
    mapping = {**MODEL_TO_PRESIDIO_ENTITY_MAPPING, **_MODEL}
    nlp = SpacyNlpEngine(
        [{"lang_code": "en", "model_name": model}], NerModelConfiguration(model_to_presidio_entity_mapping=mapping)
    )
    analyzer = AnalyzerEngine(nlp_engine=nlp)

    def find(text: str) -> list[Span]:
        results = analyzer.analyze(text, language="en")
        return [Span(r.start, r.end, of_presidio(r.entity_type), float(r.score)) for r in results]

    return find


def at_least(score: float, find: Find) -> Find:
    """The same without the spans of a lower score."""
    return lambda text: [span for span in find(text) if span.score >= score]
