"""Ports to pending effects, and to what limits their performing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from casewright.actions import Bucket
from casewright.cases.values import FieldValue
from casewright.decision import Effect, EffectStatus, Outcome
from casewright.quotas import Quota
from casewright.rules.rule import Budget


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """One call to the world, as it is repeated word for word. `id` is its client token; `fields` are those of a merged update."""

    id: str
    hop: int
    fields: Mapping[str, FieldValue] = {}


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

    @property
    def is_counted(self) -> bool:
        """Whether the budget of its rule was charged: that is done before the first claim."""
        return self.write is not None or self.attempts > 0 or self.tries > 0


class EffectQueue(Protocol):
    """Pending effects, most urgent first; the table is the queue."""

    def urgent(self, bucket: Bucket, now: datetime) -> tuple[Pending, ...]:
        """The most urgent effects whose time has come."""
        ...

    def claim(self, effects: Sequence[Pending], *, write: Write, until: datetime) -> tuple[Pending, ...]:
        """Take effects under a lease for one write, which is kept with them; answers those that were still there to take."""
        ...

    def postpone(self, effects: Sequence[Pending], *, until: datetime, detail: str, keep_write: bool) -> None:
        """Give effects back to be tried later. The write is kept only when some attempt at it may have happened."""
        ...

    def finish(self, effect: Effect, outcome: Outcome, at: datetime, *, told_before: datetime) -> bool:
        """Record how an effect ended, together with the effects that follow; False when it had ended before.

        It stays in the queue with its outcome, from `told_before` on, until `told`.
        """
        ...

    def told(self, effect: Effect) -> None:
        """Take an ended effect out of the queue: the lake has its row."""
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
