"""Questions about open time, and their answers by the calendars of a directory."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from math import isnan
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from casewright.calendars.hours import Resolved
from casewright.errors import CalendarUnusable
from casewright_authoring.calendars import calendars_of
from casewright_authoring.suggestions import unknown
from casewright_workbench.deployment.usage import WrongUsage

_FILE: Final = "calendars.yaml"

Q = TypeVar("Q")
A = TypeVar("A")


class DueQuery(msgspec.Struct, frozen=True):
    """From a start, so many minutes of open time."""

    calendar: str
    start: str
    minutes: float


class ElapsedQuery(msgspec.Struct, frozen=True):
    """The open time between two moments."""

    calendar: str
    start: str
    end: str


class Hours:
    """Answers by the calendars of a directory."""

    def __init__(self, directory: Path) -> None:
        path = directory / _FILE
        if not path.is_file():
            raise WrongUsage(f"{path} is not a file; give the directory of {_FILE} with --config")
        found = calendars_of(path, today=datetime.now(UTC).date())
        self._calendars = {name: Resolved(name, hours) for name, hours in found.items()}

    def due(self, query: DueQuery) -> datetime:
        """When so many minutes of open time have passed since the start."""
        if isnan(query.minutes):
            raise WrongUsage("nan is given for minutes; accepted is a number such as 90")
        return self._named(query.calendar).add(_moment(query.start), timedelta(minutes=query.minutes))

    def elapsed(self, query: ElapsedQuery) -> float:
        """The minutes of open time between start and end."""
        return self._named(query.calendar).between(_moment(query.start), _moment(query.end)) / timedelta(minutes=1)

    def _named(self, name: str) -> Resolved:
        calendar = self._calendars.get(name)
        if calendar is None:
            raise WrongUsage(unknown("calendar", name, self._calendars))
        return calendar


def answered(answer: Callable[[Q], A], query: Q) -> A:
    """The answer. Raises WrongUsage where there is none."""
    try:
        return answer(query)
    except OverflowError as error:
        raise WrongUsage("this leads outside the years of any calendar") from error
    except CalendarUnusable as error:
        raise WrongUsage(str(error)) from error


def each_answered(lines: Iterable[bytes], kind: type[Q], answer: Callable[[Q], A]) -> Iterator[A | WrongUsage]:
    """The answers to questions in JSON, one a line; in the place of one that has none what is wrong, and with which line."""
    decoder = msgspec.json.Decoder(kind)
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield answered(answer, decoder.decode(line))
            except (msgspec.DecodeError, WrongUsage) as error:
                yield WrongUsage(f"line {number}: {error}")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUsage(f"{text!r} is no moment; accepted is ISO 8601, such as 2026-11-20T21:00:00Z") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
