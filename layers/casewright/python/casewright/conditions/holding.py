"""Whether a test holds. No type is coerced: a test of a value of another type is false, and so is its `not_` twin.

A test of an unknown value is unknown. A comparison with an absent value is false, and so is its `not_` twin; `absent` and `changed`
ask about absence itself.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from casewright.calendars.calendar import ALWAYS_OPEN
from casewright.cases.state import Missing
from casewright.cases.values import EMPTY, User
from casewright.conditions.expressions import is_found
from casewright.conditions.operators import (
    Absent,
    Age,
    Among,
    Between,
    Changed,
    Compares,
    Empty,
    HasText,
    Matches,
    Order,
    Test,
    ValueTest,
    WithinHours,
)
from casewright.conditions.subjects import Facts, Field, Reading, Subject, changed, read, read_before
from casewright.errors import CalendarEnded

_ORDERS: Final[Mapping[Order, Callable[[float | datetime, float | datetime], bool]]] = {
    "greater_than": operator.gt,
    "greater_or_equal": operator.ge,
    "less_than": operator.lt,
    "less_or_equal": operator.le,
}


def holds(test: Test, subject: Subject, facts: Facts) -> bool | None:
    """Whether the test of the subject holds at this moment; None when it cannot be known."""
    match test:
        case Changed():
            return _changed(test, subject, facts)
        case _:
            return value_holds(test, read(subject, facts), facts)


def _changed(test: Changed, subject: Subject, facts: Facts) -> bool | None:
    if not isinstance(subject, Field):
        return False
    if not changed(subject, facts):
        return not test.wanted
    if not test.wanted:
        return False
    verdicts = (
        value_holds(test.before, read_before(subject, facts), facts) if test.before else True,
        value_holds(test.after, read(subject, facts), facts) if test.after else True,
    )
    return False if False in verdicts else None if None in verdicts else True


def value_holds(test: ValueTest, value: Reading, facts: Facts) -> bool | None:  # noqa: C901  # one case a test
    """Whether the test holds for a value that was read; the facts give the present moment and the calendars."""
    if value is Missing.UNKNOWN:
        return None
    if isinstance(test, Absent):
        return (value is Missing.ABSENT) is test.wanted
    if isinstance(value, Missing):
        return False
    match test:
        case Among():
            return _among(test, value)
        case HasText():
            return _has_text(test, value)
        case Compares():
            return _compares(test, value)
        case Matches():
            return isinstance(value, str) and is_found(test.pattern, value, ignore_case=test.ignore_case)
        case Between():
            return _between(test, value)
        case Age():
            return _aged(test, value, facts)
        case WithinHours():
            return _open(test, value, facts)
        case Empty():
            return (value == EMPTY) is test.wanted


def _among(test: Among, value: str | float | bool | User | datetime) -> bool:
    kind, sought = _kind(value), _folded(value, test)
    compared = False
    for wanted in test.values:
        if _kind(wanted) is kind:
            compared = True
            if _folded(wanted, test) == sought:
                return not test.negated
    return compared and test.negated


def _folded(value: object, test: Among) -> object:
    return value.casefold() if test.ignore_case and isinstance(value, str) else value


def _has_text(test: HasText, value: object) -> bool:
    if not isinstance(value, str):
        return False
    text, sought = (value.casefold(), test.text.casefold()) if test.ignore_case else (value, test.text)
    match test.part:
        case "contains":
            found = sought in text
        case "starts_with":
            found = text.startswith(sought)
        case "ends_with":
            found = text.endswith(sought)
    return found is not test.negated


def _compares(test: Compares, value: object) -> bool:
    compare = _ORDERS[test.order]
    if test.instant is not None:
        return _are_instants(value, test.instant) and compare(value, test.instant)  # type: ignore[arg-type]  # just asked
    return test.number is not None and _kind(value) is float and compare(value, test.number)  # type: ignore[arg-type]  # _kind said number


def _between(test: Between, value: object) -> bool:
    if test.instants is not None:
        return _are_instants(value, *test.instants) and test.instants[0] <= value <= test.instants[1]  # type: ignore[operator]  # just asked
    return test.numbers is not None and _kind(value) is float and test.numbers[0] <= value <= test.numbers[1]  # type: ignore[operator]  # _kind said number


def _are_instants(*values: object) -> bool:
    """A time without a zone is no instant, and does not compare with one."""
    return all(isinstance(value, datetime) and value.tzinfo is not None for value in values)


def _aged(test: Age, value: object, facts: Facts) -> bool | None:
    if not isinstance(value, datetime):
        return False
    calendar = facts.calendars.get(test.calendar) if test.calendar else ALWAYS_OPEN
    if calendar is None:
        return None
    try:
        age = calendar.between(value, facts.event.at)
    except CalendarEnded:
        return None
    return age > test.than if test.older else age < test.than


def _open(test: WithinHours, value: object, facts: Facts) -> bool | None:
    if not isinstance(value, datetime):
        return False
    calendar = facts.calendars.get(test.calendar)
    try:
        return None if calendar is None else calendar.is_open(value)
    except CalendarEnded:
        return None


def _kind(value: object) -> type:
    return float if type(value) is int else type(value)
