"""Pending effects on DynamoDB: the sparse index `pending` is the queue, and not_before is the lease."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError
from msgspec.structs import replace

from casewright.actions import Bucket
from casewright.aws.case_log import effect_item, urgency
from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.records import Item, case_key, key, pack, stamp, unpack
from casewright.decision import Effect, Outcome
from casewright.ports import Pending

_LEAST_URGENT: Final = 3
_AT_ONCE: Final = 50


class EffectTable:
    """Fulfils EffectQueue and Deliveries."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def urgent(self, bucket: Bucket, now: datetime) -> tuple[Pending, ...]:
        """Up to 50 effects whose time has come, by priority and time; those leased or put off are read over."""
        found: list[Pending] = []
        for item in self._up_to(bucket, now):
            pending = _pending(item)
            if pending.not_before <= now:
                found.append(pending)
            if len(found) == _AT_ONCE:
                break
        return tuple(found)

    def claim(self, effects: Sequence[Pending], *, write_id: str, until: datetime) -> tuple[Pending, ...]:
        """Take each under a lease, unless another performer did since it was read."""
        return tuple(claimed for each in effects if (claimed := self._claim(each, write_id, until)))

    def postpone(self, effects: Sequence[Pending], *, until: datetime, detail: str, keep_write_id: bool) -> None:
        """Move not_before; without a kept write id the next attempt is a new write."""
        for each in effects:
            forget = "" if keep_write_id else " REMOVE write_id"
            self._update(
                each.effect,
                f"SET not_before = :until, urgency = :urgency, detail = :detail{forget}",
                {":until": stamp(until), ":urgency": urgency(each.effect, until), ":detail": detail[:1000]},
            )

    def finish(self, effect: Effect, outcome: Outcome, at: datetime) -> None:
        """Take the effect out of the queue and put in those that follow, in one transaction."""
        update = {
            "TableName": self._table,
            "Key": _key(effect),
            "UpdateExpression": "SET #status = :status, detail = :detail, ended_at = :at REMOVE #bucket, urgency",
            "ExpressionAttributeNames": {"#status": "status", "#bucket": "bucket"},
            "ExpressionAttributeValues": _texts({":status": outcome.status, ":detail": outcome.detail[:1000], ":at": stamp(at)}),
        }
        puts: list[Any] = [{"Put": {"TableName": self._table, "Item": effect_item(each)}} for each in outcome.follow_ups]
        with translated("TransactWriteItems"):
            self._client.transact_write_items(TransactItems=[{"Update": update}, *puts])

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

    def _claim(self, pending: Pending, write_id: str, until: datetime) -> Pending | None:
        condition = {":pending": "pending", ":seen": stamp(pending.not_before)}
        values = _texts({":until": stamp(until), ":urgency": urgency(pending.effect, until), ":write": write_id, **condition})
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_key(pending.effect),
                UpdateExpression="SET not_before = :until, urgency = :urgency, write_id = :write, body = :body ADD attempts :one",
                ConditionExpression="#status = :pending AND not_before = :seen",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={**values, ":body": pack(pending.effect), ":one": {"N": "1"}},
            )
        except ClientError as error:
            if error.response["Error"].get("Code") == "ConditionalCheckFailedException":
                return None
            with translated("UpdateItem"):
                raise
        return replace(pending, write_id=write_id, not_before=until)

    def _update(self, effect: Effect, expression: str, values: dict[str, str]) -> None:
        with translated("UpdateItem"):
            self._client.update_item(
                TableName=self._table, Key=_key(effect), UpdateExpression=expression, ExpressionAttributeValues=_texts(values)
            )


def _key(effect: Effect) -> Item:
    return key(case_key(effect.case_id), f"effect#{effect.key}")


def _pending(item: Item) -> Pending:
    return Pending(
        effect=unpack(item["body"], Effect, item),
        not_before=datetime.fromisoformat(item["not_before"]["S"]),
        write_id=item.get("write_id", {"S": ""})["S"],
        attempts=int(item["attempts"]["N"]),
        sent_as=item.get("sent_as", {"S": ""})["S"],
    )


def _texts(values: dict[str, str]) -> Item:
    return {name: {"S": value} for name, value in values.items()}
