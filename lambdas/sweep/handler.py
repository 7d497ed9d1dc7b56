"""Every minute: send the clocks that fall due, and ask the rules whose schedule has come."""

from typing import Any

from casewright.aws.powertools import unquoted
from casewright.service.schedule import schedule
from casewright.service.sweep import sweep
from casewright.wiring.container import container
from casewright.wiring.sweeping import scheduling, sweeping


def handle(_event: dict[str, Any], context: Any) -> dict[str, int]:
    """Answer how many clocks were sent, and how many cases were asked about."""
    parts = container()
    clocks, queue = parts.ports(sweeping)
    try:
        with unquoted():
            sent = sweep(clocks, queue, parts.time, parts.telemetry)
            return {"sent": sent, "asked": schedule(parts.ports(scheduling), lambda: context.get_remaining_time_in_millis() / 1000)}
    finally:
        parts.telemetry.flush()
