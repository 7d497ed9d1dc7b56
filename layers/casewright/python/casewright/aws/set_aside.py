"""Effects that nobody could read: set aside in a partition of the queue's index of their own, found there, and brought back."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from casewright.actions import Bucket
from casewright.aws import items
from casewright.aws.clients import Client
from casewright.aws.effect_items import pending_of, texts
from casewright.aws.records import Item, case_key, key
from casewright.errors import UnreadableRecord

UNREAD: Final = "unread"
"""Stands in place of a bucket, and no performer asks for it."""


class SetAside(msgspec.Struct, frozen=True, kw_only=True):
    """An effect that was set aside. `bucket` is where it belongs, None while it cannot be read; then `trouble` says why."""

    case_id: str
    effect_key: str
    due_at: datetime
    """When it would have been performed."""
    reason: str
    """Why it could not be read when it came up."""
    bucket: Bucket | None
    trouble: str = ""


class EffectsSetAside:
    """Those of one table."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def put(self, item: Item, error: UnreadableRecord) -> None:
        """Set aside an effect of the queue, unless it stands there otherwise by now, or its case was forgotten."""
        values = {":unread": UNREAD, ":reason": error.problem, ":seen": item["urgency"]["S"]}
        where = {name: item[name] for name in ("pk", "sk")}
        self._update(where, "SET #bucket = :unread, aside_because = :reason", "urgency = :seen", values)

    def each(self) -> Iterator[SetAside]:
        """All of them, as the index has them: it may be a moment old."""
        found = items.queried(
            self._client,
            self._table,
            IndexName="pending",
            KeyConditionExpression="#bucket = :unread",
            ExpressionAttributeNames={"#bucket": "bucket"},
            ExpressionAttributeValues=texts({":unread": UNREAD}),
        )
        return map(_set_aside, found)

    def bring_back(self, found: SetAside) -> None:
        """Put it where it was in the queue, unless somebody did, or its case was forgotten."""
        assert found.bucket is not None, found.trouble
        where = key(case_key(found.case_id), f"effect#{found.effect_key}")
        values = {":bucket": found.bucket, ":unread": UNREAD}
        self._update(where, "SET #bucket = :bucket REMOVE aside_because", "#bucket = :unread", values)

    def _update(self, where: Item, expression: str, condition: str, values: dict[str, str]) -> None:
        names = {"#bucket": "bucket"}
        items.update(self._client, self._table, where, expression, condition=condition, values=texts(values), names=names)


def _set_aside(item: Item) -> SetAside:
    try:
        bucket, trouble = pending_of(item).effect.bucket, ""
    except UnreadableRecord as error:
        bucket, trouble = None, error.problem
    return SetAside(
        case_id=item["pk"]["S"].partition("#")[2],
        effect_key=item["sk"]["S"].partition("#")[2],
        due_at=datetime.fromisoformat(item["urgency"]["S"].split("#")[1]),
        reason=item["aside_because"]["S"],
        bucket=bucket,
        trouble=trouble,
    )
