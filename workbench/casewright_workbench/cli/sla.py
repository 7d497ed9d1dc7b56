"""`casewright sla`: business time by the calendars of a contact centre, and calendars from Amazon Connect."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final, TypeVar

import msgspec
import typer

from casewright.calendars.hours import Resolved
from casewright.errors import CalendarUnusable
from casewright_authoring.calendars import calendars_of
from casewright_authoring.shapes import RULE_NAME
from casewright_authoring.suggestions import unknown
from casewright_workbench.cli.account import account
from casewright_workbench.cli.check import DIRECTORY
from casewright_workbench.cli.sla_case import DEFAULT, CaseOrCommand, case_clocks
from casewright_workbench.cli.sla_due_list import due_list
from casewright_workbench.cli.sla_recompute import recompute_clocks
from casewright_workbench.cli.usage import WrongUsage
from casewright_workbench.connect_hours import calendar_yaml, read_hours

sla = typer.Typer(
    name="sla",
    cls=CaseOrCommand,
    help="The clocks of cases, and business time by the calendars of a contact centre. `casewright sla CASE` tells those of a case.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
sla.command(DEFAULT)(case_clocks)
sla.command("list")(due_list)
sla.command("recompute")(recompute_clocks)

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


Config = Annotated[Path, typer.Option(help="The directory that an operator writes; calendars.yaml is enough.")]
Stdin = Annotated[bool, typer.Option("--stdin", help="Answer JSON lines from standard input, one each, instead of the arguments.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
CalendarName = Annotated[str, typer.Argument(help="The name of a calendar.")]
Start = Annotated[str, typer.Argument(help="A moment in ISO 8601; without an offset it is UTC.")]


@sla.command()
def due(
    calendar: CalendarName = "",
    start: Start = "",
    minutes: Annotated[float | None, typer.Argument(help="Minutes of open time; they may have a fraction.")] = None,
    *,
    config: Config = DIRECTORY,
    stdin: Stdin = False,
    as_json: AsJson = False,
) -> None:
    """When so much open time has passed since a moment.

    A line of standard input is `{"calendar": "support", "start": "2026-11-20T21:00:00Z", "minutes": 90}`, an answer `{"due": "..."}`.
    """
    hours = Hours(config)
    answers: Iterable[datetime]
    if stdin:
        _refuse_arguments(calendar, start, minutes)
        answers = _answers(sys.stdin.buffer, DueQuery, hours.due)
    elif minutes is None:
        raise WrongUsage("give CALENDAR START MINUTES, or --stdin with one JSON object a line")
    else:
        with _refusing(""):
            answers = (hours.due(DueQuery(calendar, start, minutes)),)
    for each in answers:
        sys.stdout.write(f'{{"due":"{each.isoformat()}"}}\n' if as_json else f"{each.isoformat()}\n")


@sla.command()
def elapsed(
    calendar: CalendarName = "",
    start: Start = "",
    end: Annotated[str, typer.Argument(help="Another moment.")] = "",
    *,
    config: Config = DIRECTORY,
    stdin: Stdin = False,
    as_json: AsJson = False,
) -> None:
    """How much open time lies between two moments, in minutes.

    A line of standard input is `{"calendar": "support", "start": "...", "end": "..."}`, an answer `{"minutes": 90}`.
    """
    hours = Hours(config)
    answers: Iterable[float]
    if stdin:
        _refuse_arguments(calendar, start, end)
        answers = _answers(sys.stdin.buffer, ElapsedQuery, hours.elapsed)
    elif not end:
        raise WrongUsage("give CALENDAR START END, or --stdin with one JSON object a line")
    else:
        with _refusing(""):
            answers = (hours.elapsed(ElapsedQuery(calendar, start, end)),)
    for each in answers:
        shown = int(each) if each.is_integer() else each
        sys.stdout.write(f'{{"minutes":{shown}}}\n' if as_json else f"{shown} minutes\n")


@sla.command("import-hours")
def import_hours(
    hours_id: Annotated[str, typer.Argument(metavar="ID", help="The id of hours of operation in Amazon Connect.")],
    *,
    instance_id: Annotated[str, typer.Option(help="The id of the Connect instance.")],
    name: Annotated[str, typer.Option(help="The name of the calendar; by default that of the hours, made fit.")] = "",
) -> None:
    """Print hours of operation of Amazon Connect, with their overrides of the coming year, as a calendar for calendars.yaml."""
    if name and not RULE_NAME.fullmatch(name):
        raise WrongUsage(f"{name!r} is given for the name of a calendar; accepted are 1 to 64 of a-z, 0-9 and -")
    with account(f"hours of operation {hours_id}") as clients:
        found = read_hours(clients("connect"), instance_id=instance_id, hours_id=hours_id, today=datetime.now(UTC).date())
    sys.stdout.write(calendar_yaml(found, name))


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
        return self._named(query.calendar).add(_moment(query.start), timedelta(minutes=query.minutes))

    def elapsed(self, query: ElapsedQuery) -> float:
        """The minutes of open time between start and end."""
        return self._named(query.calendar).between(_moment(query.start), _moment(query.end)) / timedelta(minutes=1)

    def _named(self, name: str) -> Resolved:
        calendar = self._calendars.get(name)
        if calendar is None:
            raise WrongUsage(unknown("calendar", name, self._calendars))
        return calendar


def _answers(lines: Iterable[bytes], kind: type[Q], answer: Callable[[Q], A]) -> Iterator[A]:
    decoder = msgspec.json.Decoder(kind)
    for number, line in enumerate(lines, 1):
        if line.strip():
            with _refusing(f"line {number}: "):
                found = answer(decoder.decode(line))
            yield found


@contextmanager
def _refusing(where: str) -> Iterator[None]:
    """Name the line that cannot be answered."""
    try:
        yield
    except OverflowError as error:
        raise WrongUsage(f"{where}this leads outside the years of any calendar") from error
    except (msgspec.DecodeError, CalendarUnusable, WrongUsage) as error:
        raise WrongUsage(f"{where}{error}") from error


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUsage(f"{text!r} is no moment; accepted is ISO 8601, such as 2026-11-20T21:00:00Z") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _refuse_arguments(*given: object) -> None:
    if any(each not in ("", None) for each in given):
        raise WrongUsage("arguments are given beside --stdin; accepted is one of them")
