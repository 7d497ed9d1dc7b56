"""Which sends of a mail were begun, on DynamoDB: a mark for each beside the effect."""

from datetime import datetime
from typing import Final

from casewright.aws import items
from casewright.aws.clients import Client
from casewright.aws.effect_items import key_of, texts
from casewright.aws.records import stamp
from casewright.decision import Effect

_MARKS: Final = ("sent_first", "sent_again")


class SendTable:
    """Fulfils Sends."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def begin(self, effect: Effect, now: datetime) -> int:
        """Set the next mark. The request may be repeated: it knows its own mark by the time.

        An effect that was erased meanwhile gets no mark: it would be an item again.
        """
        for number, mark in enumerate(_MARKS, start=1):
            if self._update(effect, f"SET {mark} = :now", f" AND (attribute_not_exists({mark}) OR {mark} = :now)", {":now": stamp(now)}):
                return number
        return 0

    def take_back(self, effect: Effect, number: int) -> None:
        """Remove the mark."""
        self._update(effect, f"REMOVE {_MARKS[number - 1]}", "", {})

    def _update(self, effect: Effect, expression: str, condition: str, values: dict[str, str]) -> bool:
        return items.update(
            self._client,
            self._table,
            key_of(effect),
            expression,
            condition=f"#status = :pending{condition}",
            values=texts({":pending": "pending", **values}),
            names={"#status": "status"},
        )
