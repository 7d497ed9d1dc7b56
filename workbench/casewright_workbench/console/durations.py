"""Durations as people read them."""

from datetime import timedelta


def as_duration(duration: timedelta | float) -> str:
    """Two units at most: `2d 4h`, `3h 12m`, `48m`, `20s`; a negative one with a minus."""
    seconds = round(duration.total_seconds() if isinstance(duration, timedelta) else duration)
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    days, hours, minutes = seconds // 86_400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        text = f"{days}d {hours}h" if hours else f"{days}d"
    elif hours:
        text = f"{hours}h {minutes:02}m" if minutes else f"{hours}h"
    elif minutes:
        text = f"{minutes}m"
    else:
        text = f"{seconds}s"
    return f"{sign}{text}"
