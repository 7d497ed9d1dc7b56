"""What is sent again, on DynamoDB: a mark beside the effect."""

from datetime import datetime
from typing import Final

from casewright.aws import items
from casewright.aws.clients import Client
from casewright.aws.effect_items import key_of, texts
from casewright.aws.records import stamp
from casewright.decision import Effect

_STATUS: Final = {"#status": "status"}


class ResentTable:
    """Fulfils Resending."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def begin(self, effect: Effect, now: datetime) -> bool:
        """Set the mark where there is none. The request may be repeated: it knows its own mark by the time.

        An effect that was erased meanwhile gets no mark: it would be an item again.
        """
        condition = "#status = :pending AND (attribute_not_exists(resent) OR resent = :now)"
        values = texts({":now": stamp(now), ":pending": "pending"})
        return items.update(
            self._client, self._table, key_of(effect), "SET resent = :now", condition=condition, values=values, names=_STATUS
        )

    def take_back(self, effect: Effect) -> None:
        """Remove the mark."""
        values = texts({":pending": "pending"})
        items.update(
            self._client, self._table, key_of(effect), "REMOVE resent", condition="#status = :pending", values=values, names=_STATUS
        )
