"""What DynamoDB answers is what was put, whatever its type, although moto is told how to write it; and what was replaced is let go."""

import gc
from collections.abc import Iterator
from typing import Any, Final

import pytest
from moto.dynamodb.models.dynamo_type import Item

from casewright_workbench.localcloud.cloud import LocalCloud

ITEM: Final[dict[str, Any]] = {
    "pk": {"S": "a"},
    "empty": {"S": ""},
    "number": {"N": "-12.50"},
    "yes": {"BOOL": True},
    "no": {"BOOL": False},
    "none": {"NULL": True},
    "bytes": {"B": b"\x00\xff"},
    "texts": {"SS": ["x", "y"]},
    "numbers": {"NS": ["1", "2.5"]},
    "many_bytes": {"BS": [b"\x01", b"\x02"]},
    "list": {"L": [{"S": "x"}, {"L": []}, {"M": {"deep": {"N": "7"}, "nothing": {"NULL": True}}}]},
    "map": {"M": {"S": {"S": "named like a type"}, "flag": {"BOOL": False}, "empty": {"M": {}}}},
    "bytes_in_map": {"M": {"text": {"S": "x"}, "bytes": {"B": b"\xfe"}}},
}


@pytest.fixture
def client() -> Iterator[Any]:
    with LocalCloud() as cloud:
        client = cloud.session(principal_arn="arn:aws:iam::111122223333:user/t").client("dynamodb")
        keys, attributes = [{"AttributeName": "pk", "KeyType": "HASH"}], [{"AttributeName": "pk", "AttributeType": "S"}]
        client.create_table(TableName="t", KeySchema=keys, AttributeDefinitions=attributes, BillingMode="PAY_PER_REQUEST")
        yield client


def test_values_of_every_type_are_answered_as_they_were_put(client: Any) -> None:
    client.put_item(TableName="t", Item=ITEM)
    assert client.get_item(TableName="t", Key={"pk": ITEM["pk"]})["Item"] == ITEM
    asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": ITEM["pk"]}}
    assert client.query(TableName="t", **asked)["Items"] == [ITEM]
    assert client.scan(TableName="t")["Items"] == [ITEM]
    assert client.delete_item(TableName="t", Key={"pk": ITEM["pk"]}, ReturnValues="ALL_OLD")["Attributes"] == ITEM


def test_items_that_were_replaced_are_let_go(client: Any) -> None:
    replaced = ITEM | {"pk": {"S": "replaced again and again"}}
    for number in range(20):
        client.put_item(TableName="t", Item=replaced | {"number": {"N": str(number)}})
        client.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": replaced}}])
    gc.collect()
    assert sum(isinstance(each, Item) and each.hash_key.value == replaced["pk"]["S"] for each in gc.get_objects()) == 1
