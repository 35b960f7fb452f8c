"""Words of medicine that look like names: drugs, diseases and eponyms are no PHI."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

CLINICAL_NOUNS = re.compile(
    r"(?:['’]s?|-[\w-]+)?[\s-]+(?:[\w-]+[\s-]+){0,2}?(?:disease|syndrome|signs?|catheters?|reflex|tests?|scale|scores?|criteria|palsy|lymphoma|sarcoma|stain|"
    r"classification|procedure|operation|tubes?|position|phenomenon|contracture|dementia|bod(?:y|ies)|tumou?r|oesophagus|esophagus|nodes?|nodules?|"
    r"fractures?|ulcers?|thyroiditis|arteritis|chorea|ataxia|anomaly|malformation|tetralogy|virus|fever|maneuver|manoeuvre|exercises?|monitor|"
    r"ultrasound|murmur|pulse|lines?|loop|triad|cells?|glands?|ducts?|patch(?:es)?|spots?|rules?|drain|clamp|forceps|brace|splint|pouch|respirations?|"
    r"breathing|encephalopathy|anemia|anaemia|agglutination|block|rhythm|wave|index|hernia|diverticulum|deformity|paralysis|psychosis|negative|positive|"
    r"coma|surgery|repair|resection|chart|grade|stage|type|class|equation|formula|lactate|solution|tendon|angle|point|line|i{1,3}v?)\b",
    re.IGNORECASE,
)
NOUN = re.compile(r"disease|syndrome|signs?|catheter|reflex|tests?|scale|scores?|criteria|palsy|lymphoma|coma|procedure|tube|maneuver|fracture|monitor", re.IGNORECASE)
ANATOMY_OF = re.compile(r"(?:disease|syndrome|tetralogy|ligament|foramen|bundle|circle|ampulla|canal|crypts?|islets?|loop|node|triangle) of\s*$", re.IGNORECASE)


class Medicine:
    """Tells whether a stretch of text that looks like a name is a word of medicine there."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._words: set[str] = set()
        self._phrases: set[str] = set()
        for term in terms:
            (self._phrases if " " in term else self._words).add(term.casefold())
        listed = _lines(files("stages.deidentify").joinpath("eponyms.txt").read_text(encoding="utf-8"))
        self._eponyms = {line.removesuffix(" *") for line in listed}
        self._sole = {line.removesuffix(" *") for line in listed if line.endswith(" *")}

    @classmethod
    def read(cls, path: str | None) -> Medicine:
        """With the terms of a file, one a line; raises `FileNotFoundError` naming it where there is none."""
        if path is None:
            return cls(())
        if not Path(path).is_file():
            raise FileNotFoundError(f"{path}: no such file; `deidentify.terms` names it, null does without")
        return cls(_lines(Path(path).read_text(encoding="utf-8")))

    def is_term(self, word: str) -> bool:
        """Whether a word or phrase is in the lexicon."""
        plain = word.casefold().strip(" .,'’")
        return plain in self._words or plain in self._phrases

    def is_eponym(self, word: str) -> bool:
        """Whether a word is somebody's name in medicine, wherever it stands."""
        return word.casefold() in self._eponyms

    def stands_at(self, text: str, start: int, end: int) -> bool:
        """Whether text[start:end], which looks like a name, means a disease, a sign, a device or a drug there."""
        words = [word.casefold().removesuffix("'s").removesuffix("’s") for word in re.findall(r"[\w'’]+", text[start:end])]
        if not words:
            return True
        if self.is_term(text[start:end]) or all(word in self._words for word in words):
            return True
        # "Parkinson's disease" as a whole is no more a name than its first word.
        eponyms = [word for word in words if word in self._eponyms]
        if eponyms and len(words) > 1 and CLINICAL_NOUNS.match(text, start + text[start:end].casefold().rindex(eponyms[-1]) + len(eponyms[-1])):
            if all(word in self._eponyms or word in self._words or NOUN.fullmatch(word) for word in words):
                return True
        if all(word in self._sole for word in words):
            return True
        if all(word in self._eponyms for word in words):
            after, before = text[end : end + 60], text[max(0, start - 25) : start]
            return bool(CLINICAL_NOUNS.match(after) or ANATOMY_OF.search(before))
        return False


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
