"""What a per-record step has already computed, kept between runs, outside every output of DVC.

The memo only saves time: deleting it is always safe. Its keys are HMACs and its values are encrypted with the project's
key, so that no PHI lies in it. It lives below the main repository's `.dvc/tmp`, which `DVC_ROOT` names also inside
`dvc exp run --temp` and `--queue`.
"""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path

import orjson

from stages.keys import Key
from stages.shards import write_bytes

KEPT_FINGERPRINTS = 6


def fingerprint(key: Key, stage: str, declared: Mapping[str, object], depends: Iterable[Path]) -> str:
    """What a step's result depends on beside its input: params, files, our code and the installed libraries.

    `depends` are files and folders; one that is missing counts as missing, so that its arrival is a change.
    """
    code = Path(__file__).parent
    parts = [stage.encode(), orjson.dumps(dict(declared), option=orjson.OPT_SORT_KEYS)]
    for path in [*sorted(code.glob("*.py")), code / "params", code / "models", code / stage, *depends]:
        parts.append(tree_digest(path))
    parts += sorted(f"{found.name}=={found.version}".encode() for found in distributions())
    return key.id("fingerprint", *parts)


def tree_digest(path: Path) -> bytes:
    """SHA-256 over the names and bytes of a file or of all files below a folder; empty where nothing is there."""
    import hashlib

    digest = hashlib.sha256()
    inside = (p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    for file in [path] if path.is_file() else sorted(inside):
        name, data = file.relative_to(path).as_posix().encode(), hashlib.sha256(file.read_bytes()).digest()
        digest.update(len(name).to_bytes(8, "big") + name + data)
    return digest.digest()


class Memo:
    """The remembered outcomes of one shard of one step: unit key -> bytes."""

    def __init__(self, path: Path | None, key: Key) -> None:
        self._path, self._key = path, key
        self._old = self._load()
        self._used: dict[str, bytes] = {}
        self._fresh = False

    def get(self, unit: str) -> bytes | None:
        """The outcome under a unit's key, if it was computed before."""
        if (found := self._old.get(unit)) is not None:
            self._used[unit] = found
        return found

    def put(self, unit: str, outcome: bytes) -> None:
        """Remember an outcome; on disk after the next `save`."""
        self._used[unit] = outcome
        self._fresh = True

    def save(self) -> None:
        """Write what is new, encrypted, whole or not at all."""
        if self._path is None or not self._fresh:
            return
        merged = {unit: data.decode() for unit, data in (self._old | self._used).items()}
        sealed = self._key.seal("memo", zlib.compress(orjson.dumps(merged), 1))
        write_bytes(self._path, sealed)
        self._fresh = False

    def _load(self) -> dict[str, bytes]:
        from cryptography.exceptions import InvalidTag

        if self._path is None or not self._path.exists():
            return {}
        try:
            plain = zlib.decompress(self._key.open("memo", self._path.read_bytes()))
        except InvalidTag:
            # Another key, or a damaged file: nothing in it can be trusted, and everything can be computed again.
            return {}
        return {unit: data.encode() for unit, data in orjson.loads(plain).items()}


def memo_folder(stage: str, mark: str) -> Path | None:
    """Where the memo of a step with this fingerprint lies; None outside a DVC repository. Old ones are swept."""
    root = _dvc_root()
    if root is None:
        return None
    folder = root / ".dvc" / "tmp" / "rounds" / stage / mark
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    others = sorted(folder.parent.iterdir(), key=lambda found: found.stat().st_mtime, reverse=True)
    for old in others[KEPT_FINGERPRINTS:]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


def _dvc_root() -> Path | None:
    if named := os.environ.get("DVC_ROOT"):
        return Path(named)
    here = Path.cwd()
    return next((folder for folder in [here, *here.parents] if (folder / ".dvc").is_dir()), None)
