"""From a condition of ours to the function of a native rule, or why it cannot be said there."""

from collections.abc import Iterator
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
    Test,
    WithinHours,
)
from casewright.conditions.tree import All, Any, Condition, Leaf, Not
from casewright_authoring.native import documents as native
from casewright_authoring.native.askable import Askable, askable
from casewright_authoring.native.reasons import Reason

NESTED: Final = (
    "'all' and 'any' stand within one another; for cases the conditions of a native rule are documented as one list "
    "(several values under in are an 'any', save for templates, queues and users)"
)
TWIN: Final = "it is false where the case has no value, and a negated native condition is true there; write not: if that is meant"


class Joined(msgspec.Struct, frozen=True):
    """Conditions joined by AND or OR, before it is known whether one list holds them all."""

    join: native.Join
    parts: tuple["Term", ...]


Term: TypeAlias = native.Condition | Joined


class Unsayable(Exception):
    """Why one test cannot be said; never leaves this module."""


class Functions:
    """Makes the function of one rule for one event source; `reasons` collects why it cannot."""

    def __init__(self, source: native.EventSource) -> None:
        self._source: native.EventSource = source
        self.reasons: list[Reason] = []

    def read(self, condition: Condition) -> native.Function | None:
        """The function of a linked condition; None when there are reasons."""
        term = self._term(condition, negated=False)
        if self.reasons or term is None:
            return None
        top = term if isinstance(term, Joined) else Joined("AND", (term,))
        conditions = tuple(_flat(top, top.join))
        nested = sum(isinstance(each, Joined) for each in conditions)
        if nested:
            self.reasons.append(Reason("if", NESTED))
        if not conditions:
            self.reasons.append(Reason("if", "a native rule without any condition is not documented; ask for the template, for example"))
        if len(conditions) > native.MOST_CONDITIONS:
            self.reasons.append(Reason("if", f"{len(conditions)} native conditions are needed; at most {native.MOST_CONDITIONS} are allowed"))
        found = tuple(each for each in conditions if isinstance(each, native.Condition))
        return None if self.reasons else native.Function(top.join, found)

    def _term(self, condition: Condition, *, negated: bool) -> Term | None:
        match condition:
            case Leaf():
                return self._leaf(condition, negated=negated)
            case Not(part=part):
                return self._term(part, negated=not negated)
            case All(parts=parts):
                return self._joined("OR" if negated else "AND", parts, negated=negated)
            case Any(parts=parts):
                return self._joined("AND" if negated else "OR", parts, negated=negated)

    def _joined(self, join: native.Join, parts: tuple[Condition, ...], *, negated: bool) -> Joined:
        terms = tuple(self._term(part, negated=negated) for part in parts)
        return Joined(join, tuple(term for term in terms if term is not None))

    def _leaf(self, leaf: Leaf, *, negated: bool) -> Term | None:
        where = f"{leaf.subject.name}: {spelled(leaf.test)}"
        how = askable(leaf.subject, self._source)
        try:
            if isinstance(how, str):
                raise Unsayable(how)  # noqa: TRY301  # the reason is told where every reason is
            return _said(leaf.test, how, negated=negated)
        except Unsayable as unsayable:
            self.reasons.append(Reason(where, str(unsayable)))
            return None


def spelled(test: Test) -> str:
    """The operator of a test, as operators of a contact centre write it."""
    match test:
        case Among(values=values, negated=negated):
            return ("not_" if negated else "") + ("equals" if len(values) == 1 and not negated else "in") if len(values) != 1 else (
                "not_equals" if negated else "equals"
            )
        case HasText(part=part, negated=negated):
            return "not_contains" if negated else part
        case Compares(order=order):
            return order
        case Age(older=older):
            return "older_than" if older else "newer_than"
        case Matches() | Between() | WithinHours() | Empty() | Absent() | Changed():
            return str(test.__struct_config__.tag)
