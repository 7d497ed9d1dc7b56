"""How long a cycle stood how, and which queue had the case meanwhile: in wall time and in the open time of its calendar."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    """The open time that a cycle ran while one queue had the case; the empty name is none, None that it is not known."""

    queue: str | None
    time: timedelta


@dataclass(frozen=True, slots=True)
class Held:
    """From then on a queue had the case."""

    since: datetime
    queue: str | None


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


def shares(clock: Clock, stood: Iterable[Span], held: Sequence[Held], calendars: Calendars) -> tuple[Share, ...]:
    """Whose time it was: open time by queue, in the order in which they came to have the case. What a calendar cannot tell is left out."""
    ends = [each.since for each in held[1:]]
    found: dict[str | None, timedelta] = {}
    for span in stood:
        if span.status == "Paused":
            continue
        for each, end in zip(held, [*ends, span.end], strict=True):
            start, last = max(each.since, span.start), min(end, span.end)
            ran = open_time(clock, start, last, calendars) if last > start else None
            if ran:
                found[each.queue] = found.get(each.queue, timedelta()) + ran
    return tuple(Share(queue, time) for queue, time in found.items())


def used_at(clock: Clock, at: datetime, calendars: Calendars) -> timedelta | None:
    """The open time that the present cycle of a clock has used; None where the calendar cannot tell."""
    stopped = clock.paused_at if clock.paused_at and clock.paused_at < at else at
    ran = open_time(clock, clock.started_at, stopped, calendars)
    return None if ran is None else ran - clock.time_paused


def open_time(clock: Clock, start: datetime, end: datetime, calendars: Calendars) -> timedelta | None:
    """The time between two moments as the calendar of the clock's policy measures it; None where it cannot."""
    name = clock.policy.calendar
    calendar = calendars.get(name) if name else ALWAYS_OPEN
    try:
        return calendar.between(start, end) if calendar else None
    except CalendarUnusable:
        return None
