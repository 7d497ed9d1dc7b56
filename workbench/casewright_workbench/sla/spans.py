"""How long a cycle stood how, in wall time, and what of its time was used, in the open time of its calendar."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from casewright.calendars.calendar import ALWAYS_OPEN, Calendar
from casewright.errors import CalendarUnusable
from casewright.sla.clocks import OPEN, Clock, Status, Transition

Calendars = Mapping[str, Calendar]


@dataclass(frozen=True, slots=True)
class Span:
    """So long a clock stood so. An open clock stands so until now."""

    status: Status
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Share:
    """The open time that a cycle ran while one queue had the case, by the queue's ARN; empty where it was in none."""

    queue: str
    time: timedelta


def spans(did: Iterable[Transition], until: datetime) -> Iterator[Span]:
    """How a cycle stood, from what it did, one span after the other."""
    marks: list[tuple[datetime, Status | None]] = [(each.at, each.status) for each in did]
    start, status = marks[0]
    for at, then in [*marks[1:], (until, None)]:
        if then == status:
            continue
        if at > start:
            if status in OPEN:
                yield Span(status, start, at)
            start = at
        status = then


def shares(clock: Clock, until: datetime, calendars: Calendars) -> tuple[Share, ...]:
    """Whose time it was, in the order in which queues came to have the case; of a clock that runs, up to a moment."""
    team, calendar = clock.team, calendar_of(clock, calendars)
    if clock.status in ("Active", "Overdue") and calendar is not None and until > team.counted_to:
        try:
            team = team.counted(until, calendar)
        except CalendarUnusable:
            return ()
    return tuple(Share(queue, time) for queue, time in team.used.items())


def used_at(clock: Clock, at: datetime, calendars: Calendars) -> timedelta | None:
    """The open time that the present cycle of a clock has used; None where the calendar cannot tell."""
    stopped = clock.paused_at if clock.paused_at and clock.paused_at < at else at
    ran = open_time(clock, clock.started_at, stopped, calendars)
    return None if ran is None else ran - clock.time_paused


def open_time(clock: Clock, start: datetime, end: datetime, calendars: Calendars) -> timedelta | None:
    """The time between two moments as the calendar of the clock's policy measures it; None where it cannot."""
    calendar = calendar_of(clock, calendars)
    try:
        return calendar.between(start, end) if calendar else None
    except CalendarUnusable:
        return None


def calendar_of(clock: Clock, calendars: Calendars) -> Calendar | None:
    """The calendar that a clock goes by, if it is there."""
    return calendars.get(clock.policy.calendar) if clock.policy.calendar else ALWAYS_OPEN
