"""`casewright sla list`: the clocks that are overdue and those due before long, as the case table has them now."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from casewright.decision import Head
from casewright_authoring.durations import ACCEPTED, LONGEST, written
from casewright_workbench.cli.deployment import AsJson, BucketName, TableName, opened
from casewright_workbench.console.durations import as_duration
from casewright_workbench.console.names import Names
from casewright_workbench.console.urgent import SOON, Urgent, urgent_in
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.explain.printing import console
from casewright_workbench.explain.words import Json, duration, instant
from casewright_workbench.sla.printing import STYLES
from casewright_workbench.terminal import echo_json


def due_list(
    *,
    table: TableName,
    bucket: BucketName,
    within: Annotated[str, typer.Option(help=f"How far to look ahead, such as 30m or 1d; {duration(SOON)} by default.")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Those alone whose time is over.")] = False,
    as_json: AsJson = False,
) -> None:
    """The clocks that are overdue or due before long, the most urgent first, as they are now: the lake lags.

    It reads the index of due clocks through, one small item for each case with a running clock, and the head of each case it shows.
    """
    if within and overdue:
        raise WrongUsage("--within is given beside --overdue; accepted is one of them")
    ahead = timedelta() if overdue else _span(within) if within else SOON
    with opened(table=table, bucket=bucket) as deployment:
        now = deployment.asking().at
        found, unread = urgent_in(deployment.client("dynamodb"), table, now, within=ahead)
        names = Names(deployment.programs.catalog)
    if as_json:
        record = {"now": instant(now), "clocks": [_record(each, names) for each in found], "unread": list(unread)}
        echo_json(msgspec.json.format(msgspec.json.encode(record)))
    else:
        output = console()
        output.print(_shown(found, names, now, ahead))
        for each in unread:
            output.print(Text(f"not shown: {each}", "red"), soft_wrap=True)
    if unread:
        raise typer.Exit(1)


def _span(given: str) -> timedelta:
    found = written(given)
    if found is None or found > LONGEST:
        raise WrongUsage(f"{given!r} is given for --within; {ACCEPTED}")
    return found


def _record(each: Urgent, names: Names) -> dict[str, Json]:
    clock = each.clock
    return {
        "case_id": each.head.case.case_id,
        "reference_number": _reference(each.head),
        "policy": clock.policy.name,
        "cycle": clock.cycle,
        "status": clock.status,
        "due": instant(clock.due_at),
        "left_seconds": each.left.total_seconds(),
        "queue": names.resource(clock.team.queue),
    }


def _reference(head: Head) -> str:
    return str((head.case.fields or {}).get("reference_number", ""))


def _shown(found: Sequence[Urgent], names: Names, now: datetime, ahead: timedelta) -> Table | Text:
    if not found:
        return Text(f"No clock is overdue{f' or due within {as_duration(ahead)}' if ahead else ''}.", style="green")
    title = f"{len(found)} {'clock' if len(found) == 1 else 'clocks'} at {instant(now)}"
    table = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False)
    for head in ("number", "case", "policy", "status", "due (UTC)", "left", "queue"):
        table.add_column(head, no_wrap=True, justify="right" if head == "left" else "left")
    for each in found:
        clock = each.clock
        table.add_row(
            Text(_reference(each.head)),
            Text(each.head.case.case_id),
            clock.policy.name,
            Text(clock.status, STYLES[clock.status]),
            f"{clock.due_at:%Y-%m-%d %H:%M:%S}",
            Text(as_duration(each.left), "bold red" if each.is_over else ""),
            Text(names.resource(clock.team.queue)),
        )
    return table
