"""Whose time it was: how long a clock ran while each queue had the case."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Self

import msgspec

from casewright.calendars.calendar import Calendar
from casewright.cases.state import Case

_QUEUE: Final = "assigned_queue"
"""The field of Cases that says which team has a case."""


class TeamTime(msgspec.Struct, frozen=True, kw_only=True):
    """The open time of a policy's calendar that a cycle ran, Active or Overdue and not Paused, by the queue that had the case then.

    It is counted when the case changes hands and when the clock stops, never by a tick: so it depends on what happened to the case alone.
    """

    queue: str
    """Who has the case: the ARN of a queue, empty where it is in none. Of an ended cycle, who had it to the end."""
    since: datetime
    """When they got it, or the cycle began."""
    counted_to: datetime
    used: Mapping[str, timedelta] = {}
    missed_in: str | None = None
    """Who had the case when the time ran out; None as long as it has not."""

    def counted(self, at: datetime, calendar: Calendar) -> Self:
        """With the time up to that moment, in which the clock ran. Raises CalendarUnusable where the calendar cannot tell it."""
        ran = calendar.between(self.counted_to, at)
        used = {**self.used, self.queue: self.used.get(self.queue, timedelta()) + ran} if ran else self.used
        return msgspec.structs.replace(self, counted_to=at, used=used)

    def skipped(self, to: datetime) -> Self:
        """With nothing for the time up to that moment, in which the clock stood."""
        return msgspec.structs.replace(self, counted_to=to)

    def handed(self, queue: str, at: datetime) -> Self:
        """In the hands of another queue."""
        return msgspec.structs.replace(self, queue=queue, since=at)

    def missed(self) -> Self:
        """With the time run out in the present hands."""
        return msgspec.structs.replace(self, missed_in=self.queue)


def queue_of(case: Case) -> str:
    """The queue that has a case; empty where it is in none, or none is known."""
    queue = (case.fields or {}).get(_QUEUE)
    return queue if isinstance(queue, str) else ""
