"""Recipients of mail on DynamoDB: who is suppressed, and how much mail each had today. No address stands in the table, only its digest."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from casewright.aws import items
from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.records import Item, key, stamp
from casewright.errors import Throttled
from casewright.ports.mail import Cause

BOUNCES_FOR: Final = timedelta(days=365)
"""A mailbox that was not there may be by then. A complaint is for ever: who made it can take it back, nobody else."""

_DAYS_FOR: Final = timedelta(days=2)
_SUPPRESSED: Final = "suppressed"


class RecipientTable:
    """Fulfils Suppression and Allowance."""

    def __init__(self, client: Client, table: str, *, most_a_day: int = 0) -> None:
        self._client, self._table, self._most = client, table, most_a_day

    def suppressed(self, addresses: Sequence[str], now: datetime) -> frozenset[str]:
        """BatchGetItem, of up to 50 addresses. An item past its time counts no more, deleted or not."""
        digests = dict.fromkeys(map(digest, addresses))
        read = items.read_together(self._client, self._table, [key(each, _SUPPRESSED) for each in digests])
        if len(read) < len(digests):
            raise Throttled("BatchGetItem: some keys were not read")
        found = {item["pk"]["S"] for _, item in read if item and not _is_over(item, now)}
        return frozenset(address for address in addresses if digest(address) in found)

    def suppress(self, address: str, cause: Cause, now: datetime) -> None:
        """Write the item; a bounce never takes the place of a complaint."""
        where = key(digest(address), _SUPPRESSED)
        names, values = {"#cause": "cause"}, {":cause": {"S": cause}, ":now": {"S": stamp(now)}}
        if cause == "complaint":
            self._update_if("", where, "SET #cause = :cause, since = :now REMOVE expires_at", values, names)
            return
        values |= {":end": _seconds(now + BOUNCES_FOR), ":complaint": {"S": "complaint"}}
        expression = "SET #cause = :cause, since = :now, expires_at = :end"
        self._update_if("attribute_not_exists(#cause) OR #cause <> :complaint", where, expression, values, names)

    def release(self, address: str) -> str:
        """Let an address get mail again; answers why it was suppressed, empty where it was not."""
        with translated("DeleteItem"):
            answer = self._client.delete_item(TableName=self._table, Key=key(digest(address), _SUPPRESSED), ReturnValues="ALL_OLD")
        return str(answer.get("Attributes", {}).get("cause", {"S": ""})["S"])

    def grant(self, address: str, *, effect_key: str, now: datetime) -> bool:
        """Add the effect to those of the day, unless it stands there or the day is full."""
        values = {
            ":effect": {"SS": [effect_key]},
            ":key": {"S": effect_key},
            ":most": {"N": str(self._most)},
            ":end": _seconds(now + _DAYS_FOR),
        }
        condition = "attribute_not_exists(effects) OR contains(effects, :key) OR size(effects) < :most"
        day = key(digest(address), f"day#{now.astimezone(UTC).date().isoformat()}")
        return self._update_if(condition, day, "ADD effects :effect SET expires_at = :end", values)

    def _update_if(self, condition: str, where: Item, expression: str, values: Item, names: dict[str, str] | None = None) -> bool:
        return items.update(self._client, self._table, where, expression, condition=condition, values=values, names=names)


def digest(address: str) -> str:
    """The partition of an address: SHA-256 of it in lower case."""
    return f"recipient#{hashlib.sha256(address.strip().lower().encode()).hexdigest()}"


def _seconds(moment: datetime) -> Item:
    return {"N": str(int(moment.timestamp()))}


def _is_over(item: Item, now: datetime) -> bool:
    return "expires_at" in item and int(item["expires_at"]["N"]) <= now.timestamp()
