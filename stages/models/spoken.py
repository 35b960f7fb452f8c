"""Transcripts as Whisper's tokens: what stands before them, tokens that are added for speakers and terms, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import WhisperTokenizer

START, END, PREVIOUS, NO_TIMES = "<|startoftranscript|>", "<|endoftext|>", "<|startofprev|>", "<|notimestamps|>"
_TIME = re.compile(r"<\|\d+\.\d\d\|>")
_SPEAKER = re.compile(r"\s*(<\|\w+\|>)\s*")
_TIME_STEP = 0.02


def speaker_token(role: str) -> str:
    """The token of a role, such as `<|doctor|>`."""
    return f"<|{role}|>"


def encode(tokenizer: WhisperTokenizer, text: str) -> list[int]:
    """Ids of a transcript alone; it starts with a space, as every word of Whisper's training texts did."""
    return list(tokenizer(f" {text.strip()}", add_special_tokens=False)["input_ids"])


def decode(tokenizer: WhisperTokenizer, ids: Sequence[int]) -> str:
    """The text of a transcript: added tokens stay, with a space to each side; Whisper's own and times do not."""
    added, special = added_tokens(tokenizer), set(tokenizer.all_special_ids)
    text, run = "", list[int]()
    for id in ids:
        if id in added:
            text, run = f"{text}{_plain(tokenizer, run)} {added[id]}", []
        elif id not in special:
            run.append(id)
    text += _plain(tokenizer, run)
    return " ".join(_SPEAKER.sub(r" \1 ", text).split())


def before(tokenizer: WhisperTokenizer, terms: Sequence[str] = (), most: int = 0) -> list[int]:
    """What stands before a transcript: terms as the text that went before, then language and task, without times.

    Of the terms as many are taken as fit into `most` tokens; Whisper takes half of its positions for them at most.
    """
    prompt: list[int] = []
    for term in terms:
        more = encode(tokenizer, f"{term}," if term != terms[-1] else term)
        if len(prompt) + len(more) + 1 > most:
            break
        prompt += more
    return [*([tokenizer.convert_tokens_to_ids(PREVIOUS), *prompt] if prompt else []), *tokenizer.prefix_tokens]


def added_tokens(tokenizer: WhisperTokenizer) -> dict[int, str]:
    """Id -> text of the tokens that a task added: neither Whisper's own nor times."""
    found = tokenizer.added_tokens_decoder.items()
    return {id: str(token) for id, token in found if not token.special and not _TIME.fullmatch(str(token))}


def add_tokens(tokenizer: WhisperTokenizer, size: int, speakers: Iterable[str], terms: Iterable[str]) -> list[int]:
    """Add a token for each role and each term, and return their ids, which are new.

    `size` is the number of rows of the model's embedding. A tokenizer that leaves the times out has fewer tokens, and
    new ones would take theirs; it is told of them first. A term is a token where it stands as a whole word, in lower
    case as in the list.
    """
    from tokenizers import AddedToken

    missing = range(size - len(tokenizer))
    tokenizer.add_tokens([AddedToken(f"<|{i * _TIME_STEP:.2f}|>", normalized=False) for i in missing])
    known = len(tokenizer)
    tokenizer.add_tokens([AddedToken(speaker_token(role), lstrip=True, normalized=False) for role in speakers])
    tokenizer.add_tokens([AddedToken(term, single_word=True, lstrip=True, normalized=False) for term in terms])
    return list(range(known, len(tokenizer)))


def words_of(token: str) -> str:
    """What an added token stands for, in words: `doctor` of `<|doctor|>`, a term itself."""
    return token.removeprefix("<|").removesuffix("|>").replace("_", " ")


def _plain(tokenizer: WhisperTokenizer, ids: Sequence[int]) -> str:
    return str(tokenizer.decode(list(ids), skip_special_tokens=True)) if ids else ""
