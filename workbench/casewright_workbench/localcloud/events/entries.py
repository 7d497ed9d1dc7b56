"""Entries of PutEvents: which are accepted, and the events they become."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from casewright_workbench.localcloud.service import Caller, Envelope, ServiceError

MOST_BYTES = 1024 * 1024
_DEEPEST = 1000


def check_size(entries: list[dict[str, Any]]) -> None:
    """Refuse a request whose entries weigh too much together, counted as the user guide counts."""
    total = sum(_weight(entry) for entry in entries)
    if total >= MOST_BYTES:
        raise ServiceError(
            "ValidationException", f"Total size of the entries in the request is {total} bytes; it must be below {MOST_BYTES}"
        )


def refusal(entry: Mapping[str, Any]) -> tuple[str, str] | None:
    """(ErrorCode, ErrorMessage) of an entry that is not accepted."""
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            return "InvalidArgument", f"Parameter {name} is not valid. Reason: {name} is a required argument."
    if entry["Source"].startswith("aws."):
        return (
            "NotAuthorizedForSourceException",
            f"Not authorized for the source {entry['Source']}: sources that start with aws. are AWS's own.",
        )
    try:
        detail = json.loads(entry["Detail"])
    except (ValueError, RecursionError):
        detail = None
    if not isinstance(detail, dict):
        return "MalformedDetail", "Detail is malformed: it must be a JSON object."
    if _depth(detail) > _DEEPEST:
        return "MalformedDetail", f"Detail is nested deeper than {_DEEPEST} levels."
    return None


def event_of(entry: Mapping[str, Any], *, caller: Caller, now: datetime) -> Envelope:
    """The event that an accepted entry becomes."""
    return {
        **blank_event(caller.account, caller.region, entry.get("Time", now)),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "resources": list(entry.get("Resources", ())),
        "detail": json.loads(entry["Detail"]),
    }


def scheduled_event(rule_arn: str, *, account: str, region: str, at: datetime) -> Envelope:
    """The event of a schedule that fired."""
    return {
        **blank_event(account, region, at),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "resources": [rule_arn],
        "detail": {},
    }


def blank_event(account: str, region: str, at: datetime) -> Envelope:
    """An event's own part, with the keys in the order in which EventBridge writes them; an id of its own."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "",
        "source": "",
        "account": account,
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [],
        "detail": {},
    }


def _weight(entry: Mapping[str, Any]) -> int:
    texts = [entry.get("Source", ""), entry.get("DetailType", ""), entry.get("Detail", ""), *entry.get("Resources", ())]
    return (14 if "Time" in entry else 0) + sum(len(text.encode()) for text in texts)


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        item, depth = waiting.pop()
        deepest = max(deepest, depth)
        children = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        waiting.extend((child, depth + 1) for child in children if isinstance(child, dict | list))
    return deepest
