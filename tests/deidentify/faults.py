"""Faults that workers inject into the real step, each where its word stands in a text; workers import this module."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from stages.deidentify.step import Step
from stages.params.deidentify import Engine

WORDS = {
    "recognizer raises": "aspen",
    "recognizer swallows its fault": "birch",
    "expression out of time": "cedar",
    "model loses a text": "hazel",
    "model reads another text": "juniper",
    "span is dropped": "larch",
    "anonymizer loses a span": "maple",
    "exception quotes the text": "rowan",
    "library ends the process": "spruce",
    "worker dies": "willow",
}
"""Fault -> the word of a text that brings it about."""


PRINTED = "printed"


def printing_to(file: Path) -> None:
    """Let all that this process prints go to the end of a file: workers do not inherit where their parent prints."""
    sys.stdout.flush()
    sys.stderr.flush()
    with file.open("ab") as end:
        os.dup2(end.fileno(), 1)
        os.dup2(end.fileno(), 2)


class Heard(Step):
    """The stage's step in a worker whose prints are kept."""

    def setup(self) -> None:
        printing_to(Path(PRINTED))
        super().setup()


class Faulted(Step):
    """The stage's step, whose parts fail wherever they meet a fault's word. Every log is printed, as some users do."""

    def setup(self) -> None:
        printing_to(Path(PRINTED))
        sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
        logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
        super().setup()
        assert self._finder is not None
        analyzer = self._finder._analyzer
        _in_recognizers(analyzer._recognizers)
        _in_model(analyzer._nlp)
        _in_finder(self._finder)
        _in_anonymizer()


class Modelless(Step):
    """The stage's step, whose model is gone when a worker comes to load it; a download would leave a mark."""

    def setup(self) -> None:
        import spacy

        printing_to(Path(PRINTED))
        spacy.cli.download = lambda *_, **__: Path("downloaded").touch()
        self._params = self._params.model_copy(update={"engine": Engine(model="no_such_model")})
        super().setup()


class Trapped(Step):
    """The stage's step in a process that the network is closed to; whoever asks for it leaves a mark."""

    def setup(self) -> None:
        os.environ["TLDEXTRACT_CACHE"] = str(Path("empty cache").absolute())
        sys.addaudithook(trap(Path("asked").absolute(), lambda: True))
        super().setup()


class Curious(Trapped):
    """A step that asks the network in secret, to see that the trap works."""

    def setup(self) -> None:
        super().setup()
        with contextlib.suppress(Exception):
            socket.create_connection(("192.0.2.1", 9), timeout=0.1)


ASKS = frozenset(
    (
        "socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname",
        "socket.gethostbyaddr", "urllib.Request", "http.client.connect",
    )
)  # fmt: skip


def trap(mark: Path, armed: Callable[[], bool]) -> Callable[[str, tuple[Any, ...]], None]:
    """An audit hook that refuses the network and leaves a mark, so that a caller who swallows the refusal is seen."""

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event not in ASKS or not armed():
            return
        if getattr(args[0], "family", None) == socket.AF_UNIX:
            return  # by these a pool's processes talk, on this machine
        mark.touch()
        raise PermissionError("the network was asked")

    return hook


def _meets(fault: str, text: str) -> bool:
    return WORDS[fault] in text


def _in_recognizers(recognizers: Iterable[Any]) -> None:
    listed = list(recognizers)
    net = next(found for found in listed if found.name == "pattern")
    plain = net.analyze

    def analyze(text: str, *args: Any, **kwargs: Any) -> Any:
        if _meets("recognizer raises", text):
            raise ValueError(f"cannot read {text}")
        return plain(text, *args, **kwargs)

    net.analyze = analyze
    silent, late = (found for found in listed if found.name in ("presidio IP", "presidio SSN"))
    known = silent.analyze

    def swallowing(text: str, *args: Any, **kwargs: Any) -> Any:
        try:
            if _meets("recognizer swallows its fault", text):
                raise ValueError(text)
            return known(text, *args, **kwargs)
        except ValueError:
            logging.getLogger("presidio-analyzer").exception("failed on %s", text)
            return []

    silent.analyze = swallowing
    late.analyze("", [])  # Presidio compiles its expressions when it first uses them.
    for pattern in late.patterns:
        pattern.compiled_regex = _Late(pattern.compiled_regex)
        pattern.compiled_with_flags = late.global_regex_flags


class _Late:
    def __init__(self, expression: Any) -> None:
        self._expression = expression

    def finditer(self, text: str, timeout: float) -> Any:
        if _meets("expression out of time", text):
            raise TimeoutError(text)
        return self._expression.finditer(text, timeout=timeout)


def _in_model(nlp: Any) -> None:
    plain = nlp.process_batch

    def process_batch(texts: list[str], **kwargs: Any) -> Iterator[Any]:
        kept = [text for text in texts if not _meets("model loses a text", text)]
        read = [text[:40] if _meets("model reads another text", text) else text for text in kept]
        yield from plain(read, **kwargs)

    nlp.process_batch = process_batch


def _in_finder(finder: Any) -> None:
    from stages.deidentify import finder as module

    plain, resolved = finder.find, module.resolved

    def find(texts: list[str], told: Any = ()) -> Any:
        whole = "\n".join(texts)
        if _meets("exception quotes the text", whole):
            raise KeyError(whole)
        if _meets("library ends the process", whole):
            sys.exit(whole)
        if _meets("worker dies", whole):
            os.kill(os.getpid(), signal.SIGKILL)
        return plain(texts, told)

    def dropping(text: str, spans: Any) -> Any:
        found = resolved(text, spans)
        return found[1:] if _meets("span is dropped", text) else found

    finder.find, module.resolved = find, dropping


def _in_anonymizer() -> None:
    from presidio_anonymizer import AnonymizerEngine

    plain = AnonymizerEngine.anonymize

    def losing(self: Any, text: str, spans: Any, operators: Any, **options: Any) -> Any:
        return plain(self, text, spans[1:] if _meets("anonymizer loses a span", text) else spans, operators, **options)

    AnonymizerEngine.anonymize = losing
