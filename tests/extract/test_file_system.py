"""What a folder may hold beside files that can be read: links, pipes, locked, changing and badly named files."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from stages.extract import reasons
from tests.extract import made
from tests.extract.conftest import LIMITS, extracted


def test_a_link_that_leads_outside_is_quarantined(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (tmp_path / "secret.txt").write_text("of another patient")
    (tmp_path / "others").mkdir()
    (source / "link.txt").symlink_to(tmp_path / "secret.txt")
    (source / "folder").symlink_to(tmp_path / "others")
    (source / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    (source / "good.txt").write_text(made.TEXT)
    (source / "inside.txt").symlink_to(source / "good.txt")
    records, rejected = extracted(source)
    assert {record.origin.file for record in records} == {"good.txt", "inside.txt"}
    assert {found.file: found.reason for found in rejected} == {
        "link.txt": reasons.LEADS_OUTSIDE,
        "folder": reasons.LEADS_OUTSIDE,
        "gone.txt": reasons.VANISHED,
    }


def test_a_link_into_the_cache_of_dvc_is_read(tmp_path: Path) -> None:
    cached = tmp_path / "cache" / "files" / "md5" / "ab" / ("0" * 30)
    cached.parent.mkdir(parents=True)
    cached.write_text(made.TEXT)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "a.txt").symlink_to(cached)
    records, rejected = extracted(tmp_path / "source")
    assert [record.text for record in records] == [made.TEXT]
    assert not rejected


def test_pipes_and_sockets_are_quarantined_and_nothing_waits_for_them(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "good.txt").write_text(made.TEXT)
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(tmp_path)  # a socket's path must be short
        try:
            server.bind("sock.txt")
        finally:
            os.chdir(here)
        records, rejected = extracted(tmp_path)
    assert len(records) == 1
    assert {found.file: found.reason for found in rejected} == {
        "pipe.txt": reasons.NOT_A_FILE,
        "sock.txt": reasons.NOT_A_FILE,
    }


def test_a_file_that_may_not_be_read_is_quarantined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed.txt").write_text(made.TEXT)
    (tmp_path / "good.txt").write_text(made.TEXT)
    opened = Path.open

    def refuse(path: Path, *rest: object, **more: object) -> object:
        # The superuser, whom tests may run as, is refused nothing.
        if path.name == "closed.txt":
            raise PermissionError(13, "Permission denied")
        return opened(path, *rest, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    records, rejected = extracted(tmp_path)
    assert len(records) == 1
    assert [(found.file, found.reason) for found in rejected] == [("closed.txt", reasons.NO_PERMISSION)]


@pytest.mark.parametrize(("after", "reason"), [(None, reasons.VANISHED), (b"other words", reasons.CHANGED)])
def test_a_file_that_changes_while_the_stage_runs_is_quarantined(
    tmp_path: Path, after: bytes | None, reason: str
) -> None:
    from stages.extract import files
    from stages.extract.recordings import Recordings
    from stages.extract.recordings.store import Store
    from stages.extract.step import Read
    from stages.flow import Rejected
    from stages.params.source import Source
    from tests.extract.conftest import IDENTITY

    path = tmp_path / "a.txt"
    path.write_text(made.TEXT)
    ((item,), _) = files.items("s", Source(reader="documents", path=str(tmp_path)), LIMITS, IDENTITY)
    path.unlink()
    if after:
        path.write_bytes(after)
    step = Read(LIMITS, IDENTITY, Recordings(Store(tmp_path / "audio")))
    (found,) = step.process([item])
    assert isinstance(found, Rejected)
    assert found.reason == reason


def test_a_name_that_is_no_text_is_quarantined(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/na\xefve.txt")).write_text(made.TEXT)
    except OSError:
        pytest.skip("this file system takes UTF-8 names alone")
    (tmp_path / "good.txt").write_text(made.TEXT)
    records, rejected = extracted(tmp_path)
    assert len(records) == 1
    assert [found.reason for found in rejected] == [reasons.FILE_NAME]
