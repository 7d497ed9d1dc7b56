"""A rule as compiled."""

from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import msgspec

from casewright.conditions.tree import ALWAYS, Condition
from casewright.conditions.triggers import Trigger
from casewright.rules.instructions import Instruction

Mode = Literal["off", "shadow", "canary", "on"]

_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS: Final = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1)), ("s", timedelta(seconds=1)))


class Budget(msgspec.Struct, frozen=True):
    """At most so many effects of the rule are performed in each period, counted from midnight of 1 January 1970 UTC."""

    effects: int
    per: timedelta

    def period_at(self, moment: datetime) -> datetime:
        """When the period that the moment falls in began."""
        return _FIRST + (moment - _FIRST) // self.per * self.per

    def __str__(self) -> str:
        """As a person says it: `50 effects per 1h30m`."""
        left, written = self.per, ""
        for unit, length in _UNITS:
            count, left = divmod(left, length)
            written += f"{count}{unit}" if count else ""
        return f"{self.effects} {'effect' if self.effects == 1 else 'effects'} per {written}"


class Schedule(msgspec.Struct, frozen=True):
    """When a rule set off by `schedule` comes: a cron expression of five parts in a time zone, or every so long since 1970."""

    cron: str = ""
    time_zone: str = "UTC"
    every: timedelta | None = None


class Rule(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """When one of the triggers comes and the condition is true, do the instructions."""

    name: str
    when: tuple[Trigger, ...]
    condition: Condition = ALWAYS
    then: tuple[Instruction, ...]
    order: int = 0
    stop: bool = False
    reacts_to_casewright: bool = False
    mode: Mode = "on"
    canary_percent: float = 100.0
    """Of cases, with mode `canary`; the others are shadowed."""
    budget: Budget | None = None
    expires_after: timedelta | None = None
    """How long after the event its effects still make sense; None leaves that to each action."""
    schedule: Schedule | None = None
    runs_on: Literal["casewright", "connect"] = "casewright"
    """`connect`: the stack deploys it as a rule of Amazon Connect, and it never fires here."""
