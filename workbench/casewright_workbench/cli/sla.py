"""`casewright sla`: business time by the calendars of a contact centre, and calendars from Amazon Connect."""

import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import typer

from casewright_authoring.shapes import RULE_NAME
from casewright_workbench.cli.check import DIRECTORY
from casewright_workbench.cli.open_time import DueQuery, ElapsedQuery, Hours, answered, each_answered
from casewright_workbench.cli.sla_case import DEFAULT, CaseOrCommand, case_clocks
from casewright_workbench.cli.sla_due_list import due_list
from casewright_workbench.cli.sla_recompute import recompute_clocks
from casewright_workbench.connect_hours import calendar_yaml, read_hours
from casewright_workbench.deployment.account import account
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.explain.words import Json

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

Config = Annotated[Path, typer.Option(help="The directory that an operator writes; calendars.yaml is enough.")]
Stdin = Annotated[bool, typer.Option("--stdin", help="Answer JSON lines from standard input, one each, instead of the arguments.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")]
CalendarName = Annotated[str, typer.Argument(help="The name of a calendar.")]
Start = Annotated[str, typer.Argument(help="A moment in ISO 8601; without an offset it is UTC.")]


A = TypeVar("A")


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

    A line of standard input is `{"calendar": "support", "start": "2026-11-20T21:00:00Z", "minutes": 90}`, an answer `{"due": "..."}`, or
    `{"error": "line 2: ..."}` for a line that has none; then the exit code is 1.
    """
    hours = Hours(config)
    answers: Iterable[datetime | WrongUsage]
    if stdin:
        _refuse_arguments(calendar, start, minutes)
        answers = each_answered(sys.stdin.buffer, DueQuery, hours.due)
    elif minutes is None:
        raise WrongUsage("give CALENDAR START MINUTES, or --stdin with one JSON object a line")
    else:
        answers = (answered(hours.due, DueQuery(calendar, start, minutes)),)
    _print(answers, _moment_shown, as_json=as_json)


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

    A line of standard input is `{"calendar": "support", "start": "...", "end": "..."}`, an answer `{"minutes": 90}`, or
    `{"error": "line 2: ..."}` for a line that has none; then the exit code is 1.
    """
    hours = Hours(config)
    answers: Iterable[float | WrongUsage]
    if stdin:
        _refuse_arguments(calendar, start, end)
        answers = each_answered(sys.stdin.buffer, ElapsedQuery, hours.elapsed)
    elif not end:
        raise WrongUsage("give CALENDAR START END, or --stdin with one JSON object a line")
    else:
        answers = (answered(hours.elapsed, ElapsedQuery(calendar, start, end)),)
    _print(answers, _minutes_shown, as_json=as_json)


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


def _print(answers: Iterable[A | WrongUsage], shown: Callable[[A], tuple[str, Json]], *, as_json: bool) -> None:
    """One line each, in their order, and each at once: who asks line by line waits for it."""
    wrong = False
    for each in answers:
        wrong |= isinstance(each, WrongUsage)
        text, record = (f"error: {each}", {"error": str(each)}) if isinstance(each, WrongUsage) else shown(each)
        sys.stdout.write(f"{msgspec.json.encode(record).decode() if as_json else text}\n")
        sys.stdout.flush()
    if wrong:
        raise typer.Exit(1)


def _moment_shown(due: datetime) -> tuple[str, Json]:
    return due.isoformat(), {"due": due.isoformat()}


def _minutes_shown(minutes: float) -> tuple[str, Json]:
    number = int(minutes) if minutes.is_integer() else minutes
    return f"{number} minutes", {"minutes": number}


def _refuse_arguments(*given: object) -> None:
    if any(each not in ("", None) for each in given):
        raise WrongUsage("arguments are given beside --stdin; accepted is one of them")
