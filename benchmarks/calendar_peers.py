"""Other ways to add business time, each taking a calendar as `Written` and answering when so many open hours have passed.

Questions and answers are aware datetimes, and durations of whole hours. None stands for a calendar that cannot be said in a peer.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import businesstimedelta
import pandas as pd
import pytz
import whenever

from benchmarks.minute_walk import DAY, DAYS, Written

Due = Callable[[datetime, timedelta], datetime]


def business_time_delta(written: Written) -> Due:
    """Rules of businesstimedelta: one opening a day, a lunch out of it, holidays."""
    zone = pytz.timezone(written.zone)
    days = [day for day in range(7) if written.week[day]]
    openings = written.week[days[0]]
    rules = [businesstimedelta.WorkDayRule(_time(openings[0][0]), _time(openings[-1][1], last=True), days, tz=zone)]
    if len(openings) == 2:
        rules.append(businesstimedelta.LunchTimeRule(_time(openings[0][1]), _time(openings[1][0]), days, tz=zone))
    if holidays := _holidays(written):
        rules.append(businesstimedelta.HolidayRule(dict.fromkeys(holidays, "closed"), tz=zone))
    together = businesstimedelta.Rules(rules)

    def due(start: datetime, open_time: timedelta) -> datetime:
        found: datetime = start + businesstimedelta.BusinessTimeDelta(together, timedelta=open_time)
        return found

    return due


def custom_business_hour(written: Written) -> Due | None:
    """CustomBusinessHour of pandas, which adds whole hours only and knows no 24:00."""
    days = [day for day in range(7) if written.week[day]]
    openings = written.week[days[0]]
    if (0, 1440) in openings:
        return None
    start, end = zip(*((f"{_time(begin):%H:%M}", f"{_time(end):%H:%M}") for begin, end in openings), strict=True)
    weekmask = " ".join(DAYS[day].title() for day in days)
    one = pd.offsets.CustomBusinessHour(weekmask=weekmask, holidays=_holidays(written), start=list(start), end=list(end))

    def due(moment: datetime, open_time: timedelta) -> datetime:
        found: datetime = (pd.Timestamp(moment).tz_convert(written.zone) + open_time // _HOUR * one).to_pydatetime()
        return found

    return due


def whenever_loop(written: Written) -> Due:
    """Day after day, in the zoned times of `whenever`."""
    holidays = {whenever.Date(day) for day in _holidays(written)}
    week = [
        [(whenever.Time(_time(start)), whenever.Time(_time(end)), end <= start or end == 1440) for start, end in day]
        for day in written.week
    ]

    def due(start: datetime, open_time: timedelta) -> datetime:
        moment, left = whenever.Instant(start), whenever.TimeDelta(open_time)
        day = moment.to_tz(written.zone).date().subtract(days=1)
        while True:
            for opening, closing, over_midnight in () if day in holidays else week[day.day_of_week().value - 1]:
                begin = max(moment, day.at(opening).assume_tz(written.zone).to_instant())
                end = (day.add(days=1) if over_midnight else day).at(closing).assume_tz(written.zone).to_instant()
                if end > begin:
                    if end - begin >= left:
                        found: datetime = (begin + left).to_stdlib()
                        return found
                    left -= end - begin
            day = day.add(days=1)

    return due


def datetime_loop(written: Written) -> Due:
    """Day after day, in aware datetimes, each opening turned into UTC: the difference of two datetimes of one zone is of wall time."""
    zone, holidays = ZoneInfo(written.zone), set(_holidays(written))
    week = [[(_time(start), _time(end), end <= start or end == 1440) for start, end in day] for day in written.week]

    def due(start: datetime, open_time: timedelta) -> datetime:
        left, day = open_time, start.astimezone(zone).date() - DAY
        while True:
            for opening, closing, over_midnight in () if day in holidays else week[day.weekday()]:
                begin = max(start, datetime.combine(day, opening, zone).astimezone(UTC))
                end = datetime.combine(day + DAY if over_midnight else day, closing, zone).astimezone(UTC)
                if end > begin:
                    if end - begin >= left:
                        return begin + left
                    left -= end - begin
            day += DAY

    return due


def wall_time_loop(written: Written) -> Due:
    """The same without turning openings into UTC: cheaper, and wrong by an hour when the clocks change within one."""
    zone, holidays = ZoneInfo(written.zone), set(_holidays(written))
    week = [[(_time(start), _time(end), end <= start or end == 1440) for start, end in day] for day in written.week]

    def due(start: datetime, open_time: timedelta) -> datetime:
        local, left = start.astimezone(zone), open_time
        day = local.date() - DAY
        while True:
            for opening, closing, over_midnight in () if day in holidays else week[day.weekday()]:
                begin = max(local, datetime.combine(day, opening, zone))
                end = datetime.combine(day + DAY if over_midnight else day, closing, zone)
                if end > begin:
                    if end - begin >= left:
                        return begin + left
                    left -= end - begin
            day += DAY

    return due


PEERS: Mapping[str, Callable[[Written], Due | None]] = {
    "businesstimedelta": business_time_delta,
    "CustomBusinessHour": custom_business_hour,
    "loop, whenever": whenever_loop,
    "loop, datetime": datetime_loop,
    "loop, wall time": wall_time_loop,
}

_HOUR = timedelta(hours=1)


def _holidays(written: Written) -> list[date]:
    days = (date(2026, 1, 1) + step * DAY for step in range(900))
    return [day for day in days if written.week[day.weekday()] and not written.openings(day)]


def _time(minute: int, *, last: bool = False) -> time:
    return time.max if last and minute == 1440 else time(minute // 60 % 24, minute % 60)


def utc(moment: datetime) -> datetime:
    """The moment in UTC, to whole seconds: `time.max` is as near to midnight as one of them comes."""
    return (moment.astimezone(UTC) + timedelta(milliseconds=500)).replace(microsecond=0)
