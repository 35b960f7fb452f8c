"""How text becomes the tokens that answers are compared by; `stages.evaluate.normalisers` names and signs them.

`dose_safe` is the default: the usual one (`squad`) deletes punctuation and articles, by which `2.5 mg`
equals `25 mg`, `-2` equals `2` and `hepatitis A` equals `hepatitis`.
"""

from __future__ import annotations

import re
import string
import unicodedata

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_QUOTES = {ord("\u2018"): "'", ord("\u2019"): "'", ord("\u00b5"): "\u03bc"}
_COMPARED = str.maketrans({"\u2264": "<=", "\u2265": ">="})

# A sign belongs to its number only where no word, number or closing bracket stands before it: `-2`, but `T2-3` is a
# range.
# Words stand first because most tokens are; no two kinds begin with the same character.
_TOKEN = re.compile(
    r"""(?P<word>[^\W\d_][^\W_]*(?:'[^\W_]+)*)
      | (?P<number>(?:(?<![\w)\].%])[-+])?(?:\d+(?:[.,/:-]\d+)*|\.\d+)[%+]?)
      | (?P<compared>[<>]=?)""",
    re.VERBOSE,
)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_DECIMAL = re.compile(r"\d*\.\d+|\d+")
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def dose_safe(text: str) -> tuple[str, ...]:
    """Tokens that keep what a dose, a sign or a type depends on; `dose-safe-1` in signatures.

    NFC, case folded, dashes and apostrophes made plain. A number is one token with its sign, decimals, fraction, range,
    percent and plus (`-2`, `120/80`, `2-3`, `5%`, `2+`), and apart from its unit (`5mg` is `5`, `mg`); thousands commas
    and zeros that say nothing are dropped (`1,000` is `1000`, `.50` is `0.5`). `<` and `>` are tokens. Articles stay,
    for the sake of `hepatitis A`. Hyphens part words (`beta-blocker` is `beta`, `blocker`); other punctuation is
    dropped.

    >>> dose_safe("Metoprolol 2.50mg, BP 120/80; lactate >2")
    ('metoprolol', '2.5', 'mg', 'bp', '120/80', 'lactate', '>', '2')
    """
    plain = unicodedata.normalize("NFC", text).translate(_DASHES).translate(_QUOTES).translate(_COMPARED).casefold()
    found = _TOKEN.finditer(plain)
    return tuple(_number(match.group()) if match.lastgroup == "number" else match.group() for match in found)


def squad(text: str) -> tuple[str, ...]:
    """Tokens as in the official script of SQuAD 1.1 (Rajpurkar et al. 2016, arXiv 1606.05250), for comparability only.

    Lower case, ASCII punctuation deleted, `a`, `an` and `the` dropped, split at white space.

    >>> squad("The dose is 2.5 mg")
    ('dose', 'is', '25', 'mg')
    """
    return tuple(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def blank(text: str) -> bool:
    """Whether nothing in the text can be seen: white space, control and format characters only."""
    return all(unicodedata.category(character)[0] in "ZC" for character in text)


def _number(token: str) -> str:
    return _DECIMAL.sub(lambda match: _tidy(match.group()), _THOUSANDS.sub("", token))


def _tidy(decimal: str) -> str:
    whole, point, fraction = decimal.partition(".")
    fraction = fraction.rstrip("0")
    return (whole or "0") + (point + fraction if fraction else "")
