"""Components and their assignment, held to the rules of docs/splitting.md."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.records import Example
from tests.split.examples import assigned, example, joined, text

ORDER = {"test": 0, "validation": 1, "train": 2}


def members(examples: list[Example]) -> list[set[str]]:
    return [{one.id for one in component} for component in joined(examples)]


def test_a_patient_is_one_component_over_all_tasks() -> None:
    examples = [example("a", "p"), example("b", "p", "diagnosis"), example("c", "q")]
    assert members(examples) == [{"a", "b"}, {"c"}]


def test_a_shared_record_joins() -> None:
    assert members([example("a", records=("r1", "r2")), example("b", records=("r2",))]) == [{"a", "b"}]


def test_near_duplicates_join_whatever_their_names_and_instructions() -> None:
    case = text("case")
    examples = [
        example("a", input=f"Ann Poe: {case}", surrogates=("Ann Poe",), instruction="Summarise."),
        example("b", input=f"Al Roe: {case} later", surrogates=("Al Roe",), instruction="Write it."),
        example("c", input=text("other")),
    ]
    assert members(examples) == [{"a", "b"}, {"c"}]


def test_near_duplication_is_carried_through_a_chain() -> None:
    words = text("chain", 60).split()
    chain = [example(f"e{n}", input=" ".join(words[3 * n : 3 * n + 40])) for n in range(5)]
    assert members(chain) == [{f"e{n}" for n in range(5)}]


def test_the_same_answer_and_the_same_instruction_do_not_join() -> None:
    assert len(members([example(f"e{n}", response="Croup.") for n in range(20)])) == 20


@given(st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_order_changes_nothing(shuffle: random.Random) -> None:
    examples = [example(f"e{n}", f"g{n % 13}", input=text(n // 2)) for n in range(40)]
    expected = assigned(examples).splits
    shuffle.shuffle(examples)
    assert assigned(examples).splits == expected


@given(st.sets(st.integers(0, 300)), st.sets(st.integers(0, 300)))
@settings(max_examples=30, deadline=None)
def test_new_data_never_moves_old_examples(old: set[int], new: set[int]) -> None:
    def made(numbers: set[int]) -> list[Example]:
        return [example(f"e{n}", f"g{n // 3}", ("hpi", "diagnosis")[n % 2]) for n in sorted(numbers)]

    before = assigned(made(old)).splits
    after = assigned(made(old | new))
    assert before.items() <= after.splits.items()
    assert (after.bridged, after.moved) == (0, 0)


def test_a_bridge_moves_only_towards_the_test_set_and_is_reported() -> None:
    examples = [example(f"e{n}") for n in range(60)]
    before = assigned(examples).splits
    bridges = [example(f"x{n}", records=(f"r-e{2 * n}", f"r-e{2 * n + 1}"), group=f"g-e{2 * n}") for n in range(15)]
    after = assigned([*examples, *bridges])
    moved = {id for id, split in before.items() if after.splits[id] != split}
    assert moved
    assert all(ORDER[after.splits[id]] < ORDER[before[id]] for id in moved)
    assert after.bridged == 15
    assert after.moved >= len(moved)
    assert all(after.splits[f"e{n}"] == before[f"e{n}"] for n in range(30, 60))


def test_shares_are_kept_in_expectation() -> None:
    counts = Counter(assigned([example(f"e{n}", input=f"case {n}") for n in range(3000)], test=0.2).splits.values())
    # Four standard deviations of a binomial.
    assert abs(counts["test"] - 600) < 4 * (3000 * 0.2 * 0.8) ** 0.5
    assert abs(counts["validation"] - 300) < 4 * (3000 * 0.1 * 0.9) ** 0.5


def test_another_share_of_the_test_set_moves_only_what_it_must() -> None:
    examples = [example(f"e{n}", input=f"case {n}") for n in range(400)]
    small, large = assigned(examples, test=0.1).splits, assigned(examples, test=0.2).splits
    assert {id for id, split in small.items() if split == "test"} <= {id for id, s in large.items() if s == "test"}


def test_the_seed_draws_anew() -> None:
    examples = [example(f"e{n}", input=f"case {n}") for n in range(200)]
    assert assigned(examples, seed=7).splits != assigned(examples, seed=8).splits


def test_a_declared_test_set_is_taken_as_it_is_and_no_more_is_drawn() -> None:
    examples = [example(f"e{n}", input=f"case {n}", split="test" if n < 20 else "train") for n in range(200)]
    found = assigned(examples)
    assert {id for id, split in found.splits.items() if split == "test"} == {f"e{n}" for n in range(20)}
    assert Counter(found.splits.values())["validation"] > 5
    assert not found.left_out


def test_examples_that_declare_nothing_beside_a_declared_test_set_are_never_tested_on() -> None:
    examples = [example(f"e{n}", input=f"case {n}", split="test" if n < 20 else None) for n in range(200)]
    found = assigned(examples).splits
    assert {id for id, split in found.items() if split == "test"} == {f"e{n}" for n in range(20)}


@pytest.mark.parametrize("declared", ["train", "validation", None])
def test_what_is_near_a_declared_test_example_is_left_out(declared: str | None) -> None:
    found = assigned([example("a", input=text(1), split="test"), example("b", input=text(1), split=declared)])
    assert found.splits == {"a": "test"}
    assert [(rejected.id, rejected.reason) for rejected in found.left_out] == [
        ("b", "in one component with a declared test example")
    ]
    assert found.held == {"g-a", "g-b"}


def test_a_patient_of_a_declared_test_example_is_tested_on_in_every_task() -> None:
    found = assigned([example("a", "p", split="test"), example("b", "p", "diagnosis")], test=0.0, validation=0.0)
    assert found.splits == {"a": "test", "b": "test"}


def test_a_declared_validation_set_is_kept_and_no_more_is_drawn() -> None:
    examples = [example(f"e{n}", input=f"case {n}", split=("validation", "train")[n > 9]) for n in range(200)]
    found = assigned(examples).splits
    assert {id for id, split in found.items() if split == "validation"} == {f"e{n}" for n in range(10)}
    assert "test" not in found.values()
