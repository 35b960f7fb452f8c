"""Twins planted into a random corpus: none crosses, and the certificate notices each that is made to cross by hand."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stages.params import Params, load
from stages.records import Example
from stages.split import certificate, files
from stages.split.__main__ import split
from tests.split.examples import example, text

NAMES = ("Ann Poe", "Al Roe", "Maria de la Cruz", "Li Wei")
TASKS = ("hpi", "diagnosis")


def base(n: int, rng: random.Random) -> Example:
    name = rng.choice(NAMES)
    body = text(rng.random(), 60).split()
    body.insert(rng.randrange(50), name)
    return example(f"e{n:03d}", f"p{n:03d}", TASKS[n % len(TASKS)], input=" ".join(body), surrogates=(name,))


def under_another_id(one: Example, rng: random.Random) -> Example:
    """The same patient's note, carried forward under a second number, with a word added."""
    return replace(one, id=f"{one.id}t", group=f"{one.group}t", records=(f"{one.id}t",), input=f"{one.input} today")


def other_surrogates(one: Example, rng: random.Random) -> Example:
    """The same note, de-identified once more: another name, of another number of words."""
    name = rng.choice([name for name in NAMES if name not in one.surrogates])
    told = one.input.replace(one.surrogates[0], name)
    return replace(under_another_id(one, rng), input=told, surrogates=(name,))


def template_twin(one: Example, rng: random.Random) -> Example:
    """Another patient's note from the same template: one field filled otherwise."""
    words = one.input.split()
    words[-1] = "otherwise"
    return replace(under_another_id(one, rng), input=" ".join(words))


def for_another_task(one: Example, rng: random.Random) -> Example:
    """The same text, asked about by another task."""
    return replace(under_another_id(one, rng), task=next(task for task in TASKS if task != one.task))


def translated_from_one_record(one: Example, rng: random.Random) -> Example:
    """A translation: no word in common; that it was made of the same record says what it is."""
    return replace(under_another_id(one, rng), input=text(rng.random(), 60), records=one.records)


def translated_of_one_patient(one: Example, rng: random.Random) -> Example:
    """A translation filed as a record of its own, under the patient's number."""
    return replace(under_another_id(one, rng), input=text(rng.random(), 60), group=one.group)


TWINS = (under_another_id, other_surrogates, template_twin, for_another_task, translated_from_one_record,
         translated_of_one_patient)  # fmt: skip
Twin = Callable[[Example, random.Random], Example]


@pytest.fixture(scope="module")
def params(tmp_path_factory: pytest.TempPathFactory) -> Params:
    key = tmp_path_factory.mktemp("key") / "key"
    key.write_bytes(b"k" * 40)
    declared = load()
    none_planted = declared.audit.model_copy(update={"examples": 0})
    return declared.model_copy(update={"key_file": str(key), "audit": none_planted})


def corpus(seed: int, kinds: list[Twin]) -> tuple[list[Example], dict[str, str]]:
    """Examples of 40 patients, and twin -> original; a back-translated child of each original as well."""
    rng = random.Random(seed)
    examples = [base(n, rng) for n in range(40)]
    twins: dict[str, str] = {}
    for original, kind in zip(rng.sample(examples, len(kinds)), kinds, strict=True):
        twin = kind(original, rng)
        child = replace(original, id=f"{original.id}c", parent=original.id, operator="back_translation",
                        input=text(rng.random(), 60))  # fmt: skip
        examples += [twin, child]
        twins[twin.id] = original.id
    return examples, twins


def places(folder: Path) -> dict[str, str]:
    return {
        one.id: name
        for task in TASKS
        for name in ("train", "validation", "test")
        for one in files.read(folder / task, name)
    }


@given(seed=st.integers(0, 10**6), kinds=st.lists(st.sampled_from(TWINS), min_size=1, max_size=8))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_twin_and_no_child_crosses(params: Params, seed: int, kinds: list[Twin]) -> None:
    examples, twins = corpus(seed, kinds)
    with tempfile.TemporaryDirectory() as folder:
        split(params, examples, [], Path(folder))
        found = places(Path(folder))
    assert {found[twin] == found[original] for twin, original in twins.items()} == {True}
    for child in (one for one in examples if one.parent):
        assert found.get(child.id, "left out") == ("train" if found[child.parent] == "train" else "left out")


@pytest.mark.parametrize("kind", TWINS)
@given(seed=st.integers(0, 10**6), to=st.sampled_from(["train", "validation", "test"]))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_twin_made_to_cross_is_noticed(params: Params, kind: Twin, seed: int, to: str) -> None:
    examples, twins = corpus(seed, [kind])
    (twin,) = twins
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        numbers = split(params, examples, [], folder)
        here = places(folder)[twin]
        if to == here:
            to = "test" if here != "test" else "train"
        moved = next(one for one in examples if one.id == twin)
        for name in (here, to):
            kept = [one for one in files.read(folder / moved.task, name) if one.id != twin]
            files.write(folder / moved.task, name, [*kept, *([replace(moved, split=to)] if name == to else [])], [])
        sources = {one.id: one for one in examples}
        with pytest.raises(certificate.Violation, match=r"hold a pair of similarity|(group|record) \S+ stands in"):
            certificate.verify(folder, sources, params.split.near_duplicate, numbers["quarantined"])


def test_a_translation_that_nothing_declares_is_out_of_reach(params: Params, tmp_path: Path) -> None:
    """What the docs say is not found: other words, other patient, other record. Were it found, they should say so."""
    rng = random.Random(1)
    examples = [base(n, rng) for n in range(40)]
    twins = [
        replace(one, id=f"{one.id}t", group=f"{one.group}t", records=(f"{one.id}t",), input=text(rng.random(), 60))
        for one in examples
    ]
    numbers = split(params, [*examples, *twins], [], tmp_path)
    found = places(tmp_path)
    assert numbers["bridged_components"] == 0
    assert any(found[twin.id] != found[twin.id[:-1]] for twin in twins)
