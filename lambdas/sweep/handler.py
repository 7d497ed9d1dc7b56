"""Every minute: send the clocks that fall due."""

from typing import Any

from casewright.service.sweep import sweep
from casewright.wiring import container


def handle(_event: dict[str, Any], _context: Any) -> dict[str, int]:
    """Answer how many were sent."""
    parts = container()
    clocks, queue = parts.sweeping
    try:
        return {"sent": sweep(clocks, queue, parts.time, parts.telemetry)}
    finally:
        parts.telemetry.flush()
