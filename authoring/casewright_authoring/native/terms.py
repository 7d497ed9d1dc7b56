"""From one test of ours to native conditions, or why it cannot be said there."""

from datetime import UTC, datetime
from typing import Final, TypeAlias

import msgspec

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
    WithinHours,
)
from casewright_authoring.native.askable import Askable
from casewright_authoring.native.documents import Condition, Join, Operator
from casewright_authoring.native.reasons import Unsayable

TWIN: Final = "it is false where the case has no value, and a negated native condition is true there; write not: if that is meant"

_ORDERS: Final[dict[Order, tuple[Operator, bool]]] = {
    "greater_or_equal": ("NumberGreaterOrEqualTo", False),
    "less_or_equal": ("NumberLessOrEqualTo", False),
    "greater_than": ("NumberLessOrEqualTo", True),
    "less_than": ("NumberGreaterOrEqualTo", True),
}
"""A strict order is its opposite, negated."""


class Joined(msgspec.Struct, frozen=True):
    """Conditions joined by AND or OR, before it is known whether one list holds them all."""

    join: Join
    parts: tuple["Term", ...]


Term: TypeAlias = Condition | Joined


def term_of(test: Test, how: Askable, *, negated: bool) -> Term:
    """The test, or with `negated` its negation, said about what can be asked that way.

    Raises:
        Unsayable: it cannot be said.
    """
    match test:
        case Among():
            return _among(test, how, negated=negated)
        case HasText(part="contains"):
            return _contains(test, how, negated=negated)
        case HasText() | Matches():
            raise Unsayable("there is no such operator; of texts there are equals and contains")
        case Compares(order=order, instant=datetime() as instant):
            return _compares(order, instant, how, negated=negated)
        case Between(instants=(first, last)):
            ends = (_compares("greater_or_equal", first, how, negated=negated), _compares("less_or_equal", last, how, negated=negated))
            return Joined("OR" if negated else "AND", ends)
        case Compares() | Between():
            raise Unsayable("numbers cannot be compared")
        case Age() | WithinHours():
            raise Unsayable("a native rule does not know the time; it compares a date with a fixed one")
        case Empty() | Absent():
            raise Unsayable("no operator asks whether there is a value")
        case Changed():
            raise Unsayable("a native rule sees the case after the change only")


def spelled(test: Test) -> str:
    """The operator of a test, as rules spell it."""
    match test:
        case Among(values=values, negated=negated):
            one = len(values) == 1
            return ("not_equals" if one else "not_in") if negated else ("equals" if one else "in")
        case HasText(part=part, negated=negated):
            return "not_contains" if negated else part
        case Compares(order=order):
            return order
        case Age(older=older):
            return "older_than" if older else "newer_than"
        case _:
            return str(test.__struct_config__.tag)


def _among(test: Among, how: Askable, *, negated: bool) -> Term:
    _refuse_ignored_case(ignored=test.ignore_case)
    values = tuple(value for value in test.values if isinstance(value, str) and value)
    if len(values) < len(test.values):
        raise Unsayable("the empty text cannot be compared with")
    negate = _negation(how, twin=test.negated, negated=negated)
    if "CONTAINS_ANY" in how.operators:
        return Condition("CONTAINS_ANY", values, how.path, negate)
    if len(values) == 1:
        return Condition("EQUALS", values, how.path, negate)
    return Joined("AND" if negate else "OR", tuple(Condition("EQUALS", (value,), how.path, negate) for value in values))


def _contains(test: HasText, how: Askable, *, negated: bool) -> Condition:
    _refuse_ignored_case(ignored=test.ignore_case)
    if "CONTAINS" not in how.operators:
        raise Unsayable("contains is not there for this field; there is equals")
    return Condition("CONTAINS", (test.text,), how.path, _negation(how, twin=test.negated, negated=negated))


def _compares(order: Order, instant: datetime, how: Askable, *, negated: bool) -> Condition:
    operator, opposite = _ORDERS[order]
    if opposite and not (how.always and how.negatable):
        raise Unsayable(f"{order} is not there; there are greater_or_equal and less_or_equal")
    written = instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return Condition(operator, (written,), how.path, _negation(how, twin=opposite, negated=negated))


def _negation(how: Askable, *, twin: bool, negated: bool) -> bool:
    """Whether the native condition is negated: `twin` by an operator such as not_equals, `negated` by `not`."""
    if twin and not how.always:
        raise Unsayable(TWIN)
    if twin is not negated and not how.negatable:
        raise Unsayable("no native condition on this can be negated")
    return twin is not negated


def _refuse_ignored_case(*, ignored: bool) -> None:
    if ignored:
        raise Unsayable("a native rule cannot be told to ignore case")
