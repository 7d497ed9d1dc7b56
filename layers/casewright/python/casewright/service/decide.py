"""Decide: from one message to its decision in the table, once."""

import random
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
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
from casewright.errors import CaseNotYetKnown, MalformedEvent, NotFound, RecordTooLarge, UnreadableRecord, VersionConflict
from casewright.ports.cases import CaseReader
from casewright.ports.clock import Time
from casewright.ports.effects import Arming, Wake
from casewright.ports.log import CaseLog, DueClock, StoredHead
from casewright.ports.messages import CaseEvents, DeadLetters, Lake, Row
from casewright.ports.programs import Programs
from casewright.redecide import redecide
from casewright.service.sweep import AHEAD
from casewright.service.twin import twin_of
from casewright.sla.clocks import pending
from casewright.telemetry import Telemetry

TRIES: Final = 5
"""How often a version conflict is decided again before the message returns to the queue."""

WAITS, WAIT_SECONDS = 3, 20
"""How long a related item waits for the event of its own case before the case is read."""


class Deciding(msgspec.Struct, frozen=True, kw_only=True):
    """The ports of the use case."""

    log: CaseLog
    programs: Programs
    arming: Arming
    reader: CaseReader
    queue: CaseEvents
    dead_letters: DeadLetters
    lake: Lake
    wake: Wake
    time: Time
    telemetry: Telemetry
    own_role: str
    rows: Callable[[Decided, Event], Sequence[Row]]


def take(body: str, waited: int, ports: Deciding) -> None:
    """Decide on one message; `waited` is how often it was sent back already.

    A message that is no event, or of a case with records that this release does not read, is buried with its reason. A Retryable rises,
    so that the queue delivers the message again.
    """
    try:
        event = parse(body, own_role=ports.own_role)
    except MalformedEvent as error:
        ports.dead_letters.bury(body, str(error))
        ports.telemetry.count("EventsMalformed")
        ports.telemetry.log("event buried", outcome="malformed", where=error.where)
        return
    if isinstance(event.change, CaseCreated | CaseUpdated) and (kinds := unread_kinds(event.change.fields or {})):
        ports.telemetry.count("FieldValuesUnread")
        ports.telemetry.log("field values not read", event_id=event.id, case_id=event.case_id, kinds=", ".join(kinds))
    try:
        outcome = _settle(event, waited, ports)
    except CaseNotYetKnown:
        ports.queue.send_back(body, waited=waited + 1, seconds=WAIT_SECONDS)
        outcome = "waiting for its case"
    except RecordTooLarge as error:
        ports.dead_letters.bury(body, str(error))
        ports.telemetry.count("EventsTooLarge")
        outcome = "buried: too large"
    except UnreadableRecord as error:
        ports.dead_letters.bury(body, str(error))
        ports.telemetry.count("RecordsUnreadable")
        outcome = "buried: records not readable"
    ports.telemetry.log("event taken", event_id=event.id, case_id=event.case_id, event_type=event.event_type, outcome=outcome)


def _settle(event: Event, waited: int, ports: Deciding) -> str:
    if isinstance(event.change, Unrecognised):
        ports.telemetry.count("EventsUnrecognised")
        return "unrecognised"
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
    if before.forgotten_at and event.at <= before.forgotten_at:
        return "forgotten"
    if isinstance(event.change, ClockDue) and not still_due(event.change, event, stored.head):
        return _duplicate(event, stored, ports) or "clock no longer due"
    told_of_mail = isinstance(event.change, MailReported)
    if told_of_mail and stored.head.last is None:
        return "mail of a case that is not in the log"
    in_order = told_of_mail or stored.head.last is None or event.position > stored.head.last
    if (not in_order or event.repair or told_of_mail) and (known := _duplicate(event, stored, ports)):
        return known
    if twin := twin_of(event, stored.head, ports.log, bundle.included_field_ids):
        return f"told before by {twin.id}"
    if stored.head.last is None and not isinstance(event.change, CaseCreated | CaseUpdated | CaseDeleted):
        stored = _hydrated(event, stored, bundle, waited, ports)
    if in_order:
        decided = decide(stored.head, event, bundle)
    else:
        decided = redecide(ports.log.entries(event.case_id), event, bundle, clocks=stored.head.clocks)
        decided = replace(decided, head=replace(decided.head, forgotten_at=before.forgotten_at))
        ports.telemetry.count("EventsLate")
    if isinstance(event.change, ScheduleDue) and is_idle(decided.decision):
        return "schedule asks for nothing"
    try:
        ports.log.record(decided, event, version=stored.version, armed=ports.arming.is_armed())
    except RecordTooLarge as error:  # without its effects it may fit; else it rises, and the message is buried
        without = replace(decided.decision, effects=(), broken=str(error))
        decided = replace(decided, decision=without)
        ports.log.record(decided, event, version=stored.version, armed=ports.arming.is_armed())
    _deliver(decided, event, ports)
    _report(decided.decision, event, ports.telemetry)
    _send_soon(before, decided.head, ports)
    return "decided late" if decided.decision.late else "decided"


