"""The structured summary of an encounter: the answer that models learn to give.

Its form is the same for every case, held-out ones too: what is held out is how the encounter is told, not how it is
summed up. Every fact of `hpi` is said in the dialogue, and `hpi` holds the findings that determine the diagnosis.
"""

from __future__ import annotations

from dataclasses import dataclass

from stages.synthesize.case import Case
from stages.synthesize.wording import facts, sentence

HPI = "{a} {age}-year-old {sex} presents with {complaint} for {duration}. {She} has {present}. {She} denies {negated}."
WITH_HISTORY = " {She} has a history of {history} and takes {medicines}."
HEALTHY = " {She} has no chronic illness and takes no medicines."
ASSESSMENT = "The findings are most consistent with {diagnosis}. The differential includes {others}."
PLAN = "Order {test}. Give {treatment}. Follow up in {follow_up}."


@dataclass(frozen=True, slots=True)
class Summary:
    """Marked-up texts; `differential` is "a; b; c", the likeliest first, and its first is `diagnosis`."""

    hpi: str
    assessment: str
    plan: str
    diagnosis: str
    differential: str


def make_summary(case: Case) -> Summary:
    """Sum up the case; the texts may hold the slot `⟦age_over_89⟧` and no other."""
    known = facts(case)
    hpi = HPI + (WITH_HISTORY if case.history else HEALTHY)
    return Summary(
        hpi=sentence(hpi.format(**known)),
        assessment=ASSESSMENT.format(**known),
        plan=PLAN.format(**known),
        diagnosis=case.diagnosis,
        differential="; ".join(case.differential),
    )
