"""Hours of operation of Amazon Connect as a calendar: the usual week, and the days unlike it.

Connect tells the opening times of every day, overrides applied (GetEffectiveHoursOfOperations). The week is what most Mondays, most
Tuesdays and so on look like; what differs becomes a list of dates. An end that is not after its start is taken to be of the next day,
and midnight to midnight is the whole day.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final, TypeAlias

from casewright.aws.clients import Client
from casewright.errors import BadInput
from casewright_authoring.openings import DAY, DAYS

AHEAD: Final = timedelta(days=365)

Times: TypeAlias = tuple[str, ...]
"""Of a day, as calendars.yaml writes them."""

_MONTH: Final = timedelta(days=31)
"""Asked for at once: Connect documents no limit, and a year may be too much."""


@dataclass(frozen=True, slots=True)
class ConnectHours:
    """What Connect told: its name for the hours, their zone, and the opening times of each day asked about."""

    name: str
    time_zone: str
    days: Mapping[date, Times]


def read_hours(client: Client, *, instance_id: str, hours_id: str, today: date) -> ConnectHours:
    """The hours of the year from today."""
    asked = {"InstanceId": instance_id, "HoursOfOperationId": hours_id}
    described = client.describe_hours_of_operation(**asked)["HoursOfOperation"]
    days: dict[date, Times] = {today + step * DAY: () for step in range(AHEAD.days)}
    for first in list(days)[:: _MONTH.days]:
        last = min(first + _MONTH, today + AHEAD) - DAY
        told = client.get_effective_hours_of_operations(**asked, FromDate=first.isoformat(), ToDate=last.isoformat())
        for each in told["EffectiveHoursOfOperationList"]:
            days[date.fromisoformat(each["Date"])] = tuple(sorted(map(_times, each["OperationalHours"])))
    return ConnectHours(described["Name"], described["TimeZone"], days)


def calendar_yaml(hours: ConnectHours, name: str = "") -> str:
    """The calendar as it stands in calendars.yaml.

    Raises:
        BadInput: it is never open.
    """
    week = [_usual(times for day, times in hours.days.items() if day.weekday() == weekday) for weekday in range(7)]
    if not any(week):
        raise BadInput(f"hours of operation {hours.name!r}: no day of the week is usually open; a calendar needs one that is")
    unlike = [(day, times) for day, times in sorted(hours.days.items()) if times != week[day.weekday()]]
    lines = [f"{name or _fit(hours.name)}:", f"  time_zone: {hours.time_zone}", "  week:"]
    lines += [f"    {days}: {_listed(times)}" for days, times in _ranges(week)]
    if unlike:
        lines += ["  holidays:", *(f"    - {_unlike(day, times)}" for day, times in unlike)]
    return "\n".join(lines) + "\n"


def _times(hour: Mapping[str, Any]) -> str:
    start, end = (f"{each['Hours']:02}:{each['Minutes']:02}" for each in (hour["Start"], hour["End"]))
    if start == end != "00:00":
        raise BadInput(f"hours of operation: {start} to {end} is given for opening times; accepted are two times, or midnight to midnight")
    return f"{start}-{'24:00' if end == '00:00' else end}"


def _usual(days: Iterable[Times]) -> Times:
    return Counter(days).most_common(1)[0][0]


def _ranges(week: list[Times]) -> Iterator[tuple[str, Times]]:
    """Days in a row that are alike, as `mon-fri`."""
    for times, days in groupby(range(7), key=lambda day: week[day]):
        names = [DAYS[day] for day in days]
        if times:
            yield names[0] if len(names) == 1 else f"{names[0]}-{names[-1]}", times


def _unlike(day: date, times: Times) -> str:
    return f'{{date: "{day}", open: {_listed(times)}}}' if times else f'{{date: "{day}"}}'


def _listed(times: Times) -> str:
    return "[" + ", ".join(f'"{each}"' for each in times) + "]"


def _fit(name: str) -> str:
    """A name made fit for a calendar: a-z, 0-9 and the hyphen."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64] or "imported"
