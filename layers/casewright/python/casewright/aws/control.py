"""Small shared state on DynamoDB: token buckets, budgets, schedules, and whether the deployment is armed."""

from datetime import datetime, timedelta
from typing import Final

from botocore.exceptions import ClientError

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.records import Item, key, stamp
from casewright.ports.schedules import ScheduleMark
from casewright.rules.rule import Budget

_KEPT: Final = timedelta(days=1)


class ControlTable:
    """Fulfils Tokens, Budgets, Arming and ScheduleMarks."""

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

    def spend(self, rule: str, budget: Budget, now: datetime) -> bool:
        """Add one to the item of the period, which ends itself a day after it."""
        ends = budget.period_at(now) + budget.per + _KEPT
        numbers = {":one": 1, ":most": budget.effects, ":end": int(ends.timestamp())}
        return self._update_if(
            "attribute_not_exists(spent) OR spent < :most",
            _budget_key(rule, budget, now),
            "ADD spent :one SET expires_at = :end",
            {name: {"N": str(number)} for name, number in numbers.items()},
        )

    def trip(self, rule: str, budget: Budget, now: datetime) -> bool:
        """Mark the item of the period."""
        values = {":now": {"S": stamp(now)}}
        return self._update_if("attribute_not_exists(tripped_at)", _budget_key(rule, budget, now), "SET tripped_at = :now", values)

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

    def _update_if(self, condition: str, where: Item, expression: str, values: Item) -> bool:
        with translated("UpdateItem"):
            try:
                self._client.update_item(
                    TableName=self._table,
                    Key=where,
                    UpdateExpression=expression,
                    ConditionExpression=condition,
                    ExpressionAttributeValues=values,
                )
            except ClientError as error:
                if error.response["Error"].get("Code") == "ConditionalCheckFailedException":
                    return False
                raise
        return True

    def _get(self, partition: str, sort: str) -> Item | None:
        with translated("GetItem"):
            item: Item | None = self._client.get_item(TableName=self._table, Key=key(partition, sort), ConsistentRead=True).get("Item")
        return item


def _budget_key(rule: str, budget: Budget, now: datetime) -> Item:
    return key(f"budget#{rule}#{stamp(budget.period_at(now))}", "budget")
