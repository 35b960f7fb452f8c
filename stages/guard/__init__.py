"""What a change to clinical text must never touch: numbers, doses, negation, sides, time, names and section headers.

`critical` reduces a text to its protected content, `changed` names the categories in which two texts differ, and
`protected` gives the stretches that an operator keeps its hands off. All is by rule and by lexicon: it errs towards
protecting too much, because a change that is held back costs an example and one that slips through costs its meaning.

The words that it knows stand in `stages.cues`.
"""

from stages.guard.content import CATEGORIES, Critical, carries, changed, critical, protected
from stages.guard.marks import headers
from stages.guard.names import NO_NAMES, Names, places

__all__ = [
    "CATEGORIES",
    "NO_NAMES",
    "Critical",
    "Names",
    "carries",
    "changed",
    "critical",
    "headers",
    "places",
    "protected",
]
