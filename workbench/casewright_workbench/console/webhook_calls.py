"""The calls of webhooks that EventBridge would have made, beside the mail."""

from dataclasses import dataclass
from datetime import datetime

from casewright_workbench.console.desk import Desk


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call in the list; `ended` is the status that came back, or why none did."""

    made_at: datetime
    webhook: str
    request: str
    ended: str
    excerpt: str


def rows(desk: Desk) -> tuple[CallRow, ...]:
    """Every call, the latest first."""
    return tuple(
        CallRow(
            call.made_at,
            call.destination,
            f"{call.method} {call.url}",
            (f"{call.status}" if call.status is not None else call.problem) + (f", attempt {call.attempt}" if call.attempt > 1 else ""),
            call.body[:140],
        )
        for call in reversed(desk.api_calls.made)
    )
