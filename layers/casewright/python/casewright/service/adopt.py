"""Adopt: take the open cases that were there before us into the log, and start their clocks, without setting anything off."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from casewright.bundle import LinkedBundle
from casewright.cases.events import CaseAdopted, Event
from casewright.cases.performers import Performer
from casewright.cases.values import HeldValue
from casewright.decide import Decided, blank, decide
from casewright.decision import Head
from casewright.errors import NotFound, VersionConflict
from casewright.ports.audit import OpenCases
from casewright.ports.cases import CaseReader
from casewright.ports.clock import Time
from casewright.ports.log import CaseLog
from casewright.ports.messages import Lake, Row
from casewright.service.reconcile_events import Place
from casewright.sla.fold import Stalled

_CREATED, _UPDATED = "created_datetime", "last_updated_datetime"
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Adopting(msgspec.Struct, frozen=True, kw_only=True):
    """The ports of the use case. Without a lake its rows are not told; `rate` is how many calls a second it makes to Cases."""

    cases: OpenCases
    reader: CaseReader
    log: CaseLog
    bundle: LinkedBundle
    lake: Lake | None
    time: Time
    place: Place
    rate: float
    rows: Callable[[Decided, Event], Sequence[Row]]


class Adoption(msgspec.Struct, frozen=True):
    """What came of one open case: nothing where it was known; else its clocks, those that are overdue already, and those that stalled."""

    case_id: str
    is_new: bool
    clocks: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    stalled: tuple[Stalled, ...] = ()


def adopt(ports: Adopting) -> Iterator[Adoption]:
    """Every open case, oldest first. Cut off, it is begun again: a case that is known is left alone."""
    since, page, seen = _BEGINNING, "", set[str]()
    while True:
        found = ports.cases.open_cases(since, page)
        ports.time.sleep(1 / ports.rate)
        for case in found.cases:
            if case.case_id not in seen and (adoption := _one(case.case_id, ports)):
                yield adoption
            seen.add(case.case_id)
        if not found.next_page:
            return
        since, page = found.after(since)


def _one(case_id: str, ports: Adopting) -> Adoption | None:
    known = ports.log.head(case_id)
    if known.version:
        _tell_again(case_id, known.head, ports)
        return Adoption(case_id, is_new=False)
    event = _reading(case_id, ports)
    if event is None:
        return None
    decided = decide(blank(case_id), event, ports.bundle)
    try:
        ports.log.record(decided, event, version=0, armed=False)
    except VersionConflict:  # an event of the case came first
        return Adoption(case_id, is_new=False)
    if ports.lake is not None:
        ports.lake.put(ports.rows(decided, event))
    clocks = {name: clock for name, clock in decided.head.clocks.items() if clock.is_open}
    overdue = tuple(name for name, clock in clocks.items() if clock.status == "Overdue")
    return Adoption(case_id, is_new=True, clocks=tuple(clocks), overdue=overdue, stalled=decided.decision.stalled)


def _tell_again(case_id: str, head: Head, ports: Adopting) -> None:
    """Give the lake what a run that was cut off may have recorded only; what it has already counts once."""
    if ports.lake is None:
        return
    if adopted := ports.log.logged(case_id, _event_id(case_id)):
        ports.lake.put(ports.rows(Decided(adopted.decision, head), adopted.event))


def _event_id(case_id: str) -> str:
    return f"adopted-{case_id}"


def _reading(case_id: str, ports: Adopting) -> Event | None:
    """The case as it is; None where it is gone meanwhile."""
    included, now = ports.bundle.included_field_ids, ports.time.now()
    try:
        case = ports.reader.read(case_id, sorted(included | {_CREATED, _UPDATED}))
    except NotFound:
        return None
    finally:
        ports.time.sleep(1 / ports.rate)
    created = _instant(case.fields.get(_CREATED), now)
    updated = max(created, _instant(case.fields.get(_UPDATED), created))
    fields = {field_id: value for field_id, value in case.fields.items() if field_id in included}
    change = CaseAdopted(case.template_id, created, updated, fields)
    where = (ports.place.domain_id, ports.place.account, ports.place.region)
    return Event(_event_id(case_id), max(now, updated), case_id, *where, "CASE.ADOPTED", Performer(), change)


def _instant(value: HeldValue | None, otherwise: datetime) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) and value else otherwise
