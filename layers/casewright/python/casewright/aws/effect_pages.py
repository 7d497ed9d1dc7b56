"""Reading effects, page by page: what cannot be read leaves the queue where it comes up: it is told of, and set aside."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from casewright.actions import Bucket
from casewright.aws import items
from casewright.aws.clients import Client
from casewright.aws.effect_items import pending_of, texts
from casewright.aws.failures import translated
from casewright.aws.records import Item, stamp
from casewright.aws.set_aside import EffectsSetAside
from casewright.errors import UnreadableRecord
from casewright.ports.effects import Pending
from casewright.telemetry import Telemetry

_AT_ONCE: Final = 100


class EffectPages:
    """Effects of one table, as they are read. Without telemetry, what cannot be read is raised and nothing is changed."""

    def __init__(self, client: Client, table: str, telemetry: Telemetry | None) -> None:
        self._client, self._table, self._telemetry = client, table, telemetry
        self._aside = EffectsSetAside(client, table)

    def is_empty(self, bucket: Bucket) -> bool:
        """Whether the index has nothing of the bucket."""
        return not self._index("#bucket = :bucket", {":bucket": bucket}, most=1)

    def has(self, bucket: Bucket, rank: int, now: datetime) -> bool:
        """Whether the time of anything of the rank has come."""
        return bool(self._queued(bucket, rank, now, most=1))

    def queued(self, bucket: Bucket, rank: int, now: datetime, *, most: int = _AT_ONCE) -> list[Pending]:
        """Effects of one rank whose time has come, the oldest first."""
        return list(self._readable(self._queued(bucket, rank, now, most=most)))

    def of_case(self, case_id: str) -> tuple[Pending, ...]:
        """Every effect of the partition that can be read, consistently. The others are set aside when they come up in the queue."""
        found = items.of_case(self._client, self._table, case_id, "effect#")
        return tuple(read for item in found if isinstance(read := self._read(item), Pending))

    def _readable(self, found: Iterable[Item]) -> Iterator[Pending]:
        for item in found:
            read = self._read(item)
            if isinstance(read, UnreadableRecord):
                self._set_aside(item, read)
            else:
                yield read

    def _read(self, item: Item) -> Pending | UnreadableRecord:
        try:
            return pending_of(item)
        except UnreadableRecord as error:
            if self._telemetry is None:
                raise
            return error

    def _set_aside(self, item: Item, error: UnreadableRecord) -> None:
        """Tell of it first: it is told of twice rather than never."""
        assert self._telemetry is not None, "what cannot be read was raised"
        self._telemetry.count("RecordsUnreadable")
        self._telemetry.log("effect set aside", record=f"{item['pk']['S']} {item['sk']['S']}", error=str(error))
        self._aside.put(item, error)

    def _queued(self, bucket: Bucket, rank: int, now: datetime, *, most: int) -> list[Item]:
        between = {":bucket": bucket, ":first": f"{rank}#", ":last": f"{rank}#{stamp(now)}~"}
        return self._index("#bucket = :bucket AND urgency BETWEEN :first AND :last", between, most=most)

    def _index(self, condition: str, values: dict[str, str], *, most: int) -> list[Item]:
        with translated("Query"):
            answer = self._client.query(
                TableName=self._table,
                IndexName="pending",
                KeyConditionExpression=condition,
                ExpressionAttributeNames={"#bucket": "bucket"},
                ExpressionAttributeValues=texts(values),
                Limit=most,
            )
        items: list[Item] = answer["Items"]
        return items
