"""Business hours as resolved when a bundle is made, and measured by binary search."""

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from itertools import accumulate

import msgspec

from casewright.errors import CalendarEnded


class BusinessHours(msgspec.Struct, frozen=True, array_like=True):
    """The open intervals of a calendar, as written in a bundle: whole seconds since 1970 UTC, in order, apart from each other.

    Nothing is said about moments outside `first` to `end`.
    """

    first: int
    end: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]


class Resolved:
    """Fulfils Calendar."""

    def __init__(self, name: str, hours: BusinessHours) -> None:
        self._name, self._hours = name, hours
        self._before = (0, *accumulate(end - start for start, end in zip(hours.starts, hours.ends, strict=True)))

    def add(self, start: datetime, open_time: timedelta) -> datetime:
        """The instant at which `open_time` has passed since `start`; adding nothing gives `start`.

        Raises:
            CalendarEnded: it lies outside what was resolved.
        """
        if not open_time:
            return start
        wanted = self._passed(start) + open_time.total_seconds()
        place = bisect_right(self._before, wanted) - 1
        if place and self._before[place] == wanted:
            place -= 1  # the end of an interval, not the start of the next
        if wanted < 0 or place >= len(self._hours.starts):
            raise self._ended(start + open_time)
        return datetime.fromtimestamp(self._hours.starts[place] + wanted - self._before[place], UTC)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The open time from `start` to `end`; negative when `end` comes first.

        Raises:
            CalendarEnded: one of them lies outside what was resolved.
        """
        return timedelta(seconds=self._passed(end) - self._passed(start))

    def is_open(self, moment: datetime) -> bool:
        """Whether the moment lies in open time; the end of an interval does not.

        Raises:
            CalendarEnded: it lies outside what was resolved.
        """
        at = self._inside(moment)
        place = bisect_right(self._hours.starts, at) - 1
        return place >= 0 and at < self._hours.ends[place]

    def _passed(self, moment: datetime) -> float:
        """Open seconds from the first moment to this one."""
        at = self._inside(moment)
        place = bisect_right(self._hours.starts, at) - 1
        return self._before[place] + min(at, self._hours.ends[place]) - self._hours.starts[place] if place >= 0 else 0

    def _inside(self, moment: datetime) -> float:
        at = moment.timestamp()
        if not self._hours.first <= at <= self._hours.end:
            raise self._ended(moment)
        return at

    def _ended(self, moment: datetime) -> CalendarEnded:
        first, end = (datetime.fromtimestamp(each, UTC) for each in (self._hours.first, self._hours.end))
        return CalendarEnded(self._name, moment, first, end)
