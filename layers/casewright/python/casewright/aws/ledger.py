"""The ledger on DynamoDB: every effect of a case, as it stands."""

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.records import case_key, unpack
from casewright.decision import Effect
from casewright.ports.effects import Recorded


class EffectLedger:
    """Fulfils Ledger."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def effects(self, case_id: str) -> tuple[Recorded, ...]:
        """Read consistently: what was recorded before is there."""
        with translated("Query"):
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                ConsistentRead=True,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
                ExpressionAttributeValues={":pk": {"S": case_key(case_id)}, ":sk": {"S": "effect#"}},
            )
            return tuple(Recorded(unpack(item["body"], Effect, item), item["status"]["S"]) for page in pages for item in page["Items"])
