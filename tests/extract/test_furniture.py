from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.extract import furniture

BODY = [
    "Reports cough for three days.",
    "Lungs are clear.",
    "Plan: rest.",
    "Return if worse.",
    "No fever.",
    "Afebrile.",
]


def _page(top: list[str], bottom: list[str], body: list[str]) -> str:
    return "\n".join([*top, *body, *bottom])


def test_headers_footers_and_page_numbers_go_but_for_the_first_copy() -> None:
    bodies = [[f"{line} ({page})" for line in BODY] for page in "abc"]
    pages = [
        _page(["CITY CLINIC", f"Page {number}"], ["Confidential - Ann Lee", f"{number} of 3"], body)
        for number, body in enumerate(bodies, start=1)
    ]
    assert furniture.remove(pages) == [
        _page(["CITY CLINIC"], ["Confidential - Ann Lee"], bodies[0]) + "\n",
        *("\n".join(body) + "\n" for body in bodies[1:]),
    ]


@pytest.mark.parametrize("number", ["Page 1 of 1", "page 1", "- 1 -", "1 of 1", "1/1", "(Page 1 of 3)", "Pg. 1"])
def test_page_numbers_of_many_forms(number: str) -> None:
    assert furniture.remove(["\n".join([*BODY, number])])[0].split("\n")[:-1] == BODY


@pytest.mark.parametrize("value", ["7", "4/10", "10", "120/80", "Page 555-0142 for questions", "- 10 mg", "2 of 5"])
def test_numbers_that_are_findings_stay(value: str) -> None:
    assert furniture.remove(["\n".join([*BODY, value])]) == ["\n".join([*BODY, value])]


def test_bare_numbers_go_where_they_count_with_the_pages() -> None:
    texts = ["Pain is worse.", "Pain is gone.", "Pain score:"]
    counted = [f"{text}\n{number}" for text, number in zip(texts, (4, 5, 6), strict=True)]
    assert furniture.remove(counted) == [f"{text}\n" for text in texts]
    other = [f"{text}\n{number}" for text, number in zip(texts, (7, 2, 9), strict=True)]
    assert furniture.remove(other) == other


def test_a_number_behind_a_footer_goes_alone() -> None:
    first, second = furniture.remove(["a\nAnn Lee, DOB 1/2/1950   Page 1 of 2", "b\nSee page 4"])
    assert (first, second) == ("a\nAnn Lee, DOB 1/2/1950", "b\nSee page 4")


lines = st.sampled_from([*BODY, "CITY CLINIC", "Normal.", "Denies chest pain."])


@given(st.lists(st.lists(lines, max_size=12), min_size=1, max_size=6))
def test_every_clinical_line_is_there_at_least_once(pages: list[list[str]]) -> None:
    kept = "\n".join(furniture.remove(["\n".join(page) for page in pages]))
    assert {line for page in pages for line in page} <= set(kept.split("\n"))


@given(st.lists(st.text(st.sampled_from("ab1 \n-/"), max_size=60), min_size=1, max_size=5))
def test_as_many_pages_come_out_as_go_in(pages: list[str]) -> None:
    assert len(furniture.remove(pages)) == len(pages)
