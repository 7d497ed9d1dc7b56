"""When a rule set off by `schedule` comes: a cron expression, or every so long."""

from datetime import UTC, datetime, timedelta
from typing import Final

from cronsim import CronSim, CronSimError

from casewright.rules.rule import Schedule
from casewright_authoring.durations import duration
from casewright_authoring.findings import Fault, Report, fault
from casewright_authoring.nodes import Node, Scalar, shown
from casewright_authoring.shapes import record, text
from casewright_authoring.time_zones import time_zone

SCHEDULE_KEYS: Final = ("cron", "rate", "time_zone")
LEAST: Final = timedelta(minutes=1)

_PARTS: Final = {
    "minute": "0 to 59",
    "hour": "0 to 23",
    "day-of-month": "1 to 31, or L for the last one",
    "month": "1 to 12 or jan to dec",
    "day-of-week": "0 to 7 (both are Sunday) or sun to sat",
}
_FIVE: Final = f"accepted are 5 parts: {', '.join(_PARTS)}"


def schedule(node: Node, report: Report) -> Schedule:
    """`{cron: "0 9 * * mon-fri", time_zone: America/New_York}` or `{rate: 4h}`."""
    given = record(node, "'schedule'", report, optional=SCHEDULE_KEYS)
    named = [key for key in ("cron", "rate") if given.node.get(key) is not None]
    if len(named) != 1:
        raise fault(node.place, f"a schedule needs exactly one of cron and rate; it has {' and '.join(named) or 'none'}")
    cron, every = given.read("cron", _cron, ""), given.read("rate", _rate, None)
    zone = given.read("time_zone", time_zone, "UTC")
    if not cron and every is None:
        raise Fault(None)
    return Schedule(cron, zone, every)


def _rate(node: Node) -> timedelta:
    every = duration(node, "rate")
    if every % LEAST:
        raise fault(node.place, f"{shown(node)} is given for rate; accepted are whole minutes, at least 1m")
    return every


def _cron(node: Node) -> str:
    given = text(node, "cron")
    assert isinstance(node, Scalar), "a text is a scalar"
    parts = given.split()
    if len(parts) != len(_PARTS):
        also = " (seconds are not among them: the least interval is a minute)" if len(parts) == len(_PARTS) + 1 else ""
        raise fault(node.place, f"{given!r} has {len(parts)} parts; {_FIVE}{also}")
    try:
        CronSim(given, datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        name = str(error).removeprefix("Bad ")
        raise _refused(node, given, parts, name) from error
    return " ".join(parts)


def _refused(node: Scalar, given: str, parts: list[str], name: str) -> Fault:
    number = list(_PARTS).index(name)
    part = parts[number]
    at = 0
    for earlier in parts[: number + 1]:
        start = given.index(earlier, at)
        at = start + len(earlier)
    before = sum(given.startswith(part, each) for each in range(start))
    accepted = f"{_PARTS[name]}, * for all, and of these lists (1,2), ranges (1-5) and steps (*/2)"
    return fault(node.place_of(part, before), f"{part!r} is given as the {name} of {given!r}; accepted are {accepted}")
