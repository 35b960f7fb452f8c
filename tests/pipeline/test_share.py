"""A shared S3 remote gives colleagues everything that they need, and never anything that may hold PHI."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.pipeline.conftest import Project
from tests.s3 import server as s3

PHI_OUTS = (
    "data/synthesize/raw", "data/synthesize/gold", "data/synthesize/key", "data/extract", "data/deidentify/audio",
    "data/deidentify/originals",
)  # fmt: skip
EMPTY = hashlib.md5(b"", usedforsecurity=False).hexdigest()
BUCKET = "rounds"


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[s3.Server]:
    if (what := s3.missing()) is not None:
        pytest.skip(what)
    with s3.running(tmp_path_factory.mktemp("s3")) as server:
        s3.create_bucket(server, BUCKET)
        yield server


@pytest.fixture(scope="module")
def pushed(reproduced: Project, bucket: s3.Server, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project with a remote declared in its tracked config, pushed with its run cache."""
    project = reproduced
    project.run("dvc", "remote", "add", "--force", "--default", "shared", f"s3://{BUCKET}/rounds")
    project.run("dvc", "remote", "modify", "shared", "endpointurl", bucket.endpoint)
    project.run("dvc", "remote", "modify", "shared", "region", bucket.region)
    project.commit("A shared remote")
    project.run("dvc", "push", "--run-cache", **bucket.environment)
    return project


def test_a_fresh_clone_pulls_and_runs_nothing(pushed: Project, bucket: s3.Server, tmp_path: Path) -> None:
    pushed.run("git", "clone", "-q", str(pushed.folder), str(tmp_path / "clone"))
    clone = Project(tmp_path / "clone")
    done = clone.run("dvc", "repro", "--pull", "--allow-missing", **bucket.environment)
    assert clone.executed(done.stdout) == []
    clone.run("dvc", "pull", "--allow-missing", "models/adapters/hpi", "report/index.html", **bucket.environment)
    ours, theirs = (p.folder / "models/adapters/hpi/adapter_model.safetensors" for p in (pushed, clone))
    assert ours.read_bytes() == theirs.read_bytes()


def test_the_bucket_holds_no_object_of_an_out_that_may_hold_phi(pushed: Project, bucket: s3.Server) -> None:
    stored = {
        key.rsplit("/files/md5/", 1)[-1].replace("/", "") for key in s3.keys(bucket, BUCKET) if "/files/md5/" in key
    }
    assert stored, "nothing was pushed"
    private, shared = (
        _hashes(pushed, PHI_OUTS),
        _hashes(pushed, ("models/adapters/hpi", "data/deidentify/records", "data/deidentify/quarantine")),
    )
    assert shared <= stored
    # A quarantine that nothing is in is the same object everywhere.
    assert not (private - {EMPTY}) & stored


def test_the_run_cache_on_the_bucket_knows_no_out_that_may_hold_phi(pushed: Project, bucket: s3.Server) -> None:
    assert any("/runs/" in key for key in s3.keys(bucket, BUCKET)), "the run cache was not pushed"
    yaml = YAML(typ="safe")
    for entry in (pushed.folder / ".dvc/cache/runs").rglob("*"):
        if entry.is_file():
            outs = {out["path"] for out in yaml.load(entry).get("outs", [])}
            assert not outs & set(PHI_OUTS), entry


def _hashes(project: Project, paths: tuple[str, ...]) -> set[str]:
    """The object names of outs: of each folder's listing and of each file in it."""
    lock = YAML(typ="safe").load(project.folder / "dvc.lock")
    found: set[str] = set()
    for stage in lock["stages"].values():
        for out in stage.get("outs", []):
            if out["path"] in paths:
                found.add(out["md5"])
                if out["md5"].endswith(".dir"):
                    listing = project.folder / ".dvc/cache/files/md5" / out["md5"][:2] / out["md5"][2:]
                    found |= {item["md5"] for item in json.loads(listing.read_text())}
    assert found, paths
    return found
