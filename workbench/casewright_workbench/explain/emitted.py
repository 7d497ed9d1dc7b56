"""Events and calls of webhooks, in the operator's words."""

import msgspec

from casewright.actions import CallWebhook, PutEvent
from casewright.rules import instructions as do
from casewright_workbench.explain.words import Json


def emitted(action: PutEvent | CallWebhook, step: do.Instruction | None) -> dict[str, Json]:
    """The members of the action; the bus by its name, where the rule that named it is known."""
    too_large: dict[str, Json] = {"too_large": action.too_large} if action.too_large else {}
    if isinstance(action, CallWebhook):
        return {"webhook": action.webhook, "body": msgspec.to_builtins(action.body), **too_large}
    bus = step.bus if isinstance(step, do.PutEvent) else action.bus
    on: dict[str, Json] = {"bus": bus} if bus else {}
    return {"detail_type": action.detail_type, "detail": msgspec.to_builtins(action.detail), **on, **too_large}
