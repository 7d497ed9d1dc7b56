"""A message of a dead-letter queue: why it lies there, which ids tell it, and where it came from."""

import json
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from casewright.cases.subscriptions import OWN_SOURCE, WEBHOOK_DETAIL_TYPE
from casewright_workbench.doctor.undelivered import DeadLetters


class ToQueue(msgspec.Struct, frozen=True):
    """Back to the queue it was on, or should have come to."""

    arn: str


class ToStream(msgspec.Struct, frozen=True):
    """Into the lake."""

    name: str


class ToBus(msgspec.Struct, frozen=True):
    """Onto the default bus once more, where the rule of its webhook is."""


class Discard(msgspec.Struct, frozen=True):
    """To be deleted: what it asked for has come by other ways since."""

    why: str


class Stay(msgspec.Struct, frozen=True):
    """Where it belongs is not known."""

    why: str


Way = ToQueue | ToStream | ToBus | Discard | Stay

BELL: Final = "a bell: another rings every minute"
TICK: Final = "a tick: the next one came"
_UNKNOWN: Final = "nothing says where it came from"
_MASKED: Final = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|\b[0-9a-fA-F]{32}\b|\S+@\S+")
_LONGEST: Final = 200


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One message; nothing but its body holds what a customer wrote."""

    queue: str
    id: str
    receipt: str
    body: str
    sent_at: datetime
    reason: str
    """Without ids and addresses, so that those which failed alike read alike."""
    sample: str
    """The id of the event, or of the message where it is none."""
    case_id: str
    way: Way


def letter_of(message: Mapping[str, Any], place: DeadLetters, queues: Collection[str]) -> Letter:
    """A message as SQS gives it; `queues` are those that the deployment reads."""
    told = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
    event = _event(message["Body"])
    return Letter(
        queue=place.name,
        id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        body=message["Body"],
        sent_at=datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC),
        reason=_MASKED.sub("…", _reason(told, event))[:_LONGEST],
        sample=str(event.get("id") or message["MessageId"]),
        case_id=_case_id(event),
        way=_way(told, event, message["Attributes"].get("DeadLetterQueueSourceArn") or place.source, queues),
    )


def _event(body: str) -> dict[str, Any]:
    try:
        event = json.loads(body)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _reason(told: Mapping[str, str], event: Mapping[str, Any]) -> str:
    if "reason" in told:
        return told["reason"]
    if "ERROR_CODE" in told:
        return f"{told['ERROR_CODE']}: {told.get('ERROR_MESSAGE', '')}"
    if "ErrorMessage" in told:
        return f"the function failed: {told['ErrorMessage']}"
    if isinstance(context := event.get("requestContext"), dict):
        return f"the function failed: {context.get('condition', 'no condition is given')}"
    return "no reason is given: its reader failed on it each time"


def _way(told: Mapping[str, str], event: Mapping[str, Any], source: str, queues: Collection[str]) -> Way:
    target = told.get("TARGET_ARN", "")
    if ":api-destination/" in target:
        is_ours = event.get("source") == OWN_SOURCE and event.get("detail-type") == WEBHOOK_DETAIL_TYPE
        return ToBus() if is_ours else Stay("it is no call of a webhook of ours")
    if ":firehose:" in target:
        return ToStream(target.rpartition("/")[2])
    if ":lambda:" in target or "RequestID" in told or "requestContext" in event:
        return Discard(TICK)
    return _to_queue(target or source, queues)


def _to_queue(arn: str, queues: Collection[str]) -> Way:
    if not arn:
        return Stay(_UNKNOWN)
    if arn not in queues:
        return Stay(f"no function of this deployment reads {arn.rpartition(':')[2]}")
    return Discard(BELL) if arn.endswith(".fifo") else ToQueue(arn)


def _case_id(event: Mapping[str, Any]) -> str:
    detail = event.get("detail")
    if not isinstance(detail, dict):
        return ""
    inner = [detail, *(detail.get(name) for name in ("case", "relatedItem", "casewright"))]
    return next((str(each["caseId"]) for each in inner if isinstance(each, dict) and each.get("caseId")), "")
