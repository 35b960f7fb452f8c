"""A patient's records, and a stand-in for the trained model: a spaCy pipeline that knows a few names by heart."""

from __future__ import annotations

import os

os.environ["CUDA_VISIBLE_DEVICES"] = ""  # a card would change nothing but the time

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stages.deidentify.step import Step
from stages.keys import Key
from stages.params.deidentify import Deidentify
from stages.records import Origin, Record, Turn

# The stand-in knows these and no others, so a test says itself what only patterns or known identifiers can find.
KNOWN_TO_MODEL = {
    "PATIENT": ["Kwame", "Metformin", "Parkinson"],
    "LOCATION": ["Elderford"],
    "ORGANIZATION": ["Brightwell"],
}


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import spacy

    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": label, "pattern": word} for label, words in KNOWN_TO_MODEL.items() for word in words])
    folder = tmp_path_factory.mktemp("model") / "phi"
    nlp.to_disk(folder)
    return folder


@pytest.fixture(scope="session")
def key() -> Key:
    return Key(b"a secret of the tests, 32 bytes and more")


@pytest.fixture(scope="session")
def terms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lexicon") / "terms.txt"
    path.write_text("# drugs\nmetformin\nchest pain\n")
    return path


@pytest.fixture(scope="session")
def params(model: Path, terms: Path) -> Callable[..., Deidentify]:
    def declared(**changed: Any) -> Deidentify:
        plain = {"engine": {"model": str(model)}, "thresholds": {"default": 0.4}, "terms": str(terms), **changed}
        return Deidentify.model_validate(plain)

    return declared


@pytest.fixture(scope="session")
def step(params: Callable[..., Deidentify], key: Key) -> Callable[..., Step]:
    made: dict[str, Step] = {}

    def ready(**changed: Any) -> Step:
        name = repr(sorted(changed.items()))
        if name not in made:
            made[name] = Step(params(**changed), ("library",), key, Path("unused"))
            made[name].setup()
        return made[name]

    return ready


def record(text: str = "", id: str = "r1", **changed: Any) -> Record:
    plain: dict[str, Any] = {
        "id": id,
        "source": "reports",
        "group": "g1",
        "kind": "document",
        "origin": Origin(f"{id}.txt", "ab" * 32, "text"),
        "text": text,
    }
    return Record(**{**plain, **changed})


def dialogue(*turns: tuple[str, str], id: str = "d1", **changed: Any) -> Record:
    said = tuple(Turn(speaker, text) for speaker, text in turns)
    return record(id=id, kind="dialogue", **{"text": None, "turns": said, **changed})
