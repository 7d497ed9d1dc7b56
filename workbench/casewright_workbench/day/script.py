"""The whole day: stories told by hand among traffic drawn from a seed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Final

from casewright_workbench.day.courses import Setting, course, moments
from casewright_workbench.day.hours import CLOSES, OPENS
from casewright_workbench.day.matters import fields_of, matter
from casewright_workbench.day.people import customer
from casewright_workbench.day.steps import Open, Step, in_time
from casewright_workbench.day.stories import MAIL, MAYA, TOMAS, WEB, stories

DRAWN: Final = 14
"""Cases drawn besides those of the stories."""

_BY_HOUR: Final = (5, 9, 11, 10, 8, 7, 8, 9, 8, 7, 5, 3)
"""How busy each hour is, from 08:00 on."""


def script(*, seed: int) -> tuple[Step, ...]:
    """Every step of the day in order; the same for the same seed."""
    random = Random(f"day {seed}")  # noqa: S311 -- reproducible on purpose
    drawn = [step for number in range(DRAWN) for step in _case(f"case {number + 1}", random)]
    return in_time([*stories(), *drawn])


def _case(name: str, random: Random) -> Iterator[Step]:
    opened, concern, person = _arrival(random), matter(random), customer(random)
    agent = random.choice((MAYA, TOMAS))
    source = random.choice((WEB, WEB, MAIL, agent))
    yield Step(opened, name, source, Open(concern.template, fields_of(concern, person, opened, random)))
    for moment, by, deed in moments(course(concern, random), opened, Setting(concern, random)):
        if moment >= CLOSES:
            return
        yield Step(moment, name, agent if by == "agent" else by, deed)


def _arrival(random: Random) -> datetime:
    hour = random.choices(range(len(_BY_HOUR)), weights=_BY_HOUR)[0]
    return OPENS + timedelta(hours=hour, seconds=random.randrange(3600))
