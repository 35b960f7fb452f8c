"""Lists of words, edited by people: text files beside this module, words apart by white space, # for comments."""

from __future__ import annotations

from importlib.resources import files


def listed(name: str) -> tuple[str, ...]:
    """The words of `<name>.txt` in their order."""
    return tuple(word for line in lines(name) for word in line.split())


def lines(name: str) -> list[str]:
    """The lines of `<name>.txt` without comments and empty ones."""
    text = files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
