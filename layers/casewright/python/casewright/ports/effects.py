"""Ports to pending effects, and to what limits their performing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from casewright.actions import Bucket
from casewright.cases.values import FieldValue
from casewright.decision import Effect, EffectStatus, Outcome
from casewright.quotas import Quota
from casewright.rules.rule import Budget


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """One call to the world, as it is repeated word for word. `id` is its client token."""

    id: str
    hop: int
    fields: Mapping[str, FieldValue] = {}
    """Of an update, for each of its cases."""
    cases: tuple[str, ...] = ()


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """An effect in the queue. `write` is an attempt that may have happened; None before the first and after one that was refused."""

    effect: Effect
    not_before: datetime
    write: Write | None = None
    attempts: int = 0
    """Claims since the last answer of any kind."""
    tries: int = 0
    """How often it was given back."""
    outcome: Outcome | None = None
    """How it ended, while the lake has not been told."""
    sent_as: str = ""
    """Message id of the mail that an interrupted attempt did send, once its event has told."""
    held: bool = False
    """It waited, or waits, for SES to send again."""
    alone: bool = False
    """It was refused together with others: it shares no write any more."""
    detail: str = ""
    """How it ended, or why it was given back last."""

    @property
    def is_counted(self) -> bool:
        """Whether the budget of its rule was charged: that is done before the first claim."""
        return self.write is not None or self.attempts > 0 or self.tries > 0


class EffectQueue(Protocol):
    """Pending effects, most urgent first; the table is the queue."""

    def is_empty(self, bucket: Bucket) -> bool:
        """Whether nothing is pending or untold, now or later."""
        ...

    def urgent(self, bucket: Bucket, now: datetime) -> tuple[Pending, ...]:
        """Effects of the most urgent priority whose time has come, the oldest first; some may have been taken or ended just now.

        Where they are those that people wait for, some housekeeping that has waited long stands among them.
        """
        ...

    def is_outranked(self, bucket: Bucket, priority: int, now: datetime) -> bool:
        """Whether there is an effect of a more urgent priority whose time has come."""
        ...

    def of_case(self, case_id: str) -> tuple[Pending, ...]:
        """Every effect of a case as it is now, pending or ended, in no particular order."""
        ...

    def claim(self, effects: Sequence[Pending], *, write: Write, until: datetime) -> tuple[Pending, ...]:
        """Take effects, 100 at most, under a lease for one write, which is kept with them: all, or none where one was not there to take."""
        ...

    def postpone(
        self,
        effects: Sequence[Pending],
        *,
        until: datetime,
        detail: str,
        keep_write: bool,
        alone: bool = False,
        held: bool = False,
    ) -> None:
        """Give effects back after a try, for a later one. The write is kept only when some attempt at it may have happened.

        One that another performer has claimed since it was read, or claimed here, is left to it.
        """
        ...

    def put_off(self, effects: Sequence[Pending], *, until: datetime) -> None:
        """Let effects that were not tried wait."""
        ...

    def finish(self, effect: Effect, outcome: Outcome, at: datetime, *, told_before: datetime) -> bool:
        """Record how an effect ended, together with the effects that follow; False when it had ended before.

        It is `untold` from `told_before` on, until `told`.
        """
        ...

    def untold(self, bucket: Bucket, now: datetime) -> tuple[Pending, ...]:
        """Effects that ended a while ago and of which the lake has no row."""
        ...

    def told(self, effects: Iterable[Effect]) -> None:
        """The lake has the rows of these ended effects."""
        ...


class Recorded(msgspec.Struct, frozen=True):
    """An effect of the ledger, and how it stands."""

    effect: Effect
    status: EffectStatus


class Ledger(Protocol):
    """Every effect asked for, whether pending or ended."""

    def effects(self, case_id: str) -> tuple[Recorded, ...]:
        """Those of one case, in no particular order."""
        ...


class Deliveries(Protocol):
    """What became of mail."""

    def sent(self, *, case_id: str, effect_key: str, message_id: str) -> None:
        """Remember that the mail of an effect was accepted; nothing when the effect is not known."""
        ...


class Sends(Protocol):
    """Which sends of a mail were begun: each may have sent it, unless SES said that it did not."""

    def begin(self, effect: Effect, now: datetime) -> int:
        """Remember that its mail is being sent now; answers for which time, 0 where it was twice already and shall not be again."""
        ...

    def take_back(self, effect: Effect, number: int) -> None:
        """This send did not happen."""
        ...


class Tokens(Protocol):
    """Token buckets shared by everything that spends one quota."""

    def reserve(self, quota: str, limit: Quota, *, most: int, now: datetime) -> tuple[datetime, ...]:
        """Take so many tokens; answers the instants from which on each may be spent, the first of them now or later."""
        ...

    def empty(self, quota: str, limit: Quota, *, until: datetime) -> None:
        """Let nothing be spent until then."""
        ...


class Budgets(Protocol):
    """What rules have spent of their budgets, in the period that `now` falls in."""

    def spend(self, rule: str, budget: Budget, now: datetime) -> bool:
        """Count one effect; False, and nothing counted, when all is spent."""
        ...

    def trip(self, rule: str, budget: Budget, now: datetime) -> bool:
        """Remember that more was asked for; True the first time in the period."""
        ...


class Turns(Protocol):
    """Turns among several who take work one after the other: a ring."""

    def take_turn(self, effect: Effect, *, ring: str) -> int:
        """The turn of the effect, counted from 0: the next of the ring, or the one it took before."""
        ...


class Wake(Protocol):
    """The bell of the performers."""

    def ring(self, buckets: Sequence[Bucket]) -> None:
        """Ask for a performer of each bucket; carries no work."""
        ...


class Arming(Protocol):
    """Whether effects are performed."""

    def is_armed(self) -> bool:
        """False on a fresh deployment, and when it was taken back: decisions are recorded and nothing is done."""
        ...
