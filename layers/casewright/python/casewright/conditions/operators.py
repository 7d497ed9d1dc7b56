"""Tests of one subject. No type is coerced: a test of a value of another type is false, and so is its `not_` twin.

A test of an unknown value is unknown. A comparison with an absent value is false, and so is its `not_` twin; `absent` and `changed`
ask about absence itself.
"""

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Literal, TypeAlias

import msgspec

from casewright.cases.state import Missing
from casewright.cases.values import EMPTY, User
from casewright.conditions.subjects import Facts, Field, Reading, Subject, changed, read, read_before

Operand: TypeAlias = str | float | bool
Order = Literal["greater_than", "greater_or_equal", "less_than", "less_or_equal"]
TextPart = Literal["contains", "starts_with", "ends_with"]


class Among(msgspec.Struct, frozen=True, tag="among"):
    """`equals`, `in` and their twins: the value is one of these."""

    values: tuple[Operand, ...]
    negated: bool = False
    ignore_case: bool = False


class HasText(msgspec.Struct, frozen=True, tag="has_text"):
    """`contains`, `not_contains`, `starts_with`, `ends_with`."""

    part: TextPart
    text: str
    negated: bool = False
    ignore_case: bool = False


class Compares(msgspec.Struct, frozen=True, tag="compares"):
    """An order of numbers, or of instants."""

    order: Order
    number: float | None = None
    instant: datetime | None = None


class Empty(msgspec.Struct, frozen=True, tag="empty"):
    """The value is the empty text."""

    wanted: bool


class Absent(msgspec.Struct, frozen=True, tag="absent"):
    """The case is known to have no value."""

    wanted: bool


class Changed(msgspec.Struct, frozen=True, tag="changed"):
    """The event changed the field; `before` and `after` narrow from and to which values."""

    wanted: bool = True
    before: Among | None = None
    after: Among | None = None


Test: TypeAlias = Among | HasText | Compares | Empty | Absent | Changed

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
            return _value_holds(test, read(subject, facts))


def _changed(test: Changed, subject: Subject, facts: Facts) -> bool | None:
    if not isinstance(subject, Field):
        return False
    if not changed(subject, facts):
        return not test.wanted
    if not test.wanted:
        return False
    verdicts = (
        _value_holds(test.before, read_before(subject, facts)) if test.before else True,
        _value_holds(test.after, read(subject, facts)) if test.after else True,
    )
    return False if False in verdicts else None if None in verdicts else True


def _value_holds(test: Among | HasText | Compares | Empty | Absent, value: Reading) -> bool | None:
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
        case Empty():
            return (value == EMPTY) is test.wanted


def _among(test: Among, value: str | float | bool | User | datetime) -> bool:
    same_type = [wanted for wanted in test.values if _kind(wanted) is _kind(value)]
    if not same_type:
        return False
    if test.ignore_case and isinstance(value, str):
        found = value.casefold() in {wanted.casefold() for wanted in same_type if isinstance(wanted, str)}
    else:
        found = value in same_type
    return found is not test.negated


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
        return isinstance(value, datetime) and compare(value, test.instant)
    return test.number is not None and _kind(value) is float and compare(value, test.number)  # type: ignore[arg-type]  # _kind said number


def _kind(value: object) -> type:
    return float if type(value) is int else type(value)
