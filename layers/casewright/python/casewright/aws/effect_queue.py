"""Pending effects on DynamoDB: the sparse index `pending` is the queue, and not_before is the lease."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError
from msgspec.structs import replace

from casewright.actions import Bucket, UpdateCase
from casewright.aws.case_log import effect_item, urgency
from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.records import Item, case_key, key, pack, stamp, unpack
from casewright.decision import Effect, Outcome
from casewright.ports.effects import Pending, Write

_LEAST_URGENT: Final = 3
_AT_ONCE: Final = 50


class EffectTable:
    """Fulfils EffectQueue and Deliveries."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def urgent(self, bucket: Bucket, now: datetime) -> tuple[Pending, ...]:
        """Up to 50 effects whose time has come, by priority and time; those leased or put off are read over."""
        found, held = list[Pending](), list[Pending]()
        for item in self._up_to(bucket, now):
            pending = _pending(item)
            (found if pending.not_before <= now else held).append(pending)
            if len(found) == _AT_ONCE:
                break
        return tuple(each for each in found if not any(_must_wait_for(other, each) for other in held))

    def claim(self, effects: Sequence[Pending], *, write: Write, until: datetime) -> tuple[Pending, ...]:
        """Take each under a lease, unless another performer did since it was read."""
        return tuple(claimed for each in effects if (claimed := self._claim(each, write, until)))

    def postpone(self, effects: Sequence[Pending], *, until: datetime, detail: str, keep_write: bool) -> None:
        """Move not_before; without its write the next attempt is a new one."""
        for each in effects:
            forget = "" if keep_write else " REMOVE #write"
            self._update(
                each.effect,
                f"SET not_before = :until, urgency = :urgency, detail = :detail, attempts = :none, tries = :tries{forget}",
                {
                    **_texts({":until": stamp(until), ":urgency": urgency(each.effect, until), ":detail": detail[:1000]}),
                    ":none": {"N": "0"},
                    ":tries": {"N": str(each.tries + 1)},
                },
                names={} if keep_write else {"#write": "write"},
            )

    def finish(self, effect: Effect, outcome: Outcome, at: datetime, *, told_before: datetime) -> bool:
        """End the effect and put in those that follow, in one transaction, on the condition that it was pending."""
        update = {
            "TableName": self._table,
            "Key": _key(effect),
            "UpdateExpression": "SET #status = :status, detail = :detail, ended_at = :at, not_before = :told, urgency = :urgency",
            "ConditionExpression": "#status = :pending",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": _texts(
                {
                    ":status": outcome.status,
                    ":detail": outcome.detail[:1000],
                    ":at": stamp(at),
                    ":told": stamp(told_before),
                    ":urgency": urgency(effect, told_before),
                    ":pending": "pending",
                }
            ),
        }
        puts: list[Any] = [{"Put": {"TableName": self._table, "Item": effect_item(each)}} for each in outcome.follow_ups]
        with translated("TransactWriteItems"):
            try:
                self._client.transact_write_items(TransactItems=[{"Update": update}, *puts])
            except ClientError as error:
                if "ConditionalCheckFailed" in {reason.get("Code") for reason in error.response.get("CancellationReasons", ())}:
                    return False
                raise
        return True

    def told(self, effect: Effect) -> None:
        """Remove the effect from the index."""
        self._update(effect, "REMOVE #bucket, urgency", {}, names={"#bucket": "bucket"})

    def sent(self, *, case_id: str, effect_key: str, message_id: str) -> None:
        """Write the message id beside the effect."""
        with translated("UpdateItem"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=key(case_key(case_id), f"effect#{effect_key}"),
                    UpdateExpression="SET sent_as = :id",
                    ConditionExpression="attribute_exists(pk)",
                    ExpressionAttributeValues=_texts({":id": message_id}),
                )
            except ClientError as error:
                if error.response["Error"].get("Code") != "ConditionalCheckFailedException":
                    raise

    def _up_to(self, bucket: Bucket, now: datetime) -> Iterator[Item]:
        with translated("Query"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                IndexName="pending",
                KeyConditionExpression="#bucket = :bucket AND urgency <= :high",
                ExpressionAttributeNames={"#bucket": "bucket"},
                ExpressionAttributeValues=_texts({":bucket": bucket, ":high": f"{_LEAST_URGENT}#{stamp(now)}~"}),
                PaginationConfig={"PageSize": 4 * _AT_ONCE},
            )
            for page in pages:
                yield from page["Items"]

    def _claim(self, pending: Pending, write: Write, until: datetime) -> Pending | None:
        condition = {":pending": "pending", ":seen": stamp(pending.not_before)}
        values = _texts({":until": stamp(until), ":urgency": urgency(pending.effect, until), **condition})
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(pending.effect),
                UpdateExpression="SET not_before = :until, urgency = :urgency, #write = :write ADD attempts :one",
                ConditionExpression="#status = :pending AND not_before = :seen",
                ExpressionAttributeNames={"#status": "status", "#write": "write"},
                ExpressionAttributeValues={**values, ":write": pack(write), ":one": {"N": "1"}},
            )
        except ClientError as error:
            if error.response["Error"].get("Code") == "ConditionalCheckFailedException":
                return None
            with translated("UpdateItem"):
                raise
        return replace(pending, write=write, not_before=until)

    def _update(self, effect: Effect, expression: str, values: Item, *, names: dict[str, str]) -> None:
        more = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
        with translated("UpdateItem"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(effect),
                UpdateExpression=expression,
                **{name: each for name, each in more.items() if each},
            )


def _key(effect: Effect) -> Item:
    return key(case_key(effect.case_id), f"effect#{effect.key}")


def _must_wait_for(earlier: Pending, each: Pending) -> bool:
    """Whether an update would be overwritten by an older one of the same field that is still to come."""
    older, newer = earlier.effect, each.effect
    return (
        isinstance(older.action, UpdateCase)
        and isinstance(newer.action, UpdateCase)
        and older.case_id == newer.case_id
        and older.position < newer.position
        and earlier.outcome is None
        and not older.action.fields.keys().isdisjoint(newer.action.fields)
    )


def _pending(item: Item) -> Pending:
    ended = item["status"]["S"] != "pending"
    return Pending(
        effect=unpack(item["body"], Effect, item),
        not_before=datetime.fromisoformat(item["not_before"]["S"]),
        write=unpack(item["write"], Write, item) if "write" in item else None,
        tries=int(item.get("tries", {"N": "0"})["N"]),
        outcome=Outcome(status=item["status"]["S"], detail=item["detail"]["S"]) if ended else None,
        attempts=int(item["attempts"]["N"]),
        sent_as=item.get("sent_as", {"S": ""})["S"],
    )


def _texts(values: dict[str, str]) -> Item:
    return {name: {"S": value} for name, value in values.items()}
