"""Tests of numbers and times by range, age and opening hours: `between`, `older_than`, `newer_than`, `within_hours`."""

from dataclasses import dataclass
from typing import Final

from casewright.calendars.hours import BusinessHours
from casewright.conditions.operators import Age, Between, WithinHours
from casewright_authoring.durations import Measure, duration
from casewright_authoring.findings import Fault, Report, fault
from casewright_authoring.kinds import Kind, moment
from casewright_authoring.known import Known
from casewright_authoring.nodes import Mapping, Node, Sequence, shown
from casewright_authoring.shapes import number, record, text

AGE_KEYS: Final = ("for", "calendar")


def between(kind: Kind, node: Node) -> Between:
    """`between: [low, high]`: both ends count."""
    low, high = _ends(node)
    if kind.type == "moment":
        first, last = moment(low), moment(high)
        _refuse_backwards(node, low, high, backwards=last < first)
        return Between(instants=(first, last))
    least, most = number(low, "between"), number(high, "between")
    _refuse_backwards(node, low, high, backwards=most < least)
    return Between(numbers=(least, most))


def _ends(node: Node) -> tuple[Node, Node]:
    if not isinstance(node, Sequence) or len(node.items) != 2:
        given = f"a list of {len(node.items)}" if isinstance(node, Sequence) else shown(node)
        raise fault(node.place, f"{given} is given for between; accepted is a list of two: the least and the most")
    return node.items[0], node.items[1]


def _refuse_backwards(node: Node, low: Node, high: Node, *, backwards: bool) -> None:
    if backwards:
        raise fault(node.place, f"between goes from {shown(low)} to {shown(high)}, which is less; accepted is the least before the most")


@dataclass(frozen=True, slots=True)
class Hours:
    """Reads what is measured by calendars."""

    calendars: Known[BusinessHours]
    report: Report

    def age(self, node: Node, *, older: bool) -> Age:
        """`older_than: 4h`, `newer_than: {for: 4h, calendar: support}`."""
        name = "older_than" if older else "newer_than"
        if not isinstance(node, Mapping):
            return Age(older, duration(node, name))
        given = record(node, repr(name), self.report, required=("for",), optional=("calendar",))
        measure = given.read("calendar", self._measure, Measure())
        than = given.read("for", lambda length: measure.duration(length, name), None)
        if than is None:
            raise Fault(None)
        return Age(older, than, measure.calendar)

    def within(self, node: Node) -> WithinHours:
        """`within_hours: support`."""
        return WithinHours(self._measure(node).calendar)

    def _measure(self, node: Node) -> Measure:
        hours = self.calendars.named(node)
        return Measure(text(node, "the name of a calendar"), hours)
