"""Business hours as resolved when a bundle is made, and measured by binary search."""

import operator
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import accumulate, chain, repeat
from typing import Final, TypeAlias

import msgspec

from casewright.errors import CalendarEnded

Interval: TypeAlias = tuple[datetime, datetime]
"""Open from the first instant up to, and without, the second."""

ANNOUNCED_DAYS: Final = 180
"""So long before it ends, a calendar is complained of."""

_NOTHING: Final = timedelta()
_DAY: Final = timedelta(days=1)
_FIRST_SIGN: Final = ord("0")


class BusinessHours(msgspec.Struct, frozen=True, array_like=True):
    """The open time of a calendar as written in a bundle: intervals in order, apart from each other, none empty.

    A week is much like the next: so the distinct (closed before, open) pairs are listed in `shapes`, and `order` names one a
    character. Nothing is said about moments outside `first` to `end`.
    """

    first: datetime
    end: datetime
    shapes: tuple[tuple[timedelta, timedelta], ...]
    order: str

    @property
    def always_open(self) -> bool:
        """Whether no moment is closed."""
        return self.shapes == ((_NOTHING, self.end - self.first),)

    @property
    def sequence(self) -> Iterator[tuple[timedelta, timedelta]]:
        """The (closed before, open) pairs in order."""
        return (self.shapes[ord(sign) - _FIRST_SIGN] for sign in self.order)


def business_hours(first: datetime, end: datetime, intervals: Iterable[Interval]) -> BusinessHours:
    """Write down intervals that are in order and apart from each other, all within `first` and `end`."""
    before, sequence = first, list[tuple[timedelta, timedelta]]()
    for opening, closing in intervals:
        sequence.append((opening - before, closing - opening))
        before = closing
    signs = {shape: chr(_FIRST_SIGN + place) for place, shape in enumerate(dict.fromkeys(sequence))}
    return BusinessHours(first, end, tuple(signs), "".join(signs[shape] for shape in sequence))


def days_left(hours: BusinessHours, now: datetime) -> int:
    """For how many whole days from now the calendar is resolved; below nought when it has ended."""
    return (hours.end - now).days


class Resolved:
    """Fulfils Calendar; prepared at its first use. Instants in UTC are compared fastest."""

    def __init__(self, name: str, hours: BusinessHours) -> None:
        self._name, self._hours = name, hours
        self._sums: _Sums | None = None

    def add(self, start: datetime, open_time: timedelta) -> datetime:
        """The first instant at which `open_time` has passed since `start`, so the end of an interval rather than the next start.

        Adding nothing gives `start`. A negative duration gives the last instant from which so much has passed until `start`.

        Raises:
            CalendarEnded: it lies outside what was resolved.
        """
        if not open_time:
            return start
        sums = self._sums or self._prepared()
        if not sums.first <= start <= sums.end:
            raise self._ended(start)
        day, before, shifts = (start - sums.first).days, sums.before, sums.shifts
        place = bisect_right(sums.edges, start, sums.days[day], sums.days[day + 1])  # as in _passed, whose call would cost a tenth
        near = place >> 1
        passed = (start - shifts[near] if place & 1 else before[near]) + open_time
        found = (bisect_left(before, passed, near) if open_time.days >= 0 else bisect_right(before, passed, 0, near + 1)) - 1
        if not 0 <= found < len(shifts):
            raise self._ended(start, open_time)
        return shifts[found] + passed

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The open time from `start` to `end`; negative when `end` comes first.

        Raises:
            CalendarEnded: one of them lies outside what was resolved.
        """
        return self._passed(end) - self._passed(start)

    def is_open(self, moment: datetime) -> bool:
        """Whether the moment lies in open time; the end of an interval does not.

        Raises:
            CalendarEnded: it lies outside what was resolved.
        """
        if not self._hours.first <= moment < self._hours.end:
            raise self._ended(moment)
        return bisect_right((self._sums or self._prepared()).edges, moment) % 2 == 1

    def _passed(self, moment: datetime) -> timedelta:
        """Open time from the first moment to this one."""
        sums = self._sums or self._prepared()
        if not sums.first <= moment <= sums.end:
            raise self._ended(moment)
        day = (moment - sums.first).days
        place = bisect_right(sums.edges, moment, sums.days[day], sums.days[day + 1])
        return moment - sums.shifts[place >> 1] if place & 1 else sums.before[place >> 1]

    def _prepared(self) -> "_Sums":
        self._sums = _summed(self._hours)
        return self._sums

    def _ended(self, moment: datetime, open_time: timedelta = _NOTHING) -> CalendarEnded:
        return CalendarEnded(self._name, moment, open_time, self._hours.first, self._hours.end)


class _Sums(msgspec.Struct, frozen=True):
    """Business hours laid out for searching."""

    first: datetime
    end: datetime
    edges: tuple[datetime, ...]
    """Start and end of each interval in turn."""
    before: tuple[timedelta, ...]
    """Open time before each interval, and last that of all."""
    shifts: tuple[datetime, ...]
    """For each interval, what becomes the instant in it when the open time since `first` is added."""
    days: tuple[int, ...]
    """How many edges come up to each whole day after `first`: an instant is looked for within its day."""


def _summed(hours: BusinessHours) -> _Sums:
    sequence = tuple(hours.sequence)
    edges = tuple(accumulate(chain.from_iterable(sequence), operator.add, initial=hours.first))[1:]
    before = tuple(accumulate((length for _, length in sequence), initial=_NOTHING))
    whole_days = (hours.end - hours.first).days
    return _Sums(
        hours.first,
        hours.end,
        edges,
        before,
        shifts=tuple(start - passed for start, passed in zip(edges[::2], before, strict=False)),
        days=tuple(map(partial(bisect_right, edges), accumulate(repeat(_DAY, whole_days + 1), operator.add, initial=hours.first))),
    )
