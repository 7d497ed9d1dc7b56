"""The case log on DynamoDB: one transaction an event, and the index of due clocks."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from casewright.aws import items
from casewright.aws.clients import Client
from casewright.aws.effect_items import effect_item
from casewright.aws.expiring import expiring
from casewright.aws.failures import translated
from casewright.aws.records import FORMAT, SHARDS, SHARDS_OF_FORMAT_1, Item, case_key, key, late_shard, pack, shard_of, stamp, unpack
from casewright.cases.events import Event
from casewright.decide import Decided, blank
from casewright.decision import Decision, Head
from casewright.errors import RecordTooLarge, UnreadableRecord, VersionConflict
from casewright.ports.log import DueClock, StoredHead
from casewright.redecide import Logged

MOST_BYTES: Final = 390_000
"""Of an item: what DynamoDB takes (400 KB), less what an effect gains while it is performed."""


class CaseTable:
    """Fulfils CaseLog and DueClocks. Of the index, `unread` is told what cannot be read, and the rest goes on; without it, it is raised."""

    def __init__(self, client: Client, table: str, *, unread: Callable[[UnreadableRecord], None] | None = None) -> None:
        self._client, self._table, self._unread = client, table, unread
        self._ahead = dict[str, Item | None]()

    def read_ahead(self, case_ids: Sequence[str]) -> None:
        """One BatchGetItem, where that spares a call. What was read ahead before and not asked for is old, and dropped whatever happens."""
        self._ahead.clear()
        if len(case_ids) > 1:
            read = items.read_together(self._client, self._table, [key(case_key(case_id), "head") for case_id in case_ids])
            self._ahead |= {where["pk"]["S"]: item for where, item in read}

    def head(self, case_id: str) -> StoredHead:
        """The head, read consistently, or ahead; blank with version 0 when the case is new."""
        partition = case_key(case_id)
        item = self._ahead.pop(partition) if partition in self._ahead else self._get(partition, "head")
        if item is None:
            return StoredHead(blank(case_id), 0)
        return StoredHead(unpack(item["body"], Head, item), int(item["version"]["N"]))

    def logged(self, case_id: str, event_id: str) -> Logged | None:
        """The entry of an event, if there is one."""
        item = self._get(case_key(case_id), f"event#{event_id}")
        return _entry(item) if item else None

    def entries(self, case_id: str) -> tuple[Logged, ...]:
        """The whole log of a case."""
        return tuple(map(_entry, items.of_case(self._client, self._table, case_id, "event#")))

    def record(self, decided: Decided, event: Event, *, version: int, armed: bool) -> None:
        """One transaction: head, event with decision, effects.

        Raises:
            VersionConflict: a condition failed or another transaction was under way: read again and decide again.
            RecordTooLarge: one of the items would be larger than DynamoDB takes; nothing is written.
        """
        writes = [self._head_put(decided.head, version), self._event_put(event, decided)]
        writes += [self._put(effect_item(effect, armed=armed), new=True) for effect in decided.decision.effects]
        for write in writes:
            item = write["Put"]["Item"]
            if (size := _size(item)) > MOST_BYTES:
                raise RecordTooLarge(event.id, item["sk"]["S"].partition("#")[0], size, MOST_BYTES)
        with translated("TransactWriteItems"):
            try:
                self._client.transact_write_items(TransactItems=writes)
            except ClientError as error:
                if reasons := items.conflicts(error):
                    raise VersionConflict(f"case {event.case_id}: {', '.join(sorted(reasons))}") from error
                raise

    def due_before(self, moment: datetime) -> Iterator[DueClock]:
        """Milestones before the moment, page by page from the index, which tells each without its head, save those of format 1."""
        for shard in range(SHARDS_OF_FORMAT_1):
            query = {
                "IndexName": "due",
                "KeyConditionExpression": "due_shard = :shard AND next_due < :moment",
                "ExpressionAttributeValues": {":shard": {"S": str(shard)}, ":moment": {"S": stamp(moment)}},
            }
            for item in items.queried(self._client, self._table, **query):
                yield from (each for each in self._told(item, "due", DueClock.all_of) if each.due < moment)

    def overdue(self) -> Iterator[DueClock]:
        """The breach of every clock that is overdue. It reads the index through: one small item for each case with a clock that runs."""
        for shard in map(str, range(SHARDS)):
            for partition in (shard, late_shard(shard)):
                query = {
                    "IndexName": "due",
                    "KeyConditionExpression": "due_shard = :shard",
                    "FilterExpression": "attribute_exists(overdue)",
                    "ExpressionAttributeValues": {":shard": {"S": partition}},
                }
                for item in items.queried(self._client, self._table, **query):
                    yield from self._told(item, "overdue", DueClock.overdue_of)

    def _told(self, item: Item, name: str, told_by: Callable[[Head], tuple[DueClock, ...]]) -> tuple[DueClock, ...]:
        """What the index tells of a case; its head, where the index does not; nothing where neither can be read."""
        try:
            if name in item:
                return unpack(item[name], tuple[DueClock, ...], item)
        except UnreadableRecord as error:
            self._tell(error)
            if not error.is_damaged:
                return ()
        try:
            return told_by(self.head(item["pk"]["S"].removeprefix(case_key(""))).head)
        except UnreadableRecord as error:
            self._tell(error)
            return ()

    def _tell(self, error: UnreadableRecord) -> None:
        if self._unread is None:
            raise error
        self._unread(error)

    def _head_put(self, head: Head, version: int) -> Any:
        item = {
            **key(case_key(head.case.case_id), "head"),
            "format": {"N": str(FORMAT)},
            "version": {"N": str(version + 1)},
            "body": pack(head),
            **expiring(head.kept_until),
        }
        put = self._put(item | _in_the_index(head))
        put["Put"] |= {
            "ConditionExpression": "version = :version" if version else "attribute_not_exists(pk)",
            **({"ExpressionAttributeValues": {":version": {"N": str(version)}}} if version else {}),
        }
        return put

    def _event_put(self, event: Event, decided: Decided) -> Any:
        item = {
            **key(case_key(event.case_id), f"event#{event.id}"),
            "format": {"N": str(FORMAT)},
            "at": {"S": stamp(event.at)},
            "event": pack(event),
            "decision": pack(decided.decision),
            **expiring(decided.head.kept_until),
        }
        return self._put(item, new=True)

    def _put(self, item: Item, *, new: bool = False) -> Any:
        put: Item = {"TableName": self._table, "Item": item}
        return {"Put": put | {"ConditionExpression": "attribute_not_exists(pk)"} if new else put}

    def _get(self, partition: str, sort: str) -> Item | None:
        return items.read(self._client, self._table, key(partition, sort))


def _in_the_index(head: Head) -> Item:
    """What the index of due clocks says of a head; nothing where no clock runs."""
    coming, overdue = DueClock.all_of(head), DueClock.overdue_of(head)
    if not coming and not overdue:
        return {}
    shard = shard_of(head.case.case_id)
    item: Item = {
        "due_shard": {"S": shard if coming else late_shard(shard)},
        "next_due": {"S": stamp(min(each.due for each in coming or overdue))},
    }
    if coming:
        item["due"] = pack(coming)
    if overdue:
        item["overdue"] = pack(overdue)
    return item


def _size(item: Item) -> int:
    """Bytes of an item, a little more than DynamoDB counts."""
    return sum(
        len(name) + sum(len(value.encode() if isinstance(value, str) else value) for value in each.values()) for name, each in item.items()
    )


def _entry(item: Item) -> Logged:
    return Logged(unpack(item["event"], Event, item), unpack(item["decision"], Decision, item))
