"""`casewright adopt`: the open cases that were there before Casewright, taken into the log with their clocks."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec
import typer

from casewright.aws.audit import CasesAudit
from casewright.aws.case_log import CaseTable
from casewright.aws.cases import CasesDomain
from casewright.aws.lake import FactsStream
from casewright.measures import rows
from casewright.service.adopt import Adopting, Adoption
from casewright.service.adopt import adopt as adopted
from casewright_workbench.cli.deployment import AsJson, BucketName, TableName
from casewright_workbench.cli.domain import CALLS_A_SECOND, Domain, DomainId, domain_of
from casewright_workbench.doctor.findings import counted
from casewright_workbench.explain.printing import console
from casewright_workbench.terminal import echo_json


def adopt(
    *,
    table: TableName,
    domain: DomainId,
    bucket: BucketName,
    stream: Annotated[str, typer.Option(help="The stream into the lake, to tell it too: output `FactsStream` of the lake stack.")] = "",
    calls_a_second: Annotated[float, typer.Option(min=0.1, help="To Cases, which grants an account 2 searches.")] = CALLS_A_SECOND,
    as_json: AsJson = False,
) -> None:
    """Take every open case into the log as it is now and start its clocks, setting nothing off.

    A case that is known is left alone, so a run that was cut off is simply begun again. A clock starts when its case was created.
    """
    with domain_of(domain, table=table, bucket=bucket) as place:
        found = adopted(_ports(place, table, stream, calls_a_second))
        told = list(found if as_json else _printed(found))
    if as_json:
        echo_json(msgspec.json.format(msgspec.json.encode(_record(told))))
    else:
        console().print(_summary(told))
    if any(each.stalled for each in told):
        raise typer.Exit(1)


def _ports(domain: Domain, table: str, stream: str, calls_a_second: float) -> Adopting:
    cases = domain.client("connectcases")
    return Adopting(
        cases=CasesAudit(cases, domain.place.domain_id, lambda: domain.time.sleep(1 / calls_a_second)),
        reader=CasesDomain(cases, domain.place.domain_id),
        log=CaseTable(domain.client("dynamodb"), table),
        bundle=domain.bundle,
        lake=FactsStream(domain.client("firehose"), stream) if stream else None,
        time=domain.time,
        place=domain.place,
        rate=calls_a_second,
        rows=rows.of_decision,
    )


def _printed(found: Iterable[Adoption]) -> Iterator[Adoption]:
    output = console()
    for each in found:
        if each.is_new:
            clocks = ", ".join(f"{name} (overdue)" if name in each.overdue else name for name in each.clocks) or "no clock"
            output.print(f"{each.case_id}  {clocks}")
        for stalled in each.stalled:
            output.print(f"{each.case_id}  {stalled.policy} could not {stalled.step}: {stalled.reason}", style="red")
        yield each


def _summary(told: list[Adoption]) -> str:
    new = [each for each in told if each.is_new]
    known = f"{len(told) - len(new)} known before"
    if not new:
        return f"no case to adopt; {known}"
    clocks, overdue = sum(len(each.clocks) for each in new), sum(len(each.overdue) for each in new)
    late = f", {overdue} of them overdue already, which is recorded and sets nothing off" if overdue else ""
    return f"{counted(len(new), 'case')} adopted, {counted(clocks, 'clock')} started{late}; {known}"


def _record(told: list[Adoption]) -> dict[str, object]:
    new = [each for each in told if each.is_new]
    return {
        "adopted": len(new),
        "known": len(told) - len(new),
        "clocks": sum(len(each.clocks) for each in new),
        "overdue": sum(len(each.overdue) for each in new),
        "cases": [
            {
                "case_id": each.case_id,
                "clocks": list(each.clocks),
                "overdue": list(each.overdue),
                "stalled": [f"{one.policy} could not {one.step}: {one.reason}" for one in each.stalled],
            }
            for each in new
        ],
    }
