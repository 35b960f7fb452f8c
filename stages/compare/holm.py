"""Holm's correction for many tests."""

from __future__ import annotations

from collections.abc import Sequence


def corrected(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values in the given order: reject those below alpha, and any error has at most that chance.

    The step-down method of Holm (1979), which holds however the tests depend on each other.

    >>> corrected([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    result = [1.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        result[place] = highest
    return result
