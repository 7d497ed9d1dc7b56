"""What can be read of one thing, and whether one reading passes several tests at once."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple, TypeVar

from casewright.cases.state import Missing
from casewright.conditions.operators import Age, Among, Between, Compares, ValueTest, WithinHours
from casewright.conditions.subjects import Reading
from casewright_authoring.analysis.texts import text_passes
from casewright_authoring.analysis.verdicts import SOME_INSTANT, Verdicts, verdict_of

P = TypeVar("P", float, datetime, timedelta)

_LITTLE: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Readings:
    """Everything that can be read of one thing: what is listed, and whole kinds of values."""

    listed: tuple[Missing | bool | str, ...] = ()
    texts: bool = False
    numbers: bool = False
    moments: bool = False


class Wanted(NamedTuple):
    """A test and the verdicts it may give; `at` numbers the moment that ages are counted to."""

    test: ValueTest
    verdicts: Verdicts
    at: int


def passes(readings: Readings, wanted: Sequence[Wanted]) -> bool:
    """Whether one of the readings passes every test. Never False of what is possible; True also where no contradiction is seen."""
    return (
        any(_accepted(wanted, reading) for reading in readings.listed)
        or (readings.texts and text_passes([(each.test, each.verdicts) for each in wanted]))
        or (readings.numbers and any(_accepted(wanted, number) for number in _numbers(wanted)))
        or (readings.moments and _moment_passes(wanted))
    )


def _accepted(wanted: Iterable[Wanted], reading: Reading) -> bool:
    return all(verdict_of(each.test, reading) in each.verdicts for each in wanted)


def _numbers(wanted: Iterable[Wanted]) -> list[float]:
    """A number for every way in which one can lie to those that the tests name."""
    named = [number for each in wanted for number in _numbers_of(each.test)]
    return _around(named, halfway=lambda low, high: low / 2 + high / 2, beyond=_next_numbers) if named else [0.0]


def _numbers_of(test: ValueTest) -> tuple[float, ...]:
    match test:
        case Among(values=values):
            return tuple(value for value in values if isinstance(value, float | int) and not isinstance(value, bool))
        case Compares(number=float() | int() as number):
            return (number,)
        case Between(numbers=(least, most)):
            return (least, most)
        case _:
            return ()


def _moment_passes(wanted: Sequence[Wanted]) -> bool:
    """Instants, ages and opening hours are looked at each for itself: what one says of another depends on the present."""
    instants, ages, hours = list[Wanted](), dict[tuple[str, int], list[Wanted]](), dict[str, list[Wanted]]()
    for each in wanted:
        match each.test:
            case Age(calendar=calendar):
                ages.setdefault((calendar, each.at), []).append(each)
            case WithinHours(calendar=calendar):
                hours.setdefault(calendar, []).append(each)
            case _:
                instants.append(each)
    return (
        any(_accepted(instants, instant) for instant in _instants(instants))
        and all(_age_passes(of_one, always_known=not calendar) for (calendar, _), of_one in ages.items())
        and all(any(all(verdict in each.verdicts for each in of_one) for verdict in (True, False, None)) for of_one in hours.values())
    )


def _instants(wanted: Iterable[Wanted]) -> list[datetime]:
    named = [instant for each in wanted for instant in _instants_of(each.test)]
    return _around(named, halfway=lambda first, last: first + (last - first) / 2, beyond=_next_instants) if named else [SOME_INSTANT]


def _instants_of(test: ValueTest) -> tuple[datetime, ...]:
    match test:
        case Compares(instant=datetime() as instant):
            return (instant,)
        case Between(instants=(first, last)):
            return (first, last)
        case _:
            return ()


def _age_passes(wanted: Sequence[Wanted], *, always_known: bool) -> bool:
    """Whether an instant of some age passes; in open time the age is unknown where the calendar ends."""
    tests = [(each.test, each.verdicts) for each in wanted if isinstance(each.test, Age)]
    ages = _around([test.than for test, _ in tests], halfway=lambda low, high: low + (high - low) / 2, beyond=_next_ages)
    return any(all(_aged(test, age) in verdicts for test, verdicts in tests) for age in ages) or (
        not always_known and all(None in verdicts for _, verdicts in tests)
    )


def _aged(test: Age, age: timedelta) -> bool:
    return age > test.than if test.older else age < test.than


def _around(named: Iterable[P], *, halfway: Callable[[P, P], P], beyond: Callable[[P, P], tuple[P, P]]) -> list[P]:
    """The points named, one between each two neighbours, and one beyond either end."""
    points: list[P] = sorted(set(named))
    between: list[P] = [halfway(low, high) for low, high in pairwise(points)]
    ends: list[P] = list(beyond(points[0], points[-1]))
    return points + between + ends


def _next_numbers(least: float, most: float) -> tuple[float, float]:
    return math.nextafter(least, -math.inf), math.nextafter(most, math.inf)


def _next_instants(first: datetime, last: datetime) -> tuple[datetime, datetime]:
    earliest, latest = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    return max(first, earliest + _LITTLE) - _LITTLE, min(last, latest - _LITTLE) + _LITTLE


def _next_ages(least: timedelta, most: timedelta) -> tuple[timedelta, timedelta]:
    return least - _LITTLE, most + _LITTLE
