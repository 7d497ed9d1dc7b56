"""Items of moto's DynamoDB that are no longer in a table: moto keeps every item ever made or copied in a list, for a page of its server.

Nothing here shows that page. Measured: about 50 KB an event that decide takes, for as long as the process lives.
"""

from moto.dynamodb.models.dynamo_type import Item


def keep_no_replaced_items() -> None:
    """Let items go that nothing else holds; doing it again changes nothing."""
    setattr(Item, "__new__", _untracked)  # noqa: B010 -- replacing a method, which mypy forbids in the plain form


def _untracked(cls: type[Item], *_rest: object, **_more: object) -> Item:
    return object.__new__(cls)
