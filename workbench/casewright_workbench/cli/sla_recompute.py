"""`casewright sla recompute`: running clocks under the version of their policy that is in force now."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Annotated

import msgspec
import typer
from rich.text import Text

from casewright.aws.case_log import CaseTable
from casewright.aws.control import ControlTable
from casewright.aws.lake import FactsStream
from casewright.aws.marks import HeadsOfTable
from casewright.errors import UnreadableRecord
from casewright.recompute import Recomputation
from casewright.sla.clocks import Clock
from casewright_authoring.suggestions import unknown
from casewright_workbench.cli.deployment import AsJson, BucketName, Deployment, TableName, opened
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.doctor.findings import counted
from casewright_workbench.explain.printing import console
from casewright_workbench.explain.words import Json, duration, instant, second
from casewright_workbench.sla.printing import STYLES
from casewright_workbench.sla.recomputing import Recomputing
from casewright_workbench.terminal import echo_json


def recompute_clocks(
    *,
    policy: Annotated[str, typer.Option(help="The policy whose open clocks are meant.")],
    table: TableName,
    bucket: BucketName,
    case: Annotated[str, typer.Option(help="This case alone; otherwise the table is read through.")] = "",
    stream: Annotated[
        str, typer.Option(help="The stream into the lake, to tell it at once: output `FactsStream` of the lake stack. With --yes.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Change the clocks.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what the policy in force would make of the open clocks that run under another version of it; change them with --yes.

    A clock is folded again from the log of its case. What has fired stays fired, and what the new times put into the past sets off nothing.
    """
    with opened(table=table, bucket=bucket) as deployment:
        recomputing = _recomputing(deployment, policy, stream)
        cases = [case] if case and deployment.case(case) else recomputing.open_cases()
        found = _each(recomputing, cases, yes=yes)
        if as_json:
            told = list(found)
            record = {"policy": policy, "bundle": recomputing.bundle.hash, "applied": yes, "changes": [_record(each) for each in told]}
            echo_json(msgspec.json.format(msgspec.json.encode(record | {"unread": [str(each) for each in recomputing.unread.values()]})))
        else:
            told = list(_printed(found, policy, recomputing.bundle.hash, yes=yes))
            for each in recomputing.unread.values():
                console().print(Text(f"not looked at: {each}", "red"), soft_wrap=True)
    if recomputing.unread or any(each.stalled for each in told):
        raise typer.Exit(1)


def _recomputing(deployment: Deployment, policy: str, stream: str) -> Recomputing:
    bundle, dynamodb = deployment.in_force(), deployment.client("dynamodb")
    policies = {each.name: each for each in bundle.policies}
    if policy not in policies:
        raise WrongUsage(f"bundle {bundle.hash}, which is in force: {unknown('policy', policy, policies)}")
    return Recomputing(
        policy=policies[policy],
        bundle=bundle,
        asking=deployment.asking(),
        known=HeadsOfTable(dynamodb, deployment.table),
        log=CaseTable(dynamodb, deployment.table),
        arming=ControlTable(dynamodb, deployment.table),
        lake=FactsStream(deployment.client("firehose"), stream) if stream else None,
    )


def _each(recomputing: Recomputing, cases: Iterable[str], *, yes: bool) -> Iterator[Recomputation]:
    """What changes, case by case; one that cannot be read stops no other."""
    take = recomputing.apply if yes else recomputing.look
    for case_id in cases:
        try:
            found = take(case_id)
        except UnreadableRecord as error:
            recomputing.unread[case_id] = error
            continue
        if found:
            yield found


def _printed(found: Iterable[Recomputation], policy: str, bundle: str, *, yes: bool) -> Iterator[Recomputation]:
    """Print each as it comes, and in the end how many there were."""
    output, changed, same = console(), 0, 0
    for each in found:
        if not each.stalled and _state(each.after) == _state(each.before):
            same += 1
        else:
            output.print(_line(each))
            changed += not each.stalled
        yield each
    end = f"{counted(changed, 'open clock')} of {policy} {'recomputed' if yes else 'would change'} under bundle {bundle}"
    if same:
        end += f"; not listed: {counted(same, 'clock')} of another version, whose times stay the same"
    output.print(f"{end}; nothing is changed without --yes" if changed and not yes else end, soft_wrap=True)


def _line(found: Recomputation) -> Text:
    line = Text.assemble((f"case {found.event.case_id}  ", "bold"), *_clock(found.before), "  →  ", *_clock(found.after))
    if found.stalled:
        return line.append(f"  left as it is: {found.stalled[0].reason}", "red")
    if found.after.started_at != found.before.started_at:
        line.append(f", started {second(found.after.started_at)}")
    if passed := _passed(found):
        line.append(f"  past, and not told: {', '.join(passed)}", "yellow")
    if found.after.told:
        line.append(f"  not told again: {', '.join(found.after.told)}", "yellow")
    return line


def _clock(clock: Clock) -> tuple[str | tuple[str, str], ...]:
    return (clock.status, STYLES[clock.status]), f" due {second(clock.due_at)}, target {duration(clock.target)}, cycle {clock.cycle}"


def _record(found: Recomputation) -> dict[str, Json]:
    return {
        "case_id": found.event.case_id,
        "event_id": found.event.id,
        "before": _state(found.before),
        "after": _state(found.after),
        "not_told": list(_passed(found)),
        "not_told_again": list(found.after.told),
        "stalled": found.stalled[0].reason if found.stalled else "",
    }


def _state(clock: Clock) -> Json:
    return {
        "status": clock.status,
        "due": instant(clock.due_at),
        "target_seconds": clock.target / timedelta(seconds=1),
        "cycle": clock.cycle,
        "started": instant(clock.started_at),
        "fired": list(clock.fired),
    }


def _passed(found: Recomputation) -> tuple[str, ...]:
    """What the version puts into the past, and nobody was told."""
    before = found.before.fired if found.before.cycle == found.after.cycle else ()
    return tuple(name for name in found.after.fired if name not in before)
