"""Claiming effects on DynamoDB: a lease, and the write beside each, in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError
from msgspec.structs import replace

from casewright.aws.case_log import MOST_BYTES
from casewright.aws.clients import Client
from casewright.aws.effect_items import key_of, texts, urgency
from casewright.aws.failures import translated
from casewright.aws.items import conflicts
from casewright.aws.records import Item, pack, stamp
from casewright.errors import RecordTooLarge
from casewright.ports.effects import Pending, Write

_SPARE: Final = 5_000
"""Bytes of a record that a small write may take beside the largest effect. With it there is still room to say how the effect ended."""


class Claims:
    """Claims in one table."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def make(self, effects: Sequence[Pending], *, write: Write, until: datetime) -> tuple[Pending, ...]:
        """Take all of them, or none where another performer took one since it was read.

        Raises:
            RecordTooLarge: a write does not fit beside its effect; nothing is taken.
        """
        packed = pack(write)
        for each in effects:
            _refuse_too_large(each, len(packed["B"]))
        claims = [self._claim(each, packed, until) for each in effects]
        with translated("TransactWriteItems"):
            try:
                if len(claims) == 1:
                    self._client.update_item(**claims[0])
                else:
                    self._client.transact_write_items(TransactItems=[{"Update": each} for each in claims])
            except ClientError as error:
                if conflicts(error):
                    return ()
                raise
        return tuple(replace(each, write=write, not_before=until) for each in effects)

    def _claim(self, pending: Pending, write: Item, until: datetime) -> dict[str, Any]:
        values = {
            ":until": stamp(until),
            ":urgency": urgency(pending.effect, until),
            ":pending": "pending",
            ":seen": stamp(pending.not_before),
        }
        return {
            "TableName": self._table,
            "Key": key_of(pending.effect),
            "UpdateExpression": "SET not_before = :until, urgency = :urgency, #write = :write ADD attempts :one",
            "ConditionExpression": "#status = :pending AND not_before = :seen",
            "ExpressionAttributeNames": {"#status": "status", "#write": "write"},
            "ExpressionAttributeValues": {**texts(values), ":write": write, ":one": {"N": "1"}},
        }


def _refuse_too_large(pending: Pending, beside: int) -> None:
    if beside <= _SPARE:
        return
    size = len(pack(pending.effect)["B"]) + beside
    if size > MOST_BYTES + _SPARE:
        raise RecordTooLarge(pending.effect.position.event_id, "effect with its write beside it", size, MOST_BYTES + _SPARE)
