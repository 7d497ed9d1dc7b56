"""calendars.yaml: business hours, resolved for the years around today."""

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from casewright.calendars.hours import BusinessHours
from casewright_authoring.findings import Fault, Findings, Place, Report, fault
from casewright_authoring.nodes import Entry, Mapping, Node
from casewright_authoring.openings import Openings, Week, read_date, read_openings, read_week
from casewright_authoring.public_holidays import PublicHolidays, public_holidays
from casewright_authoring.resolving import Schedule, Span, resolve, span_of
from casewright_authoring.shapes import Record, mapping, one_or_more, record, refuse_twice, rule_name, sequence
from casewright_authoring.sources import read_file
from casewright_authoring.time_zones import time_zone

CALENDAR_KEYS: Final = ("time_zone", "week", "holidays", "changes")
CHANGE_KEYS: Final = ("from", "week")
COUNTRY_KEYS: Final = ("country", "region")
DATE_KEYS: Final = ("date", "open")


def read_calendars(node: Node | None, span: Span, report: Report) -> dict[str, BusinessHours | None]:
    """The calendars of the file by name; None stands for one that cannot be read."""
    if node is None:
        return {}
    calendars = report.attempt(lambda given: mapping(given, "the calendars").entries, node, ())
    return {entry.name: report.attempt(partial(_named, span=span, report=report), entry, None) for entry in calendars}


def calendars_of(path: Path, *, today: date) -> dict[str, BusinessHours]:
    """The calendars of a file that stands alone.

    Raises:
        Findings: something in it is wrong.
    """
    report = Report()
    calendars = read_calendars(report.attempt(lambda file: read_file(file, report), path, None), span_of(today), report)
    if report.findings:
        raise Findings(report.findings)
    return {name: hours for name, hours in calendars.items() if hours is not None}


def _named(entry: Entry, span: Span, report: Report) -> BusinessHours:
    rule_name(entry.key, "the name of a calendar")
    return _Calendar(entry.name, span, report).read(entry.value)


@dataclass(frozen=True, slots=True)
class _Calendar:
    """Reads one calendar."""

    name: str
    span: Span
    report: Report
    _dates: dict[str, Place] = field(default_factory=dict)

    def read(self, node: Node) -> BusinessHours:
        """Its open time."""
        told = len(self.report.findings)
        given = record(node, "a calendar", self.report, required=CALENDAR_KEYS[:2], optional=CALENDAR_KEYS[2:])
        zone = given.read("time_zone", _zone, None)
        week = given.read("week", partial(read_week, report=self.report), None)
        changes = given.read("changes", self._changes, ())
        public, dates = self._days(given)
        if zone is None or week is None or len(self.report.findings) > told:
            raise Fault(None)
        weeks = ((date.min, week), *changes)
        self._refuse_closed([each for each in weeks if each[0] < self.span.end.date()], given.node)
        schedule = Schedule(zone=zone, weeks=weeks, days={**{day: () for each in public for day in each.days}, **dates})
        known_until = min((each.known_until for each in public), default=self.span.end.year)
        end = min(self.span.end, datetime(known_until + 1, 1, 1, tzinfo=UTC))
        return resolve(schedule, Span(self.span.first, end))

    def _changes(self, node: Node) -> tuple[tuple[date, Week], ...]:
        found: list[tuple[date, Week]] = []
        for item in sequence(node, "'changes'").items:
            change = self.report.attempt(self._change, item, None)
            if change is None:
                continue
            if found and change[0] <= found[-1][0]:
                raise fault(item.place, f"the change from {change[0]} stands after that from {found[-1][0]}; accepted is one order of time")
            found.append(change)
        return tuple(found)

    def _change(self, node: Node) -> tuple[date, Week]:
        given = record(node, "a change", self.report, required=CHANGE_KEYS)
        since = given.read("from", read_date, None)
        week = given.read("week", partial(read_week, report=self.report), None)
        if since is None or week is None:
            raise Fault(None)
        return since, week

    def _days(self, calendar: Record) -> tuple[tuple[PublicHolidays, ...], Table[date, Openings]]:
        node = calendar.node.get("holidays")
        items = self.report.attempt(lambda given: sequence(given, "'holidays'").items, node, ()) if node is not None else ()
        countries = [item for item in items if isinstance(item, Mapping) and item.get("country") is not None]
        others = [item for item in items if item not in countries]
        dates = self.report.each(self._date, others)
        return self.report.each(self._country, countries), {day: openings for days in dates for day, openings in days.items()}

    def _country(self, node: Node) -> PublicHolidays:
        given = record(node, "the holidays of a country", self.report, required=COUNTRY_KEYS[:1], optional=COUNTRY_KEYS[1:])
        country, region = given.node.get("country"), given.node.get("region")
        assert country is not None, "items with a country come here"
        return public_holidays(country, region, self.span.years)

    def _date(self, node: Node) -> Table[date, Openings]:
        given = record(node, "a holiday", self.report, required=DATE_KEYS[:1], optional=DATE_KEYS[1:])
        openings = given.read("open", partial(read_openings, report=self.report), ())
        return dict.fromkeys(given.read("date", self._dates_of, ()), openings)

    def _dates_of(self, node: Node) -> tuple[date, ...]:
        return self.report.each(self._day, one_or_more(node, "'date'"))

    def _day(self, node: Node) -> date:
        day = read_date(node)
        refuse_twice(self._dates, day.isoformat(), node.place, "the date")
        return day

    def _refuse_closed(self, weeks: Sequence[tuple[date, Week]], node: Mapping) -> None:
        """Refuse weeks of the years that are resolved, of which the last stays closed."""
        since, last = weeks[-1]
        if not any(last):
            when = f" from {since} on" if len(weeks) > 1 else ""
            raise fault(node.place, f"the calendar {self.name!r} has no open time{when}: a clock would never end; open it on some day")


def _zone(node: Node) -> ZoneInfo:
    return ZoneInfo(time_zone(node))
