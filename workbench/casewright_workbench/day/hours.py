"""When the day happens: 16 November 2026, a Monday, in New York."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

NEW_YORK: Final = ZoneInfo("America/New_York")
OPENS: Final = datetime(2026, 11, 16, 8, tzinfo=NEW_YORK)
CLOSES: Final = datetime(2026, 11, 16, 20, tzinfo=NEW_YORK)
ENDS: Final = CLOSES + timedelta(minutes=30)
"""Nobody works after closing, but the clocks run: the last deadlines of the day pass."""


def at(clock: str) -> datetime:
    """The moment of the day that a watch shows, such as `14:05` or `14:05:30`."""
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    return OPENS.replace(hour=hours, minute=minutes, second=sum(seconds))
