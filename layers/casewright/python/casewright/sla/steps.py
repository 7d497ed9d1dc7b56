"""What a clock does. Every function gives a new clock, and says what happened as transitions.

Times are aware UTC. Due is the start of the cycle plus the target plus the time paused, all in the open time of the calendar.
What asks the calendar raises CalendarUnusable when that cannot tell.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from casewright.calendars.calendar import Calendar
from casewright.sla.clocks import Clock, Status, Transition, TransitionKind
from casewright.sla.policies import BREACH, Policy
from casewright.sla.team_time import TeamTime

Step = tuple[Clock, tuple[Transition, ...]]


def begin(policy: Policy, *, cycle: int, at: datetime, event_id: str, target: timedelta, queue: str, calendar: Calendar) -> Step:
    """A new cycle: nothing elapsed, every milestone armed, save those that would lie before the start."""
    team = TeamTime(queue=queue, since=at, counted_to=at)
    clock = Clock(policy=policy, cycle=cycle, status="Active", started_at=at, started_by=event_id, target=target, due_at=at, team=team)
    clock = _timed(clock, calendar)
    return clock, (_transition(clock, "started" if cycle == 1 else "reset", at),)


def pause(clock: Clock, at: datetime) -> Step:
    """Stop the time. Only an active clock pauses: an overdue one runs on."""
    paused = msgspec.structs.replace(clock, status="Paused", paused_at=at, moments=())
    return paused, (_transition(paused, "paused", at),)


def resume(clock: Clock, at: datetime, calendar: Calendar) -> Step:
    """Let the time run again; due moves by the open time that was paused."""
    assert clock.paused_at is not None, "a paused clock knows since when"
    time_paused = clock.time_paused + calendar.between(clock.paused_at, at)
    team = clock.team.counted(clock.paused_at, calendar).skipped(at)
    running = _timed(msgspec.structs.replace(clock, status="Active", paused_at=None, time_paused=time_paused, team=team), calendar)
    return running, (_transition(running, "resumed", at),)


def settle(clock: Clock, at: datetime, calendar: Calendar) -> Step:
    """Count the pause of a paused clock that is about to end; due moves as if it ran again."""
    running, _ = resume(clock, at, calendar)
    return msgspec.structs.replace(clock, time_paused=running.time_paused, due_at=running.due_at, team=running.team), ()


def count(clock: Clock, at: datetime, calendar: Calendar) -> Step:
    """Count the time of a running clock that is about to stop or to change hands."""
    return msgspec.structs.replace(clock, team=clock.team.counted(at, calendar)), ()


def hand_over(clock: Clock, queue: str, at: datetime) -> Step:
    """Another queue has the case."""
    return msgspec.structs.replace(clock, team=clock.team.handed(queue, at)), ()


def retarget(clock: Clock, target: timedelta, at: datetime, calendar: Calendar) -> Step:
    """Take a new target; due moves. A clock that is overdue stays so: its breach has been told.

    A paused clock fires at once what the new target puts into the past. If that is the breach, the pause is over: an overdue clock runs.
    """
    moved = _timed(msgspec.structs.replace(clock, target=target), calendar)
    told = (_transition(moved, "moved", at),)
    if moved.status != "Paused":
        return moved, told
    running, resumed = resume(moved, at, calendar)
    passed, fired = _fire(running, [(at, name) for moment, name in running.moments if moment < at])
    if passed.status == "Overdue":
        return passed, (*told, *resumed, *fired)
    return msgspec.structs.replace(moved, fired=passed.fired), (*told, *fired)


def meet(clock: Clock, at: datetime) -> Step:
    """End the clock by what it waited for: Met up to and at due, NotMet after. A paused clock is not late."""
    on_time = clock.status == "Paused" or (clock.status == "Active" and at <= clock.due_at)
    ended = msgspec.structs.replace(clock, status="Met" if on_time else "NotMet", ended_at=at, paused_at=None, moments=())
    return ended, (_transition(ended, "met" if on_time else "not_met", at),)


def cancel(clock: Clock, at: datetime) -> Step:
    """End the clock for another reason."""
    ended = msgspec.structs.replace(clock, status="Cancelled", ended_at=at, paused_at=None, moments=())
    return ended, (_transition(ended, "cancelled", at),)


def tell_once(clock: Clock, told: Iterable[str]) -> Clock:
    """The clock of another version of its policy, where these were told under the versions before."""
    return msgspec.structs.replace(clock, told=tuple(sorted(set(told) - set(clock.fired))))


def recomputed(clock: Clock, at: datetime) -> Transition:
    """That the clock stands under another version of its policy."""
    return _transition(clock, "recomputed", at)


def fire_before(clock: Clock, moment: datetime) -> Step:
    """Fire what fell due before the moment, each at its own time; due itself turns the clock Overdue. A paused clock fires nothing."""
    return _fire(clock, [each for each in clock.moments if each[0] < moment])


def fire_until(clock: Clock, moment: datetime) -> Step:
    """The same, and what falls due at the moment itself: to be asked when nothing more happens in it."""
    return _fire(clock, [each for each in clock.moments if each[0] <= moment])


def fire_now(clock: Clock, now: datetime) -> Step:
    """Fire what has come by now, and what a change of this moment put into the past. Due itself is no breach before its instant is over."""
    return _fire(clock, [(now, name) for moment, name in clock.moments if moment < now or (moment == now and name != BREACH)])


def rearmed(clock: Clock, calendar: Calendar) -> Clock:
    """The clock with what comes next reckoned from its policy. Raises CalendarUnusable where the calendar cannot tell it."""
    return _timed(clock, calendar)


def _fire(clock: Clock, coming: list[tuple[datetime, str]]) -> Step:
    """Fire some of what is still to come, at these times."""
    transitions: list[Transition] = []
    for at, name in coming:
        status: Status = "Overdue" if name == BREACH else clock.status
        left = tuple(each for each in clock.moments if each[1] != name)
        team = clock.team.missed() if name == BREACH else clock.team
        clock = msgspec.structs.replace(clock, fired=(*clock.fired, name), status=status, moments=left, team=team)
        transitions.append(_transition(clock, "breached" if name == BREACH else "milestone", at, name))
    return clock, tuple(transitions)


def _timed(clock: Clock, calendar: Calendar) -> Clock:
    """The clock with due and what comes next as its start, target and pauses make them.

    Raises:
        CalendarUnusable: one of them lies past what the calendar tells.
    """
    due = calendar.add(clock.started_at, clock.target + clock.time_paused)
    coming = [(due, BREACH)]
    for each in clock.policy.milestones:
        elapsed = clock.target * each.share + each.offset
        if elapsed >= timedelta():
            coming.append((calendar.add(clock.started_at, elapsed + clock.time_paused), each.name))
    moments = sorted(each for each in coming if each[1] not in clock.fired) if clock.status in ("Active", "Overdue") else ()
    return msgspec.structs.replace(clock, due_at=due, moments=tuple(moments))


def _transition(clock: Clock, kind: TransitionKind, at: datetime, milestone: str = "") -> Transition:
    return Transition(
        kind=kind,
        policy=clock.policy.name,
        cycle=clock.cycle,
        at=at,
        due_at=clock.due_at,
        status=clock.status,
        milestone=milestone,
        silent=milestone in clock.told,
    )
