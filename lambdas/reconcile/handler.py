"""Every fifteen minutes: find the events that never came, and feed them in."""

from typing import Any

from casewright.aws.powertools import unquoted
from casewright.service.reconcile import reconcile
from casewright.wiring.container import container
from casewright.wiring.reconciling import reconciling


def handle(_event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer how many cases were audited, how many events were lost, and how many cases could not be read."""
    parts = container()
    try:
        with unquoted():
            done = reconcile(parts.ports(reconciling), lambda: context.get_remaining_time_in_millis() / 1000)
            done.raise_refused()
        return {"audited": done.audited, "lost": len(done.lost), "unread": len(done.unread), "through": done.is_through}
    finally:
        parts.telemetry.flush()
