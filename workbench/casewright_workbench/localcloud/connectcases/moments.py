"""How Cases counts and writes time: in milliseconds, as ISO 8601 in UTC."""

from datetime import UTC, datetime, timedelta

MILLISECOND = timedelta(milliseconds=1)


def in_milliseconds(moment: datetime) -> datetime:
    """The moment without anything finer than a millisecond."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


def as_text(moment: datetime) -> str:
    """`2022-03-16T23:16:57.893Z`, the way events and date fields spell a moment."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_the_second(moment: datetime) -> str:
    """`2022-03-16T23:43:26Z`, the way an envelope spells its `time`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> datetime | None:
    """The moment a date field means, or None when it is no ISO 8601 date and time with a zone, or outside the years 1 to 9999."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo and "T" in text else None
    except (ValueError, OverflowError):
        return None
