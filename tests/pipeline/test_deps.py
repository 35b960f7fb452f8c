"""dvc.yaml names every module that a stage imports: DVC follows no imports."""

from __future__ import annotations

from pathlib import Path

import grimp
import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
STAGES = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("stages")


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_deps_are_the_import_closure(stage: str, graph: grimp.ImportGraph) -> None:
    command = STAGES[stage].get("do", STAGES[stage])
    code = {dep for dep in command["deps"] if dep.startswith("stages")}
    needed = {_path(module) for module in _closure(graph, f"stages.{stage}")}
    missing = {path for path in needed if not any(path == dep or path.startswith(f"{dep}/") for dep in code)}
    assert not missing, f"dvc.yaml: {stage}.deps lacks {sorted(missing)}"
    unneeded = {dep for dep in code if not any(path == dep or path.startswith(f"{dep}/") for path in needed)}
    assert not unneeded, f"dvc.yaml: {stage}.deps names {sorted(unneeded)}, which the stage does not import"


def test_the_command_is_the_stage_of_its_name() -> None:
    for name, entry in STAGES.items():
        assert entry.get("do", entry)["cmd"].startswith(f"python -m stages.{name}")


def test_every_stage_is_described() -> None:
    assert all(entry.get("do", entry).get("desc") for entry in STAGES.values())


def test_what_may_hold_phi_is_never_pushed_and_never_in_the_run_cache() -> None:
    guarded = {
        path
        for entry in STAGES.values()
        for out in entry.get("do", entry).get("outs", [])
        if isinstance(out, dict)
        for path, flags in out.items()
        if flags == {"push": False, "persist": True}
    }
    assert guarded == {
        *("data/synthesize/raw", "data/synthesize/gold", "data/synthesize/key", "data/extract"),
        "data/deidentify/audio",  # a voice is an identifier itself
        "data/deidentify/originals",
    }


def _closure(graph: grimp.ImportGraph, package: str) -> set[str]:
    found: set[str] = set()
    waiting = {package, *graph.find_descendants(package)}
    while waiting:
        module = waiting.pop()
        found.add(module)
        parents = {".".join(module.split(".")[:depth]) for depth in range(1, module.count(".") + 1)}
        waiting |= (graph.find_modules_directly_imported_by(module) | parents) - found
    return found


def _path(module: str) -> str:
    folder = ROOT.joinpath(*module.split("."))
    return f"{module.replace('.', '/')}/__init__.py" if folder.is_dir() else f"{module.replace('.', '/')}.py"
