"""Where a condition or text stands, and so which subjects can ever have a value there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, get_args

from casewright.conditions.subjects import FactName
from casewright.conditions.triggers import TRIGGERS, Trigger

SLA_TRIGGERS: Final[frozenset[Trigger]] = frozenset({"sla_milestone", "sla_breached", "sla_met"})
ITEM_TRIGGERS: Final[frozenset[Trigger]] = frozenset({"related_item_added", "related_item_updated", "related_item_removed"})

CHANGES: Final[frozenset[Trigger]] = frozenset({"case_updated", "sla_met"})
"""Triggers whose event can tell that a field changed."""

_SUPPLIERS: Final[Mapping[FactName, frozenset[Trigger]]] = {
    "performed_by.kind": frozenset(get_args(Trigger)) - {"schedule"},
    "performed_by.id": frozenset(get_args(Trigger)) - {"schedule"},
    "related_item.type": ITEM_TRIGGERS,
    "comment.body": ITEM_TRIGGERS,
    "contact.channel": ITEM_TRIGGERS,
    "sla.name": SLA_TRIGGERS,
    "sla.status": SLA_TRIGGERS,
    "sla.milestone": frozenset({"sla_milestone", "sla_breached"}),
    "sla.due_at": SLA_TRIGGERS,
}

Triggers: TypeAlias = frozenset[Trigger]


@dataclass(frozen=True, slots=True)
class Occasion:
    """What can set off the thing a condition or text stands in, and how a finding calls that."""

    triggers: Triggers
    noun: str

    def lacks(self, name: FactName) -> str:
        """Why a subject never has a value here; empty when it may have one."""
        suppliers = suppliers_of(name)
        if suppliers & self.triggers:
            return ""
        return f"{name!r} has no value in {self.noun}; it comes with {_or(suppliers)}"

    def lacks_changes(self) -> str:
        """Why no field ever changes here; empty when one may."""
        if CHANGES & self.triggers:
            return ""
        return f"'changed' is never true in {self.noun}; fields change with {_or(CHANGES)}"


ANYWHERE: Final = Occasion(frozenset(get_args(Trigger)), "anything")
"""Where nothing is ruled out: an email, before it is known who sends it, or a rule whose triggers cannot be read."""

POLICY: Final = Occasion(frozenset(get_args(Trigger)) - SLA_TRIGGERS, "an SLA policy")
"""A policy's conditions are read at every event of a case, and never at a moment of a clock."""


def rule_set_off_by(triggers: Iterable[Trigger]) -> Occasion:
    """Within a rule."""
    given = frozenset(triggers)
    return Occasion(given, f"a rule set off by {_or(given)}") if given else ANYWHERE


def policy_started_by(trigger: Trigger) -> Occasion:
    """Within the `if` of a policy, which is read when a trigger starts its clock."""
    return Occasion(frozenset({trigger}), f"the 'if' of a policy started by {trigger}")


def happening(triggers: Iterable[Trigger]) -> Occasion:
    """Within the `if` of what a clock waits for, beside the triggers it can come with."""
    given = frozenset(triggers)
    return Occasion(given, f"an 'if' beside {_or(given)}") if given else ANYWHERE


def suppliers_of(name: FactName) -> Triggers:
    """The triggers with which a subject can have a value."""
    return _SUPPLIERS.get(name, frozenset(get_args(Trigger)))


def _or(triggers: Triggers) -> str:
    return " or ".join(each for each in TRIGGERS if each in triggers)
