from __future__ import annotations

import pytest

from stages.extract.deskew import LEAST, skew, straightened
from tests.extract import made
from tests.extract.conftest import LIMITS, needs_tesseract

LINES = ["The patient is a man of 54 years who came in", "with cough and fever of three days. The chest",
         "was clear, and he was sent home with advice", "to rest and to drink. He comes again in a week."]  # fmt: skip


def _page(angle: float) -> object:
    from PIL import Image

    page = made.image(LINES, size=(6.5, 3.0))
    return page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)


@pytest.mark.parametrize("angle", [-6.0, -2.3, -0.4, 0.0, 0.7, 1.9, 8.5])
def test_the_angle_is_found(angle: float) -> None:
    assert skew(_page(angle)) == pytest.approx(-angle, abs=0.2)  # type: ignore[arg-type]


def test_a_straight_page_is_left_as_it_is() -> None:
    page = made.image(LINES, size=(6.5, 3.0))
    assert abs(skew(page)) < LEAST
    assert straightened(page) is page


def test_a_blank_page_has_no_angle() -> None:
    assert skew(made.image([])) == 0.0


@needs_tesseract
@pytest.mark.parametrize("angle", [-4.0, 3.0])
def test_a_crooked_page_is_read(angle: float) -> None:
    from stages.extract.ocr import recognise

    text = recognise(_page(angle), 150, LIMITS).text  # type: ignore[arg-type]
    assert text.casefold().split() == " ".join(LINES).casefold().split()


@needs_tesseract
@pytest.mark.parametrize("quarter", [90, 180, 270])
def test_a_page_on_its_head_or_side_is_read(quarter: int) -> None:
    from stages.extract.ocr import recognise

    page = made.image([*LINES, *LINES], size=(6.5, 4.0)).rotate(quarter, expand=True)
    found = recognise(page, 150, LIMITS)
    assert found.text.casefold().split() == " ".join([*LINES, *LINES]).casefold().split()
    assert found.confidence is not None
    assert found.confidence > 90
