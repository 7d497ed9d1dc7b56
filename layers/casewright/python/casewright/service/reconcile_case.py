"""Reconcile one case: its audit history beside its log, and what is missing there fed in."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

import msgspec

from casewright.cases import twins
from casewright.cases.events import CaseAdopted, CaseCreated, CaseUpdated, Event, RelatedItemAdded, RelatedItemUpdated
from casewright.decision import LOG_KEPT, Head
from casewright.errors import NotFound
from casewright.ports.audit import AuditEntry, AuditHistory, KnownCases, ReconcileMarks, Repairs
from casewright.ports.cases import CaseReader
from casewright.ports.clock import Time
from casewright.ports.log import CaseLog
from casewright.ports.programs import Programs
from casewright.redecide import Logged
from casewright.service.reconcile_events import Place, deleted, told_by, with_content, with_fields
from casewright.telemetry import Telemetry

T = TypeVar("T")

GRACE: Final = timedelta(minutes=15)
"""How old a change is before its event counts as lost: until then it may be on its way, and searches may lag."""

_CREATED, _UPDATED = "created_datetime", "last_updated_datetime"


class Reconciling(msgspec.Struct, frozen=True, kw_only=True):
    """The ports of the use case. `rate` is how many calls a second it makes to Cases."""

    log: CaseLog
    history: AuditHistory
    reader: CaseReader
    known: KnownCases
    marks: ReconcileMarks
    programs: Programs
    repairs: Repairs
    time: Time
    telemetry: Telemetry
    place: Place
    rate: float


def audit(case_id: str, began: datetime, ports: Reconciling) -> tuple[Event, ...]:
    """Feed in what a case lost since `began`; answers it. What was fed in before and is not decided yet, `decide` takes once.

    What happened before the log of a closed case would have expired is not looked for: it may have been there.
    """
    head, now = ports.log.head(case_id).head, ports.time.now()
    try:
        history = paced(ports, ports.history.entries(case_id))
    except NotFound:
        return _gone(head, now, ports)
    since = max(began, head.forgotten_at or began, now - LOG_KEPT)
    lost = tuple(_missing(case_id, history, (since, now - GRACE), ports))
    if any(isinstance(event.change, CaseCreated | CaseUpdated) for event in lost):
        lost = _with_fields(lost, history, ports)
    if any(isinstance(event.change, RelatedItemAdded | RelatedItemUpdated) for event in lost):
        try:
            items = paced(ports, ports.history.items(case_id))
        except NotFound:  # deleted since its history was read: the next audit finds that
            return ()
        lost = tuple(with_content(event, items) for event in lost)
    return _fed(lost, ports, seconds=0)


def _missing(case_id: str, history: Sequence[AuditEntry], between: tuple[datetime, datetime], ports: Reconciling) -> Iterator[Event]:
    log = ports.log.entries(case_id)
    since, until = max(between[0], _adopted(log) or between[0]), between[1]
    logged, included = [entry.event for entry in log], ports.programs.current().included_field_ids
    for entry in (each for each in history if since <= each.at <= until):
        if entry.type == "unknown":
            ports.telemetry.log("audit entry not known", case_id=case_id, audit_id=entry.id)
        event = told_by(entry, case_id, ports.place)
        if event is not None and twins.among(event, logged, included) is None:
            yield event


def _adopted(log: Sequence[Logged]) -> datetime | None:
    """When the case was taken as it was: what came before is part of that."""
    return next((entry.event.at for entry in log if isinstance(entry.event.change, CaseAdopted)), None)


def _with_fields(lost: tuple[Event, ...], history: Sequence[AuditEntry], ports: Reconciling) -> tuple[Event, ...]:
    """The lost events with their fields; those of a case that has changed since its history was read wait for the next time."""
    included = ports.programs.current().included_field_ids
    try:
        now = paced(ports, ports.reader.read(lost[0].case_id, sorted(included | {_CREATED, _UPDATED})))
    except NotFound:
        return ()
    newest = max(entry.at for entry in history)
    updated = now.fields.get(_UPDATED)
    if isinstance(updated, str) and datetime.fromisoformat(updated) > newest + twins.WITHIN:
        return tuple(event for event in lost if not isinstance(event.change, CaseCreated | CaseUpdated))
    return tuple(with_fields(event, history, now, included) for event in lost)


def _gone(head: Head, now: datetime, ports: Reconciling) -> tuple[Event, ...]:
    """A case without a history: gone, if Cases has no such case either. Its own event still has the grace to come first."""
    case = head.case
    if head.last is None or case.deleted:
        return ()
    try:
        paced(ports, ports.reader.read(case.case_id, ("status",)))
    except NotFound:
        return _fed((deleted(case.case_id, case.template_id, now, ports.place),), ports, seconds=int(GRACE.total_seconds()))
    return ()


def _fed(lost: tuple[Event, ...], ports: Reconciling, *, seconds: int) -> tuple[Event, ...]:
    ports.repairs.send(lost, seconds=seconds)
    for event in lost:
        ports.telemetry.log("event lost", event_id=event.id, case_id=event.case_id, event_type=event.event_type, at=event.at.isoformat())
    if lost:
        ports.telemetry.count("EventsLost", len(lost))
    return lost


def paced(ports: Reconciling, answer: T) -> T:
    """The answer of a call to Cases, and the pause after it."""
    ports.time.sleep(1 / ports.rate)
    return answer
