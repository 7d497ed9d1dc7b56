"""Durations as people read them."""

from datetime import timedelta
from typing import Final

_TEN_MINUTES: Final = 600


def as_duration(duration: timedelta | float) -> str:
    """Two units at most: `2d 4h`, `3h 12m`, `48m`, `1m 30s`, `20s`; a negative one with a minus. Seconds count below ten minutes."""
    seconds = round(duration.total_seconds() if isinstance(duration, timedelta) else duration)
    if abs(seconds) >= _TEN_MINUTES:
        seconds = round(seconds / 60) * 60
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    days, hours, minutes, rest = seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60, seconds % 60
    if days:
        text = f"{days}d {hours}h" if hours else f"{days}d"
    elif hours:
        text = f"{hours}h {minutes:02}m" if minutes else f"{hours}h"
    elif minutes:
        text = f"{minutes}m {rest:02}s" if rest else f"{minutes}m"
    else:
        text = f"{seconds}s"
    return f"{sign}{text}"
