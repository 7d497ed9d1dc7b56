"""Calendars that end soon: beyond their end no clock can be told the time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from casewright.calendars.hours import ANNOUNCED_DAYS, days_left
from casewright_authoring.analysis.checks import CALENDAR_ENDS
from casewright_authoring.compile import Compiled
from casewright_authoring.findings import Finding
from casewright_authoring.nodes import Mapping


def calendars_that_end(compiled: Compiled, today: date) -> Iterator[Finding]:
    """A calendar compiled today ends early only where the public holidays of a country are not known for long."""
    node = compiled.sources.files.get("calendars.yaml")
    midnight = datetime(today.year, today.month, today.day, tzinfo=UTC)
    for entry in node.entries if isinstance(node, Mapping) else ():
        hours = compiled.bundle.calendars[entry.name]
        if days_left(hours, midnight) < ANNOUNCED_DAYS:
            reason = f"public holidays of its country are known until {hours.end:%Y-%m-%d}"
            remedy = "a newer release of the library `holidays` may know more, or give them as dates"
            yield CALENDAR_ENDS.found(entry.key.place, f"the calendar {entry.name!r} ends soon: {reason}; {remedy}")
