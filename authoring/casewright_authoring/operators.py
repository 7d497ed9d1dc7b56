"""Tests of a subject as operators write them: a scalar, or a mapping of operators that must all hold."""

from collections.abc import Callable
from collections.abc import Mapping as Table
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from casewright.conditions.operators import Absent, Among, Changed, Compares, Empty, HasText, Matches, Order, Test, TextPart
from casewright_authoring.findings import Report, fault
from casewright_authoring.kinds import AGES, EQUALITY, FIELD_ONLY, HOURS, ORDERS, TEXT_PARTS, Kind, moment
from casewright_authoring.nodes import Entry, Mapping, Node, Scalar, Sequence, shown
from casewright_authoring.occasions import Occasion
from casewright_authoring.regular_expressions import regular_expression
from casewright_authoring.shapes import boolean, number, record, sequence
from casewright_authoring.suggestions import listed, unknown
from casewright_authoring.times import Hours, between

OPERATORS: Final = (*EQUALITY, *TEXT_PARTS, *ORDERS, *FIELD_ONLY, *AGES, *HOURS)
IGNORE_CASE: Final = "ignore_case"


@dataclass(frozen=True, slots=True)
class Tests:
    """Reads the tests of one subject."""

    name: str
    kind: Kind
    occasion: Occasion
    hours: Hours
    report: Report

    def read(self, node: Node) -> tuple[Test, ...]:
        """The tests; all of them must hold."""
        match node:
            case Scalar():
                self._refuse_unless_applicable("equals", node)
                return (Among((self.kind.operand(node),)),)
            case Sequence():
                raise fault(node.place, f"a list is given as the test of {self.name!r}; write {{in: [...]}} for one of several values")
            case Mapping(entries=()):
                raise fault(node.place, f"the test of {self.name!r} is empty; {listed(OPERATORS)}")
            case Mapping():
                return self._all_of(node)

    def _all_of(self, node: Mapping) -> tuple[Test, ...]:
        ignoring = node.get(IGNORE_CASE)
        ignore_case = False
        if ignoring is not None:
            ignore_case = self.report.attempt(lambda given: boolean(given, IGNORE_CASE), ignoring, otherwise=False)
            self._refuse_vain_ignore_case(node, ignoring)
        given = [entry for entry in node.entries if entry.name != IGNORE_CASE]
        return self.report.each(partial(self._test, ignore_case=ignore_case), given)

    def _refuse_vain_ignore_case(self, node: Mapping, ignoring: Node) -> None:
        if self.kind.type != "text" or not any(_compares_text(entry) for entry in node.entries):
            message = f"{IGNORE_CASE!r} stands beside a comparison of text; {self.name!r} is compared with {self.kind.noun}"
            self.report.tell(ignoring.place, message if self.kind.type != "text" else f"{IGNORE_CASE!r} stands beside no comparison")

    def _test(self, entry: Entry, *, ignore_case: bool) -> Test:
        name, node = entry.name, entry.value
        if name not in OPERATORS:
            raise fault(entry.key.place, unknown("operator", name, (*OPERATORS, IGNORE_CASE)))
        self._refuse_unless_applicable(name, entry.key)
        if name in _READERS:
            return _READERS[name](self.kind, node, ignore_case)
        match name:
            case "empty":
                return Empty(boolean(node, name))
            case "absent":
                return Absent(boolean(node, name))
            case "changed":
                return self._changed(entry, ignore_case=ignore_case)
            case "between":
                return between(self.kind, node)
            case "older_than" | "newer_than":
                return self.hours.age(node, older=name == "older_than")
            case "within_hours":
                return self.hours.within(node)
            case _:
                return self._compares(cast(Order, name), node)

    def _refuse_unless_applicable(self, operator: str, at: Scalar) -> None:
        if operator not in self.kind.operators:
            raise fault(at.place, f"{operator!r} cannot be asked of {self.name!r}, {self.kind.noun}; {listed(self.kind.operators)}")

    def _compares(self, order: Order, node: Node) -> Compares:
        if self.kind.type == "moment":
            return Compares(order, instant=moment(node))
        return Compares(order, number=number(node, order))

    def _changed(self, entry: Entry, *, ignore_case: bool) -> Changed:
        node = entry.value
        if isinstance(node, Scalar):
            changed = Changed(boolean(node, "changed"))
        else:
            narrowed = record(node, "'changed'", self.report, optional=("from", "to"))
            if not narrowed.node.entries:
                raise fault(node.place, "'changed' is empty; accepted are true, false and a mapping of from and to")
            one_of = partial(self._one_of, ignore_case=ignore_case)
            changed = Changed(before=narrowed.read("from", one_of, None), after=narrowed.read("to", one_of, None))
        if changed.wanted and (reason := self.occasion.lacks_changes()):
            raise fault(entry.key.place, reason)
        return changed

    def _one_of(self, node: Node, *, ignore_case: bool) -> Among:
        self._refuse_unless_narrowable(node)
        items = sequence(node, "the values").items if isinstance(node, Sequence) else (node,)
        return Among(self.report.each(self.kind.operand, items), ignore_case=ignore_case)

    def _refuse_unless_narrowable(self, node: Node) -> None:
        if "equals" not in self.kind.operators:
            raise fault(node.place, f"{self.name!r} is {self.kind.noun}, which cannot be narrowed by from and to; write changed: true")


def _compares_text(entry: Entry) -> bool:
    return entry.name in _READERS or (entry.name == "changed" and isinstance(entry.value, Mapping))


def _equal(kind: Kind, node: Node, ignore_case: bool, *, negated: bool) -> Among:
    if isinstance(node, Sequence):
        raise fault(node.place, f"a list is given; one value is compared here, write {'not_in' if negated else 'in'} for a list")
    return Among((kind.operand(node),), negated, ignore_case)


def _among(kind: Kind, node: Node, ignore_case: bool, *, negated: bool) -> Among:
    if not isinstance(node, Sequence) or not node.items:
        given = "an empty list" if isinstance(node, Sequence) else shown(node)
        raise fault(node.place, f"{given} is given; accepted is a list of values, at least one")
    return Among(tuple(kind.operand(item) for item in node.items), negated, ignore_case)


def _part(kind: Kind, node: Node, ignore_case: bool, *, part: TextPart, negated: bool) -> HasText:
    sought = kind.operand(node)
    if not isinstance(sought, str) or not sought:
        raise fault(node.place, "the empty text is given; every text contains it, so accepted is at least one character")
    return HasText(part, sought, negated, ignore_case)


def _matches(_: Kind, node: Node, ignore_case: bool) -> Matches:
    return Matches(regular_expression(node, ignore_case=ignore_case), ignore_case)


_Reader = Callable[[Kind, Node, bool], Test]

_READERS: Final[Table[str, _Reader]] = {
    "equals": partial(_equal, negated=False),
    "not_equals": partial(_equal, negated=True),
    "in": partial(_among, negated=False),
    "not_in": partial(_among, negated=True),
    "contains": partial(_part, part="contains", negated=False),
    "not_contains": partial(_part, part="contains", negated=True),
    "starts_with": partial(_part, part="starts_with", negated=False),
    "ends_with": partial(_part, part="ends_with", negated=False),
    "matches": _matches,
}
