"""Business time: equal to a walk over the minutes, additive, monotone, and undone by its inverse.

The oracle is `Written.is_open`, which knows time zones and nothing of intervals.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.minute_walk import DAY, MINUTE, ZONES, Written, clock_changes, random_calendar
from casewright.calendars.calendar import ALWAYS_OPEN
from casewright.calendars.hours import BusinessHours, Resolved, business_hours, days_left
from casewright.errors import CalendarEnded
from casewright_authoring.calendars import read_calendars
from casewright_authoring.findings import Report
from casewright_authoring.reading import read
from casewright_authoring.resolving import Span

SPAN = Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))
WINDOW = 3 * DAY


def hours_of(text: str) -> BusinessHours:
    report = Report()
    [hours] = read_calendars(read(text, "calendars.yaml", report), SPAN, report).values()
    assert report.findings == ()
    assert hours is not None
    return msgspec.json.decode(msgspec.json.encode(hours), type=BusinessHours)


def resolved(written: Written) -> Resolved:
    return Resolved("c", hours_of(written.yaml("c")))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


calendars = st.builds(random_calendar, st.randoms(use_true_random=False), st.sampled_from(ZONES))


@cache
def anchors(zone: str) -> tuple[date, ...]:
    """Days worth looking at: those on which the clocks change, the ends of years, and any other."""
    return (*clock_changes(zone), date(2026, 12, 24), date(2027, 12, 31), date(2027, 6, 9))


@st.composite
def windows(draw: st.DrawFn) -> tuple[Written, datetime]:
    """A calendar and the start of a few days that are worth a walk."""
    written = draw(calendars)
    day = draw(st.sampled_from(anchors(written.zone)))
    return written, datetime(day.year, day.month, day.day, tzinfo=UTC) - DAY


@given(windows())
@settings(max_examples=60)
def test_every_minute_is_open_as_its_local_time_says(window: tuple[Written, datetime]) -> None:
    written, first = window
    calendar = resolved(written)
    minutes = [first + step * MINUTE for step in range(WINDOW // MINUTE)]
    assert [calendar.is_open(minute) for minute in minutes] == [written.is_open(minute) for minute in minutes]


@given(windows(), st.integers(0, WINDOW // MINUTE), st.integers(0, 600))
@settings(max_examples=60)
def test_due_and_elapsed_are_what_a_walk_over_the_minutes_gives(window: tuple[Written, datetime], after: int, minutes: int) -> None:
    written, first = window
    calendar, start = resolved(written), first + after * MINUTE
    due = written.due(start, minutes)
    assert calendar.add(start, minutes * MINUTE) == due
    assert calendar.between(start, due) == minutes * MINUTE
    later = start + 2 * DAY
    walked = sum(written.is_open(start + step * MINUTE) for step in range(2 * DAY // MINUTE))
    assert calendar.between(start, later) == walked * MINUTE


moments = st.datetimes(datetime(2026, 6, 1), datetime(2027, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone
shares = st.floats(-1, 1)
"""Of the open time that the calendar tells, so that no answer lies outside it."""


@given(calendars, moments, moments, shares, shares)
@settings(max_examples=60)
def test_adding_and_measuring_undo_each_other_and_keep_the_order(
    written: Written, one: datetime, other: datetime, short: float, long: float
) -> None:
    calendar = resolved(written)
    earlier, later = sorted((one, other))
    back, ahead = calendar.between(SPAN.first, earlier), calendar.between(later, SPAN.end)
    less, more = sorted(share * (ahead if share > 0 else back) for share in (short, long))
    assert calendar.between(earlier, calendar.add(earlier, more)) == more
    assert calendar.add(earlier, less) <= calendar.add(earlier, more)
    assert calendar.add(earlier, more) <= calendar.add(later, more)
    assert timedelta() <= calendar.between(earlier, later) <= later - earlier
    assert calendar.between(earlier, later) == -calendar.between(later, earlier)
    middle = earlier + (later - earlier) / 2
    assert calendar.between(earlier, middle) + calendar.between(middle, later) == calendar.between(earlier, later)
    reached = calendar.add(earlier, calendar.between(earlier, later))
    assert reached <= later
    assert calendar.between(reached, later) == timedelta()


WEEKDAYS = """\
    c:
      time_zone: America/New_York
      week: {mon-fri: ["09:00-12:00", "13:00-17:30"], sat: ["22:00-02:00"]}
      holidays: [{country: US}, {date: "2026-12-24", open: ["09:00-12:00"]}, {date: ["2026-12-05", "2026-12-06"]}]
      changes: [{from: "2027-06-01", week: {mon: ["10:00-11:00"]}}]
    """


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        # Friday, 20 November 2026, is an ordinary day.
        ("2026-11-20T10:00-05:00", 0, "2026-11-20T10:00-05:00"),
        ("2026-11-20T12:30-05:00", 0, "2026-11-20T12:30-05:00"),  # nothing added outside opening: the start itself
        ("2026-11-20T10:00-05:00", 120, "2026-11-20T12:00-05:00"),  # the end of an interval, not the next start
        ("2026-11-20T10:00-05:00", 120.5, "2026-11-20T13:00:30-05:00"),
        ("2026-11-20T12:30-05:00", 270, "2026-11-20T17:30-05:00"),
        ("2026-11-20T17:30-05:00", 60, "2026-11-21T23:00-05:00"),
        ("2026-11-20T17:30-05:00", 180, "2026-11-22T01:00-05:00"),  # over midnight into Sunday
        ("2026-11-20T17:30-05:00", 241, "2026-11-23T09:01-05:00"),
        ("2026-11-26T10:00-05:00", 1, "2026-11-27T09:01-05:00"),  # Thanksgiving
        ("2026-12-04T17:30-05:00", 1, "2026-12-07T09:01-05:00"),  # a date of ours closes the Saturday and what it begins
        ("2026-12-23T17:30-05:00", 181, "2026-12-26T22:01-05:00"),  # half a day, then Christmas
        ("2026-12-26T23:00-05:00", 120, "2026-12-27T01:00-05:00"),
        ("2027-05-31T08:00-04:00", 60, "2027-06-07T11:00-04:00"),  # Memorial Day, then the week of June
        # The clocks go forward on 14 March 2027 at 02:00 and back on 1 November 2026 at 02:00, both Sundays.
        ("2027-03-13T22:00-05:00", 240, "2027-03-14T03:00-04:00"),
        ("2026-10-31T22:00-04:00", 240, "2026-11-01T01:00-05:00"),  # 01:00 to 02:00 comes twice
        ("2026-10-31T22:00-04:00", 300, "2026-11-01T02:00-05:00"),
        ("2026-11-20T13:30-05:00", -30, "2026-11-20T13:00-05:00"),  # back to a start, not to the end before it
        ("2026-11-20T13:30-05:00", -31, "2026-11-20T11:59-05:00"),
    ],
)
def test_due_by_example(start: str, minutes: float, due: str) -> None:
    calendar = Resolved("c", hours_of(WEEKDAYS))
    assert calendar.add(utc(start), minutes * MINUTE) == utc(due)
    assert calendar.between(utc(start), utc(due)) == minutes * MINUTE


@pytest.mark.parametrize(
    ("written", "day", "minutes"),
    [
        ('{mon: ["00:00-24:00"]}', "2026-11-23", 1440),
        ('{mon: ["22:00-24:00"]}', "2026-11-23", 120),
        ('{mon: ["09:00-12:00", "11:00-13:00", "10:00-10:30"]}', "2026-11-23", 240),  # overlaps count once
        ('{sun: ["20:00-03:00"], mon: ["02:00-04:00"]}', "2026-11-23", 240),  # so do those of two days
        ('{fri-mon: ["09:00-10:00"]}', "2026-11-22", 60),
        ('{"sat, sun": ["09:00-10:00"]}', "2026-11-22", 60),
        ('{mon: [], tue: ["09:00-10:00"]}', "2026-11-23", 0),
    ],
)
def test_the_open_minutes_of_a_day(written: str, day: str, minutes: int) -> None:
    calendar = Resolved("c", hours_of(f"c: {{time_zone: UTC, week: {written}}}"))
    midnight = utc(f"{day}T00:00Z")
    assert calendar.between(midnight, midnight + DAY) == minutes * MINUTE


def test_a_holiday_closes_what_begins_on_it_and_not_what_began_before() -> None:
    night = 'c: {time_zone: UTC, week: {mon-sun: ["22:00-02:00"]}, holidays: [{date: "2026-11-24"}]}'
    calendar = Resolved("c", hours_of(night))
    assert calendar.is_open(utc("2026-11-24T01:59Z"))
    assert not calendar.is_open(utc("2026-11-24T22:00Z"))
    assert not calendar.is_open(utc("2026-11-25T01:00Z"))
    assert calendar.is_open(utc("2026-11-25T22:00Z"))


def test_an_interval_is_open_at_its_start_and_closed_at_its_end() -> None:
    calendar = Resolved("c", hours_of(WEEKDAYS))
    assert calendar.is_open(utc("2026-11-20T09:00-05:00"))
    assert not calendar.is_open(utc("2026-11-20T12:00-05:00"))


def test_a_calendar_that_never_closes_is_wall_time_and_one_interval() -> None:
    hours = hours_of('c: {time_zone: Europe/Berlin, week: {mon-sun: ["00:00-24:00"]}}')
    start, length = utc("2027-03-27T12:00Z"), timedelta(days=3, microseconds=1)
    assert hours.always_open
    assert Resolved("c", hours).add(start, length) == ALWAYS_OPEN.add(start, length)
    assert len(msgspec.json.encode(hours)) < 80


def test_business_hours_are_small_in_a_bundle() -> None:
    assert len(msgspec.json.encode(hours_of(WEEKDAYS))) < 2000


@pytest.mark.parametrize(
    "ask",
    [
        lambda calendar: calendar.add(SPAN.end - DAY, 1000 * DAY),
        lambda calendar: calendar.add(SPAN.first + DAY, -1000 * DAY),
        lambda calendar: calendar.add(SPAN.first - MINUTE, MINUTE),
        lambda calendar: calendar.between(SPAN.first, SPAN.end + MINUTE),
        lambda calendar: calendar.is_open(SPAN.end),
        lambda calendar: calendar.is_open(SPAN.first - MINUTE),
    ],
)
def test_what_lies_outside_the_resolved_years_is_an_error_that_says_so(ask: object) -> None:
    calendar = Resolved("support", hours_of(WEEKDAYS))
    with pytest.raises(CalendarEnded, match=r"calendar support: .* outside 2026-01-01T00:00:00\+00:00 to 2029-01-01T00:00:00\+00:00"):
        ask(calendar)  # type: ignore[operator]


def test_the_last_open_minute_can_be_reached_and_the_next_cannot() -> None:
    first, end = utc("2026-01-01T00:00Z"), utc("2026-01-03T00:00Z")
    calendar = Resolved("c", business_hours(first, end, [(first + 9 * 60 * MINUTE, first + 17 * 60 * MINUTE)]))
    assert calendar.add(first, 480 * MINUTE) == utc("2026-01-01T17:00Z")
    with pytest.raises(CalendarEnded):
        calendar.add(first, 480 * MINUTE + timedelta(microseconds=1))


def test_the_days_left_are_whole_days() -> None:
    hours = hours_of(WEEKDAYS)
    assert days_left(hours, SPAN.end - 180 * DAY) == 180
    assert days_left(hours, SPAN.end - 180 * DAY + MINUTE) == 179
    assert days_left(hours, SPAN.end + MINUTE) == -1
