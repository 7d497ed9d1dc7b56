"""Open time by asking every quarter of an hour: is it in an opening, by the wall clock of the zone? All in whole minutes."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

QUARTER = 15


class Hours:
    """The open minutes from an instant on, for so many days. `openings` are by weekday, in minutes of the day; one may cross midnight."""

    def __init__(self, origin: datetime, days: int, zone: str, openings: Mapping[int, Sequence[tuple[int, int]]]) -> None:
        local = ((origin + timedelta(minutes=minute)).astimezone(ZoneInfo(zone)) for minute in range(0, days * 1440, QUARTER))
        is_open = (_is_open(each, openings) for each in local)
        self._count = list(accumulate((QUARTER if each else 0 for each in is_open), initial=0))

    def passed(self, start: int, end: int) -> int:
        """How many open minutes there are from the one minute to the other."""
        return self._before(end) - self._before(start)

    def after(self, start: int, minutes: int) -> int:
        """The first minute by which so many open ones have passed since the start."""
        if not minutes:
            return start
        wanted = self._before(start) + minutes
        quarter = bisect_left(self._count, wanted) - 1
        assert quarter + 1 < len(self._count), "the hours end too soon"
        return quarter * QUARTER + wanted - self._count[quarter]

    def _before(self, minute: int) -> int:
        quarter, more = divmod(minute, QUARTER)
        return self._count[quarter] + (more if self._count[quarter + 1] > self._count[quarter] else 0)


class AroundTheClock(Hours):
    """Every minute is open."""

    def __init__(self) -> None:
        pass

    def passed(self, start: int, end: int) -> int:
        """The plain difference."""
        return end - start

    def after(self, start: int, minutes: int) -> int:
        """The plain sum."""
        return start + minutes


def _is_open(local: datetime, openings: Mapping[int, Sequence[tuple[int, int]]]) -> bool:
    minute, today = local.hour * 60 + local.minute, local.weekday()
    later = any(start <= minute < (end if end > start else 1440) for start, end in openings.get(today, ()))
    return later or any(end <= start and minute < end for start, end in openings.get((today - 1) % 7, ()))
