"""Conditions as operators write them: `{subject: test}`, joined by all, any and not."""

from dataclasses import dataclass
from typing import Final

from casewright.conditions.subjects import Subject
from casewright.conditions.tree import All, Any, Condition, Leaf, Not
from casewright_authoring.findings import Fault, Report, fault
from casewright_authoring.known import Names
from casewright_authoring.nodes import Entry, Mapping, Node, Sequence, shown
from casewright_authoring.occasions import Occasion
from casewright_authoring.operators import Tests
from casewright_authoring.shapes import sequence
from casewright_authoring.subjects import subject_named
from casewright_authoring.times import Hours

GROUPS: Final = ("all", "any", "not")


@dataclass(frozen=True, slots=True)
class Conditions:
    """Reads conditions that stand in one place."""

    names: Names
    occasion: Occasion
    report: Report

    def read(self, node: Node) -> Condition:
        """The condition; of a mapping with several keys, every one must hold."""
        match node:
            case Mapping(entries=()):
                raise fault(node.place, "a condition is empty; accepted is a subject with its test, or a group: all, any, not")
            case Mapping(entries=entries):
                return _joined(self.report.each(self._entry, entries))
            case Sequence():
                raise fault(
                    node.place,
                    "a list is given for a condition; write {all: [...]} or {any: [...]} to say how its parts are joined",
                )
            case _:
                raise fault(node.place, f"{shown(node)} is given for a condition; accepted is a mapping such as {{status: open}}")

    def _entry(self, entry: Entry) -> Condition:
        match entry.name:
            case "all":
                return All(self._parts(entry))
            case "any":
                return Any(self._parts(entry))
            case "not":
                return Not(self.read(entry.value))
            case name:
                subject, kind = subject_named(name, entry.key.place, self.names, self.occasion)
                return _of_one(subject, entry, Tests(name, kind, self.occasion, Hours(self.names.calendars, self.report), self.report))

    def _parts(self, entry: Entry) -> tuple[Condition, ...]:
        return self.report.each(self.read, sequence(entry.value, f"the group {entry.name!r}").items)


def subjects_of(condition: Condition) -> frozenset[Subject]:
    """Every subject a condition asks about."""
    match condition:
        case Leaf(subject=subject):
            return frozenset({subject})
        case Not(part=part):
            return subjects_of(part)
        case All(parts=parts) | Any(parts=parts):
            return frozenset().union(*(subjects_of(part) for part in parts))


def _of_one(subject: Subject, entry: Entry, tests: Tests) -> Condition:
    return _joined(tuple(Leaf(subject, test) for test in tests.read(entry.value)))


def _joined(parts: tuple[Condition, ...]) -> Condition:
    if not parts:
        raise Fault(None)
    return parts[0] if len(parts) == 1 else All(parts)
