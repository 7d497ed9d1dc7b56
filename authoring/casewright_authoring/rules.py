"""rules/*.yaml: lists of rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, cast

from casewright.conditions.tree import ALWAYS
from casewright.conditions.triggers import TRIGGERS, Trigger
from casewright.rules.instructions import Instruction
from casewright.rules.rule import Rule
from casewright_authoring.conditions import Conditions
from casewright_authoring.durations import duration
from casewright_authoring.findings import Fault, Place, Report, fault
from casewright_authoring.instructions import Instructions
from casewright_authoring.known import Names
from casewright_authoring.nodes import Node
from casewright_authoring.occasions import rule_set_off_by
from casewright_authoring.rollout import Rollout, budget, rollout, runs_on
from casewright_authoring.schedules import schedule
from casewright_authoring.shapes import Record, boolean, one_or_more, record, refuse_twice, rule_name, sequence, text, whole_number
from casewright_authoring.suggestions import listed, unknown
from casewright_authoring.texts import Texts

REQUIRED_KEYS: Final = ("rule", "when", "then")
OPTIONAL_KEYS: Final = ("if", "order", "stop", "reacts_to", "mode", "budget", "expires_after", "schedule", "runs_on")
REACTS_TO: Final = "casewright"


@dataclass(frozen=True, slots=True)
class Rules:
    """Reads rules; their names are unique over the files."""

    names: Names
    report: Report
    _seen: dict[str, Place] = field(default_factory=dict)

    @property
    def places(self) -> Mapping[str, Place]:
        """Where the name of each rule stands."""
        return self._seen

    def read_file(self, node: Node) -> tuple[Rule, ...]:
        """The rules of a file."""
        return self.report.each(self.read, sequence(node, "a file of rules").items)

    def read(self, node: Node) -> Rule:
        """One rule."""
        given = record(node, "a rule", self.report, required=REQUIRED_KEYS, optional=OPTIONAL_KEYS)
        name = given.read("rule", self._name, None)
        triggers = given.read("when", partial(triggers_named, report=self.report), ())
        occasion = rule_set_off_by(triggers)
        instructions = Instructions(Texts(self.names, occasion, self.report), triggers)
        self._refuse_vain_schedule(given, triggers)
        mode = given.read("mode", rollout, Rollout())
        rule = Rule(
            name=name or "",
            when=triggers,
            condition=given.read("if", Conditions(self.names, occasion, self.report).read, ALWAYS),
            then=given.read("then", partial(self._then, instructions=instructions), ()),
            order=given.read("order", partial(whole_number, what="order"), 0),
            stop=given.read("stop", partial(boolean, what="stop"), otherwise=False),
            reacts_to_casewright=given.read("reacts_to", _reacts_to_casewright, otherwise=False),
            mode=mode.mode,
            canary_percent=mode.percent,
            budget=given.read("budget", partial(budget, report=self.report), None),
            expires_after=given.read("expires_after", partial(duration, what="expires_after"), None),
            schedule=given.read("schedule", partial(schedule, report=self.report), None),
            runs_on=given.read("runs_on", runs_on, "casewright"),
        )
        if name is None:
            raise Fault(None)
        return rule

    def _refuse_vain_schedule(self, given: Record, triggers: tuple[Trigger, ...]) -> None:
        node = given.node.get("schedule")
        if "schedule" in triggers and node is None:
            self.report.tell(given.node.place, "a rule set off by schedule needs the key 'schedule' to say when")
        if node is not None and triggers and "schedule" not in triggers:
            self.report.tell(node.place, f"'schedule' says when the trigger schedule comes; this rule is set off by {', '.join(triggers)}")

    def _name(self, node: Node) -> str:
        name = rule_name(node, "the name of a rule")
        refuse_twice(self._seen, name, node.place, "the rule")
        return name

    def _then(self, node: Node, *, instructions: Instructions) -> tuple[Instruction, ...]:
        return self.report.each(instructions.read, sequence(node, "'then'").items)


def triggers_named(node: Node, report: Report, accepted: tuple[str, ...] = TRIGGERS) -> tuple[Trigger, ...]:
    """The triggers of a `when`."""
    seen: dict[str, Place] = {}

    def trigger(item: Node) -> Trigger:
        found = trigger_named(item, accepted)
        refuse_twice(seen, found, item.place, "the trigger")
        return found

    return report.each(trigger, one_or_more(node, "'when'"))


def trigger_named(node: Node, accepted: tuple[str, ...] = TRIGGERS) -> Trigger:
    """The trigger a node names."""
    given = text(node, "a trigger")
    if given in TRIGGERS and given not in accepted:
        raise fault(node.place, f"{given!r} cannot stand here; {listed(accepted)}")
    if given not in accepted:
        raise fault(node.place, unknown("trigger", given, accepted))
    return cast(Trigger, given)


def _reacts_to_casewright(node: Node) -> bool:
    given = text(node, "reacts_to")
    if given != REACTS_TO:
        raise fault(node.place, f"{given!r} is given for reacts_to; accepted is {REACTS_TO}: our own writes set the rule off too")
    return True
