"""A base model copied from a folder."""

from __future__ import annotations

import shutil
from pathlib import Path

LEFT_OUT = (".git", ".cache", "__pycache__", "*.bin", "*.pt", "*.pth")


def copy(source: Path, out: Path, proof: str) -> dict[str, float]:
    """Copy a model's folder; `proof` is the file that every model of its kind has. Returns its size in bytes.

    Pickled weights (*.bin, *.pt) are left behind: they can run code when they are loaded; safetensors cannot. Raises
    `FileNotFoundError` when the folder holds no model.
    """
    if not (source / proof).is_file():
        raise FileNotFoundError(f"{source}: no model there, it has no {proof}")
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(source, out, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return size(out)


def size(folder: Path) -> dict[str, float]:
    """Files and bytes of a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {"files": len(files), "bytes": sum(path.stat().st_size for path in files)}
