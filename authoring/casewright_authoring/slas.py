"""slas.yaml: SLA policies."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Final

from casewright.conditions.subjects import Fact, FactName, Field
from casewright.conditions.tree import ALWAYS, Condition
from casewright.sla.policies import Awaited, Happening, Mirror, Policy, Start, StartsAssigned, StartsOn, StartsWhen, Target
from casewright_authoring.conditions import Conditions, subjects_of
from casewright_authoring.durations import Measure
from casewright_authoring.findings import Fault, Place, Report, fault
from casewright_authoring.known import KnownSla, Names
from casewright_authoring.milestones import names_in, read_milestones
from casewright_authoring.mirrors import read_mirror
from casewright_authoring.nodes import Mapping, Node, Scalar, Sequence
from casewright_authoring.occasions import POLICY, happening, policy_started_by
from casewright_authoring.rules import trigger_named, triggers_named
from casewright_authoring.shapes import Record, record, refuse_twice, rule_name, sequence, single_entry, text

REQUIRED_KEYS: Final = ("sla", "start", "met_when", "target")
OPTIONAL_KEYS: Final = ("if", "pause_while", "reset", "cancel", "calendar", "milestones", "native")
STARTING_TRIGGERS: Final = ("case_created", "case_updated", "related_item_added", "related_item_updated", "related_item_removed")
HAPPENING_TRIGGERS: Final = ("case_updated", "related_item_added", "related_item_updated", "related_item_removed")
WHEN: Final = "when"
HAPPENING_KEYS: Final = (WHEN, "if")
HAPPENING_INSTEAD: Final = "accepted is {when: a trigger, if: this}, or to ask about a case field too"
TRIGGER_INSTEAD: Final = "accepted is to start with a trigger and say this in 'if', or to ask about a case field too"
ASSIGNED: Final = "assigned"
BECOMES: Final = "becomes"

_TELLS_OF_THE_CASE: Final[frozenset[FactName]] = frozenset({"template"})


@dataclass(frozen=True, slots=True)
class Slas:
    """Reads policies; their names are unique."""

    names: Names
    report: Report
    _seen: dict[str, Place] = field(default_factory=dict)

    def read_file(self, node: Node) -> tuple[Policy, ...]:
        """The policies of the file."""
        return self.report.each(self.read, sequence(node, "the SLA policies").items)

    def read(self, node: Node) -> Policy:
        """One policy."""
        given = record(node, "an SLA", self.report, required=REQUIRED_KEYS, optional=OPTIONAL_KEYS)
        measure = given.read("calendar", self._measure, Measure())
        name = given.read("sla", self._name, None)
        start = given.read("start", self._start, None)
        target = given.read("target", partial(self._targets, measure=measure), ())
        met_when = given.read("met_when", partial(self._awaited, read=self._conditions.read), None)
        policy = partial(
            Policy,
            condition=self._condition(given, start),
            pause_while=given.read("pause_while", self._conditions.read, None),
            reset=given.read("reset", partial(self._awaited, read=self._becoming_true), None),
            cancel=given.read("cancel", partial(self._awaited, read=self._becoming_true), None),
            milestones=given.read("milestones", partial(read_milestones, targets=target, measure=measure, report=self.report), ()),
            calendar=measure.calendar,
        )
        if name is None or start is None or met_when is None:
            raise Fault(None)
        mirror = given.read("native", partial(self._mirror, met_when=met_when, target=target), None)
        return policy(name=name, start=start, met_when=met_when, target=target, mirror=mirror)

    @property
    def _conditions(self) -> Conditions:
        return Conditions(self.names, POLICY, self.report)

    def _name(self, node: Node) -> str:
        name = rule_name(node, "the name of an SLA")
        refuse_twice(self._seen, name, node.place, "the SLA")
        return name

    def _measure(self, node: Node) -> Measure:
        hours = self.names.calendars.named(node)
        return Measure(text(node, "the name of a calendar"), hours)

    def _condition(self, given: Record, start: Start | None) -> Condition:
        node = given.node.get("if")
        match start:
            case StartsAssigned() if node is not None:
                self.report.tell(node.place, "an SLA that rules assign has no 'if': the condition of the rule decides")
                return ALWAYS
            case StartsOn(trigger=trigger):
                conditions = Conditions(self.names, policy_started_by(trigger), self.report)
            case _:
                conditions = self._conditions
        return given.read("if", conditions.read, ALWAYS)

    def _start(self, node: Node) -> Start:
        if isinstance(node, Mapping):
            entry = single_entry(node, "'start'")
            if entry.name != BECOMES:
                raise fault(entry.key.place, f"{entry.name!r} is given for start; accepted is {{becomes: a condition}}")
            return StartsWhen(self._becoming_true(entry.value, TRIGGER_INSTEAD))
        if isinstance(node, Scalar) and node.value == ASSIGNED:
            return StartsAssigned()
        return StartsOn(trigger_named(node, (*STARTING_TRIGGERS, ASSIGNED)))

    def _awaited(self, node: Node, read: Callable[[Node], Condition]) -> Awaited:
        """What happens, `{when: ..., if: ...}`, or a condition, which is read as said."""
        if not isinstance(node, Mapping) or node.get(WHEN) is None:
            return read(node)
        given = record(node, "what happens", self.report, required=HAPPENING_KEYS[:1], optional=HAPPENING_KEYS[1:])
        triggers = given.read(WHEN, partial(triggers_named, report=self.report, accepted=HAPPENING_TRIGGERS), ())
        return Happening(triggers, given.read("if", Conditions(self.names, happening(triggers), self.report).read, ALWAYS))

    def _becoming_true(self, node: Node, otherwise: str = HAPPENING_INSTEAD) -> Condition:
        """A condition that acts when it turns true: it must ask about something an event can turn."""
        condition = self._conditions.read(node)
        subjects = subjects_of(condition)
        if not any(isinstance(each, Field) or (isinstance(each, Fact) and each.name in _TELLS_OF_THE_CASE) for each in subjects):
            asked = ", ".join(sorted(each.name for each in subjects))
            raise fault(node.place, f"this never turns true: it asks only about the event itself ({asked}); {otherwise}")
        return condition

    def _targets(self, node: Node, measure: Measure) -> tuple[Target, ...]:
        items = sequence(node, "'target'").items
        for row, following in pairwise(items):
            if isinstance(row, Mapping) and row.get("if") is None:
                self.report.tell(following.place, "this row is never reached: the row before it has no 'if' and always holds")
        return self.report.each(partial(self._target, measure=measure), items)

    def _target(self, node: Node, measure: Measure) -> Target:
        row = record(node, "a row of 'target'", self.report, required=("within",), optional=("if",))
        within = row.read("within", partial(measure.duration, what="within"), None)
        condition = row.read("if", self._conditions.read, ALWAYS)
        if within is None:
            raise Fault(None)
        return Target(within, condition)

    def _mirror(self, node: Node, *, met_when: Awaited, target: tuple[Target, ...]) -> Mirror | None:
        return read_mirror(node, met_when=met_when, targets=target, names=self.names)


def known_slas(node: Node | None) -> dict[str, KnownSla | None]:
    """The policies of the file as rules see them, whether or not all of each can be read."""
    found: dict[str, KnownSla | None] = {}
    for item in node.items if isinstance(node, Sequence) else ():
        name = item.get("sla") if isinstance(item, Mapping) else None
        if isinstance(item, Mapping) and isinstance(name, Scalar) and isinstance(name.value, str):
            found[name.value] = KnownSla(names_in(item.get("milestones")))
    return found
