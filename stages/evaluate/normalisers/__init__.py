"""How a text is made comparable: named normalisers, each with a digest of what it does.

Two numbers may be compared only where texts were normalised alike. The digest in a metric's signature is taken over
what a normaliser does to the texts of `PROBES`, so that a change which forgot to give it a new name is seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from importlib.metadata import version

from stages.evaluate.normalisers.clinical import clinical
from stages.evaluate.normalisers.whisper import whisper_english
from stages.evaluate.tokens import dose_safe, squad

# What normalisers differ in, and what the common ones damage.
PROBES = (
    "", "BNP <100 and creatinine >2.0", "5 mm nodule", "-2", "minus 2", "base excess -2 to 3", "p.o.", "b.i.d.",
    "O positive", "LT knee", "RT. arm", "left, right, bilateral", "ST elevation", "gen surg", "(denies chest pain)",
    "[x] no fever", "mm-hmm", "uh, um", "1,25-dihydroxyvitamin D", "1,000 units", "can't", "can\u2019t", "Crohn's",
    "Crohn\u2019s", "mg milligrams mcg \u00b5g \u03bcg ug", "5 milligrams", "3 cc", "10 units", "0.5 mg",
    "point five milligrams", "two point two five mg", ".50", "2.50", "2-3", "two to three", "120/80",
    "one hundred twenty over eighty", "twenty-five", "one hundred and five", "two thousand nineteen", "HbA1c", "21st",
    "type II diabetes", "type 2 diabetes", "Type IV", "stage iii", "grade 1", "5%", "5 %", "five percent", "2+",
    "\u22653", "<= 7", "2.5\u00b5g", "1/2 tab", "\u00bd tab", "hepatitis A", "the a an", "beta-blocker", "q6h",
    "mg/kg/day", "mg per kg per day", "98.6 \u00b0F", "Sj\u00f6gren's", "colour, oedema, haemoglobin",
    "No. 5; yes: ok!", "Dr. Mr. Mrs. Prof.", "won't don't I'm", "3 x 4", "T2-3", "at that point 5 patients",
)  # fmt: skip
_KEPT = 1 << 16


@dataclass(frozen=True)
class Normaliser:
    """A function of a text, by name; `needs` is the library that it rests on."""

    name: str
    apply: Callable[[str], str]
    needs: str = ""

    @cached_property
    def digest(self) -> str:
        """The first 12 digits of the SHA-256 over what becomes of the probes."""
        said = "\0".join(self.apply(probe) for probe in PROBES)
        return sha256(said.encode()).hexdigest()[:12]

    @property
    def signature(self) -> str:
        """As it stands in the signature of a metric."""
        library = f"|version:{self.needs}-{version(self.needs)}" if self.needs else ""
        return f"norm:{self.name}#{self.digest}{library}"

    @cached_property
    def tokens(self) -> Callable[[str], tuple[str, ...]]:
        """The words of a normalised text; kept, because every system is compared with the same references."""
        return lru_cache(_KEPT)(lambda text: tuple(self.apply(text).split()))


NONE = Normaliser("none", lambda text: text)
DOSE_SAFE = Normaliser("dose-safe-1", lambda text: " ".join(dose_safe(text)))
SQUAD = Normaliser("squad-1.1", lambda text: " ".join(squad(text)))
CLINICAL = Normaliser("clinical-1", clinical)
WHISPER = Normaliser("whisper-en", whisper_english, "whisper-normalizer")

NORMALISERS = {one.name: one for one in (NONE, DOSE_SAFE, SQUAD, CLINICAL, WHISPER)}
