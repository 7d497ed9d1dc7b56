"""Schedule expressions: `rate(1 minute)` and `cron(0 3 * * ? *)`, both in UTC."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)(s?)\)")
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
_LAST_YEAR = 2199
_FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of month", 1, 31),
    ("month", 1, 12),
    ("day of week", 1, 7),
    ("year", 1970, _LAST_YEAR),
)

Schedule = Callable[[datetime], datetime | None]
"""moment -> the next time after it, or None when there is none."""


class InvalidScheduleError(Exception):
    """A schedule expression that is not accepted, and what would be."""

    def __init__(self, expression: str, accepted: str) -> None:
        super().__init__(f"schedule {expression!r} is not valid; accepted is {accepted}")


def compile_schedule(expression: str) -> Schedule:
    """The next-time function of an expression."""
    if expression.startswith("cron(") and expression.endswith(")"):
        return _Cron.parse(expression).after
    found = _RATE.fullmatch(expression)
    if found is None:
        raise InvalidScheduleError(expression, "rate(1 minute), rate(5 minutes|hours|days) or cron(minute hour day month weekday year)")
    count = int(found[1])
    if count == 0 or (count == 1) == bool(found[3]):
        raise InvalidScheduleError(expression, "a positive number, with the unit in the singular for 1 and in the plural otherwise")
    period = timedelta(**{f"{found[2]}s": count})
    return lambda moment: moment + period


@dataclass(frozen=True, slots=True)
class _Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    days: str
    months: frozenset[int]
    weekdays: str
    years: frozenset[int]

    @classmethod
    def parse(cls, expression: str) -> "_Cron":
        fields = expression[5:-1].split()
        if len(fields) != len(_FIELDS):
            raise InvalidScheduleError(expression, "six fields: minute hour day-of-month month day-of-week year")
        if (fields[2] == "?") == (fields[4] == "?"):
            raise InvalidScheduleError(expression, "? in exactly one of day-of-month and day-of-week")
        sets = [
            _numbers(text, low, high, names=_MONTHS if name == "month" else _DAYS if name == "day of week" else {}, expression=expression)
            if text not in ("?", "L") and not re.fullmatch(r"\w+[L]|\w+#[1-5]", text)
            else frozenset()
            for text, (name, low, high) in zip(fields, _FIELDS, strict=True)
        ]
        return cls(sets[0], sets[1], fields[2], sets[3], fields[4], sets[5])

    def after(self, moment: datetime) -> datetime | None:
        """The first minute after `moment` that every field accepts."""
        day = moment.date()
        earliest = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        while day.year <= _LAST_YEAR:
            if self._accepts_day(day.year, day.month, day.day):
                for hour in sorted(self.hours):
                    for minute in sorted(self.minutes):
                        found = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
                        if found >= earliest:
                            return found
            day += timedelta(days=1)
            if not self.years & set(range(day.year, _LAST_YEAR + 1)):
                return None
        return None

    def _accepts_day(self, year: int, month: int, day: int) -> bool:
        if year not in self.years or month not in self.months:
            return False
        length = calendar.monthrange(year, month)[1]
        if self.weekdays == "?":
            return day == length if self.days == "L" else day in _numbers(self.days, 1, 31, names={}, expression=self.days)
        weekday = (calendar.weekday(year, month, day) + 1) % 7 + 1
        if self.weekdays.endswith("L"):
            return weekday == _number(self.weekdays[:-1] or "7", _DAYS, self.weekdays) and day + 7 > length
        if "#" in self.weekdays:
            name, nth = self.weekdays.split("#")
            return weekday == _number(name, _DAYS, self.weekdays) and (day - 1) // 7 + 1 == int(nth)
        return weekday in _numbers(self.weekdays, 1, 7, names=_DAYS, expression=self.weekdays)


def _numbers(text: str, low: int, high: int, *, names: dict[str, int], expression: str) -> frozenset[int]:
    accepted: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if first == "*" else _number(first, names, expression)
        stop = _number(last, names, expression) if last else high if first == "*" or step else start
        if not (low <= start <= stop <= high) or (step and not step.isdigit()) or step == "0":
            raise InvalidScheduleError(expression, f"numbers from {low} to {high} in {text!r}, as n, a-b, a/step, * or a list of these")
        accepted.update(range(start, stop + 1, int(step or 1)))
    return frozenset(accepted)


def _number(text: str, names: dict[str, int], expression: str) -> int:
    number = names.get(text.upper()) if not text.isdigit() else int(text)
    if number is None:
        raise InvalidScheduleError(expression, f"a number{' or one of ' + ', '.join(names) if names else ''} instead of {text!r}")
    return number
