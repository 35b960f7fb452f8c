"""Presidio's checksummed recognizers under our labels, slow ones on lines that can hold what they look for."""

from __future__ import annotations

import copy
import functools
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import regex
from presidio_analyzer import EntityRecognizer
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    IbanRecognizer,
    IpRecognizer,
    MedicalLicenseRecognizer,
    UsMbiRecognizer,
    UsNpiRecognizer,
    UsSsnRecognizer,
)

# Left out, for clinical text suffers from them: driver licences (flags H1 and D3), bank numbers, passports, e-mail
# (asks the network for top-level domains and drops unknown ones), URL (a full stop without a space is one), phone (a
# matcher run once a region), dates ("12.1/36.4" of a lab line).
KEPT = (
    (CreditCardRecognizer, "ACCOUNT"),
    (IbanRecognizer, "ACCOUNT"),
    (IpRecognizer, "IP"),
    (MedicalLicenseRecognizer, "LICENSE"),
    (UsMbiRecognizer, "HEALTH_PLAN"),
    (UsNpiRecognizer, "LICENSE"),
    (UsSsnRecognizer, "SSN"),
)
# What stands in every match of theirs. The other two begin with what is rare.
CORES = {
    CreditCardRecognizer: re.compile(r"\d{4}"),
    IpRecognizer: re.compile(r"\d\.\d{1,3}\.\d|:[0-9A-Fa-f]{0,4}:"),
    MedicalLicenseRecognizer: re.compile(r"\d{4}"),
    UsNpiRecognizer: re.compile(r"\d{4}"),
    UsSsnRecognizer: re.compile(r"\d{4}"),
}
# SHA-256 of the expressions of which that is known: another release of Presidio may bring others, which are tried on
# the whole text.
PROVED = frozenset((
    "f619fa242c93", "5def597d3b4d", "66197b1f8e63", "ae1e66dfc546", "c4f79b73053c", "c696285024ae", "8b00da21c7ca",
    "be10f2e85386", "754e8093a31c", "17f1d935dc2f", "75527eba5955", "213ac080713c", "4e6bd6618bc9", "f2721d631f61",
))  # fmt: skip


def checked() -> list[EntityRecognizer]:
    """One recognizer for each kind of number."""
    found = []
    for kind, label in KEPT:
        recognizer = kind(supported_entity=label, name=f"presidio {label}")
        # All recognizers of a class share their patterns, others' too.
        recognizer.patterns = [copy.copy(pattern) for pattern in recognizer.patterns]
        for pattern in recognizer.patterns:
            if hashlib.sha256(pattern.regex.encode()).hexdigest()[:12] not in PROVED:
                continue
            pattern.compiled_with_flags = recognizer.global_regex_flags
            expression = regex.compile(pattern.regex, recognizer.global_regex_flags)
            pattern.compiled_regex = LineExpression(expression, CORES[kind])
        found.append(recognizer)
    return found


@dataclass(frozen=True, slots=True)
class LineExpression:
    """An expression of which no match reaches over a line, tried on those in which its core stands."""

    expression: Any
    core: re.Pattern[str]

    def finditer(self, text: str, timeout: float | None = None) -> Iterator[Any]:
        """As `regex.Pattern.finditer`; raises `TimeoutError` where a line takes longer than `timeout` seconds."""
        for start, end in lines_with(self.core, text):
            yield from self.expression.finditer(text, start, end, timeout=timeout)


@functools.lru_cache(maxsize=8)  # patterns of the same core read the same text
def lines_with(core: re.Pattern[str], text: str) -> tuple[tuple[int, int], ...]:
    """Where each line begins and ends in which the core stands."""
    lines: list[tuple[int, int]] = []
    for match in core.finditer(text):
        if not lines or match.start() >= lines[-1][1]:
            end = text.find("\n", match.end())
            lines.append((text.rfind("\n", 0, match.start()) + 1, len(text) if end < 0 else end))
    return tuple(lines)