def is_idle(decision: Decision) -> bool:
    """Whether nothing came of an event: a schedule asks about many cases, and only those it concerns are worth a record."""
    return not (decision.matched or decision.shadowed or decision.looped or decision.transitions)


def _duplicate(event: Event, stored: StoredHead, ports: Deciding) -> str | None:
    """Deliver again what followed an event that is logged: the first time it may have been cut off."""
    logged = ports.log.logged(event.case_id, event.id)
    if logged is None:
        return None
    _deliver(Decided(logged.decision, stored.head), event, ports)
    _send_soon(blank(event.case_id), stored.head, ports)
    return "duplicate"


def still_due(due: ClockDue, event: Event, head: Head) -> bool:
    """Whether a clock waits for the milestone that the event tells; when none does, the event decides nothing."""
    clock = head.clocks.get(due.policy)
    return clock is not None and clock.cycle == due.cycle and (event.at, due.milestone) in pending(clock)


def _hydrated(event: Event, stored: StoredHead, bundle: LinkedBundle, waited: int, ports: Deciding) -> StoredHead:
    """The state of a case none of whose events came, as GetCase tells it, logged as an event just before this one."""
    if waited < WAITS and not isinstance(event.change, ScheduleDue):
        raise CaseNotYetKnown(event.case_id)
    try:
        found: CaseRead = ports.reader.read(event.case_id, sorted(bundle.included_field_ids))
    except NotFound:
        return stored
    reading = replace(event, id=just_before(event.id), event_type="CASE.READ", change=found, own=None)
    decided = decide(stored.head, reading, bundle)
    _deliver(decided, reading, ports)
    _report(decided.decision, reading, ports.telemetry)
    ports.log.record(decided, reading, version=stored.version, armed=ports.arming.is_armed())
    ports.telemetry.count("CasesHydrated")
    return StoredHead(decided.head, stored.version + 1)


def _deliver(decided: Decided, event: Event, ports: Deciding) -> None:
    """What follows the transaction, done again for a duplicate, so that a crash in between loses nothing."""
    ports.lake.put(ports.rows(decided, event))
    ports.wake.ring(sorted({effect.bucket for effect in decided.decision.effects if not effect.imported}))


def _send_soon(before: Head, after: Head, ports: Deciding) -> None:
    """Send what the decision made fall due before the sweep can know of it; what two send has one id."""
    now = ports.time.now()
    soon = {each for each in DueClock.all_of(after) if each.due < now + AHEAD}
    if new := soon.difference(DueClock.all_of(before)):
        ports.queue.send_due(sorted(new, key=lambda each: each.due), now)


def _report(decision: Decision, event: Event, telemetry: Telemetry) -> None:
    """Count what was held back, once for an event, and name the rules that ran away and the clocks that cannot tell the time."""
    if event.repair:
        telemetry.count("EventsRepaired")
    if decision.shadowed:
        telemetry.count("RulesShadowed", len(decision.shadowed))
    if decision.imported:
        telemetry.count("EventsImported")
    if decision.looped:
        rules, hops = ", ".join(match.rule for match in decision.looped), event.own.hop if event.own else 0
        telemetry.count("LoopsStopped")
        telemetry.log("loop stopped", event_id=event.id, case_id=event.case_id, rule=rules, hops=hops)
    if decision.stalled:
        reasons = "; ".join(f"{each.policy} could not {each.step}: {each.reason}" for each in decision.stalled)
        telemetry.count("ClocksStalled", len(decision.stalled))
        telemetry.log("clocks stalled", event_id=event.id, case_id=event.case_id, reason=reasons)
    if decision.broken:
        telemetry.count("RuleSetBreakerTripped")
        telemetry.log("rule-set breaker tripped", event_id=event.id, case_id=event.case_id, reason=decision.broken)
