"""Business time: right against a walk over the minutes, and how long one `due` takes beside other ways to get it."""

import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from rich.console import Group
from rich.table import Table

from benchmarks.calendar_peers import PEERS, Due, utc
from benchmarks.minute_walk import DAY, MINUTE, ZONES, Openings, Written, clock_changes, random_calendar
from casewright.calendars.hours import BusinessHours, Resolved
from casewright_authoring.calendars import read_calendars
from casewright_authoring.findings import Report
from casewright_authoring.reading import read
from casewright_authoring.resolving import span_of

QUESTIONS = 100_000
CALENDARS = 3
"""For each of the zones."""

ROUNDS = 9

FIRST, DAYS_WALKED = datetime(2026, 3, 1, tzinfo=UTC), 800
"""Starts lie in the first 400 days."""

Question = tuple[datetime, timedelta]

_NIGHTS = ((1320, 360),)
_OFFICE = ((540, 720), (780, 1050))
SCENARIOS = {
    "office": Written("America/New_York", (_OFFICE,) * 5 + ((),) * 2, country=("US", None)),
    "nights": Written("America/New_York", (_NIGHTS,) * 5 + ((),) * 2),
    "24x7": Written("America/New_York", (((0, 1440),),) * 7),
}


def measure() -> Group:
    """The large comparison, and the peers."""
    return Group(_correctness(), _speed())


def _correctness() -> Table:
    chance = random.Random(20261121)
    wrong, asked, started = 0, 0, time.perf_counter()
    for zone in ZONES:
        for _ in range(CALENDARS):
            written = random_calendar(chance, zone)
            many = -(-QUESTIONS // (CALENDARS * len(ZONES)))
            wrong += _wrong(written, chance, many)
            asked += many
    title = f"Against a walk over the minutes in UTC ({time.perf_counter() - started:.0f} s)"
    table = Table("questions", "calendars", "time zones", "different", title=title)
    table.add_row(f"{asked:,}", str(CALENDARS * len(ZONES)), str(len(ZONES)), str(wrong))
    return table


def _wrong(written: Written, chance: random.Random, questions: int) -> int:
    """How many answers differ: when it is due, what lies between, the way back, and the order of answers."""
    calendar = Resolved("c", _hours(written))
    passed = np.concatenate(([0], np.cumsum(open_minutes(written))))
    differing = 0
    for _ in range(questions):
        start, other = chance.randrange(400 * 1440), chance.randrange(400 * 1440)
        minutes = chance.randrange(int(passed[-1] - passed[start])) // chance.choice((1, 10, 100))
        due = int(np.searchsorted(passed, passed[start] + minutes)) if minutes else start
        begun, later = FIRST + start * MINUTE, FIRST + other * MINUTE
        found = calendar.add(begun, minutes * MINUTE)
        differing += not (
            found == FIRST + due * MINUTE
            and calendar.between(begun, found) == minutes * MINUTE
            and calendar.between(begun, later) == int(passed[other] - passed[start]) * MINUTE
            and calendar.add(begun, minutes * MINUTE + MINUTE) > found
            and calendar.add(begun + MINUTE, minutes * MINUTE) >= found
        )
    return differing


def open_minutes(written: Written) -> NDArray[np.bool_]:
    """Which minutes are open. Every change of the clocks falls on a quarter of an hour, so a quarter is read at once."""
    zone = ZoneInfo(written.zone)

    @cache
    def of_day(day: date) -> NDArray[np.bool_]:
        minutes: NDArray[np.bool_] = np.zeros(2880, bool)
        _open(minutes, written.openings(day), 0)
        _open(minutes, written.openings(day - DAY), -1440)
        return minutes[:1440]

    found: NDArray[np.bool_] = np.zeros(DAYS_WALKED * 1440, bool)
    for minute in range(0, len(found), 15):
        local = (FIRST + minute * MINUTE).astimezone(zone)
        begin = local.hour * 60 + local.minute
        found[minute : minute + 15] = of_day(local.date())[begin : begin + 15]
    return found


def _open(minutes: NDArray[np.bool_], openings: Openings, shift: int) -> None:
    for start, end in openings:
        minutes[max(0, start + shift) : max(0, (end if end > start else end + 1440) + shift)] = True


def _speed() -> Table:
    short, long = (_questions(seed, hours) for seed, hours in ((7, range(1, 9)), (8, range(8, 81))))
    title = "Adding a day (1 to 8 h) or two weeks (8 to 80 h) of open time; wrong: in weeks when the clocks change"
    columns = ("µs: a day", "two weeks", *(f"wrong: {name}" for name in SCENARIOS))
    table = Table("one due", *columns, title=title, caption=_preparing())
    raced = {"casewright": _ours, **PEERS}
    dues = {name: _said(build(SCENARIOS["office"])) for name, build in raced.items()}
    taken, hard = [_race(dues, questions) for questions in (short, long)], _around_clock_changes()
    for name, build in raced.items():
        figures = (f"{each[name]:,.2f} ({each[name] / each['casewright']:,.0f} x)" for each in taken)
        table.add_row(name, *figures, *(_share_wrong(build, scenario, hard) for scenario in SCENARIOS))
    return table


def _questions(seed: int, hours: range) -> list[Question]:
    chance = random.Random(seed)
    return [(FIRST + chance.randrange(400 * 1440) * MINUTE, timedelta(hours=chance.choice(hours))) for _ in range(400)]


def _around_clock_changes() -> list[Question]:
    """Starts in the week before the clocks change, where answers are most easily wrong."""
    chance = random.Random(9)
    days = [day for day in clock_changes("America/New_York") if FIRST.date() + 7 * DAY < day < FIRST.date() + 400 * DAY]
    return [
        (
            datetime.combine(chance.choice(days), datetime.min.time(), UTC) - chance.randrange(7 * 1440) * MINUTE,
            timedelta(hours=chance.randrange(1, 49)),
        )
        for _ in range(200)
    ]


def _said(due: Due | None) -> Due:
    assert due is not None, "every peer can say office hours"
    return due


def _ours(written: Written) -> Due:
    return Resolved("c", _hours(written)).add


def _share_wrong(build: Callable[[Written], Due | None], scenario: str, questions: Sequence[Question]) -> str:
    """How many answers have another open time between question and answer than was asked for."""
    due = build(SCENARIOS[scenario])
    if due is None:
        return "cannot say it"
    passed = _passed(scenario)
    wrong = 0
    for start, open_time in questions:
        begun, reached = ((moment - FIRST) // MINUTE for moment in (start, utc(due(start, open_time))))
        wrong += passed[reached] - passed[begun] != open_time // MINUTE
    return f"{100 * wrong / len(questions):.1f} %" if wrong else "none"


@cache
def _passed(scenario: str) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(open_minutes(SCENARIOS[scenario]))))


