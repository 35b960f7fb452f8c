"""What transcribers write between the words: tags for what they were unsure of, and for what nobody understood.

Words inside a pair of tags (`<UNSURE>every day</UNSURE>`) stay, the tags go. A mark that stands for speech which is not
written down (`<UNIN/>`, `<INAUDIBLE_SPEECH/>`, `[inaudible]`) goes too, and the segment is told of: sound with words
that are not in its text is nothing to learn from or to be measured on.
"""

from __future__ import annotations

import re

UNHEARD = re.compile(
    r"<\s*[A-Za-z][\w-]*\s*/\s*>|[\[(]\s*(?:inaudible|unintelligible|indiscernible|unclear|crosstalk)\b[^\])]*[\])]",
    re.IGNORECASE,
)
# Tags, and what a model takes for a token of its own.
PAIRED = re.compile(r"</?\s*[A-Za-z][\w-]*\s*>|<\|[^|>]*\|>")


def plain(text: str) -> tuple[str, bool]:
    """The words of a text, and whether all that was said is among them.

    >>> plain("Once <UNSURE>every day</UNSURE> <UNIN/>")
    ('Once every day', False)
    """
    words = PAIRED.sub("", UNHEARD.sub(" ", text))
    return " ".join(words.split()), not UNHEARD.search(text)
