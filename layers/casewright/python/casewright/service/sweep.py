"""Sweep: every minute, send what falls due within two minutes as events of our own; what falls due sooner is sent by its decision."""

from datetime import timedelta
from typing import Final

from casewright.cases.events import ClockDue, Event
from casewright.decision import Head
from casewright.ports.clock import Time
from casewright.ports.log import DueClock, DueClocks
from casewright.ports.messages import CaseEvents
from casewright.sla.clocks import pending
from casewright.telemetry import Telemetry

AHEAD: Final = timedelta(minutes=2)
"""Twice the period of the sweep: a milestone is sent by two sweeps, and the second finds it done or stands in for the first."""


def sweep(clocks: DueClocks, queue: CaseEvents, time: Time, telemetry: Telemetry) -> int:
    """Send the milestones that are due, or will be before long; answers how many."""
    now = time.now()
    sent = queue.send_due(clocks.due_before(now + AHEAD), now)
    telemetry.count("ClocksSent", sent)
    telemetry.log("clocks swept", sent=sent)
    return sent


def send_soon(before: Head, after: Head, queue: CaseEvents, time: Time) -> None:
    """Send what the decision made fall due before the sweep can know of it; what two send has one id."""
    now = time.now()
    soon = {each for each in DueClock.all_of(after) if each.due < now + AHEAD}
    if new := soon.difference(DueClock.all_of(before)):
        queue.send_due(sorted(new, key=lambda each: each.due), now)


def still_due(due: ClockDue, event: Event, head: Head) -> bool:
    """Whether a clock waits for the milestone that the event tells; when none does, the event decides nothing."""
    clock = head.clocks.get(due.policy)
    return clock is not None and clock.cycle == due.cycle and (event.at, due.milestone) in pending(clock)
