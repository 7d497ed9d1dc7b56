"""Calendars as plain data, and the slow way to read them: ask of every minute in UTC whether its local time lies in an opening.

The oracle for business time. It shares nothing with the engine but the time zones of Python and the `holidays` library.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

Openings = tuple[tuple[int, int], ...]
"""Of one day, in minutes from midnight; an end that is not after its start is of the next day, 1440 is midnight at the end of the day."""

Week = tuple[Openings, ...]

ZONES = (
    "America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Santiago", "America/Havana", "America/Sao_Paulo",
    "America/Halifax", "America/Phoenix", "America/Mexico_City", "America/Nuuk", "Europe/London", "Europe/Dublin", "Europe/Berlin",
    "Europe/Lisbon", "Europe/Chisinau", "Europe/Istanbul", "Africa/Cairo", "Africa/Casablanca", "Africa/Lagos", "Asia/Kolkata",
    "Asia/Kathmandu", "Asia/Tokyo", "Asia/Jerusalem", "Asia/Beirut", "Asia/Tehran", "Australia/Sydney", "Australia/Lord_Howe",
    "Australia/Adelaide", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Antarctica/Troll",
)  # fmt: skip
COUNTRIES = (("US", None), ("US", "CA"), ("CA", "QC"), ("DE", "BY"), ("GB", "SCT"), ("JP", None), ("AU", "NSW"), ("BR", None))


@dataclass(frozen=True)
class Written:
    """A calendar. `dates` are days unlike their week; `changes` are weeks that hold from a day on, in order."""

    zone: str
    week: Week
    dates: Mapping[date, Openings] = field(default_factory=dict)
    country: tuple[str, str | None] | None = None
    changes: Sequence[tuple[date, Week]] = ()

    def is_open(self, moment: datetime) -> bool:
        """Whether the local time of the moment lies in an opening of its day, or in one of the day before that crosses midnight."""
        local = moment.astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        today, yesterday = self.openings(local.date()), self.openings(local.date() - DAY)
        return any(start <= minute < _end(start, end) for start, end in today) or any(
            start <= minute + 1440 < _end(start, end) for start, end in yesterday
        )

    def openings(self, day: date) -> Openings:
        """When the calendar opens on a day."""
        if day in self.dates:
            return self.dates[day]
        if day in self._public:
            return ()
        week = [week for since, week in ((date.min, self.week), *self.changes) if since <= day][-1]
        return week[day.weekday()]

    def due(self, start: datetime, minutes: int) -> datetime:
        """The end of the last of so many open minutes from the start on."""
        while minutes:
            minutes -= self.is_open(start)
            start += MINUTE
        return start

    def yaml(self, name: str) -> str:
        """The calendar in calendars.yaml."""
        lines = [f"{name}:", f"  time_zone: {self.zone}", f"  week: {_week(self.week)}"]
        unlike = [f"{{country: {self.country[0]}, region: {self.country[1]}}}".replace(", region: None", "")] if self.country else []
        unlike += [f'{{date: "{day}"{f", open: {_listed(openings)}" if openings else ""}}}' for day, openings in self.dates.items()]
        if unlike:
            lines += ["  holidays:", *(f"    - {each}" for each in unlike)]
        if self.changes:
            lines += ["  changes:", *(f'    - {{from: "{since}", week: {_week(week)}}}' for since, week in self.changes)]
        return "\n".join(lines) + "\n"

    @cached_property
    def _public(self) -> frozenset[date]:
        if self.country is None:
            return frozenset()
        return frozenset(holidays.country_holidays(self.country[0], subdiv=self.country[1], years=range(2022, 2034)))


def random_calendar(chance: random.Random, zone: str) -> Written:
    """A calendar of any shape, with days of its own around the changes of the clocks."""
    week = tuple(_openings(chance) for _ in DAYS)
    days = chance.sample(range(900), 6) + [offset + chance.randrange(-1, 2) for offset in _clock_changes(zone)[:4]]
    return Written(
        zone,
        week if any(week) else (((540, 1020),),) * 5 + ((),) * 2,
        {date(2026, 1, 1) + offset * DAY: chance.choice(((), _openings(chance))) for offset in days},
        chance.choice((None, *COUNTRIES)),
        [(date(2026, 1, 1) + chance.randrange(900) * DAY, (((480, 1200),),) * 7)] if chance.random() < 0.3 else (),
    )


def clock_changes(zone: str) -> tuple[date, ...]:
    """The days of 2026 to 2028 on which the clocks of a zone change."""
    return tuple(date(2026, 1, 1) + offset * DAY for offset in _clock_changes(zone))


def _clock_changes(zone: str) -> list[int]:
    midnights = [(datetime(2026, 1, 1, tzinfo=UTC) + offset * DAY).astimezone(ZoneInfo(zone)) for offset in range(1000)]
    return [offset for offset in range(999) if midnights[offset].utcoffset() != midnights[offset + 1].utcoffset()]


def _openings(chance: random.Random) -> Openings:
    shapes = (
        (),
        ((540, 720), (780, 1050)),
        ((0, 1440),),
        ((1320, 120),),
        ((60, 180), (150, 200)),
        tuple(_of_length(chance.randrange(1440), chance.randrange(60, 1000)) for _ in range(2)),
    )
    return chance.choice(shapes)


def _of_length(start: int, minutes: int) -> tuple[int, int]:
    end = start + minutes
    return start, end if end <= 1440 else end - 1440


def _end(start: int, end: int) -> int:
    return end if end > start else end + 1440


def _week(week: Week) -> str:
    return "{" + ", ".join(f"{day}: {_listed(openings)}" for day, openings in zip(DAYS, week, strict=True)) + "}"


def _listed(openings: Openings) -> str:
    return "[" + ", ".join(f'"{_clock(start)}-{_clock(end)}"' for start, end in openings) + "]"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
