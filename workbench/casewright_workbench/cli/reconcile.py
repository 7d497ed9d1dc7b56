"""`casewright reconcile`: what the function does every quarter of an hour, at once, and for as long ago as is asked."""

import math
from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Final

import msgspec
import typer

from casewright.aws.audit import CasesAudit
from casewright.aws.case_log import CaseTable
from casewright.aws.cases import CasesDomain
from casewright.aws.marks import HeadsOfTable, MarkTable
from casewright.aws.repairs import RepairsQueue
from casewright.bundle import LinkedBundle
from casewright.cases.events import Event
from casewright.decision import LOG_KEPT
from casewright.ports.audit import ReconcileMark, Walk
from casewright.service.reconcile import Reconciled
from casewright.service.reconcile import reconcile as reconciled
from casewright.service.reconcile_case import GRACE, Reconciling
from casewright_workbench.cli.deployment import AsJson, BucketName, TableName
from casewright_workbench.cli.domain import CALLS_A_SECOND, Domain, DomainId, Silent, domain_of
from casewright_workbench.cli.reconcile_young import too_young
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.doctor.findings import counted
from casewright_workbench.explain.printing import console
from casewright_workbench.explain.words import Json, instant, second
from casewright_workbench.terminal import echo_json

_GRACE_MINUTES: Final = int(GRACE.total_seconds()) // 60
_MOST_HOURS: Final = LOG_KEPT / timedelta(hours=1)


class OwnMarks:
    """Fulfils ReconcileMarks for one run: those of the function stay where they are."""

    def __init__(self, marks: dict[Walk, ReconcileMark]) -> None:
        self._marks = marks

    def get(self, walk: Walk) -> ReconcileMark | None:
        """The mark of this run."""
        return self._marks.get(walk)

    def put(self, walk: Walk, mark: ReconcileMark) -> None:
        """Move it."""
        self._marks[walk] = mark


class NoRepairs:
    """Fulfils Repairs: what would be fed in is only told."""

    def send(self, events: Iterable[Event], *, seconds: int) -> None:
        """Leave them."""


class InForce:
    """Fulfils Programs with the bundle that was in force when the command began."""

    def __init__(self, bundle: LinkedBundle) -> None:
        self._bundle = bundle

    def current(self) -> LinkedBundle:
        """That bundle."""
        return self._bundle


def reconcile(  # noqa: PLR0913 - keyword-only, each one a name that a deployment needs, or a choice
    *,
    table: TableName,
    domain: DomainId,
    bucket: BucketName,
    queue: Annotated[str, typer.Option("--queue-url", help="The queue of case events, to feed lost events into.")] = "",
    hours: Annotated[float, typer.Option(min=0.5, max=_MOST_HOURS, help="How long ago to begin.")] = 24,
    everything: Annotated[bool, typer.Option("--all", help="Also audit every known case in turn: this finds what was deleted.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be fed in, and feed in nothing.")] = False,
    calls_a_second: Annotated[float, typer.Option(min=0.1, help="To Cases, which grants an account 2 searches.")] = CALLS_A_SECOND,
    as_json: AsJson = False,
) -> None:
    """Audit every case that changed, or got an item, in the last hours, and feed in the events that never came.

    What happened before the function `reconcile` ran for the first time is not looked at; the last 15 minutes are left alone.
    """
    if not queue and not dry_run:
        raise WrongUsage("give --queue-url, the address of the queue of case events, or --dry-run to feed in nothing")
    with domain_of(domain, table=table, bucket=bucket) as place:
        marks = _marks(place, table, timedelta(hours=hours), everything=everything)
        ports = _ports(place, table, "" if dry_run else queue, marks, calls_a_second)
        until, began = ports.time.now() - GRACE, ports.marks.get("began")
        found = reconciled(ports, lambda: math.inf, spare=10**9)
        young = too_young(ports, max(until, began.at) if began else until) if found.is_through else None
    _tell(found, young, fed=not dry_run, as_json=as_json)
    if (dry_run and found.lost) or found.unread or not found.is_through:
        raise typer.Exit(1)


def _marks(domain: Domain, table: str, back: timedelta, *, everything: bool) -> OwnMarks:
    began = MarkTable(domain.client("dynamodb"), table).get("began")
    if began is None:
        raise WrongUsage(f"table {table}: the function reconcile has not run yet, and nothing before its first run counts as lost")
    now = domain.time.now()
    began = ReconcileMark(at=max(began.at, now - back))
    return OwnMarks({"began": began} if everything else {"began": began, "round": ReconcileMark(at=now)})


def _ports(domain: Domain, table: str, queue: str, marks: OwnMarks, calls_a_second: float) -> Reconciling:
    cases, dynamodb = domain.client("connectcases"), domain.client("dynamodb")
    return Reconciling(
        log=CaseTable(dynamodb, table),
        history=CasesAudit(cases, domain.place.domain_id, lambda: domain.time.sleep(1 / calls_a_second)),
        reader=CasesDomain(cases, domain.place.domain_id),
        known=HeadsOfTable(dynamodb, table),
        marks=marks,
        programs=InForce(domain.bundle),
        repairs=RepairsQueue(domain.client("sqs"), queue) if queue else NoRepairs(),
        time=domain.time,
        telemetry=Silent(),
        place=domain.place,
        rate=calls_a_second,
    )


def _tell(found: Reconciled, young: int | None, *, fed: bool, as_json: bool) -> None:
    if as_json:
        lost = [_record(event) for event in found.lost]
        unread: list[Json] = [_not_compared(each) for each in found.unread]
        told: dict[str, Json] = {"audited": found.audited, "through": found.is_through, "fed": fed, "lost": lost, "unread": unread}
        passed_over: dict[str, Json] = {"younger_than_minutes": _GRACE_MINUTES, "cases": young}
        echo_json(msgspec.json.format(msgspec.json.encode(told | {"too_young": passed_over})))
        return
    output = console()
    for event in found.lost:
        hydrated = "  partly as it is now" if event.repair and event.repair.hydrated else ""
        output.print(f"{event.case_id}  {second(event.at)}  {event.event_type}{hydrated}")
    for each in found.unread:
        output.print(f"not compared: {_not_compared(each)}", soft_wrap=True)
    ending = "" if found.is_through else "; Cases asked to slow down: run it again, it begins anew"
    what = f"{counted(len(found.lost), 'event')} {'fed in' if fed else 'would be fed in'}"
    output.print(f"{counted(found.audited, 'case')} audited, {what}{ending}")
    output.print(_passed_over(young))


def _not_compared(error: Exception) -> str:
    """What kept a case from being compared; its notes name the case where the words of AWS do not."""
    return ": ".join((*getattr(error, "__notes__", ()), str(error)))


def _passed_over(young: int | None) -> str:
    if young == 0:
        return f"no case changed in the last {_GRACE_MINUTES} minutes"
    which = "cases may have" if young is None else f"{counted(young, 'case')}"
    return f"{which} changed in the last {_GRACE_MINUTES} minutes: too young to judge, since events may be on their way; run it again later"


def _record(event: Event) -> Json:
    hydrated = event.repair is not None and event.repair.hydrated
    return {"event_id": event.id, "case_id": event.case_id, "at": instant(event.at), "type": event.event_type, "hydrated": hydrated}
