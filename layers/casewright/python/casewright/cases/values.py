"""Field values of a case, as Cases types them.

The wire union is stringValue | doubleValue | booleanValue | emptyValue | userArnValue (botocore, connectcases FieldValueUnion).
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final, TypeAlias

import msgspec


class User(msgspec.Struct, frozen=True, gc=False, tag="user"):
    """A user, as the value of a User field: the ARN of a Connect user."""

    arn: str


FieldValue: TypeAlias = str | float | bool | User
"""What a field holds. The empty value of Cases is `""`."""

EMPTY: Final = ""

_KINDS: Final = ("stringValue", "doubleValue", "booleanValue", "userArnValue", "emptyValue")


def from_wire(union: Mapping[str, object]) -> FieldValue:
    """Read one member of the wire union.

    Raises:
        ValueError: the mapping is not exactly one known member holding a value of its type.
    """
    if len(union) == 1:
        [(kind, value)] = union.items()
        match kind, value:
            case "stringValue", str():
                return value
            case "doubleValue", float() | int() if not isinstance(value, bool):
                with suppress(OverflowError):  # JSON has integers that no double holds
                    return float(value)
            case "booleanValue", bool():
                return value
            case "userArnValue", str():
                return User(value)
            case "emptyValue", _:
                return EMPTY
    raise ValueError(f"exactly one of {', '.join(_KINDS)} with a value of its type")


def as_wire(value: FieldValue) -> dict[str, object]:
    """Write a field value as the wire union; the empty string becomes emptyValue, which clears the field."""
    match value:
        case bool():
            return {"booleanValue": value}
        case float() | int():
            return {"doubleValue": float(value)}
        case User(arn=arn):
            return {"userArnValue": arn}
        case "":
            return {"emptyValue": {}}
        case str():
            return {"stringValue": value}
