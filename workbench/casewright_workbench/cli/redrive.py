"""`casewright redrive`: what is in the dead-letter queues, and back with it."""

from typing import Annotated

import boto3
import msgspec
import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.text import Text

from casewright.errors import CasewrightError
from casewright_workbench.cli.deployment import AsJson
from casewright_workbench.cli.domain import EndpointUrl, Region
from casewright_workbench.cli.usage import WrongUsage
from casewright_workbench.doctor.asking import Clients, NotKnown
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.places import of_names, of_stage
from casewright_workbench.doctor.undelivered import dead_letter_queues
from casewright_workbench.explain.printing import console
from casewright_workbench.explain.words import Json, instant
from casewright_workbench.redriving.groups import Group, Redrive, chosen


def redrive(  # noqa: PLR0913 - keyword-only, each one a name that a deployment may need, or a choice
    *,
    stage: Annotated[str, typer.Option(help="A stage of cdk.json: its queues are those of its stacks.")] = "",
    table: Annotated[str, typer.Option(help="The case table, where several deployments stand side by side.")] = "",
    queue: Annotated[str, typer.Option(help="Only dead-letter queues whose name contains this.")] = "",
    reason: Annotated[str, typer.Option(help="Only messages whose reason, as it is shown, contains this.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Bring them back. Otherwise they are shown, and stay.")] = False,
    endpoint_url: EndpointUrl = "",
    region: Region = "",
    as_json: AsJson = False,
) -> None:
    """Show what is in the dead-letter queues, by queue and reason, with ids and no contents; with --yes bring it back.

    A message is deleted only after it has arrived where it came from; one that cannot go back stays.
    """
    given = {"CASE_TABLE": table} if table else {}
    try:
        clients = Clients(boto3.Session(), endpoint_url=endpoint_url, region=region)
        context = Context(clients, of_stage(clients, stage, given) if stage else of_names(clients, given))
        places = chosen(context, queue)
        if not places:
            known = ", ".join(each.name for each in dead_letter_queues(context)) or "none: give --stage, or let functions be listed"
            raise WrongUsage(f"no dead-letter queue has {queue!r} in its name; there are {known}")
        groups = Redrive(context, reason=reason, moves=yes).run(places)
    except (NotKnown, CasewrightError, ClientError, BotoCoreError) as error:
        raise WrongUsage(f"dead-letter queues: {error}") from error
    _tell(groups, len(places), moved=yes, as_json=as_json)
    if any(each.stayed for each in groups) if yes else groups:
        raise typer.Exit(1)


def _tell(groups: list[Group], queues: int, *, moved: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode({"queues": queues, "groups": [_record(each) for each in groups]})))
        return
    output = console()
    for each in groups:
        of = f", case {each.case_id}" if each.case_id else ""
        output.print(Text.assemble((each.queue, "bold"), f"  {each.count} since {instant(each.oldest)}"), soft_wrap=True)
        output.print(Text(f"    {each.reason}\n    {each.way}; for example {each.sample}{of}"), soft_wrap=True)
        if each.stayed:
            output.print(Text(f"    {each.stayed} stay: {each.trouble}", "red"), soft_wrap=True)
    output.print(_summary(groups, queues, moved=moved))


def _summary(groups: list[Group], queues: int, *, moved: bool) -> str:
    count = sum(each.count for each in groups)
    if not count:
        return f"{queues} queues, nothing to bring back"
    if not moved:
        return f"{count} messages; --yes brings them back"
    return f"{sum(each.moved for each in groups)} of {count} messages went where they belong"


def _record(group: Group) -> dict[str, Json]:
    return {
        "queue": group.queue,
        "reason": group.reason,
        "way": group.way,
        "count": group.count,
        "oldest": instant(group.oldest),
        "sample": group.sample,
        "case_id": group.case_id,
        "moved": group.moved,
        "stayed": group.stayed,
        "trouble": group.trouble,
    }
