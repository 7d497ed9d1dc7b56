"""Whose turn it is, on DynamoDB: a counter for each ring, and beside each effect the turn it took."""

from typing import Any, Final

from botocore.exceptions import ClientError

from casewright.aws import items
from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.records import Item, case_key, key
from casewright.decision import Effect
from casewright.errors import Throttled

_TRIES: Final = 8


class TurnTable:
    """Fulfils Turns."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def take_turn(self, effect: Effect, *, ring: str) -> int:
        """Move the counter on and note the turn with the effect, in one transaction: killed anywhere, no turn is lost or taken twice."""
        for _ in range(_TRIES):
            taken, next_one = self._turn_of(effect), self._next(ring)
            if taken is not None:
                return taken
            if self._take(effect, ring, next_one):
                return next_one
        raise Throttled(f"the counter of ring {ring} was taken {_TRIES} times while effect {effect.key} asked for its turn")

    def _take(self, effect: Effect, ring: str, turn: int) -> bool:
        """False where another came first, be it for the counter or for the effect."""
        of_effect = self._update(_effect_key(effect), "SET turn = :turn", "attribute_exists(pk) AND attribute_not_exists(turn)", turn)
        of_ring = self._update(
            _ring_key(ring), "SET turns = :next", "turns = :turn" if turn else "attribute_not_exists(turns)", turn, then=turn + 1
        )
        with translated("TransactWriteItems"):
            try:
                self._client.transact_write_items(TransactItems=[of_ring, of_effect])
            except ClientError as error:
                if items.conflicts(error):
                    return False
                raise
        return True

    def _update(self, where: Item, expression: str, condition: str, turn: int, *, then: int | None = None) -> Any:
        values = {":turn": turn, ":next": then}
        used = {name: {"N": str(number)} for name, number in values.items() if name in expression + condition}
        return {
            "Update": {
                "TableName": self._table,
                "Key": where,
                "UpdateExpression": expression,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": used,
            }
        }

    def _turn_of(self, effect: Effect) -> int | None:
        item = items.read(self._client, self._table, _effect_key(effect))
        return int(item["turn"]["N"]) if item and "turn" in item else None

    def _next(self, ring: str) -> int:
        item = items.read(self._client, self._table, _ring_key(ring))
        return int(item["turns"]["N"]) if item else 0


def _effect_key(effect: Effect) -> Item:
    return key(case_key(effect.case_id), f"effect#{effect.key}")


def _ring_key(ring: str) -> Item:
    return key(f"turn#{ring}", "turn")