def _race(dues: Mapping[str, Due], questions: Sequence[Question]) -> dict[str, float]:
    """Microseconds of an answer: the median over rounds of the mean, everyone's turn coming in each round."""
    means: dict[str, list[float]] = {name: [] for name in dues}
    for _ in range(ROUNDS):
        for name, due in dues.items():
            asked = questions if name == "casewright" else questions[:40]
            _ask(due, asked)  # its data comes back into the caches of the processor
            started = time.perf_counter()
            _ask(due, asked)
            means[name].append((time.perf_counter() - started) / len(asked))
    return {name: statistics.median(each) * 1e6 for name, each in means.items()}


def _ask(due: Due, questions: Sequence[Question]) -> None:
    for start, open_time in questions:
        due(start, open_time)


def _preparing() -> str:
    """What it costs before the first answer."""
    hours, taken = _hours(SCENARIOS["office"]), []
    for _ in range(25):
        started = time.perf_counter()
        Resolved("c", hours).add(FIRST, MINUTE)
        taken.append(time.perf_counter() - started)
    years = (hours.end - hours.first).days // 365
    return f"prepared once in {statistics.median(taken) * 1e3:.1f} ms for {len(hours.order):,} intervals of {years} years"


def _hours(written: Written) -> BusinessHours:
    report = Report()
    hours = read_calendars(read(written.yaml("c"), "calendars.yaml", report), span_of(date(2026, 11, 21)), report)["c"]
    assert hours is not None, report.findings
    return hours
