"""Small shared state on DynamoDB: token buckets, and whether the deployment is armed."""

from datetime import datetime, timedelta

from botocore.exceptions import ClientError

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.records import Item, key, stamp
from casewright.ports import ScheduleMark


class ControlTable:
    """Fulfils Tokens, Arming and ScheduleMarks."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def take(self, quota: str, *, rate: float, burst: float, now: datetime) -> timedelta:
        """Take a token of a bucket that fills at `rate` a second up to `burst`; a lost race counts as an empty bucket."""
        partition = f"tokens#{quota}"
        item = self._get(partition, "tokens")
        at = float(item["at"]["N"]) if item else now.timestamp()
        level = min(burst, (float(item["level"]["N"]) if item else burst) + max(0.0, now.timestamp() - at) * rate)
        if level < 1:
            return timedelta(seconds=(1 - level) / rate)
        fresh = {**key(partition, "tokens"), "level": {"N": repr(level - 1)}, "at": {"N": repr(now.timestamp())}}
        return timedelta() if self._swap(item, fresh) else timedelta(seconds=1 / rate)

    def is_armed(self) -> bool:
        """Whether `arm` was said."""
        item = self._get("control", "arming")
        return bool(item and item["armed"]["BOOL"])

    def arm(self, *, armed: bool) -> None:
        """Perform effects from now on, or only record them."""
        with translated("PutItem"):
            self._client.put_item(TableName=self._table, Item={**key("control", "arming"), "armed": {"BOOL": armed}})

    def get(self, rule: str) -> ScheduleMark | None:
        """The mark of a schedule."""
        item = self._get(f"schedule#{rule}", "schedule")
        return ScheduleMark(datetime.fromisoformat(item["at"]["S"]), item["page"]["S"]) if item else None

    def put(self, rule: str, mark: ScheduleMark) -> None:
        """Move the mark of a schedule."""
        item = {**key(f"schedule#{rule}", "schedule"), "at": {"S": stamp(mark.at)}, "page": {"S": mark.page}}
        with translated("PutItem"):
            self._client.put_item(TableName=self._table, Item=item)

    def _swap(self, seen: Item | None, fresh: Item) -> bool:
        condition = "#level = :level AND #at = :at" if seen else "attribute_not_exists(pk)"
        names = {"ExpressionAttributeNames": {"#level": "level", "#at": "at"}} if seen else {}
        values = {"ExpressionAttributeValues": {":level": seen["level"], ":at": seen["at"]}} if seen else {}
        with translated("PutItem"):
            try:
                self._client.put_item(TableName=self._table, Item=fresh, ConditionExpression=condition, **names, **values)
            except ClientError as error:
                if error.response["Error"].get("Code") == "ConditionalCheckFailedException":
                    return False
                raise
        return True

    def _get(self, partition: str, sort: str) -> Item | None:
        with translated("GetItem"):
            item: Item | None = self._client.get_item(TableName=self._table, Key=key(partition, sort), ConsistentRead=True).get("Item")
        return item
