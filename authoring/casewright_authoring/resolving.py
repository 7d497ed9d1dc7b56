"""From opening times in local time to the open intervals of several years.

An instant is open when its local time lies in an opening of its day, or in one of the day before that crosses midnight. So an hour that the
clocks repeat counts twice, and one that they skip not at all.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from casewright.calendars.hours import BusinessHours, Interval, business_hours
from casewright_authoring.openings import DAY, Openings, Week

YEARS_BACK: Final = 3
YEARS_AHEAD: Final = 5

_STEP: Final = timedelta(hours=6)
"""No zone changes its offset twice within so short a time."""


@dataclass(frozen=True, slots=True)
class Span:
    """The years for which calendars are resolved: both instants are midnights of 1 January in UTC."""

    first: datetime
    end: datetime

    @property
    def years(self) -> range:
        """Every year of which some local day may lie in the span."""
        return range(self.first.year - 1, self.end.year + 1)


def span_of(today: date) -> Span:
    """The years around a day: the same all year long, so that the same files give the same bundle."""
    return Span(
        datetime(today.year - YEARS_BACK, 1, 1, tzinfo=UTC),
        datetime(today.year + 1 + YEARS_AHEAD, 1, 1, tzinfo=UTC),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A calendar as an operator writes it. `weeks` hold from their day on, in order; `days` are those unlike their week."""

    zone: ZoneInfo
    weeks: tuple[tuple[date, Week], ...]
    days: Mapping[date, Openings]


def resolve(schedule: Schedule, span: Span) -> BusinessHours:
    """The open intervals within the span."""
    local = tuple(_joined(sorted(_local(schedule, span))))
    return business_hours(span.first, span.end, _joined(_in_utc(local, schedule.zone, span)))


def _local(schedule: Schedule, span: Span) -> Iterator[Interval]:
    """Every opening, in local time without a zone."""
    for day, week in _days(schedule, span):
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  # local time, whatever the zone
        for start, end in schedule.days.get(day, week[day.weekday()]):
            yield midnight + start, midnight + end


def _days(schedule: Schedule, span: Span) -> Iterator[tuple[date, Week]]:
    """Each day whose openings may reach into the span, with the week that holds on it."""
    day, last = span.first.date() - 3 * DAY, span.end.date() + 2 * DAY
    for (since, week), (until, _) in pairwise((*schedule.weeks, (last, ()))):
        day = max(day, since)
        while day < min(until, last):
            yield day, week
            day += DAY


def _in_utc(local: tuple[Interval, ...], zone: ZoneInfo, span: Span) -> Iterator[Interval]:
    """The parts of local intervals that fall into the span, offset by offset: in order, perhaps touching."""
    place = 0
    for (since, offset), (until, _) in pairwise((*_offsets(zone, span), (span.end, _STEP))):
        begins, ends = (each.replace(tzinfo=None) + offset for each in (since, until))
        while place and local[place - 1][1] > begins:
            place -= 1  # the clocks went back: what was past comes again
        while place < len(local) and local[place][0] < ends:
            start, end = max(local[place][0], begins), min(local[place][1], ends)
            if start < end:
                yield (start - offset).replace(tzinfo=UTC), (end - offset).replace(tzinfo=UTC)
            place += 1


@lru_cache
def _offsets(zone: ZoneInfo, span: Span) -> tuple[tuple[datetime, timedelta], ...]:
    """The offsets of a zone from UTC, each with the instant from which it holds."""
    found = [(span.first, _offset(zone, span.first))]
    moment = span.first
    while moment < span.end:
        following = min(moment + _STEP, span.end)
        if (offset := _offset(zone, following)) != found[-1][1]:
            found.append((_change(zone, moment, following), offset))
        moment = following
    return tuple(found)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the offset becomes what it is afterwards."""
    changed = _offset(zone, after)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (before, middle) if _offset(zone, middle) == changed else (middle, after)
    return after


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None, "a zone knows its offset"
    return offset


def _joined(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """Intervals in order, those that overlap or touch made one."""
    present: Interval | None = None
    for start, end in intervals:
        if present is not None and start <= present[1]:
            present = present[0], max(present[1], end)
            continue
        if present is not None:
            yield present
        present = start, end
    if present is not None:
        yield present
