"""A clock: how far one case is with one policy, and what it did. Times are aware UTC."""

from datetime import datetime, timedelta
from typing import Final, Literal, get_args

import msgspec

from casewright.sla.policies import Policy
from casewright.sla.team_time import TeamTime

Status = Literal["Active", "Paused", "Overdue", "Met", "NotMet", "Cancelled"]
"""Active, Overdue, Met and NotMet mean what they mean in Cases; Paused and Cancelled are ours."""

TransitionKind = Literal[
    "started", "paused", "resumed", "moved", "milestone", "breached", "met", "not_met", "cancelled", "reset", "recomputed"
]

KINDS: Final[frozenset[str]] = frozenset(get_args(TransitionKind))
"""No milestone may be named as one of these."""

OPEN: Final[frozenset[Status]] = frozenset({"Active", "Paused", "Overdue"})


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a clock in its present cycle. It says by itself what comes next: the calendar is asked only when that moves."""

    policy: Policy
    cycle: int
    status: Status
    started_at: datetime
    started_by: str
    """Id of the event that started the cycle."""
    target: timedelta
    due_at: datetime
    team: TeamTime
    time_paused: timedelta = timedelta()
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    fired: tuple[str, ...] = ()
    moments: tuple[tuple[datetime, str], ...] = ()
    """What is still to fire and when, in order; nothing while paused or ended."""
    told: tuple[str, ...] = ()
    """What was told before the clock was recomputed, and comes again: it fires in silence."""

    @property
    def is_open(self) -> bool:
        """Whether the clock can still end."""
        return self.status in OPEN


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """Something a clock did."""

    kind: TransitionKind
    policy: str
    cycle: int
    at: datetime
    due_at: datetime
    status: Status
    milestone: str = ""
    silent: bool = False
    """It sets off no rule: it was told before the clock was recomputed, or before a late event took it back."""

    @property
    def name(self) -> str:
        """What it is told apart by from the others of its cycle.

        A policy compiled before the names of kinds were refused may have a milestone `met`: that is not the end of the clock.
        """
        return f"milestone {self.milestone}" if self.milestone in KINDS else self.milestone or self.kind

    def id(self, case_id: str) -> str:
        """The same for the same transition of the same clock, whichever event brought it to light."""
        return f"sla/{case_id}/{self.policy}/{self.cycle}/{self.name}/{self.due_at.isoformat()}"


def pending(clock: Clock) -> tuple[tuple[datetime, str], ...]:
    """The moments still to come of a clock whose time runs, in order, with their names."""
    return clock.moments
