"""Words of medicine that look like names: drugs, diseases and eponyms are no PHI."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from stages.deidentify.words import lines

CLINICAL_NOUNS = re.compile(
    r"(?:['’]s?|-[\w-]+)?[\s-]+(?:[\w-]+[\s-]+){0,2}?(?:disease|syndrome|signs?|catheters?|reflex|tests?|scale|"
    "scores?|criteria|palsy|lymphoma|sarcoma|stain|"
    "classification|procedure|operation|tubes?|position|phenomenon|contracture|dementia|bod(?:y|ies)|tumou?r|"
    "oesophagus|esophagus|nodes?|nodules?|cysts?|lesions?|attacks?|"
    "fractures?|ulcers?|thyroiditis|arteritis|chorea|ataxia|anomaly|malformation|tetralogy|virus|fever|maneuver|"
    "manoeuvre|exercises?|monitor|"
    "ultrasound|murmur|pulse|lines?|loop|triad|cells?|glands?|ducts?|patch(?:es)?|spots?|rules?|drain|clamp|"
    "forceps|brace|splint|pouch|respirations?|"
    "breathing|encephalopathy|anemia|anaemia|agglutination|block|rhythm|wave|index|hernia|diverticulum|deformity|"
    "paralysis|psychosis|negative|positive|"
    "coma|surgery|repair|resection|chart|grade|stage|type|class|equation|formula|lactate|solution|tendon|angle|"
    r"point|line|i{1,3}v?)\b",
    re.IGNORECASE,
)
NOUN = re.compile(
    "disease|cyst|syndrome|signs?|catheter|reflex|tests?|scale|scores?|criteria|palsy|lymphoma|coma|procedure|tube|"
    "maneuver|fracture|monitor",
    re.IGNORECASE,
)
ANATOMY_OF = re.compile(
    "(?:disease|syndrome|tetralogy|ligament|foramen|bundle|circle|ampulla|canal|crypts?|islets?|loop|node|"
    r"triangle) of\s*$",
    re.IGNORECASE,
)


_WORD = re.compile(r"[\w'’]+")
_POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$")


class Medicine:
    """Tells whether a stretch of text that looks like a name is a word of medicine there."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._words: set[str] = set()
        self._phrases: set[str] = set()
        for term in terms:
            (self._phrases if " " in term else self._words).add(term.casefold())
        listed = lines("eponyms")
        self._eponyms = {line.removesuffix(" *") for line in listed}
        self._sole = {line.removesuffix(" *") for line in listed if line.endswith(" *")}

    @classmethod
    def read(cls, path: str | None) -> Medicine:
        """With the terms of a file, one a line; raises `FileNotFoundError` naming it where there is none."""
        if path is None:
            return cls(())
        if not Path(path).is_file():
            raise FileNotFoundError(f"{path}: no such file; `deidentify.terms` names it, null does without")
        text = Path(path).read_text(encoding="utf-8")
        return cls(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))

    @property
    def words(self) -> frozenset[str]:
        """The terms of one word, folded."""
        return frozenset(self._words)

    def is_term(self, word: str) -> bool:
        """Whether a word or phrase is in the lexicon."""
        plain = word.casefold().strip(" .,'’")
        return plain in self._words or plain in self._phrases

    def is_eponym(self, word: str) -> bool:
        """Whether a word is somebody's name in medicine, wherever it stands."""
        return word.casefold() in self._eponyms

    def stands_at(self, text: str, start: int, end: int) -> bool:
        """Whether text[start:end], which looks like a name, means a disease, a sign, a device or a drug there."""
        words = _words(text[start:end])
        if not words or self.is_term(text[start:end]) or all(word in self._words for word in words):
            return True
        return all(word in self._sole for word in words) or self.names_a_finding(text, start, end)

    def names_a_finding(self, text: str, start: int, end: int) -> bool:
        """Whether a name is an eponym there: followed by a word such as disease, sign or catheter."""
        words = _words(text[start:end])
        eponyms = [word for word in words if word in self._eponyms]
        if not eponyms or not all(
            word in self._eponyms or word in self._words or NOUN.fullmatch(word) for word in words
        ):
            return False
        # "Parkinson's disease" as a whole is no more a name than its first word.
        last = start + text[start:end].casefold().rindex(eponyms[-1]) + len(eponyms[-1])
        return bool(CLINICAL_NOUNS.match(text, last) or ANATOMY_OF.search(text, max(0, start - 25), start))


def _words(value: str) -> list[str]:
    return [_POSSESSIVE.sub("", word.casefold()) for word in _WORD.findall(value)]
