"""`flow`: how per-record work is spread."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stages.params.section import Section


class Flow(Section):
    """How per-record stages spread their work; no key here changes a result, but for `shards`."""

    engine: Literal["processes", "ray"] = Field("processes", description="A process pool on this machine, or Ray.")
    workers: int = Field(0, ge=0, description="Worker processes; 0 takes one for each CPU core.")
    shards: int = Field(16, ge=1, le=1000, description="JSONL files that each stage writes; a few dozen.")
    address: str | None = Field(None, description="Address of a Ray cluster; null starts one on this machine.")
