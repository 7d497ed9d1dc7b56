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


class Unread(msgspec.Struct, frozen=True, gc=False, tag="unread"):
    """A value of a kind that this release does not know: its field is unknown, and the rest of the case is not."""

    kind: str


HeldValue: TypeAlias = FieldValue | Unread
"""What a field holds as it came."""

EMPTY: Final = ""

_MOST_SHOWN: Final = 5
_KINDS: Final = ("stringValue", "doubleValue", "booleanValue", "userArnValue", "emptyValue")


def from_wire(union: Mapping[str, object]) -> HeldValue:
    """Read one member of the wire union; one that AWS added since is there, and not read.

    Raises:
        ValueError: the mapping is not exactly one member, or a known one does not hold a value of its type.
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
            case _ if kind not in _KINDS:
                return Unread(str(kind))
    raise ValueError(f"exactly one of {', '.join(_KINDS)} with a value of its type")


def outline(given: object) -> str:
    """What was given in place of a value, without what it says: that may be a customer's."""
    if not isinstance(given, dict):
        return type(given).__name__
    members = [f"{kind if kind in _KINDS else '...'}: {type(held).__name__}" for kind, held in given.items()]
    return f"{{{', '.join(members[:_MOST_SHOWN])}}}"


def unread_kinds(fields: Mapping[str, HeldValue]) -> tuple[str, ...]:
    """The kinds among the values of fields that this release does not know."""
    return tuple(dict.fromkeys(value.kind for value in fields.values() if type(value) is Unread))


def as_wire(value: HeldValue) -> dict[str, object]:
    """Write a field value as the wire union; the empty string becomes emptyValue, which clears the field. What was not read stays so."""
    match value:
        case bool():
            return {"booleanValue": value}
        case float() | int():
            return {"doubleValue": float(value)}
        case User(arn=arn):
            return {"userArnValue": arn}
        case Unread(kind=kind):
            return {kind: None}
        case "":
            return {"emptyValue": {}}
        case str():
            return {"stringValue": value}
