"""Every minute: send the clocks that fall due, and ask the rules whose schedule has come."""

from typing import Any

from casewright.aws.powertools import unquoted
from casewright.service.schedule import schedule
from casewright.service.sweep import sweep
from casewright.wiring.container import container
from casewright.wiring.sweeping import scheduling, sweeping


def handle(_event: dict[str, Any], context: Any) -> dict[str, int]:
    """Answer how many clocks were sent, and how many cases were asked about. Schedules come whether or not clocks could be sent."""
    parts = container()
    clocks, queue = parts.ports(sweeping)
    try:
        with unquoted():
            try:
                sent = sweep(clocks, queue, parts.time, parts.telemetry)
            finally:
                asked = schedule(parts.ports(scheduling), lambda: context.get_remaining_time_in_millis() / 1000)
        return {"sent": sent, "asked": asked}
    finally:
        parts.telemetry.flush()
