"""The whole of params.yaml."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from stages.params.audit import Audit
from stages.params.augment import Augment
from stages.params.base import Base
from stages.params.clean import Clean
from stages.params.compare import Compare
from stages.params.deidentify import Deidentify
from stages.params.evaluate import Evaluate
from stages.params.export import Export
from stages.params.extract import Extract
from stages.params.flow import Flow
from stages.params.report import Report
from stages.params.section import Section
from stages.params.source import Source
from stages.params.split import Split
from stages.params.synthesize import Synthesize
from stages.params.task import Task
from stages.params.train import Train


class Params(Section):
    """Everything that the pipeline is told."""

    seed: int = Field(ge=0, description="Every random choice follows from it.")
    key_file: str = Field(description="File of the secret key behind ids, surrogates and date shifts; never pushed.")
    raw: str = Field(description="The folder that holds the files of all sources, such as data/raw.")
    flow: Flow = Field(description="How work is spread.")
    synthesize: Synthesize = Field(description="The embedded clinic.")
    sources: dict[str, Source] = Field(min_length=1, description="Name -> raw material.")
    extract: Extract = Field(description="Readers' limits.")
    deidentify: Deidentify = Field(description="PHI.")
    clean: Clean = Field(description="Text operators.")
    tasks: dict[str, Task] = Field(min_length=1, description="Name -> task.")
    augment: Augment = Field(description="New training examples.")
    split: Split = Field(description="Train, validation, test.")
    base: dict[str, Base] = Field(min_length=1, description="Name -> base model.")
    train: dict[str, dict[str, Any]] = Field(description="`defaults`, and for each task what differs from them.")
    evaluate: Evaluate = Field(description="Base against tuned.")
    audit: Audit = Field(default_factory=Audit, description="What de-identification misses and models remember.")
    compare: Compare = Field(default_factory=Compare, description="Two revisions side by side, and the gate.")
    export: Export = Field(default_factory=Export, description="What production loads.")
    report: Report = Field(description="The page of results.")

    def training(self, task: str) -> Train:
        """The training of a task: the defaults with the task's own keys laid over them."""
        return Train.model_validate(merged(self.train.get("defaults", {}), self.train.get(task, {})))


def merged(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`over` laid over `under`, mapping by mapping."""
    result = dict(under)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result
