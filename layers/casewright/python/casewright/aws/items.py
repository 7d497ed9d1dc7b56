"""Items of the table: read, and written where a condition holds. That it does not hold is an answer, not an error."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import ClientError

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.records import Item, case_key

_CONFLICTS: Final = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


def read(client: Client, table: str, where: Item) -> Item | None:
    """The item of a key, read consistently; None where there is none."""
    with translated("GetItem"):
        item: Item | None = client.get_item(TableName=table, Key=where, ConsistentRead=True).get("Item")
    return item


def read_together(client: Client, table: str, wanted: Sequence[Item]) -> list[tuple[Item, Item | None]]:
    """The items of up to 100 keys, read consistently in one call, each with its key; of a key that DynamoDB left for later there is none.

    Source: BatchGetItem in the API reference of DynamoDB: keys come back in no order, absent ones not at all, left ones as UnprocessedKeys.
    """
    with translated("BatchGetItem"):
        answer = client.batch_get_item(RequestItems={table: {"Keys": list(wanted), "ConsistentRead": True}})
    left = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
    found = answer["Responses"].get(table, [])
    return [(where, next((item for item in found if item.items() >= where.items()), None)) for where in wanted if where not in left]


def of_case(client: Client, table: str, case_id: str, kind: str = "") -> Iterator[Item]:
    """The items of a case, or those whose sort key begins so, read consistently."""
    values = {":pk": {"S": case_key(case_id)}, **({":sk": {"S": kind}} if kind else {})}
    condition = "pk = :pk AND begins_with(sk, :sk)" if kind else "pk = :pk"
    return queried(client, table, ConsistentRead=True, KeyConditionExpression=condition, ExpressionAttributeValues=values)


def queried(client: Client, table: str, **query: Any) -> Iterator[Item]:
    """What a query finds, page by page."""
    with translated("Query"):
        for page in client.get_paginator("query").paginate(TableName=table, **query):
            yield from page["Items"]


def update(
    client: Client,
    table: str,
    where: Item,
    expression: str,
    *,
    condition: str,
    values: Item | None = None,
    names: Mapping[str, str] | None = None,
) -> bool:
    """Update the item of a key; False where the condition does not hold. Without one it always does."""
    optional: dict[str, Any] = {
        "ConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }
    with translated("UpdateItem"):
        try:
            client.update_item(
                TableName=table, Key=where, UpdateExpression=expression, **{name: given for name, given in optional.items() if given}
            )
        except ClientError as error:
            if is_refused(error):
                return False
            raise
    return True


def is_refused(error: ClientError) -> bool:
    """Whether a condition of a write, or of one in a transaction, did not hold."""
    return "ConditionalCheckFailed" in _reasons(error)


def conflicts(error: ClientError) -> frozenset[str]:
    """Why a write or a transaction was not made, as far as another writer was the cause: nothing where it was not."""
    return _CONFLICTS & _reasons(error)


def _reasons(error: ClientError) -> frozenset[str]:
    """Why, in the words of transactions."""
    found = {reason.get("Code", "") for reason in error.response.get("CancellationReasons", ())}
    return frozenset(found or {error.response["Error"].get("Code", "").removesuffix("Exception")})
