"""When a calendar is open on a day: `["09:00-12:00", "13:00-17:30"]`, `{mon-fri: [...], sat: [...]}`."""

import re
from datetime import date, timedelta
from functools import partial
from typing import Final, TypeAlias

from casewright_authoring.findings import Place, Report, fault
from casewright_authoring.nodes import Entry, Node, Scalar, Sequence, shown
from casewright_authoring.shapes import mapping, refuse_twice
from casewright_authoring.suggestions import unknown

Opening: TypeAlias = tuple[timedelta, timedelta]
"""Start and end, from the midnight with which the day begins; one that crosses midnight ends after 24 hours."""

Openings: TypeAlias = tuple[Opening, ...]
"""Of one day, as written; they may overlap."""

Week: TypeAlias = tuple[Openings, ...]
"""Monday first."""

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY: Final = timedelta(days=1)

_OPENING: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ACCEPTED: Final = 'accepted is "HH:MM-HH:MM", such as "09:00-17:30", "22:00-02:00" over midnight or "00:00-24:00"'


def read_week(node: Node, report: Report) -> Week:
    """Opening times by day of the week; a day that is not named is closed."""
    seen: dict[str, Place] = {}
    days: dict[int, Openings] = {}
    for entry in mapping(node, "'week'").entries:
        openings = report.attempt(lambda times: read_openings(times, report), entry.value, ())
        for day in report.attempt(_days, entry, ()):
            days[day] = openings
            report.attempt(partial(refuse_twice, seen, DAYS[day], what="the day"), entry.key.place, None)
    return tuple(days.get(day, ()) for day in range(7))


def read_openings(node: Node, report: Report) -> Openings:
    """The opening times of a day; an empty list is a day without any."""
    if not isinstance(node, Sequence):
        raise fault(node.place, f'{shown(node)} is given for opening times; accepted is a list such as ["09:00-12:00", "13:00-17:30"]')
    return report.each(_opening, node.items)


def read_date(node: Node) -> date:
    """A day of the calendar, as `2026-12-24`."""
    text = node.value if isinstance(node, Scalar) and isinstance(node.value, str) else ""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass  # 30 February
    raise fault(node.place, f'{shown(node)} is given for a date; accepted is a day that exists, such as "2026-12-24"')


def _days(entry: Entry) -> tuple[int, ...]:
    return tuple(day for part in entry.name.split(",") for day in _range(part.strip(), entry.key.place))


def _range(text: str, place: Place) -> tuple[int, ...]:
    """`mon`, or `fri-mon` with every day between."""
    ends = [part.strip() for part in text.split("-")]
    for each in ends:
        if each not in DAYS:
            raise fault(place, unknown("day", each, DAYS))
    if len(ends) > 2:
        raise fault(
            place, f"{text!r} is given for days; accepted are names such as mon, ranges such as mon-fri, and lists such as sat, sun"
        )
    first, last = DAYS.index(ends[0]), DAYS.index(ends[-1])
    return tuple((first + step) % 7 for step in range((last - first) % 7 + 1))


def _opening(node: Node) -> Opening:
    found = _OPENING.fullmatch(node.value) if isinstance(node, Scalar) and isinstance(node.value, str) else None
    if found is None:
        raise fault(node.place, f"{shown(node)} is given for an opening time; {_ACCEPTED}")
    start_hours, start_minutes, end_hours, end_minutes = (int(part or 0) for part in found.groups())
    start = timedelta(hours=start_hours, minutes=start_minutes)
    end = timedelta(hours=end_hours, minutes=end_minutes) if found[3] else DAY
    if start == end:
        raise fault(node.place, f"the opening time {found[0]!r} has no length; {_ACCEPTED}")
    return start, end if end > start else end + DAY
