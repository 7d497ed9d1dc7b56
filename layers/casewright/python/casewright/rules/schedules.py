"""When a schedule comes: a pure function of its text and a span of time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from casewright.rules.rule import Schedule

_SECOND = timedelta(seconds=1)


def firings(schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
    """The instants (UTC) later than `after` and no later than `until`, in order.

    `every` is counted from midnight of 1 January 1970 in the time zone. A cron time that a change to summer time leaves out comes
    at the change, one that happens twice comes once (cronsim, as Debian's cron has it).
    """
    found = _every(schedule, schedule.every, after) if schedule.every is not None else _cron(schedule, after)
    for moment in found:
        if moment > until:
            return
        yield moment


def _every(schedule: Schedule, length: timedelta, after: datetime) -> Iterator[datetime]:
    origin = datetime(1970, 1, 1, tzinfo=ZoneInfo(schedule.time_zone)).astimezone(UTC)
    moment = origin + ((after - origin) // length + 1) * length
    while True:
        yield moment
        moment += length


def _cron(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    from cronsim import CronSim  # noqa: PLC0415  # few bundles have a schedule, and a cold start need not wait for it

    begin = after.astimezone(ZoneInfo(schedule.time_zone)) - _SECOND
    for moment in CronSim(schedule.cron, begin):
        if moment > after:
            yield moment.astimezone(UTC)
