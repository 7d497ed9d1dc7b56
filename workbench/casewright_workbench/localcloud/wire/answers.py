"""Cheaper answers of moto's DynamoDB: for each value of each item it tries every name that each of ten types might go by.

A value has one type, which it names itself. Binary values, and all else in an answer, are left to moto. The methods of a class, which it
lists anew for each call, are listed once.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from moto.core import responses
from moto.core.serialize import BaseJSONSerializer
from moto.core.utils import method_names_from_class
from moto.dynamodb.models.dynamo_type import DynamoType

_plainly = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001 -- the method that is narrowed
_method_names = cache(method_names_from_class)
_TEXTS: Final = frozenset({"S", "N"})
_SETS: Final = frozenset({"SS", "NS"})
_FLAGS: Final = frozenset({"BOOL", "NULL"})


def write_values_by_their_type() -> None:
    """Let moto try less; doing it again changes nothing."""
    setattr(BaseJSONSerializer, "_serialize_type_structure", _structure)  # noqa: B010 -- replacing a method, which mypy forbids in the plain form
    setattr(responses, "method_names_from_class", _method_names)  # noqa: B010 -- same


def _structure(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    written = _written(value) if shape.name == "AttributeValue" and key else None
    if written is None:
        _plainly(serializer, serialized, value, shape, key)
    else:
        serialized[key] = written


def _written(value: Any) -> dict[str, Any] | None:
    """A value as DynamoDB writes it; None where it is left to moto."""
    if isinstance(value, DynamoType):
        kind, held = value.type, value.value
    elif isinstance(value, Mapping) and len(value) == 1:
        kind, held = next(iter(value.items()))
    else:
        return None
    if kind in _TEXTS:
        return {kind: str(held)}
    if kind in _FLAGS:
        return {kind: held}
    if kind in _SETS:
        return {kind: [str(each) for each in held]}
    return _nested(kind, held)


def _nested(kind: str, held: Any) -> dict[str, Any] | None:
    if kind == "M":
        members = {name: _written(each) for name, each in held.items()}
        return None if None in members.values() else {kind: members}
    if kind == "L":
        elements = [_written(each) for each in held]
        return None if None in elements else {kind: elements}
    return None
