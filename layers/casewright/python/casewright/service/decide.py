"""Decide: from one message to its decision in the table, once."""

import random
from typing import Final

from msgspec.structs import replace

from casewright.bundle import LinkedBundle
from casewright.cases.events import (
    CaseCreated,
    CaseDeleted,
    CaseRead,
    CaseUpdated,
    ClockDue,
    Event,
    MailReported,
    ScheduleDue,
    Unrecognised,
)
from casewright.cases.parsing import parse
from casewright.cases.subscriptions import just_before
from casewright.cases.values import unread_kinds
from casewright.decide import Decided, blank, decide
from casewright.decision import Decision, Head
from casewright.errors import (
    CaseNotRead,
    CaseNotYetKnown,
    MalformedEvent,
    NotFound,
    RecordTooLarge,
    Throttled,
    Unavailable,
    UnreadableRecord,
    VersionConflict,
    named,
)
from casewright.ports.log import StoredHead
from casewright.redecide import redecide
from casewright.service.deciding import Deciding
from casewright.service.reading_again import reading_for
from casewright.service.returning import WAITS, bury, dated, too_early, wait_for_case, wait_to_read
from casewright.service.sweep import send_soon, still_due
from casewright.service.telling import tell, tell_unread
from casewright.service.twin import twin_of

TRIES: Final = 5
"""How often a version conflict is decided again before the message returns to the queue."""


def take(body: str, waited: int, ports: Deciding) -> None:
    """Decide on one message; `waited` is how often it was sent back already.

    A message that is no event, is dated ahead, or is of a case that cannot be read, is buried with its reason; but for a clock that falls
    due, which the sweep sends again. A Retryable rises, so that the queue delivers the message again.
    """
    try:
        event = parse(body, own_role=ports.own_role)
    except MalformedEvent as error:
        bury(body, str(error), "EventsMalformed", ports)
        ports.telemetry.log("event buried", outcome="malformed", where=error.where)
        return
    if isinstance(event.change, CaseCreated | CaseUpdated) and (kinds := unread_kinds(event.change.fields or {})):
        ports.telemetry.count("FieldValuesUnread")
        ports.telemetry.log("field values not read", event_id=event.id, case_id=event.case_id, kinds=", ".join(kinds))
    outcome = _outcome(dated(event, ports), body, waited, ports)
    ports.telemetry.log("event taken", event_id=event.id, case_id=event.case_id, event_type=event.event_type, outcome=outcome)


def _outcome(event: Event, body: str, waited: int, ports: Deciding) -> str:
    if isinstance(event.change, Unrecognised):
        ports.telemetry.count("EventsUnrecognised")
        return "unrecognised"
    try:
        return too_early(event, body, waited, ports) or _settle(event, waited, ports)
    except CaseNotYetKnown:
        return wait_for_case(body, waited, ports)
    except CaseNotRead as error:
        return wait_to_read(error, body, waited, ports)
    except RecordTooLarge as error:
        bury(body, str(error), "EventsTooLarge", ports)
        return "buried: too large"
    except UnreadableRecord as error:
        tell_unread(error, ports.telemetry)
        if isinstance(event.change, ClockDue):
            return "records not readable: the sweep sends it every minute until they are"
        ports.dead_letters.bury(body, str(error))
        return "buried: records not readable"


def _settle(event: Event, waited: int, ports: Deciding) -> str:
    for attempt in range(TRIES):
        try:
            return _once(event, waited, ports)
        except VersionConflict:
            if attempt == TRIES - 1:
                raise
            ports.time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 -- jitter, not a secret
    raise AssertionError("the last try returns or raises")


def _once(event: Event, waited: int, ports: Deciding) -> str:
    stored, bundle = ports.log.head(event.case_id), ports.programs.current()
    before = stored.head
    if reading := reading_for(event, before, ports.log):
        _deliver(Decided(reading.decision, before), reading.event, ports)
    if why := _nothing_to_decide(event, stored, bundle, ports):
        return why
    if before.last is None and not isinstance(event.change, CaseCreated | CaseUpdated | CaseDeleted):
        stored = _hydrated(event, stored, bundle, waited, ports)
    decided = decide(stored.head, event, bundle) if _is_in_order(event, before) else _late(event, before, bundle, ports)
    if isinstance(event.change, ScheduleDue) and is_idle(decided.decision):
        return "schedule asks for nothing"
    decided = _recorded(decided, event, stored.version, ports)
    _deliver(decided, event, ports)
    tell(decided.decision, event, ports.telemetry)
    send_soon(before, decided.head, ports.queue, ports.time)
    if before.last is not None and before.closed_at != decided.head.closed_at:
        ports.keeping.keep(decided.head)
    return "decided late" if decided.decision.late else "decided"


