"""Durations as operators write them: `4h`, `1h30m`, `2d`."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from casewright.calendars.hours import BusinessHours, Resolved
from casewright_authoring.findings import fault
from casewright_authoring.nodes import Node, Scalar, shown
from casewright_authoring.resolving import YEARS_AHEAD

ACCEPTED: Final = "accepted is a duration such as 45s, 90m, 4h, 1h30m or 2d, up to 3650d"
LONGEST: Final = timedelta(days=3650)

_AHEAD: Final = YEARS_AHEAD * timedelta(days=365)
_DURATION: Final = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)


def duration(node: Node, what: str) -> timedelta:
    """The node as a duration longer than nothing: days (of 24 hours), hours, minutes and seconds, in this order."""
    given = written(node.value) if isinstance(node, Scalar) and isinstance(node.value, str) else None
    if given is None:
        raise fault(node.place, f"{shown(node)} is given for {what}; {ACCEPTED}")
    if not timedelta() < given <= LONGEST:
        assert isinstance(node, Scalar), "a duration is one"
        raise fault(node.place, f"{node.written} is given for {what}; {ACCEPTED}, and longer than nothing")
    return given


def written(text: str) -> timedelta | None:
    """The duration that a text writes, however long; None where it writes none."""
    parts = _DURATION.fullmatch(text)
    if parts is None or not any(parts.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


@dataclass(frozen=True, slots=True)
class Measure:
    """In what the durations of a policy are: the open time of a calendar, or wall time."""

    calendar: str = ""
    hours: BusinessHours | None = None

    def duration(self, node: Node, what: str) -> timedelta:
        """The node as a duration that clocks can measure: no days where the calendar ever closes, and no more than it tells ahead."""
        given = duration(node, what)
        if self.hours is None or self.hours.always_open:
            return given
        assert isinstance(node, Scalar), "a duration is one"
        if "d" in node.written:
            reason = f"the calendar {self.calendar!r} closes, so that a day of open time is not a day"
            raise fault(node.place, f"{node.written} is given for {what}; {reason}; accepted are hours, minutes and seconds such as 16h")
        ahead = Resolved(self.calendar, self.hours).between(max(self.hours.first, self.hours.end - _AHEAD), self.hours.end)
        if given > ahead:
            reason = f"the calendar {self.calendar!r} tells {ahead // timedelta(hours=1)}h of open time ahead"
            raise fault(node.place, f"{node.written} is given for {what}; {reason}; accepted is at most so much")
        return given
