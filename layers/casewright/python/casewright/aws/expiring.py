"""Expiring: the attribute by which the table lets an item go, and keeping that of a whole log in step with its case."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final

from botocore.exceptions import ClientError

from casewright.aws import items
from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.records import Item, case_key, key
from casewright.decision import Head
from casewright.errors import VersionConflict

_AT_ONCE: Final = 9
"""Entries of one transaction: with their head they fit into its 4 MB, however large each of them is."""


def expiring(until: datetime | None) -> Item:
    """The attribute of an item that expires then; nothing for one that stays. DynamoDB takes an item away within a few days after."""
    return {"expires_at": {"N": str(int(until.timestamp()))}} if until else {}


class LogExpiry:
    """Fulfils Keeping."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def keep(self, head: Head) -> None:
        """A few entries a transaction, each on the condition that the head still expires as this one does.

        So a case that is opened again at this moment keeps its log, whichever of the two comes first. Where the head says otherwise by now,
        whoever changed it sees to the log.
        """
        partition, wanted = case_key(head.case.case_id), expiring(head.kept_until)
        coming = self._others(partition, wanted)
        while (some := list(islice(coming, _AT_ONCE))) and self._change(partition, some, wanted):
            pass

    def _others(self, partition: str, wanted: Item) -> Iterator[Item]:
        """Keys of the entries that expire at another time, or not at all."""
        otherwise = "(attribute_not_exists(expires_at) OR expires_at <> :until)" if wanted else "attribute_exists(expires_at)"
        return items.queried(
            self._client,
            self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            FilterExpression=otherwise,
            ProjectionExpression="pk, sk",
            ExpressionAttributeValues={":pk": {"S": partition}, ":sk": {"S": "event#"}, **_values(wanted)},
        )

    def _change(self, partition: str, some: list[Item], wanted: Item) -> bool:
        values: Any = {"ExpressionAttributeValues": _values(wanted)} if wanted else {}
        as_read = "expires_at = :until" if wanted else "attribute_exists(pk) AND attribute_not_exists(expires_at)"
        check = {"TableName": self._table, "Key": key(partition, "head"), "ConditionExpression": as_read, **values}
        expression = "SET expires_at = :until" if wanted else "REMOVE expires_at"
        there = {"TableName": self._table, "UpdateExpression": expression, "ConditionExpression": "attribute_exists(pk)", **values}
        updates = [{"Update": {**there, "Key": each}} for each in some]
        with translated("TransactWriteItems"):
            try:
                self._client.transact_write_items(TransactItems=[{"ConditionCheck": check}, *updates])
            except ClientError as error:
                if not (reasons := items.conflicts(error)):
                    raise
                if error.response["CancellationReasons"][0].get("Code") == "ConditionalCheckFailed":
                    return False
                raise VersionConflict(f"{partition}: {', '.join(sorted(reasons))}") from error
        return True


def _values(wanted: Item) -> Item:
    return {":until": wanted["expires_at"]} if wanted else {}
