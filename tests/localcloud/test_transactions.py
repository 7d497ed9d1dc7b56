"""A transaction that fails leaves the table as it was, although moto copies only the partitions it touches."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from casewright_workbench.localcloud.cloud import LocalCloud


def item(partition: str, sort: str, value: str) -> dict[str, Any]:
    return {"pk": {"S": partition}, "sk": {"S": sort}, "value": {"S": value}}


def put(partition: str, sort: str, value: str, **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": "t", "Item": item(partition, sort, value), **more}}


def test_a_failed_transaction_undoes_puts_updates_and_deletes_in_every_partition() -> None:
    with LocalCloud(start=datetime(2026, 1, 1, tzinfo=UTC)) as cloud:
        client = cloud.session(principal_arn="arn:aws:iam::111122223333:user/t").client("dynamodb")
        keys = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
        attributes = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")]
        client.create_table(TableName="t", KeySchema=keys, AttributeDefinitions=attributes, BillingMode="PAY_PER_REQUEST")
        for partition in "abc":
            client.put_item(TableName="t", Item=item(partition, "1", "before"))
        update = {
            "Update": {
                "TableName": "t",
                "Key": {"pk": {"S": "b"}, "sk": {"S": "1"}},
                "UpdateExpression": "SET #value = :value",
                "ExpressionAttributeNames": {"#value": "value"},
                "ExpressionAttributeValues": {":value": {"S": "after"}},
            }
        }
        delete = {"Delete": {"TableName": "t", "Key": {"pk": {"S": "c"}, "sk": {"S": "1"}}}}
        refused = put("d", "1", "after", ConditionExpression="attribute_exists(pk)")
        with pytest.raises(ClientError, match="ConditionalCheckFailed"):
            client.transact_write_items(TransactItems=[put("a", "1", "after"), put("a", "2", "after"), update, delete, refused])
        found = sorted((each["pk"]["S"], each["sk"]["S"], each["value"]["S"]) for each in client.scan(TableName="t")["Items"])
        assert found == [("a", "1", "before"), ("b", "1", "before"), ("c", "1", "before")]
        client.transact_write_items(TransactItems=[put("a", "1", "after"), update, delete])
        found = sorted((each["pk"]["S"], each["value"]["S"]) for each in client.scan(TableName="t")["Items"])
        assert found == [("a", "after"), ("b", "after")]


def test_queries_outside_the_local_cloud_see_every_write(request: pytest.FixtureRequest) -> None:
    """The cheaper queries stay in the process after a local cloud: plain moto must not be answered from what they keep."""
    with LocalCloud(start=datetime(2026, 1, 1, tzinfo=UTC)):
        pass
    names = {"ExpressionAttributeNames": {"#b": "bucket"}, "ExpressionAttributeValues": {":b": {"S": "ses"}}}
    query = {"TableName": "cases", "IndexName": "pending", "KeyConditionExpression": "#b = :b", **names}
    client = request.getfixturevalue("dynamodb")
    for number in range(3):
        client.put_item(TableName="cases", Item={"pk": {"S": "p"}, "sk": {"S": str(number)}, "bucket": {"S": "ses"}, "urgency": {"S": "1"}})
        assert client.query(**query)["Count"] == number + 1
