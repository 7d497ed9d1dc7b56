"""One event over the clocks of a case, in the written order: cancel, met_when, reset, start, pause_while, target.

What fell due before the event fires first, other milestones of its instant last. Met exactly at due is met: so due itself is a breach once
its instant is over, with our own tick, which is the last of the instant, or with the next event. Whether a tick is logged depends on what
came when: it does nothing but fire, so that clocks are the same in whichever order their log came to be. Nothing here raises: what a
calendar cannot tell leaves the clock as it was, and is said.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Literal, TypeVar

import msgspec

from casewright.calendars.calendar import ALWAYS_OPEN, Calendar
from casewright.cases.events import CaseRead, ClockDue, ClockRecomputed, MailReported, ScheduleDue
from casewright.conditions.subjects import Facts
from casewright.conditions.tree import became_true, evaluate
from casewright.conditions.triggers import trigger_of
from casewright.errors import CalendarMissing, CalendarUnusable
from casewright.sla import steps
from casewright.sla.clocks import Clock, Transition
from casewright.sla.policies import Awaited, Happening, Policy, StartsAssigned, StartsOn, StartsWhen
from casewright.sla.team_time import queue_of

D = TypeVar("D")

StalledStep = Literal["start", "resume", "retarget", "count"]


class Stalled(msgspec.Struct, frozen=True):
    """What a clock should have done, and could not since its calendar cannot tell the time: it stays as it was."""

    policy: str
    step: StalledStep
    reason: str


class Folded(msgspec.Struct, frozen=True):
    """The clocks after an event, by policy name, what they did, and what they could not do.

    `closed` are the cycles that gave way to a new one, each as it ended; one that was still open then is Cancelled.
    """

    clocks: Mapping[str, Clock]
    transitions: tuple[Transition, ...] = ()
    stalled: tuple[Stalled, ...] = ()
    closed: tuple[Clock, ...] = ()


def fold(running: Mapping[str, Clock], policies: Iterable[Policy], facts: Facts) -> Folded:
    """Take one event. A running clock keeps its own policy; a new one takes the present policy of that name."""
    present = {policy.name: policy for policy in policies}
    turn = _Turn(facts)
    after: dict[str, Clock] = {}
    for name in dict.fromkeys([*running, *present]):
        clock = turn.take(running.get(name), present.get(name))
        if clock is not None:
            after[name] = clock
    return Folded(after, tuple(sorted(turn.transitions, key=lambda each: each.at)), tuple(turn.stalled), tuple(turn.closed))


def assign(folded: Folded, policy: Policy, facts: Facts) -> Folded:
    """Start the clock of a policy because a rule said so, where its `if` holds; one that runs, or has ended, stays as it is."""
    if policy.name in folded.clocks or evaluate(policy.condition, facts) is not True:
        return folded
    turn = _Turn(facts)
    clock = turn.begin(policy, cycle=1)
    clocks = folded.clocks if clock is None else {**folded.clocks, policy.name: clock}
    return Folded(clocks, (*folded.transitions, *turn.transitions), (*folded.stalled, *turn.stalled), folded.closed)


def call_off(clock: Clock, facts: Facts) -> Clock:
    """A clock that ends with the event for another reason than its policy gives: Cancelled, its time counted."""
    return _Turn(facts).call_off(clock)


class _Turn:
    """One event, taken by one clock after the other; collects what they do."""

    def __init__(self, facts: Facts) -> None:
        self._facts, self._now = facts, facts.event.at
        self.transitions: list[Transition] = []
        self.stalled: list[Stalled] = []
        self.closed: list[Clock] = []

    def take(self, clock: Clock | None, present: Policy | None) -> Clock | None:
        """The clock after the event."""
        if isinstance(self._facts.event.change, MailReported):
            return clock
        if clock is None:
            return self.begin(present, cycle=1) if present is not None and self._starts(present) else None
        if isinstance(self._facts.event.change, ClockDue | ClockRecomputed | ScheduleDue):
            return self._did(steps.fire_until(clock, self._now))
        clock = self._did(steps.fire_before(clock, self._now))
        if isinstance(self._facts.event.change, CaseRead) and self._facts.after is self._facts.before:
            return clock
        clock = self._ended(clock)
        if self._begins_again(clock, present):
            fresh = self.begin(present or clock.policy, cycle=clock.cycle + 1)
            if fresh is not None:
                self.closed.append(self.call_off(clock))
                return fresh
        return self._handed(self._did(steps.fire_now(self._retargeted(self._paused_or_resumed(clock)), self._now)))

    def call_off(self, clock: Clock) -> Clock:
        """The clock as it ends without a verdict; one that has ended stays as it is."""
        return steps.cancel(self._settled(clock), self._now)[0] if clock.is_open else clock

    def begin(self, policy: Policy, *, cycle: int) -> Clock | None:
        """A clock that starts with the event; None where its goal is reached already, no target holds, or the case is gone."""
        target = policy.target_at(self._facts)
        if target is None or self._facts.after.deleted or self._is_met(policy, cycle=cycle):
            return None
        event, queue = self._facts.event, queue_of(self._facts.after)
        started = partial(steps.begin, policy, cycle=cycle, at=self._now, event_id=event.id, target=target, queue=queue)
        clock = self._told_by_calendar(policy, "start", started, None)
        return self._did(steps.fire_now(self._paused_or_resumed(clock), self._now)) if clock is not None else None

    def _starts(self, policy: Policy) -> bool:
        match policy.start:
            case StartsOn(trigger=trigger):
                begun = trigger_of(self._facts.event.change) == trigger
            case StartsWhen(condition=condition):
                begun = became_true(condition, self._facts)
            case StartsAssigned():
                begun = False
        return begun and self._holds(policy.condition)

    def _begins_again(self, clock: Clock, present: Policy | None) -> bool:
        """Whether a reset opens a new cycle: a clock that has ended stays so when its policy is no longer there."""
        return self._turns(clock.policy.reset) and (present is not None or clock.is_open)

    def _is_met(self, policy: Policy, *, cycle: int) -> bool:
        """Whether a cycle would have nothing to wait for. What happened is over: the cycle it resets waits for the next time."""
        return self._holds(policy.met_when) and (cycle == 1 or not isinstance(policy.met_when, Happening))

    def _ended(self, clock: Clock) -> Clock:
        if not clock.is_open:
            return clock
        if self._facts.after.deleted or self._turns(clock.policy.cancel):
            return self._did(steps.cancel(self._settled(clock), self._now))
        return self._did(steps.meet(self._settled(clock), self._now)) if self._holds(clock.policy.met_when) else clock

    def _settled(self, clock: Clock) -> Clock:
        if clock.status != "Paused":
            return self._counted(clock)
        return self._told_by_calendar(clock.policy, "resume", partial(steps.settle, clock, self._now), clock)

    def _counted(self, clock: Clock) -> Clock:
        if clock.status == "Paused" or clock.team.counted_to == self._now:
            return clock
        return self._told_by_calendar(clock.policy, "count", partial(steps.count, clock, self._now), clock)

    def _handed(self, clock: Clock) -> Clock:
        queue = queue_of(self._facts.after)
        if not clock.is_open or queue == clock.team.queue:
            return clock
        return self._did(steps.hand_over(self._counted(clock), queue, self._now))

    def _paused_or_resumed(self, clock: Clock) -> Clock:
        wanted = clock.policy.pause_while is not None and self._holds(clock.policy.pause_while)
        if clock.status == "Active" and wanted:
            return self._did(steps.pause(self._counted(clock), self._now))
        if clock.status == "Paused" and not wanted:
            return self._told_by_calendar(clock.policy, "resume", partial(steps.resume, clock, self._now), clock)
        return clock

    def _retargeted(self, clock: Clock) -> Clock:
        target = clock.policy.target_at(self._facts) if clock.is_open else None
        if target is None or target == clock.target:
            return clock
        return self._told_by_calendar(clock.policy, "retarget", partial(steps.retarget, clock, target, self._now), clock)

    def _told_by_calendar(self, policy: Policy, step: StalledStep, change: Callable[..., steps.Step], otherwise: D) -> Clock | D:
        try:
            return self._did(change(calendar=_calendar_of(policy, self._facts.calendars)))
        except CalendarUnusable as problem:
            self.stalled.append(Stalled(policy.name, step, str(problem)))
            return otherwise

    def _did(self, step: steps.Step) -> Clock:
        clock, happened = step
        self.transitions += happened
        return clock

    def _holds(self, awaited: Awaited) -> bool:
        if isinstance(awaited, Happening):
            return trigger_of(self._facts.event.change) in awaited.when and evaluate(awaited.condition, self._facts) is True
        return evaluate(awaited, self._facts) is True

    def _turns(self, awaited: Awaited | None) -> bool:
        if awaited is None or isinstance(awaited, Happening):
            return awaited is not None and self._holds(awaited)
        return became_true(awaited, self._facts)


def _calendar_of(policy: Policy, calendars: Mapping[str, Calendar]) -> Calendar:
    if not policy.calendar:
        return ALWAYS_OPEN
    found = calendars.get(policy.calendar)
    if found is None:
        raise CalendarMissing(policy.calendar, tuple(calendars))
    return found
