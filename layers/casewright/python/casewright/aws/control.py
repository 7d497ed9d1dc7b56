"""Small shared state on DynamoDB: token buckets, budgets, schedules, and whether the deployment is armed."""

from datetime import UTC, datetime, timedelta
from typing import Final

from casewright.aws import items
from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.records import Item, key, stamp
from casewright.errors import Throttled
from casewright.ports.schedules import ScheduleMark
from casewright.quotas import Quota
from casewright.rules.rule import Budget

_KEPT: Final = timedelta(days=1)
_RACES: Final = 5


class ControlTable:
    """Fulfils Tokens, Budgets, Arming and ScheduleMarks."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def reserve(self, quota: str, limit: Quota, *, most: int, now: datetime) -> tuple[datetime, ...]:
        """Move `spent_until` on by as many calls: the instant at which the bucket will be full again if nothing more is taken."""
        for _ in range(_RACES):
            item = self._get(f"tokens#{quota}", "tokens")
            spent_until, turns = _spent_until(item, limit, now), list[float]()
            for _ in range(most):
                turns.append(max(now.timestamp(), spent_until - (limit.burst - 1) / limit.rate))
                spent_until = max(spent_until, turns[-1]) + 1 / limit.rate
            if self._spend_tokens(quota, item, spent_until):
                return tuple(datetime.fromtimestamp(turn, UTC) for turn in turns)
        raise Throttled(f"tokens of {quota}: {_RACES} others were faster")

    def empty(self, quota: str, limit: Quota, *, until: datetime) -> None:
        """Move `spent_until` so far that the next turn comes then, unless it comes later anyway."""
        item = self._get(f"tokens#{quota}", "tokens")
        self._spend_tokens(quota, item, max(_spent_until(item, limit, until), until.timestamp() + (limit.burst - 1) / limit.rate))

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

    def _spend_tokens(self, quota: str, seen: Item | None, spent_until: float) -> bool:
        return self._update_if(
            "spent_until = :seen" if seen else "attribute_not_exists(spent_until)",
            key(f"tokens#{quota}", "tokens"),
            "SET spent_until = :until",
            {":until": {"N": repr(spent_until)}, **({":seen": seen["spent_until"]} if seen else {})},
        )

    def _update_if(self, condition: str, where: Item, expression: str, values: Item) -> bool:
        return items.update(self._client, self._table, where, expression, condition=condition, values=values)

    def _get(self, partition: str, sort: str) -> Item | None:
        return items.read(self._client, self._table, key(partition, sort))


def _spent_until(item: Item | None, limit: Quota, now: datetime) -> float:
    spent_until = float(item["spent_until"]["N"]) if item else 0.0
    return spent_until if spent_until <= (now + limit.furthest).timestamp() else 0.0


def _budget_key(rule: str, budget: Budget, now: datetime) -> Item:
    return key(f"budget#{rule}#{stamp(budget.period_at(now))}", "budget")
