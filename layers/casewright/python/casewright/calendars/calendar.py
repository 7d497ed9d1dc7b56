"""What a clock asks of a calendar."""

from datetime import datetime, timedelta
from typing import Final, Protocol


class Calendar(Protocol):
    """Open time, as a measure. Instants are aware UTC; durations are open time."""

    def add(self, start: datetime, open_time: timedelta) -> datetime:
        """The instant at which `open_time` has passed since `start`; adding nothing gives `start`."""
        ...

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The open time from `start` to `end`; negative when `end` comes first."""
        ...

    def is_open(self, moment: datetime) -> bool:
        """Whether the moment lies in open time; the end of an interval does not."""
        ...


class AlwaysOpen:
    """Wall time: every instant is open."""

    def add(self, start: datetime, open_time: timedelta) -> datetime:
        """`start` and the duration."""
        return start + open_time

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The plain difference."""
        return end - start

    def is_open(self, moment: datetime) -> bool:  # noqa: ARG002  # every moment is
        """Always."""
        return True


ALWAYS_OPEN: Final[Calendar] = AlwaysOpen()
