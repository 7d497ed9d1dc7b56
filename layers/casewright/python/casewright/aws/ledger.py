"""The ledger on DynamoDB: every effect of a case, as it stands."""

from casewright.aws import items
from casewright.aws.clients import Client
from casewright.aws.records import unpack
from casewright.decision import Effect
from casewright.ports.effects import Recorded


class EffectLedger:
    """Fulfils Ledger."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def effects(self, case_id: str) -> tuple[Recorded, ...]:
        """Read consistently: what was recorded before is there."""
        found = items.of_case(self._client, self._table, case_id, "effect#")
        return tuple(Recorded(unpack(item["body"], Effect, item), item["status"]["S"]) for item in found)
