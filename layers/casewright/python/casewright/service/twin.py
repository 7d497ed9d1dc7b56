"""Twin: whether an event tells what another has told before, one of the two being repaired."""

from casewright.cases import twins
from casewright.cases.events import Event
from casewright.decision import Head
from casewright.ports.log import CaseLog


def twin_of(event: Event, head: Head, log: CaseLog, included: frozenset[str]) -> Event | None:
    """The event of the log that tells the same change; None for nearly all, without reading the log.

    Only a repaired event, and one that comes no later than a repaired one, may have a twin.
    """
    if event.repair is None and (head.repaired_until is None or event.at > head.repaired_until + twins.WITHIN):
        return None
    others = (entry.event for entry in log.entries(head.case.case_id))
    return twins.among(event, (each for each in others if event.repair or each.repair), included)
