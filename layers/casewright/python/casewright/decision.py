"""What deciding gives: values that are stored, shown and performed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from casewright.actions import Action, Bucket, Priority
from casewright.cases.events import Event, Position
from casewright.cases.state import Case
from casewright.conditions.triggers import Trigger
from casewright.rules.rule import Budget
from casewright.sla.clocks import Clock, Transition
from casewright.sla.fold import Stalled
from casewright.sla.native import NativeBreach
from casewright.sla.policies import Policy

LOG_KEPT: Final = timedelta(days=400)
"""How long the log of a case is kept after the case was closed."""

EFFECTS_KEPT: Final = timedelta(days=90)
"""How long an effect is kept after it ended."""


class FieldChange(msgspec.Struct, frozen=True, array_like=True):
    """The last change of a field."""

    position: Position
    ours: bool


class Told(msgspec.Struct, frozen=True, array_like=True):
    """What rules were told of a cycle: a milestone of it, or that it was `met`."""

    policy: str
    cycle: int
    milestone: str


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """All that is folded of a case so far. `last` is None before the first event."""

    case: Case
    last: Position | None = None
    revision: int = 0
    """How many events are folded: every decision on the case makes one more."""
    clocks: Mapping[str, Clock] = {}
    field_changes: Mapping[str, FieldChange] = {}
    """Last change of each field, for telling whether a write of ours is still wanted."""
    native_breaches: tuple[NativeBreach, ...] = ()
    """Breaches of SLA items of Cases that rules were told, in the order of the events that told them."""
    repaired_until: datetime | None = None
    """Time of the last event that was repaired: an event of the stream that is no later may be the lost one, come after all."""
    told: tuple[Told, ...] = ()
    """Milestones of running clocks that were told and then taken back by a late event: they come again, in silence."""
    forgotten_at: datetime | None = None
    """When the case was forgotten: what happened up to then is not in the log, and does not come into it again."""
    closed_at: datetime | None = None
    """Since when the case is closed, or deleted; None while it is open, or nobody knows."""

    @property
    def kept_until(self) -> datetime | None:
        """When the log of the case expires; None while it does not."""
        return self.closed_at + LOG_KEPT if self.closed_at else None


class Match(msgspec.Struct, frozen=True):
    """A rule that fired: by which trigger, and for which transition of a clock, if for one."""

    rule: str
    trigger: Trigger
    because: str = ""


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """Something to be done once. `key` is the same whenever the same decision is made."""

    key: str
    case_id: str
    rule: str
    index: int
    action: Action
    bucket: Bucket
    priority: Priority
    hop: int
    position: Position
    """Of the event it was decided on."""
    not_before: datetime
    expires_at: datetime
    budget: Budget | None = None
    """Of its rule, counted when the effect is first attempted."""
    imported: bool = False
    """A bulk import asked for it: it is recorded and never performed."""

    @property
    def place(self) -> tuple[Position, str, int]:
        """Its place among the effects of its case, in the order they were decided in."""
        return self.position, self.rule, self.index


class Overruled(msgspec.Struct, frozen=True):
    """Two rules set one field: the later in order won."""

    field_id: str
    loser: str
    winner: str


class EffectName(msgspec.Struct, frozen=True):
    """An effect as a list of differences speaks of it."""

    rule: str
    index: int
    key: str


class Correction(msgspec.Struct, frozen=True):
    """What the true order would have decided otherwise on an event decided before a late one came."""

    event_id: str
    missing: tuple[EffectName, ...]
    """Would have been asked for, and was not."""
    surplus: tuple[EffectName, ...]
    """Was asked for, and would not have been."""


class Recomputed(msgspec.Struct, frozen=True):
    """The version of a policy that an operator put in force for a running clock, and the one it had until then."""

    policy: Policy
    until_then: Policy


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What one event led to."""

    case_id: str
    position: Position
    bundle_hash: str
    revision: int = 0
    """That of the head it left."""
    matched: tuple[Match, ...] = ()
    shadowed: tuple[Match, ...] = ()
    """Rules that would have fired but for their mode: shadow, or canary on another case."""
    looped: tuple[Match, ...] = ()
    """Rules that would have reacted to a write of ours once too often in a row."""
    imported: bool = False
    """The change was a bulk import: the effects it asked for are recorded and not performed."""
    effects: tuple[Effect, ...] = ()
    assigned: tuple[str, ...] = ()
    """Policies whose clock a rule started."""
    transitions: tuple[Transition, ...] = ()
    stalled: tuple[Stalled, ...] = ()
    """What clocks could not do, since a calendar of the bundle cannot tell the time."""
    overruled: tuple[Overruled, ...] = ()
    closed: tuple[Clock, ...] = ()
    """Cycles of clocks that gave way to a new one, each as it ended; of a late decision, those from its place on, as they end now."""
    late: bool = False
    corrections: tuple[Correction, ...] = ()
    recomputed: Recomputed | None = None
    """Of ClockRecomputed alone."""
    broken: str = ""
    """Why the rule-set breaker tripped, if it did: then no effect is asked for."""

    @property
    def effect_names(self) -> tuple[EffectName, ...]:
        """The effects, by name."""
        return tuple(EffectName(effect.rule, effect.index, effect.key) for effect in self.effects)


class Logged(msgspec.Struct, frozen=True):
    """An event of the log and the decision made on it when it came."""

    event: Event
    decision: Decision


EffectStatus = Literal["pending", "done", "failed", "superseded", "expired", "over_budget", "skipped", "recorded"]
"""`skipped`: Cases has no room for it, or nobody may get the mail.

`recorded`: decided while the deployment was not armed, or asked for by a bulk import.
"""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How performing an effect ended. `detail` says what came of it or why nothing did."""

    status: EffectStatus
    detail: str = ""
    follow_ups: tuple[Effect, ...] = ()
