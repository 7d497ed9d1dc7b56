"""The reading of a case of which nothing was known, found again when its event comes again."""

from casewright.cases.events import CaseCreated, CaseDeleted, CaseUpdated, ClockDue, Event, MailReported, Position
from casewright.cases.subscriptions import just_before
from casewright.decision import Head
from casewright.ports.log import CaseLog
from casewright.redecide import Logged


def reading_for(event: Event, head: Head, log: CaseLog) -> Logged | None:
    """What was read for an event that came before, if anything was. The event may be logged by now, or not.

    The log is asked only where it reaches as far as the reading would stand, which for nearly every event that is new it does not.
    """
    if isinstance(event.change, CaseCreated | CaseUpdated | CaseDeleted | ClockDue | MailReported):
        return None
    reading = Position(event.at, just_before(event.id))
    return log.logged(event.case_id, reading.event_id) if head.last and head.last >= reading else None
