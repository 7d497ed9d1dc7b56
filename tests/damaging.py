"""Stored records as they are, and made such that nobody can read them."""

from typing import Any

from casewright.aws.records import FORMAT, case_key, key
from casewright_workbench.house import House

JUNK = {"B": b"junk"}
LATER = {"N": str(FORMAT + 1)}
"""The `format` of a release to come."""


class Stored:
    """The items of a house, and its dead letters."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._dynamodb, self._sqs = (house.session("admin").client(name) for name in ("dynamodb", "sqs"))

    def item(self, case_id: str, sort: str = "head") -> Any:
        return self._dynamodb.get_item(TableName=self._house.case_table, Key=key(case_key(case_id), sort))["Item"]

    def put(self, item: Any) -> None:
        self._dynamodb.put_item(TableName=self._house.case_table, Item=item)

    def damage(self, case_id: str, sort: str = "head", **attributes: Any) -> tuple[Any, Any]:
        """Give it these attributes; answers the item as it was and as it is."""
        written = self.item(case_id, sort)
        self.put(written | attributes)
        return written, written | attributes

    def dead_letters(self) -> int:
        asked = {"QueueUrl": self._house.places.dead_letter_url, "AttributeNames": ["ApproximateNumberOfMessages"]}
        return int(self._sqs.get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"])
