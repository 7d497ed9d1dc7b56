"""`casewright redrive`: what is in the dead-letter queues, which effects were set aside, and back with it."""

from typing import Annotated

import msgspec
import typer
from rich.text import Text

from casewright_workbench.cli.deployment import AsJson
from casewright_workbench.deployment.account import account
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.places import places_of
from casewright_workbench.doctor.undelivered import dead_letter_queues
from casewright_workbench.explain.printing import console
from casewright_workbench.explain.words import Json, instant, second
from casewright_workbench.redriving.groups import SET_ASIDE, Group, Redrive
from casewright_workbench.terminal import echo_json


def redrive(
    *,
    stage: Annotated[str, typer.Option(help="A stage of cdk.json: its queues are those of its stacks.")] = "",
    table: Annotated[str, typer.Option(help="The case table, where several deployments stand side by side.")] = "",
    queue: Annotated[str, typer.Option(help=f"Only dead-letter queues whose name contains this; effects are in {SET_ASIDE}.")] = "",
    reason: Annotated[str, typer.Option(help="Only what has a reason, as it is shown, that contains this.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Bring them back. Otherwise they are shown, and stay.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is in the dead-letter queues, and effects that could not be read, by queue and reason; with --yes bring it back.

    Ids are shown, and no contents. A message is deleted only after it has arrived where it came from; what cannot go back stays.
    """
    with account("dead-letter queues", stage=stage) as clients:
        context = Context(clients, places_of(clients, stage, {"CASE_TABLE": table}))
        run = Redrive(context, reason=reason, moves=yes)
        places = _run(run, context, queue)
    _tell(run, places, moved=yes, as_json=as_json)
    if any(each.stayed for each in run.groups) if yes else run.groups:
        raise typer.Exit(1)


def _run(run: Redrive, context: Context, queue: str) -> list[str]:
    """Go through the places whose name contains `queue`; answers their names. Raises WrongUsage where there is none."""
    known = dead_letter_queues(context)
    names = [*(each.name for each in known), SET_ASIDE]
    chosen = [name for name in names if queue.lower() in name.lower()]
    if not known and not (queue and chosen):
        why = f"functions, which name them, could not be listed: {context.places.trouble}"
        raise WrongUsage(f"the queues are not known; {why}; give --stage, or --queue {SET_ASIDE} for effects alone")
    if not chosen:
        raise WrongUsage(f"no dead-letter queue has {queue!r} in its name; there are {', '.join(names)}")
    run.letters([each for each in known if each.name in chosen])
    if SET_ASIDE in chosen:
        run.effects()
    return chosen


def _tell(run: Redrive, places: list[str], *, moved: bool, as_json: bool) -> None:
    groups = run.groups
    if as_json:
        told = {"queues": len(places), "groups": [_record(each) for each in groups], "other_reasons": run.passed_over}
        echo_json(msgspec.json.format(msgspec.json.encode(told)))
        return
    output = console()
    for each in groups:
        of = f", case {each.case_id}" if each.case_id else ""
        output.print(Text.assemble((each.queue, "bold"), f"  {each.count} since {second(each.oldest)}"), soft_wrap=True)
        output.print(Text(f"    {each.reason}\n    {each.way}; for example {each.sample}{of}"), soft_wrap=True)
        if each.stayed:
            output.print(Text(f"    {each.stayed} stay: {each.trouble}", "red"), soft_wrap=True)
    others = f"; {run.passed_over} with other reasons, left alone: without --reason they are shown" if run.passed_over else ""
    output.print(_summary(groups, places, moved=moved) + others, soft_wrap=True)


def _summary(groups: list[Group], places: list[str], *, moved: bool) -> str:
    count = sum(each.count for each in groups)
    if not count:
        return f"nothing to bring back in {', '.join(places)}"
    if not moved:
        return f"{count} to bring back; --yes does it"
    back = sum(each.moved for each in groups)
    return f"{back} of {count} {'is' if count == 1 else 'are'} back"


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
