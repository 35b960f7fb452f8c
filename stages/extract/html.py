"""HTML, by Beautiful Soup over lxml: what a reader would see."""

from __future__ import annotations

import re

from stages.extract.characters import decode
from stages.extract.page import Page
from stages.extract.reader import Unreadable
from stages.extract.reasons import TRUNCATED
from stages.params.extract import Extract

UNSEEN = ("script", "style", "noscript", "template", "head")
BLOCKS = (
    "address article aside blockquote br dd div dl dt fieldset figcaption footer form h1 h2 h3 h4 h5 h6 header hr li "
)
BLOCKS += "main nav ol p pre section table tr ul"


def pages(data: bytes, _limits: Extract) -> list[Page]:
    """The text as one page, a block a line, cells parted by bars; raises `Unreadable` when the end is missing."""
    from bs4 import BeautifulSoup
    from bs4.element import NavigableString

    text = _decoded(data)
    if re.search(r"<html\b", text, re.IGNORECASE) and not re.search(r"</html\s*>", text, re.IGNORECASE):
        raise Unreadable(TRUNCATED, "<html> is never closed")
    soup = BeautifulSoup(text, "lxml")
    for unseen in soup(UNSEEN):
        unseen.decompose()
    for node in soup.find_all(string=True):
        # Comments and doctypes are strings of their own kinds, which the text leaves out.
        if type(node) is NavigableString and node.find_parent("pre") is None:
            node.replace_with(re.sub(r"\s+", " ", node))
    for cell in soup(["td", "th"]):
        if cell.find_next_sibling(["td", "th"]) is not None:
            cell.append(" | ")
    for block in soup(BLOCKS.split()):
        block.insert_before("\n")
        block.insert_after("\n")
    lines = (line.strip() for line in soup.get_text().split("\n"))
    return [Page("\n".join(line for line in lines if line), wrapped=False)]


def _decoded(data: bytes) -> str:
    declared = re.search(rb"<meta[^>]+charset=[\"']?([\w-]+)", data[:2048], re.IGNORECASE)
    try:
        return data.decode(declared[1].decode()) if declared else decode(data)
    except (LookupError, UnicodeDecodeError):
        return decode(data)
