"""Presidio's recognizers on the lines that can hold what they look for: the same finds as on whole texts."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st
from presidio_analyzer import Pattern

from stages.deidentify.checked import CORES, KEPT, LineExpression, checked

PIECES = st.sampled_from(
    ["10.0.12.7", "::1", "fe80::1ff:fe23:4567:890a", "2001:db8:0:0:0:0:0:1", "::ffff:10.1.2.3", "10:30:15", "a:b:",
     "1.5", "4111 1111 1111 1111", "4111-111-1111",
     "1234567893", "1245-319-599", "123-45-6789", "123.45.6789",
     "12345-6789", "AB1234563", "m91234563", "12345678", "1::", ":", ".", "/24", " ", "\n", "x", "7", "f", "٣", "\r"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=20).map("".join)


@settings(deadline=None, max_examples=500)
@given(TEXTS)
@example("host 10.0.12.7\nDEA AB1234563 at 10:30:15, fe80::1ff:fe23:4567:890a")
def test_lines_with_a_core_hold_every_match(text: str) -> None:
    for kind, recognizer in zip((kind for kind, _ in KEPT), checked(), strict=True):
        for pattern in recognizer.patterns if kind in CORES else ():
            whole = regex.compile(pattern.regex, recognizer.global_regex_flags)
            found = [match.span() for match in pattern.compiled_regex.finditer(text, timeout=60)]
            assert found == [match.span() for match in whole.finditer(text)]


def test_presidio_uses_them() -> None:
    text = "DEA AB1234563\nhost 10.0.12.7"
    found = {text[one.start : one.end] for each in checked() for one in each.analyze(text, [])}
    assert found == {"AB1234563", "10.0.12.7"}
    slow = [one for one, (kind, _) in zip(checked(), KEPT, strict=True) if kind in CORES]
    for recognizer in slow:
        before = [pattern.compiled_regex for pattern in recognizer.patterns]
        recognizer.analyze(text, [])
        assert [pattern.compiled_regex for pattern in recognizer.patterns] == before


def test_an_expression_that_is_not_known_is_tried_on_the_whole_text(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = {label: kind for kind, label in KEPT if kind in CORES}
    assert all(
        isinstance(pattern.compiled_regex, LineExpression)
        for (kind, _), recognizer in zip(KEPT, checked(), strict=True)
        if kind in ours.values()
        for pattern in recognizer.patterns
    )
    other = Pattern("without a core", r"\bserial [A-Z]{4}\b", 0.5)
    monkeypatch.setattr(ours["SSN"], "PATTERNS", [other])
    monkeypatch.setattr(ours["SSN"], "validate_result", lambda *_: True)
    monkeypatch.setattr(ours["SSN"], "invalidate_result", lambda *_: False)
    text = "no figures here\nserial ABCD"
    assert [text[one.start : one.end] for each in checked() for one in each.analyze(text, [])] == ["serial ABCD"]


def test_recognizers_of_others_stay_as_they_are() -> None:
    checked()
    for kind, label in KEPT:
        others = kind(supported_entity=label, name="stock").patterns
        assert not any(isinstance(pattern.compiled_regex, LineExpression) for pattern in others)


@pytest.mark.parametrize("core", CORES.values())
def test_a_line_without_a_core_is_not_tried(core: re.Pattern[str]) -> None:
    asked: list[str] = []

    class Expression:
        def finditer(self, text: str, *_: object, **__: object) -> list[object]:
            asked.append(text)
            return []

    assert list(LineExpression(Expression(), core).finditer("denies chest pain, 2.5 mg daily\nat 10:30")) == []
    assert asked == []
