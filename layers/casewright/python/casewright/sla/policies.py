"""A policy as compiled: when a clock starts, pauses and ends, and by when it must have ended."""

from datetime import timedelta
from typing import Final, TypeAlias

import msgspec

from casewright.cases.values import FieldValue
from casewright.conditions.subjects import Facts, Field
from casewright.conditions.tree import ALWAYS, Condition, evaluate
from casewright.conditions.triggers import Trigger

BREACH: Final = "breach"
"""The name of the milestone that every clock has: its due time."""


class StartsOn(msgspec.Struct, frozen=True, tag="on"):
    """The clock starts with a trigger."""

    trigger: Trigger


class StartsWhen(msgspec.Struct, frozen=True, tag="when"):
    """The clock starts when a condition becomes true."""

    condition: Condition


class StartsAssigned(msgspec.Struct, frozen=True, tag="assigned"):
    """The clock starts when a rule says `assign_sla`."""


Start: TypeAlias = StartsOn | StartsWhen | StartsAssigned


class Happening(msgspec.Struct, frozen=True, tag="happening"):
    """Something that happens in an instant: an event of one of the triggers, for which the condition holds."""

    when: tuple[Trigger, ...]
    condition: Condition = ALWAYS


Awaited: TypeAlias = Condition | Happening
"""What a clock waits for. A condition is met while it is true, and resets or cancels on becoming true; a happening does any of these."""


class Target(msgspec.Struct, frozen=True):
    """A row of `target`: the first whose condition holds gives the time."""

    within: timedelta
    condition: Condition = ALWAYS


class Milestone(msgspec.Struct, frozen=True):
    """A moment before or after due: `share` of the target (0 to 1) plus `offset`; `before: 1h` is share 1 and offset -1h."""

    name: str
    share: float = 1.0
    offset: timedelta = timedelta()


class Mirror(msgspec.Struct, frozen=True):
    """The one field and value that a native SLA item can wait for."""

    field: Field
    value: FieldValue


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """An SLA policy. A clock carries the policy it started under, so that publishing never changes a running clock."""

    name: str
    condition: Condition = ALWAYS
    start: Start
    met_when: Awaited
    target: tuple[Target, ...]
    pause_while: Condition | None = None
    reset: Awaited | None = None
    cancel: Awaited | None = None
    milestones: tuple[Milestone, ...] = ()
    mirror: Mirror | None = None
    calendar: str = ""
    """In whose open time target, milestones and pauses are measured; wall time if none is named."""

    @property
    def moments(self) -> tuple[str, ...]:
        """The names of what a clock can fire."""
        return BREACH, *(each.name for each in self.milestones)

    def target_at(self, facts: Facts) -> timedelta | None:
        """The time this case has, by the first row that holds; None when no row does."""
        return next((row.within for row in self.target if evaluate(row.condition, facts) is True), None)
