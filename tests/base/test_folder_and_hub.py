"""Base models that come from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError

from stages.base.folder import copy
from stages.base.hub import WANTED, fetch
from stages.params.base import Base

COMMIT = "0123456789abcdef0123456789abcdef01234567"
HUB = Base(origin="hub", needs="constraints.txt", name="someone/model", revision=COMMIT)


def test_a_folder_is_copied_without_pickles_and_rewrites_what_was_there(tmp_path: Path) -> None:
    source, out = tmp_path / "mine", tmp_path / "base"
    (source / ".git").mkdir(parents=True)
    (out / "old").mkdir(parents=True)
    for name in ("config.json", "model.safetensors", "pytorch_model.bin", ".git/HEAD"):
        (source / name).write_text(name)
    assert copy(source, out, "config.json") == {"files": 2, "bytes": len("config.jsonmodel.safetensors")}
    assert sorted(path.name for path in out.iterdir()) == ["config.json", "model.safetensors"]


def test_a_folder_without_a_model_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "base").mkdir()
    with pytest.raises(FileNotFoundError, match=r"mine.*no config\.json"):
        copy(tmp_path / "mine", tmp_path / "base", "config.json")
    assert (tmp_path / "base").is_dir()


def test_a_hub_model_is_fetched_at_its_commit_without_pickles_or_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def snapshot(name: str, **settings: Any) -> str:
        asked.update(settings, name=name)
        folder = Path(settings["local_dir"])
        (folder / ".cache" / "huggingface").mkdir(parents=True)
        (folder / "config.json").write_text("{}")
        return str(folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    assert fetch(HUB, tmp_path / "base") == {"files": 1, "bytes": 2}
    assert (asked["name"], asked["revision"], asked["allow_patterns"]) == ("someone/model", COMMIT, list(WANTED))
    assert not any(pattern.endswith((".bin", ".pt")) for pattern in WANTED)
    assert [path.name for path in (tmp_path / "base").iterdir()] == ["config.json"]


def test_a_hub_out_of_reach_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def snapshot(_name: str, **_settings: Any) -> str:
        raise LocalEntryNotFoundError("no connection\nand a long story")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    with pytest.raises(ValueError, match=r"someone/model at 0123.*cannot be fetched.*no connection$"):
        fetch(HUB, tmp_path / "base")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"origin": "hub", "needs": "x"}, "needs name and revision"),
        ({"origin": "hub", "needs": "x", "name": "a/b", "revision": "main"}, "pin a commit of 40 hex digits"),
        ({"origin": "scratch", "needs": "x"}, "needs architecture and schooling"),
        ({"origin": "scratch", "kind": "spacy", "needs": "x"}, "needs schooling"),
        ({"origin": "folder", "needs": "x", "architecture": {"hidden": 100, "heads": 3}}, "multiple of twice heads"),
        (
            {"origin": "scratch", "needs": "x", "architecture": {"context": 64}, "schooling": {"steps": 1}},
            "must not exceed architecture.context",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Base.model_validate(given)
