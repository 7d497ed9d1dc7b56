"""How far comparing Cases with our log is, on DynamoDB; and the heads to compare, as they stand in the table."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from casewright.aws import items
from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.records import Item, case_key, key, stamp, unpack
from casewright.decision import Head
from casewright.errors import UnreadableRecord
from casewright.ports.audit import KnownPage, ReconcileMark, Walk

_ITEMS_A_PAGE: Final = 500
"""Items looked at in one call, of which few are heads: the events and effects of a case stand in its partition too."""


class MarkTable:
    """Fulfils ReconcileMarks."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def get(self, walk: Walk) -> ReconcileMark | None:
        """The mark, read consistently."""
        item = items.read(self._client, self._table, key(_partition(walk), "mark"))
        if not item:
            return None
        until = datetime.fromisoformat(item["until"]["S"]) if "until" in item else None
        return ReconcileMark(at=datetime.fromisoformat(item["at"]["S"]), page=item["page"]["S"], until=until)

    def put(self, walk: Walk, mark: ReconcileMark) -> None:
        """Write the mark."""
        item = {**key(_partition(walk), "mark"), "at": {"S": stamp(mark.at)}, "page": {"S": mark.page}}
        if mark.until is not None:
            item["until"] = {"S": stamp(mark.until)}
        with translated("PutItem"):
            self._client.put_item(TableName=self._table, Item=item)


class HeadsOfTable:
    """Fulfils KnownCases."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def heads(self, after: str) -> KnownPage:
        """One page of a scan. The head is the last item of its case, so that the next one may follow any case."""
        start: dict[str, Any] = {"ExclusiveStartKey": key(case_key(after), "head")} if after else {}
        while True:
            with translated("Scan"):
                answer = self._client.scan(
                    TableName=self._table,
                    Limit=_ITEMS_A_PAGE,
                    FilterExpression="sk = :head",
                    ProjectionExpression="pk, sk, #format, body",
                    ExpressionAttributeNames={"#format": "format"},
                    ExpressionAttributeValues={":head": {"S": "head"}},
                    **start,
                )
            if answer["Items"] or "LastEvaluatedKey" not in answer:
                return _page(answer["Items"], is_last="LastEvaluatedKey" not in answer)
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def pages(self) -> Iterator[KnownPage]:
        """All of them, page by page."""
        page = self.heads("")
        yield page
        while page.after:
            page = self.heads(page.after)
            yield page


def _page(items: Sequence[Item], *, is_last: bool) -> KnownPage:
    heads, unread, case_id = list[Head](), dict[str, UnreadableRecord](), ""
    for item in items:
        case_id = item["pk"]["S"].removeprefix(case_key(""))
        try:
            heads.append(unpack(item["body"], Head, item))
        except UnreadableRecord as error:
            unread[case_id] = error
    return KnownPage(heads=tuple(heads), unread=unread, after="" if is_last else case_id)


def _partition(walk: Walk) -> str:
    return f"reconcile#{walk}"
