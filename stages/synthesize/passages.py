"""Plain texts that a language model trained from scratch learns from: the clinic's library.

A model this small must learn to copy before it can learn a task's form (copying breaks through late in its training),
so most passages tell one case twice, as a dialogue and as a note in other words; what varies (names, ages, durations,
doses, findings) can then only be predicted by looking back. The rest is what a textbook says of the conditions. Nobody
real is in them, held-out wordings and combinations are not in them, and no task's answer has their form.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from stages.keys import seeded
from stages.synthesize.case import Case, make_case
from stages.synthesize.conditions import Condition, clinic
from stages.synthesize.dialogues import dialogue
from stages.synthesize.fill import fill
from stages.synthesize.identity import Cast, make_cast
from stages.synthesize.wording import Voice, choose, facts, sentence

CASTS = 600
VISIT, LISTS, HANDOVER, VIGNETTES, LESSONS, CHAT = range(6)
SHARES = {VISIT: 62, LISTS: 2, HANDOVER: 4, VIGNETTES: 14, LESSONS: 9, CHAT: 9}
ECHOED, SAME_ORDER, SAME_WORDS = 0.5, 0.6, 0.5
FIRST_DAY = date(2015, 1, 1)
Casts = Mapping[str, list[Cast]]
PARTS = ("opened", "symptoms", "denials", "background", "verdict", "plan")


def make_passages(seed: int, number: int) -> Iterator[str]:
    """Yield passages of about 100 to 250 words; the n-th depends on the seed and n alone."""
    casts = make_casts(seed)
    for n in range(number):
        yield make_passage(seeded(seed, "synthesize", "passage", str(n)), casts)


def make_casts(seed: int) -> Casts:
    """People for passages to be about, by sex: making new ones for each passage would take most of the time."""
    return {
        sex: [_cast(seeded(seed, "synthesize", "passage cast", sex, str(n)), sex) for n in range(CASTS)]
        for sex in ("female", "male")
    }


def make_passage(rng: random.Random, casts: Casts) -> str:
    """One passage, about people of the given casts."""
    (kind,) = rng.choices(list(SHARES), weights=list(SHARES.values()))
    if kind == VISIT:
        return _visit(rng, casts)
    if kind == LISTS:
        return "\n".join(_list(rng, casts) for _ in range(rng.randint(2, 3)))
    if kind == HANDOVER:
        return _handover(rng, casts)
    if kind == VIGNETTES:
        return "\n".join(_vignette(rng) for _ in range(rng.randint(3, 4)))
    chosen = rng.sample(clinic().conditions, 8)
    if kind == LESSONS:
        return "\n".join(_told("lesson", rng, condition) for condition in chosen[: rng.randint(2, 3)])
    return "\n".join(_told("chat", rng, condition) for condition in chosen)


def _visit(rng: random.Random, casts: Casts) -> str:
    case = _case(rng)
    talk = "\n".join(f"{turn.speaker}: {turn.text}" for turn in dialogue(case, rng, Voice.LIBRARY))
    return fill(f"{talk}\n\n{_note(rng, case)}", _of_case(rng.choice(casts[case.sex]), case), rng).text


def _note(rng: random.Random, case: Case) -> str:
    known = facts(case)
    known["Her"] = sentence(known["her"])
    template: str = choose(rng, "passages", "note", Voice.LIBRARY)
    told = {part: choose(rng, "passages", _pool(part, case), Voice.LIBRARY).format(**known) for part in PARTS}
    return template.format(**told)


def _handover(rng: random.Random, casts: Casts) -> str:
    """A few patients, told twice: what is random in the first telling is certain in the second."""
    rows = [_row(rng, casts) for _ in range(rng.randint(2, 4))]
    once = choose(rng, "passages", "row", Voice.LIBRARY)
    again = once if rng.random() < SAME_WORDS else choose(rng, "passages", "row", Voice.LIBRARY)
    if rng.random() < ECHOED:
        echo = choose(rng, "passages", "echo", Voice.LIBRARY)
        return "\n".join(echo.format(first=once.format(**row), second=again.format(**row)) for row in rows)
    first = "\n".join(once.format(**row) for row in rows)
    if rng.random() >= SAME_ORDER:
        rng.shuffle(rows)
    second = "\n".join(again.format(**row) for row in rows)
    return str(choose(rng, "passages", "handover", Voice.LIBRARY).format(first=first, second=second))


def _list(rng: random.Random, casts: Casts) -> str:
    words = [_word(rng, casts) for _ in range(rng.randint(4, 9))]
    return str(choose(rng, "passages", "list", Voice.LIBRARY).format(first=f"{', '.join(words)}."))


def _word(rng: random.Random, casts: Casts) -> str:
    condition = rng.choice(clinic().conditions)
    person = rng.choice(casts["female"]).people["patient"]
    case = make_case(rng, held_out=False)
    return rng.choice(
        (*case.present, *map(str, case.medicines), case.duration, condition.name, person.first, person.last)
    )


def _row(rng: random.Random, casts: Casts) -> dict[str, str]:
    case = _case(rng)
    known = facts(case) | {"name": rng.choice(casts[case.sex]).people["patient"].first}
    return known if case.medicines else known | {"medicines": "no medicines"}


def _vignette(rng: random.Random) -> str:
    known = facts(_case(rng))
    template: str = choose(rng, "passages", "vignette", Voice.LIBRARY)
    return template.format(**known)


def _told(pool: str, rng: random.Random, condition: Condition) -> str:
    mark1, mark2 = rng.sample(condition.marks, 2)
    known = {
        "name": condition.name,
        "definition": condition.definition,
        "cause": condition.cause,
        "risk": condition.risk,
        "complication": condition.complication,
        "organ": condition.organ,
        "complaint": rng.choice(condition.complaints).format(side=rng.choice(("left", "right"))),
        "mark1": mark1,
        "mark2": mark2,
        "common": rng.choice(condition.common),
        "test": condition.test,
        "test_shows": condition.test_shows,
        "treatment": condition.treatment,
    }
    template: str = choose(rng, "passages", pool, Voice.LIBRARY)
    return template.format(**known, **{sentence(name): sentence(value) for name, value in known.items()})


def _pool(part: str, case: Case) -> str:
    return "healthy" if part == "background" and not case.history else part


def _case(rng: random.Random) -> Case:
    """A training case that holds no identifier: ages over 89 are one."""
    while True:
        case = make_case(rng, held_out=False)
        if case.age <= 89:
            return case


def _cast(rng: random.Random, sex: str) -> Cast:
    visit = FIRST_DAY + timedelta(days=rng.randrange(4000))
    return make_cast(rng, False, sex, date(visit.year - 40, 1, 1), visit)


def _of_case(cast: Cast, case: Case) -> Cast:
    visit = cast.dates["visit"]
    birth = date(visit.year - case.age - 1, 12, 28) if visit.month < 12 else date(visit.year - case.age, 1, 1)
    return replace(cast, age=case.age, dates={**cast.dates, "birth": birth})
