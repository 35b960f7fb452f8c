"""Which component is for training, validation or testing. docs/splitting.md tells the rules and their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from stages.flow import Rejected
from stages.keys import Key
from stages.params.split import Split
from stages.records import Example

SPLITS = ("train", "validation", "test")


@dataclass(slots=True)
class Assignment:
    """What became of the examples.

    Attributes:
        splits: Id of an example -> its split.
        held: Groups of the components that are for validation or testing, those of left-out examples too.
        left_out: Examples that may stand nowhere.
        bridged: Components of more than one patient.
        moved: Examples that their patient's own draw would have put elsewhere: what a bridge between patients changed.
    """

    splits: dict[str, str] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    left_out: list[Rejected] = field(default_factory=list)
    bridged: int = 0
    moved: int = 0


def assign(components: Iterable[Sequence[Example]], params: Split, key: Key, seed: int) -> Assignment:
    """Put every component whole into one split; leave out what contradicts a declared set."""
    whole = list(components)
    declared: dict[str, set[str]] = {}
    for example in (example for members in whole for example in members):
        declared.setdefault(example.task, set()).update({example.split} - {None})  # type: ignore[arg-type]
    draw = _Draw(params, key, seed, declared)
    result = Assignment()
    for members in whole:
        split = draw.of(members)
        groups = {member.group for member in members}
        if split != "train":
            result.held |= groups
        if len(groups) > 1:
            result.bridged += 1
            alone = {group: draw.of([m for m in members if m.group == group]) for group in groups}
            result.moved += sum(alone[member.group] != split for member in members)
        for member in members:
            if _belongs(member, split, members, declared[member.task]):
                result.splits[member.id] = split
            else:
                result.left_out.append(left_out(member, f"in one component with a declared {split} example"))
    return result


def left_out(example: Example, reason: str) -> Rejected:
    """An example's line in the quarantine."""
    return Rejected(example.id, example.group, example.task, reason)


@dataclass(frozen=True, slots=True)
class _Draw:
    params: Split
    key: Key
    seed: int
    declared: Mapping[str, set[str]]

    def of(self, members: Sequence[Example]) -> str:
        """The split of a component: declared where a member declares one, else drawn.

        The draw is the least of the groups' keyed hashes, and the splits lie on it as test, validation, train. So a
        component's split follows from its patients alone, and one that grows by other patients' near-duplicates can
        only move towards the test set, never out of it.
        """
        named = {member.split for member in members}
        if fixed := next((split for split in ("test", "validation") if split in named), None):
            return fixed
        sets = set[str]().union(*(self.declared[member.task] for member in members))
        test = 0.0 if "test" in sets or "train" in named else self.params.test
        validation = 0.0 if "validation" in sets else self.params.validation
        place = min(self.key.place(self.seed, member.group) for member in members)
        return "test" if place < test else "validation" if place < test + validation else "train"


def _belongs(member: Example, split: str, members: Sequence[Example], declared: set[str]) -> bool:
    """Whether an example may stand in its component's split.

    A set that a source declares for a task takes only what is declared for it: a published test set stays as it is.
    Validation may be drawn from what is declared for training.
    """
    if member.split is None:
        return split == "train" or split not in declared
    drawn = split == "validation" and all(other.split != "validation" for other in members)
    return member.split == split or (member.split == "train" and drawn)
