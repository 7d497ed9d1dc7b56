"""Emit: events for others, and the calls of webhooks, which EventBridge makes of events."""

from typing import Final

from casewright.actions import CallWebhook, PutEvent
from casewright.cases.subscriptions import WEBHOOK_DETAIL_TYPE
from casewright.decision import Effect, Outcome
from casewright.ports.world import Bus
from casewright.rules.bus_events import MOST_BYTES

_TOO_LARGE: Final = "%s has %d bytes as JSON; at most %d are accepted"


def put(effect: Effect, event: PutEvent, bus: Bus) -> Outcome:
    """Put the event."""
    if event.too_large:
        return Outcome(status="failed", detail=_TOO_LARGE % ("the detail of the event", event.too_large, MOST_BYTES))
    return Outcome(status="done", detail=bus.put(event, case_id=effect.case_id, effect_key=effect.key))


def called(effect: Effect, call: CallWebhook, bus: Bus, webhooks: frozenset[str]) -> Outcome:
    """Hand the call to EventBridge. A webhook that is not deployed has no rule there: its event would be lost without a trace."""
    if call.too_large:
        return Outcome(status="failed", detail=_TOO_LARGE % ("the body for the webhook", call.too_large, MOST_BYTES))
    if call.webhook not in webhooks:
        deployed = ", ".join(sorted(webhooks)) or "none"
        return Outcome(status="failed", detail=f"the webhook {call.webhook!r} is not deployed; deployed: {deployed}")
    event = PutEvent(WEBHOOK_DETAIL_TYPE, {"webhook": call.webhook, "body": call.body})
    event_id = bus.put(event, case_id=effect.case_id, effect_key=effect.key)
    return Outcome(status="done", detail=f"{event_id}, to be delivered to {call.webhook}")