def _nothing_to_decide(event: Event, stored: StoredHead, bundle: LinkedBundle, ports: Deciding) -> str | None:
    """Why an event needs no decision, if it needs none: it was decided before, or there is nothing to decide on."""
    head, of_mail = stored.head, isinstance(event.change, MailReported)
    if head.forgotten_at and event.at <= head.forgotten_at:
        return "forgotten"
    if isinstance(event.change, ClockDue) and not still_due(event.change, event, head):
        return _duplicate(event, stored, ports) or "clock no longer due"
    if of_mail and head.last is None:
        return "mail of a case that is not in the log"
    if (not _is_in_order(event, head) or event.repair or of_mail) and (known := _duplicate(event, stored, ports)):
        return known
    twin = twin_of(event, head, ports.log, bundle.included_field_ids)
    return f"told before by {twin.id}" if twin else None


def _is_in_order(event: Event, head: Head) -> bool:
    return isinstance(event.change, MailReported) or head.last is None or event.position > head.last


def _late(event: Event, head: Head, bundle: LinkedBundle, ports: Deciding) -> Decided:
    decided = redecide(ports.log.entries(event.case_id), event, bundle, clocks=head.clocks)
    ports.telemetry.count("EventsLate")
    return replace(decided, head=replace(decided.head, forgotten_at=head.forgotten_at))


def _recorded(decided: Decided, event: Event, version: int, ports: Deciding) -> Decided:
    """What is in the table now: what is too large to record may fit without its effects, else it rises, and the message is buried."""
    try:
        ports.log.record(decided, event, version=version, armed=ports.arming.is_armed())
    except RecordTooLarge as error:
        decided = replace(decided, decision=replace(decided.decision, effects=(), broken=str(error)))
        ports.log.record(decided, event, version=version, armed=ports.arming.is_armed())
    return decided


def is_idle(decision: Decision) -> bool:
    """Whether nothing came of an event: a schedule asks about many cases, and only those it concerns are worth a record."""
    return not (decision.matched or decision.shadowed or decision.looped or decision.transitions)


def _duplicate(event: Event, stored: StoredHead, ports: Deciding) -> str | None:
    """Deliver again what followed an event that is logged: the first time it may have been cut off."""
    logged = ports.log.logged(event.case_id, event.id)
    if logged is None:
        return None
    _deliver(Decided(logged.decision, stored.head), logged.event, ports)
    send_soon(blank(event.case_id), stored.head, ports.queue, ports.time)
    if isinstance(event.change, CaseCreated | CaseUpdated | CaseDeleted):
        ports.keeping.keep(stored.head)
    return "duplicate"


def _hydrated(event: Event, stored: StoredHead, bundle: LinkedBundle, waited: int, ports: Deciding) -> StoredHead:
    """The state of a case none of whose events came, as GetCase tells it, logged as an event just before this one."""
    if waited < WAITS and not isinstance(event.change, ScheduleDue):
        raise CaseNotYetKnown(event.case_id)
    try:
        found: CaseRead = ports.reader.read(event.case_id, sorted(bundle.included_field_ids))
    except NotFound:
        return stored
    except (Throttled, Unavailable) as error:
        raise CaseNotRead(event.case_id, named(error)) from error
    reading = replace(event, id=just_before(event.id), event_type="CASE.READ", change=found, own=None)
    decided = decide(stored.head, reading, bundle)
    _deliver(decided, reading, ports)
    tell(decided.decision, reading, ports.telemetry)
    ports.log.record(decided, reading, version=stored.version, armed=ports.arming.is_armed())
    ports.telemetry.count("CasesHydrated")
    return StoredHead(decided.head, stored.version + 1)


def _deliver(decided: Decided, event: Event, ports: Deciding) -> None:
    """What follows the transaction, done again for a duplicate, so that a crash in between loses nothing."""
    ports.lake.put(ports.rows(decided, event))
    ports.wake.ring(sorted({effect.bucket for effect in decided.decision.effects if not effect.imported}))
