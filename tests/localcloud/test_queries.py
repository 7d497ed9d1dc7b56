"""A query answers as moto's own does, although it is given only the items of the partition asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from moto.dynamodb.models.table import Table

from casewright_workbench.localcloud.cloud import LocalCloud
from casewright_workbench.localcloud.wire import queries

BUCKETS, SHARDS = ("cases", "ses", "connect"), ("1", "2", "10")


@pytest.fixture
def client() -> Iterator[Any]:
    """A table with two sparse indexes, one sorted by text and one with a number as its key, and 300 items."""
    random = Random(3)
    with LocalCloud(start=datetime(2026, 1, 1, tzinfo=UTC)) as cloud:
        client = cloud.session(principal_arn="arn:aws:iam::111122223333:user/t").client("dynamodb")
        types = {"pk": "S", "sk": "S", "bucket": "S", "urgency": "S", "shard": "N", "due": "S"}
        client.create_table(
            TableName="t",
            KeySchema=keys("pk", "sk"),
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()],
            GlobalSecondaryIndexes=[index("pending", "bucket", "urgency"), index("due", "shard", "due")],
            BillingMode="PAY_PER_REQUEST",
        )
        for number in range(300):
            item = {"pk": {"S": f"case#{number % 20}"}, "sk": {"S": f"effect#{number}"}}
            if random.random() < 0.6:
                item |= {"bucket": {"S": random.choice(BUCKETS)}, "urgency": {"S": f"{random.randrange(4)}#{random.randrange(50)}"}}
            if random.random() < 0.4:
                item |= {"shard": {"N": random.choice(SHARDS)}, "due": {"S": f"{random.randrange(60)}"}}
            client.put_item(TableName="t", Item=item)
        yield client


def keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


def index(name: str, partition: str, sort: str) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": keys(partition, sort), "Projection": {"ProjectionType": "ALL"}}


def questions() -> Iterator[dict[str, Any]]:
    for number in (0, 7, 19, 20):
        yield {"KeyConditionExpression": "pk = :k", "ExpressionAttributeValues": {":k": {"S": f"case#{number}"}}}
        yield {
            "KeyConditionExpression": "pk = :k AND begins_with(sk, :s)",
            "ExpressionAttributeValues": {":k": {"S": f"case#{number}"}, ":s": {"S": "effect#1"}},
            "ScanIndexForward": False,
            "Limit": 3,
        }
    for bucket in (*BUCKETS, "none"):
        yield {
            "IndexName": "pending",
            "KeyConditionExpression": "#b = :b AND urgency BETWEEN :low AND :high",
            "ExpressionAttributeNames": {"#b": "bucket"},
            "ExpressionAttributeValues": {":b": {"S": bucket}, ":low": {"S": "1#"}, ":high": {"S": "2#9"}},
        }
    for shard in (*SHARDS, "1.0", "3"):
        values = {":s": {"N": shard}, ":d": {"S": "4"}}
        yield {"IndexName": "due", "KeyConditionExpression": "shard = :s AND due < :d", "ExpressionAttributeValues": values, "Limit": 20}


def pages(client: Any, question: dict[str, Any]) -> list[Any]:
    found = [client.query(TableName="t", **question)]
    while start := found[-1].get("LastEvaluatedKey"):
        found.append(client.query(TableName="t", **question, ExclusiveStartKey=start))
    return [(page["Items"], page["Count"], page["ScannedCount"]) for page in found]


def test_narrow_queries_answer_as_moto_does(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list(questions())
    narrow = [pages(client, question) for question in asked]
    assert Table.query is queries._narrow_query
    monkeypatch.setattr(Table, "query", queries._query)
    monkeypatch.setattr(Table, "all_items", queries._all_items)
    assert narrow == [pages(client, question) for question in asked]
    assert sum(bool(answer[0][0]) for answer in narrow) >= 10
