"""The events that rules ask for, filled: `put_event` and `call_webhook`."""

from typing import Final

import msgspec

from casewright import actions
from casewright.conditions.subjects import Facts
from casewright.conditions.texts import fill
from casewright.rules import instructions as do

MOST_BYTES: Final = 262_144
"""Of a detail or a body as JSON. EventBridge takes 1 MiB, but an effect is kept in one DynamoDB item of at most 400 KB."""


def event_of(instruction: do.PutEvent, facts: Facts) -> actions.PutEvent:
    """The event to put."""
    detail, too_large = _filled(instruction.detail, facts)
    return actions.PutEvent(instruction.detail_type, detail, bus=instruction.bus_arn, too_large=too_large)


def call_of(instruction: do.CallWebhook, facts: Facts) -> actions.CallWebhook:
    """The call to make."""
    body, too_large = _filled(instruction.body, facts)
    return actions.CallWebhook(instruction.webhook, body, too_large=too_large)


def _filled(members: do.Members, facts: Facts) -> tuple[dict[str, object], int]:
    """The object, and 0; where it is too large to be kept an empty one, and how many bytes it had."""
    filled = {name: _detail(each, facts) for name, each in members.of.items()}
    size = len(msgspec.json.encode(filled))
    return (filled, 0) if size <= MOST_BYTES else ({}, size)


def _detail(value: do.Detail, facts: Facts) -> object:
    match value:
        case tuple():
            return fill(value, facts)
        case do.Members(of=members):
            return {name: _detail(inner, facts) for name, inner in members.items()}
        case do.Items(of=items):
            return [_detail(inner, facts) for inner in items]
        case _:
            return value
