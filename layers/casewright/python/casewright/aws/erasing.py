"""Erasing a case from the table: its log, its effects, and what its head says but the id and when it was forgotten."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

import msgspec
from botocore.exceptions import ClientError

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.items import is_refused, of_case, read
from casewright.aws.records import FORMAT, Item, case_key, key, pack, unpack
from casewright.cases.state import Case
from casewright.decision import Effect, Head
from casewright.errors import Throttled, UnreadableRecord, VersionConflict

_AT_ONCE: Final = 25
_TRIES: Final = 8
_RACES: Final = 5


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What the table has of a case. `days` are those of its events, by which the lake is partitioned."""

    case_id: str
    is_known: bool = False
    forgotten_at: datetime | None = None
    """None too where its head cannot be read: then there is something to erase."""
    events: int = 0
    effects: int = 0
    pending: int = 0
    days: tuple[date, ...] = ()

    @property
    def is_left(self) -> bool:
        """Whether there is anything to erase: a forgotten case of which nothing came since has nothing."""
        return self.is_known and (self.forgotten_at is None or bool(self.events or self.effects))


class CaseErasure:
    """Looks at cases, and erases them. What was cut off is begun again: what is gone stays gone."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def held(self, case_id: str) -> Held:
        """Count it."""
        items = list(self._items(case_id))
        heads, events, effects = (_of(items, kind) for kind in ("head", "event#", "effect#"))
        return Held(
            case_id=case_id,
            is_known=bool(items),
            forgotten_at=_forgotten_at(heads[0]) if heads else None,
            events=len(events),
            effects=len(effects),
            pending=sum(each["status"]["S"] == "pending" for each in effects),
            days=tuple(sorted({_at(each).date() for each in events})),
        )

    def erase(self, case_id: str, now: datetime) -> None:
        """Put a head that says only when the case was forgotten, then delete all that happened up to then.

        The head comes first: whoever is deciding on the case at this moment finds another version, and reads it again. What is in the log
        has happened: an event may be dated somewhat ahead of the clock, and then the case is forgotten up to there.

        Raises:
            VersionConflict: the case is written all the time.
            Throttled: what could not be deleted is still there; begin again.
        """
        until = self._forget(case_id, now)
        self._delete(each for each in self._items(case_id) if _is_past(each, until))

    def _forget(self, case_id: str, now: datetime) -> datetime:
        """Put the head; answers up to when the case is forgotten. What is logged after the head was read makes it a conflict."""
        for _ in range(_RACES):
            before = read(self._client, self._table, key(case_key(case_id), "head"))
            logged = [_at(event) for event in of_case(self._client, self._table, case_id, "event#")]
            until = max(filter(None, (now, _forgotten_at(before) if before else None, *logged)))
            if self._put(Head(case=Case(case_id), forgotten_at=until), before):
                return until
        raise VersionConflict(f"case {case_id}: {_RACES} others were faster")

    def _put(self, head: Head, before: Item | None) -> bool:
        version = int(before["version"]["N"]) if before else 0
        item = {
            **key(case_key(head.case.case_id), "head"),
            "format": {"N": str(FORMAT)},
            "version": {"N": str(version + 1)},
            "body": pack(head),
        }
        seen: dict[str, Any] = {"ExpressionAttributeValues": {":version": {"N": str(version)}}} if before else {}
        condition = "version = :version" if before else "attribute_not_exists(pk)"
        with translated("PutItem"):
            try:
                self._client.put_item(TableName=self._table, Item=item, ConditionExpression=condition, **seen)
            except ClientError as error:
                if is_refused(error):
                    return False
                raise
        return True

    def _delete(self, items: Iterable[Item]) -> None:
        coming = iter(items)
        while some := list(islice(coming, _AT_ONCE)):
            left: Any = {self._table: [{"DeleteRequest": {"Key": {name: each[name] for name in ("pk", "sk")}}} for each in some]}
            for _ in range(_TRIES):
                with translated("BatchWriteItem"):
                    left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems")
                if not left:
                    break
            else:
                raise Throttled(f"BatchWriteItem: {len(left[self._table])} items are still there")

    def _items(self, case_id: str) -> Iterator[Item]:
        return of_case(self._client, self._table, case_id)


def _of(items: Sequence[Item], kind: str) -> list[Item]:
    return [each for each in items if each["sk"]["S"].startswith(kind)]


def _at(event: Item) -> datetime:
    return datetime.fromisoformat(event["at"]["S"])


def _forgotten_at(head: Item) -> datetime | None:
    try:
        return unpack(head["body"], Head, head).forgotten_at
    except UnreadableRecord:
        return None


def _is_past(item: Item, until: datetime) -> bool:
    """Whether it tells of something up to then: what came after the head was put belongs to the log that began anew.

    An effect that cannot be read counts as past: it may tell of the customer.
    """
    kind = item["sk"]["S"].partition("#")[0]
    if kind == "event":
        return _at(item) <= until
    try:
        return kind == "effect" and unpack(item["body"], Effect, item).position.at <= until
    except UnreadableRecord:
        return True
