"""Pending effects on DynamoDB: the sparse index `pending` is the queue, and not_before is the lease."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from botocore.exceptions import ClientError

from casewright.actions import Bucket
from casewright.aws import items
from casewright.aws.claiming import Claims
from casewright.aws.clients import Client
from casewright.aws.effect_items import UNTOLD, effect_item, key_of, texts, urgency
from casewright.aws.effect_pages import EffectPages
from casewright.aws.expiring import expiring
from casewright.aws.failures import translated
from casewright.aws.records import Item, case_key, key, stamp
from casewright.decision import EFFECTS_KEPT, Effect, Outcome
from casewright.ports.effects import Pending, Write
from casewright.telemetry import Telemetry

_HOUSEKEEPING: Final = 3
_AGED: Final = timedelta(minutes=15)
_ONE_IN: Final = 10


class EffectTable:
    """Fulfils EffectQueue and Deliveries. With telemetry, effects that cannot be read are set aside; else they are raised."""

    def __init__(self, client: Client, table: str, *, telemetry: Telemetry | None = None) -> None:
        self._client, self._table = client, table
        self._pages = EffectPages(client, table, telemetry)
        self._claims = Claims(client, table)

    def is_empty(self, bucket: Bucket) -> bool:
        """Whether the index has nothing of the bucket."""
        return self._pages.is_empty(bucket)

    def urgent(self, bucket: Bucket, now: datetime) -> tuple[Pending, ...]:
        """Up to 100 effects of one priority, the oldest first; to each ten of people, one of housekeeping older than 15 minutes."""
        found = self._pages.queued(bucket, 1, now) or self._pages.queued(bucket, 2, now)
        if not found:
            return tuple(self._pages.queued(bucket, _HOUSEKEEPING, now))
        if found[0].effect.priority == 2:
            places = -(-len(found) // _ONE_IN)
            for number, aged in enumerate(self._pages.queued(bucket, _HOUSEKEEPING, now - _AGED, most=places), 1):
                found.insert(number * _ONE_IN - 1, aged)
        return tuple(found)

    def is_outranked(self, bucket: Bucket, priority: int, now: datetime) -> bool:
        """Whether the time of anything more urgent has come."""
        return any(self._pages.has(bucket, higher, now) for higher in range(1, priority))

    def untold(self, bucket: Bucket, now: datetime) -> tuple[Pending, ...]:
        """Ended effects at the end of the index."""
        return tuple(self._pages.queued(bucket, UNTOLD, now))

    def of_case(self, case_id: str) -> tuple[Pending, ...]:
        """Every effect of the partition, read consistently."""
        return self._pages.of_case(case_id)

    def claim(self, effects: Sequence[Pending], *, write: Write, until: datetime) -> tuple[Pending, ...]:
        """Take all of them under a lease in one transaction, or none where another performer took one since it was read."""
        return self._claims.make(effects, write=write, until=until)

    def postpone(
        self,
        effects: Sequence[Pending],
        *,
        until: datetime,
        detail: str,
        keep_write: bool,
        alone: bool = False,
        held: bool = False,
    ) -> None:
        """Move not_before; without its write the next attempt is a new one."""
        flags = [name for name, is_set in (("alone", alone), ("held", held)) if is_set]
        forget = "" if keep_write else " REMOVE #write"
        for each in effects:
            told = texts({":detail": detail[:1000]}) | {":none": {"N": "0"}, ":tries": {"N": str(each.tries + 1)}}
            self._move(
                each,
                until,
                f", detail = :detail, attempts = :none, tries = :tries{''.join(f', {name} = :set' for name in flags)}{forget}",
                told | ({":set": {"BOOL": True}} if flags else {}),
                {} if keep_write else {"#write": "write"},
            )

    def put_off(self, effects: Sequence[Pending], *, until: datetime) -> None:
        """Move not_before, and nothing else."""
        for each in effects:
            self._move(each, until, "", {}, {})

    def finish(self, effect: Effect, outcome: Outcome, at: datetime, *, told_before: datetime) -> bool:
        """End the effect, on the condition that it was pending; those that follow are put in by the same transaction."""
        values = {":status": outcome.status, ":detail": outcome.detail[:1000], ":at": stamp(at), ":told": stamp(told_before)}
        urgent = {":urgency": urgency(effect, told_before, rank=UNTOLD), ":pending": "pending"}
        update = {
            "TableName": self._table,
            "Key": key_of(effect),
            "UpdateExpression": "SET #status = :status, detail = :detail, ended_at = :at, not_before = :told, urgency = :urgency, "
            "expires_at = :expires_at",
            "ConditionExpression": "#status = :pending",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": texts({**values, **urgent}) | {":expires_at": expiring(at + EFFECTS_KEPT)["expires_at"]},
        }
        puts = [{"Put": {"TableName": self._table, "Item": effect_item(each)}} for each in outcome.follow_ups]
        with translated("TransactWriteItems"):
            try:
                if puts:
                    self._client.transact_write_items(TransactItems=[{"Update": update}, *puts])
                else:
                    self._client.update_item(**update)
            except ClientError as error:
                if items.is_refused(error):
                    return False
                raise
        return True

    def told(self, effects: Iterable[Effect]) -> None:
        """Remove the effects from the index; what was forgotten with its case meanwhile is in none."""
        for effect in effects:
            items.update(
                self._client,
                self._table,
                key_of(effect),
                "REMOVE #bucket, urgency",
                condition="attribute_exists(pk)",
                names={"#bucket": "bucket"},
            )

    def sent(self, *, case_id: str, effect_key: str, message_id: str) -> None:
        """Write the message id beside the effect."""
        where, values = key(case_key(case_id), f"effect#{effect_key}"), texts({":id": message_id})
        items.update(self._client, self._table, where, "SET sent_as = :id", condition="attribute_exists(pk)", values=values)

    def _move(self, pending: Pending, until: datetime, more: str, values: Item, names: Mapping[str, str]) -> None:
        """Let an effect wait until then; one that ended meanwhile, or that another performer has claimed since, stays as it is."""
        effect = pending.effect
        moved = {":until": stamp(until), ":urgency": urgency(effect, until), ":pending": "pending", ":seen": stamp(pending.not_before)}
        items.update(
            self._client,
            self._table,
            key_of(effect),
            f"SET not_before = :until, urgency = :urgency{more}",
            condition="#status = :pending AND not_before = :seen",
            values=texts(moved) | values,
            names={"#status": "status", **names},
        )
