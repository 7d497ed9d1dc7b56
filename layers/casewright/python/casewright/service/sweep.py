"""Sweep: every minute, send what falls due within two minutes as events of our own."""

from datetime import timedelta
from typing import Final

from casewright.ports.clock import Time
from casewright.ports.log import DueClocks
from casewright.ports.messages import CaseEvents
from casewright.telemetry import Telemetry

AHEAD: Final = timedelta(minutes=2)
"""Twice the period of the sweep: a milestone is sent by two sweeps, and the second finds it done or stands in for the first. What an
event makes fall due sooner than that is sent by its decision."""


def sweep(clocks: DueClocks, queue: CaseEvents, time: Time, telemetry: Telemetry) -> int:
    """Send the milestones that are due, or will be before long; answers how many."""
    now = time.now()
    sent = queue.send_due(clocks.due_before(now + AHEAD), now)
    telemetry.count("ClocksSent", sent)
    telemetry.log("clocks swept", sent=sent)
    return sent
