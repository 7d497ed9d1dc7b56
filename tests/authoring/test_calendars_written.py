# ruff: noqa: E501  # tables of what is refused, one row a line
"""calendars.yaml: what it compiles to, and what is refused where."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from small_directory import Complain, Write

from casewright.calendars.hours import Resolved, days_left
from casewright_authoring import Compiled, Findings, compile_directory, findings
from casewright_authoring.calendars import CALENDAR_KEYS, COUNTRY_KEYS, DATE_KEYS, calendars_of

TODAY = date(2026, 11, 21)
SUPPORT = """\
support:
  time_zone: America/New_York
  week: {mon-fri: ["09:00-17:00"]}
"""
LAST = """\
always:
  time_zone: UTC
  week: {mon-sun: ["00:00-24:00"]}
"""


def slas(within: str = "16h", calendar: str = "support", milestone: str = "before: 1h") -> str:
    """A policy: calendar on line 5, within on 6, a milestone on 7."""
    return f"""\
        - sla: a
          start: case_created
          met_when: {{status: closed}}
          native: true
          calendar: {calendar}
          target: [{{within: {within}}}]
          milestones: [{{name: soon, {milestone}}}]
        """


def compiled(write: Write, files: dict[str, str], today: date = TODAY) -> Compiled:
    return compile_directory(write(files), today=today)


def test_a_calendar_reaches_the_bundle_and_the_policy_that_names_it(write: Write) -> None:
    bundle = compiled(write, {"calendars.yaml": SUPPORT, "slas.yaml": slas()}).bundle
    assert [policy.calendar for policy in bundle.policies] == ["support"]
    support = Resolved("support", bundle.calendars["support"])
    friday = datetime(2026, 11, 20, 21, tzinfo=UTC)
    assert support.add(friday, timedelta(hours=2)) == datetime(2026, 11, 23, 15, tzinfo=UTC)


def test_it_is_resolved_three_years_back_and_five_ahead_the_whole_year_long(write: Write) -> None:
    made = {day: compiled(write, {"calendars.yaml": SUPPORT}, day) for day in (date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))}
    hours = made[date(2026, 12, 31)].bundle.calendars["support"]
    assert (hours.first, hours.end) == (datetime(2023, 1, 1, tzinfo=UTC), datetime(2032, 1, 1, tzinfo=UTC))
    assert days_left(hours, datetime(2026, 12, 31, tzinfo=UTC)) > 5 * 365
    assert made[date(2026, 1, 1)].hash == made[date(2026, 12, 31)].hash != made[date(2027, 1, 1)].hash


def test_without_calendars_the_bundle_is_the_same_in_every_year(write: Write) -> None:
    assert compiled(write, {}).hash == compiled(write, {}, date(2036, 1, 1)).hash


def test_a_file_of_calendars_stands_alone(write: Write) -> None:
    directory = write({"calendars.yaml": SUPPORT + LAST})
    assert sorted(calendars_of(directory / "calendars.yaml", today=TODAY)) == ["always", "support"]


def refusals(directory: Path) -> list[str]:
    with pytest.raises(Findings) as refused:
        compile_directory(directory, today=TODAY)
    return [str(each) for each in refused.value.findings]


def open_days(write: Write, holidays: str) -> set[date]:
    """Days of 2026 to 2028 on which a calendar that would always open opens."""
    text = f"c:\n  time_zone: UTC\n  week: {{mon-sun: ['12:00-13:00']}}\n  holidays: {holidays}\n"
    hours = Resolved("c", calendars_of(write({"calendars.yaml": text}) / "calendars.yaml", today=TODAY)["c"])
    days = (date(2026, 1, 1) + timedelta(days=step) for step in range(1096))
    return {day for day in days if hours.is_open(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))}


def test_public_holidays_are_those_of_the_region_with_the_days_they_move_to(write: Write) -> None:
    country, region = open_days(write, "[{country: US}]"), open_days(write, "[{country: US, region: CA}]")
    assert {date(2026, 7, 3), date(2026, 7, 4), date(2026, 11, 26), date(2027, 12, 31)}.isdisjoint(country)
    assert date(2026, 3, 31) in country - region


def test_a_date_of_its_own_is_stronger_than_a_public_holiday(write: Write) -> None:
    opened = open_days(write, '[{date: "2026-12-25", open: ["12:00-12:30"]}, {country: US}]')
    assert date(2026, 12, 25) in opened
    assert date(2027, 12, 25) not in opened


def test_a_calendar_ends_where_the_public_holidays_are_no_longer_known(write: Write) -> None:
    directory = write({"calendars.yaml": SUPPORT + "  holidays: [{country: LK}]\n"})
    hours = calendars_of(directory / "calendars.yaml", today=TODAY)["support"]
    assert hours.end < datetime(2032, 1, 1, tzinfo=UTC)
    told = {days: [each.code for each in findings(directory, today=(hours.end - timedelta(days=days)).date())] for days in (179, 180)}
    assert told == {179: ["calendar-ends"], 180: []}


def calendar(**changed: str) -> dict[str, str]:
    """A calendar, one key a line: its name on line 1, time_zone on 2, week on 3, what is added on 4."""
    keys = {"name": "support", "time_zone": "America/New_York", "week": '{mon-fri: ["09:00-17:00"]}'} | changed
    return {"calendars.yaml": f"{keys.pop('name')}:\n" + "".join(f"  {key}: {value}\n" for key, value in keys.items() if value)}


TIMES = 'accepted is "HH:MM-HH:MM", such as "09:00-17:30", "22:00-02:00" over midnight or "00:00-24:00"'
DATE = 'accepted is a day that exists, such as "2026-12-24"'
DAYS = "accepted are mon, tue, wed, thu, fri, sat, sun"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"name": "Support"}, "1:1: 'Support' is given for the name of a calendar; accepted are 1 to 64 of a-z, 0-9 and -"),
        ({"week": ""}, "2:3: a calendar needs the key 'week'; it has time_zone"),
        ({"hours": "[]"}, "4:3: unknown key of a calendar 'hours'; accepted are time_zone, week, holidays, changes"),
        ({"time_zone": "America/NewYork"}, "2:14: unknown time zone 'America/NewYork' (did you mean 'America/New_York'?); accepted is a name of the IANA database such as America/New_York"),
        ({"time_zone": "localtime"}, "2:14: unknown time zone 'localtime'; accepted is a name of the IANA database such as America/New_York"),
        ({"time_zone": "5"}, "2:14: the number 5 is given for a time zone; accepted is a text; quote it if the text itself is meant"),
        ({"week": "[mon]"}, "3:9: a list is given for 'week'; accepted is a mapping"),
        ({"week": "{}"}, "2:3: the calendar 'support' has no open time: a clock would never end; open it on some day"),
        ({"week": "{mon: [], tue: []}"}, "2:3: the calendar 'support' has no open time: a clock would never end; open it on some day"),
        ({"week": '{monday: ["09:00-17:00"]}'}, f"3:10: unknown day 'monday'; {DAYS}"),
        ({"week": '{mon-fry: ["09:00-17:00"]}'}, f"3:10: unknown day 'fry'; {DAYS}"),
        ({"week": '{mon-wed-fri: ["09:00-17:00"]}'}, "3:10: 'mon-wed-fri' is given for days; accepted are names such as mon, ranges such as mon-fri, and lists such as sat, sun"),
        ({"week": '{mon-fri: ["09:00-17:00"], fri: ["09:00-12:00"]}'}, "3:36: the day 'fri' is given twice; it stands at {file}:3:10 already"),
        ({"week": '{mon: "09:00-17:00"}'}, "3:15: the text '09:00-17:00' is given for opening times; accepted is a list such as [\"09:00-12:00\", \"13:00-17:30\"]"),
        ({"week": '{mon: ["9:00-17:00"]}'}, f"3:16: the text '9:00-17:00' is given for an opening time; {TIMES}"),
        ({"week": '{mon: ["09:00-24:30"]}'}, f"3:16: the text '09:00-24:30' is given for an opening time; {TIMES}"),
        ({"week": '{mon: ["24:00-02:00"]}'}, f"3:16: the text '24:00-02:00' is given for an opening time; {TIMES}"),
        ({"week": '{mon: ["09:60-17:00"]}'}, f"3:16: the text '09:60-17:00' is given for an opening time; {TIMES}"),
        ({"week": "{mon: [9]}"}, f"3:16: the number 9 is given for an opening time; {TIMES}"),
        ({"week": '{mon: ["09:00-09:00"]}'}, f"3:16: the opening time '09:00-09:00' has no length; {TIMES}"),
        ({"holidays": "[]"}, "4:13: an empty list is given for 'holidays'; at least one is needed"),
        ({"holidays": "[{country: USA}]"}, "4:24: unknown country 'USA' (did you mean 'US'?); accepted are "),
        ({"holidays": "[{country: us}]"}, "4:24: unknown country 'us' (did you mean 'US'?); accepted are "),
        ({"holidays": "[{country: US, region: XX}]"}, "4:36: unknown region of US 'XX'; accepted are AK, AL, "),
        ({"holidays": "[{country: US, open: []}]"}, "4:28: unknown key of the holidays of a country 'open'; accepted are country, region"),
        ({"holidays": '[{country: US, date: "2026-12-24"}]'}, "4:28: unknown key of the holidays of a country 'date'; accepted are country, region"),
        ({"holidays": "[{open: []}]"}, "4:14: a holiday needs the key 'date'; it has open"),
        ({"holidays": "[christmas]"}, "4:14: the text 'christmas' is given for a holiday; accepted is a mapping"),
        ({"holidays": '[{date: "2026-02-30"}]'}, f"4:21: the text '2026-02-30' is given for a date; {DATE}"),
        ({"holidays": '[{date: "24.12.2026"}]'}, f"4:21: the text '24.12.2026' is given for a date; {DATE}"),
        ({"holidays": '[{date: "2026-12-24"}, {date: ["2026-12-31", "2026-12-24"]}]'}, "4:58: the date '2026-12-24' is given twice; it stands at {file}:4:21 already"),
        ({"holidays": '[{date: "2026-12-24", open: ["12:00-12:00"]}]'}, f"4:42: the opening time '12:00-12:00' has no length; {TIMES}"),
        ({"changes": '[{from: "2027-01-01"}]'}, "4:13: a change needs the key 'week'; it has from"),
        ({"changes": '[{from: "2027-01-01", week: {}}]'}, "2:3: the calendar 'support' has no open time from 2027-01-01 on: a clock would never end; open it on some day"),
        ({"week": "{}", "changes": '[{from: "2032-01-01", week: {mon: ["09:00-10:00"]}}]'}, "2:3: the calendar 'support' has no open time: a clock would never end; open it on some day"),
        ({"changes": '[{from: "2027-01-01", week: {}}, {from: "2032-01-01", week: {mon: ["09:00-10:00"]}}]'}, "2:3: the calendar 'support' has no open time from 2027-01-01 on: a clock would never end; open it on some day"),
        ({"changes": '[{from: "2027-01-01", week: {mon: ["09:00-10:00"]}}, {from: "2027-01-01", week: {tue: ["09:00-10:00"]}}]'}, "4:65: the change from 2027-01-01 stands after that from 2027-01-01; accepted is one order of time"),
    ],
)  # fmt: skip
def test_a_calendar_is_refused_at_its_place(write: Write, changed: dict[str, str], expected: str) -> None:
    directory = write(calendar(**changed))
    [told] = refusals(directory)
    file = f"{directory.as_posix()}/calendars.yaml"
    assert told.startswith(f"{file}:{expected.replace('{file}', file)}")


def test_every_fault_of_a_file_is_told(complaints: Complain) -> None:
    text = 'a: {time_zone: Nowhere, week: {mon: ["9-5"]}}\nb: {time_zone: UTC, week: {tuesday: []}}\n'
    assert [each.split(": ")[0] for each in complaints({"calendars.yaml": text})] == [
        "calendars.yaml:1:16",
        "calendars.yaml:1:38",
        "calendars.yaml:2:28",
    ]


def test_using_a_calendar_that_cannot_be_read_is_no_second_finding(complaints: Complain) -> None:
    [told] = complaints({**calendar(week="{mon: [9-5]}"), "slas.yaml": slas(within="2d")})
    assert told.startswith("calendars.yaml:3:16")


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (slas(calendar="suport"), "5:13: unknown calendar 'suport' (did you mean 'support'?); accepted are support, always"),
        (slas(within="2d"), "6:21: 2d is given for within; the calendar 'support' closes, so that a day of open time is not a day; accepted are hours, minutes and seconds such as 16h"),
        (slas(milestone="after: 1d"), "7:36: 1d is given for after; the calendar 'support' closes, so that a day of open time is not a day; accepted are hours, minutes and seconds such as 16h"),
        (slas(within="11000h"), "6:21: 11000h is given for within; the calendar 'support' tells 10424h of open time ahead; accepted is at most so much"),
    ],
)  # fmt: skip
def test_a_policy_is_refused_for_what_its_calendar_cannot_measure(write: Write, policy: str, expected: str) -> None:
    directory = write({"calendars.yaml": SUPPORT + LAST, "slas.yaml": policy})
    [told] = refusals(directory)
    assert told == f"{directory.as_posix()}/slas.yaml:{expected}"


def test_days_are_days_where_a_calendar_never_closes(write: Write) -> None:
    [policy] = compiled(write, {"calendars.yaml": SUPPORT + LAST, "slas.yaml": slas(within="2d", calendar="always")}).bundle.policies
    assert policy.target[0].within == timedelta(days=2)


PAGE = (Path(__file__).parents[2] / "docs" / "calendars.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("head", "accepted"),
    [("Key of a calendar", set(CALENDAR_KEYS)), ("Key of a holiday", {*COUNTRY_KEYS, *DATE_KEYS})],
)
def test_the_page_lists_exactly_what_is_accepted(head: str, accepted: set[str]) -> None:
    table = PAGE.split(f"\n| {head} |", maxsplit=1)[1].split("\n\n", maxsplit=1)[0]
    assert set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)) == accepted


def test_the_example_of_the_page_compiles(write: Write) -> None:
    example = PAGE.split("```yaml\n", maxsplit=1)[1].split("```", maxsplit=1)[0]
    assert sorted(compiled(write, {"calendars.yaml": example}).bundle.calendars) == ["always", "support"]
