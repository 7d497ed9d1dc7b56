"""Large effects: claims that DynamoDB would refuse are made smaller, and what it refuses all the same ends visibly and holds up nothing."""

import random
import string
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError
from building import at, linked, rule, text
from core_case import CREATED, updated
from msgspec.structs import replace
from performing import Bench

from casewright.actions import UpdateCase
from casewright.aws.effect_items import effect_item
from casewright.conditions.subjects import Field
from casewright.decision import Effect
from casewright.errors import Refused
from casewright.rules import instructions as do

MOST_IN_TRANSACTION = 4 * 1024 * 1024


class Strict:
    """DynamoDB with a limit that moto does not have, and refusing what it is told to."""

    def __init__(self, client: Any) -> None:
        self._client, self.refuses_puts = client, False
        self.transactions: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, *, TransactItems: list[Any]) -> Any:  # noqa: N803 -- as boto3 calls it
        if self.refuses_puts and any("Put" in each for each in TransactItems):
            raise _invalid("Item size has exceeded the maximum allowed size")
        self.transactions.append(sum(self._size(each["Update"]) for each in TransactItems if "Update" in each))
        if self.transactions[-1] > MOST_IN_TRANSACTION:
            raise _invalid("the aggregate size of the items exceeds 4 MB")
        return self._client.transact_write_items(TransactItems=TransactItems)

    def _size(self, update: Any) -> int:
        kept = self._client.get_item(TableName=update["TableName"], Key=update["Key"]).get("Item", {})
        values = [*kept.values(), *update["ExpressionAttributeValues"].values()]
        return sum(len(value) for typed in values for value in typed.values())


def _invalid(message: str) -> ClientError:
    answer: Any = {"Error": {"Code": "ValidationException", "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return ClientError(answer, "TransactWriteItems")


@pytest.fixture
def table(dynamodb: Any) -> Strict:
    return Strict(dynamodb)


@pytest.fixture
def bench(table: Strict) -> Bench:
    return Bench(table)


def noise(count: int, seed: int = 0) -> str:
    return "".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=count))


def put(bench: Bench, first: Effect, number: int, case_id: str, **fields: str) -> None:
    effect = replace(first, key=f"{number:032x}", index=number, case_id=case_id, action=UpdateCase(fields))
    bench.dynamodb.put_item(TableName="cases", Item=effect_item(effect))


def some_effect(bench: Bench) -> Effect:
    [first] = bench.decide(linked(rule("a", then=(do.UpdateCase((do.Assignment(Field("title"), "x"),)),))), CREATED, updated("e", 1))
    bench.time.moment = at(2)
    bench.act("cases")
    bench.world.done.clear()
    bench.lake.rows.clear()
    return first


def test_equal_patches_of_more_than_a_transaction_holds_are_claimed_and_written_in_a_few_calls(bench: Bench, table: Strict) -> None:
    """Five updates of each case: the write of a case, which is as large as all five, stands beside every one of them."""
    first = some_effect(bench)
    for number in range(100):
        put(
            bench,
            first,
            number,
            f"case-{number // 5}",
            **{f"f{number % 5}-{each}": noise(4000, number % 5 * 3 + each) for each in range(3)},
        )
    assert bench.act("cases") == 100
    assert Counter(status for _, status in bench.outcomes) == {"done": 100}
    assert len(bench.world.done) <= 3
    assert MOST_IN_TRANSACTION / 3 < max(table.transactions) < MOST_IN_TRANSACTION


def test_updates_of_one_case_larger_than_a_transaction_holds_are_several_writes(bench: Bench, table: Strict) -> None:
    first = some_effect(bench)
    for number in range(30):
        put(bench, first, number, "c1", **{f"f{number}": noise(30_000, number)})
    assert bench.act("cases") == 30
    assert Counter(status for _, status in bench.outcomes) == {"done": 30}
    assert 2 < len(bench.world.done) <= 6
    assert {field_id for _, _, fields, *_ in bench.world.done for field_id in fields} == {f"f{number}" for number in range(30)}


def test_an_effect_with_no_room_for_its_write_fails_by_itself(bench: Bench) -> None:
    first = some_effect(bench)
    put(bench, first, 1, "c1", large=noise(300_000))
    put(bench, first, 2, "c1", title="small")
    assert bench.act("cases") == 2
    assert [fields for _, _, fields, *_ in bench.world.done] == [{"title": "small"}]
    told = {row["status"]: row["detail"] for row in bench.lake.rows}
    assert told.keys() == {"done", "failed"}
    assert str(told["failed"]).startswith("RecordTooLarge: event e: its effect with its write beside it takes ")


def test_an_end_that_the_table_refuses_is_a_failure_that_tells_what_was_done_and_the_rest_goes_on(bench: Bench, table: Strict) -> None:
    case = do.CreateCase("Billing", (do.Assignment(Field("title"), "new"),), link=True)
    bench.decide(linked(rule("a", then=(case, do.AddComment(text("x"))))), CREATED, updated("e", 1))
    bench.time.moment = at(2)
    table.refuses_puts = True
    assert bench.act("cases") == 2
    assert {what for what, *_ in bench.world.done} == {"create", "comment"}
    failed, done = sorted(bench.lake.rows, key=lambda row: str(row["status"]), reverse=True)
    assert (failed["status"], done["status"]) == ("failed", "done")
    assert "; but that end could not be recorded, and nothing follows from it: Refused: " in str(failed["detail"])
    assert str(failed["detail"]).startswith("done: id-")
    assert bench.telemetry.counts["EffectsFailed"] == 1
    assert (bench.act("cases"), bench.wake.rung) == (0, [])


def test_rows_that_the_lake_refuses_wait_and_hold_up_no_effect(bench: Bench) -> None:
    said = tuple(do.AddComment(text(str(number))) for number in range(3))
    bench.decide(linked(rule("a", then=said)), CREATED, updated("e", 1))
    bench.time.moment = at(2)
    put_rows = bench.lake.put
    bench.lake.put = _refusing  # type: ignore[method-assign]
    assert bench.act("cases") == 3
    assert bench.telemetry.counts["RowsPostponed"] == 3
    bench.lake.put = put_rows  # type: ignore[method-assign]
    bench.time.moment = at(10)
    assert bench.act("cases") == 0
    assert bench.outcomes == [("a", "done")] * 3


def _refusing(_rows: Any) -> None:
    raise Refused("PutRecordBatch: no such stream")
