"""`python -m stages.structure preview`: examples as a model sees them, the tokens that carry loss marked."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stages.models.prompts import headed, render
from stages.params import Params, load_or_exit
from stages.records import Example
from stages.shards import read

if TYPE_CHECKING:
    from rich.text import Text

SOURCE = Path("data/structure/records")
LOSS = ("black on green", "black on bright_green")
"""Two shades by turns, so that one token is told from the next."""


def main(argv: Sequence[str] | None = None) -> None:
    """Print the first examples of each task."""
    from rich.console import Console

    arguments = _arguments(argv)
    params = load_or_exit(arguments.params)
    names = [arguments.task] if arguments.task else list(params.tasks)
    if unknown := [name for name in names if name not in params.tasks]:
        raise SystemExit(f"no task {unknown[0]!r} in {arguments.params}; tasks are {', '.join(params.tasks)}")
    console = Console(highlight=False)
    for name in names:
        tokenizer = _tokenizer(params, name, console)
        found = (example for example in read(arguments.source, Example) if example.task == name)
        for example in islice(found, arguments.n):
            console.rule(f"{name} {example.id} {example.category}".rstrip())
            console.print(shown(example, tokenizer), soft_wrap=True)


def shown(example: Example, tokenizer: Any | None) -> Text:
    """The prompt in plain and the completion, token by token, on a green ground; without a tokenizer in one piece."""
    from rich.text import Text

    if example.audio:
        heard = f"{example.audio} {example.meta['start']:.2f} - {example.meta['end']:.2f} s\n"
        return Text(heard, "dim").append(example.response, LOSS[0])
    if tokenizer is None:
        return Text(headed(example)).append(example.response, LOSS[0])
    from stages.models.text import tokenize

    prompt, completion = render(example, tokenizer)
    tokens = tokenize(tokenizer, prompt, completion)
    text = Text(tokenizer.decode(tokens.ids[: tokens.prompt], skip_special_tokens=False))
    for place, piece in enumerate(_pieces(tokens.ids[tokens.prompt :], tokenizer)):
        text.append(piece, LOSS[place % len(LOSS)])
    count = len(tokens.ids) - tokens.prompt
    return text.append(f"\n{tokens.prompt} tokens of prompt, {count} that carry loss", "dim")


def _pieces(ids: list[int], tokenizer: Any) -> list[str]:
    """The text that each token adds; what a token only begins, such as half a character, shows with the next."""
    pieces, known = [], ""
    for end in range(1, len(ids) + 1):
        decoded = tokenizer.decode(ids[:end], skip_special_tokens=False)
        whole = decoded.rstrip("\ufffd") if end < len(ids) else decoded
        pieces.append(whole[len(known) :])
        known = whole
    return pieces


def _tokenizer(params: Params, task: str, console: Any) -> Any | None:
    path = Path(params.tasks[task].base_path)
    if not (path / "tokenizer_config.json").is_file():
        console.print(
            f"{path} is not there yet: shown without tokens, in the form of a model without a chat template",
            style="yellow",
        )
        return None
    from stages.models.text import load_tokenizer

    return load_tokenizer(path)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m stages.structure preview",
        description="Print examples exactly as the task's base model sees them; tokens that carry loss are on green.",
    )
    parser.add_argument("--task", help="one task (default: all)")
    parser.add_argument("-n", type=int, default=2, help="examples a task (default: %(default)s)")
    parser.add_argument("--source", type=Path, default=SOURCE, help="folder of examples (default: %(default)s)")
    parser.add_argument("--params", default="params.yaml", help="params file (default: %(default)s)")
    return parser.parse_args(argv)
