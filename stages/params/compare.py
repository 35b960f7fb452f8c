"""`compare`: two revisions side by side, and what holds a pull request."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from stages.params.section import Section


class Compare(Section):
    """When a difference counts, and what `--gate` lets pass. Replicates and confidence are those of `evaluate`."""

    alpha: float = Field(
        0.05, gt=0, lt=1, description="Chance of any wrong better or worse among all rows shown (Holm's correction)."
    )
    slices: list[str] = Field(
        default_factory=list,
        description="Keys of test examples that rows are also given by, such as category, source, length, operator.",
    )
    fewest_groups: int = Field(10, ge=2, description="A slice of fewer patients is left out: it could show nothing.")
    tolerance: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict,
        description="Metric -> by how much it may get worse, significantly, as a headline and still pass the gate.",
    )
