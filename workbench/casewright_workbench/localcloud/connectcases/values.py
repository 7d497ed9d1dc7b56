"""The value of a field, apart from the tagged union the API carries it in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Plain = str | float | bool


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value and the union member it travels under; an empty field is no FieldValue but None."""

    kind: str  # stringValue, doubleValue, booleanValue or userArnValue
    plain: Plain

    @staticmethod
    def text(text: str) -> "FieldValue":
        """A value of a text, single-select, url or date field."""
        return FieldValue("stringValue", text)

    @staticmethod
    def user(arn: str) -> "FieldValue":
        """A value of a user field."""
        return FieldValue("userArnValue", arn)

    def same_as(self, other: "FieldValue | None") -> bool:
        """Whether both mean the same, whatever member carries them; true is never 1."""
        if other is None:
            return False
        return isinstance(self.plain, bool) == isinstance(other.plain, bool) and self.plain == other.plain


def read_value(union: dict[str, Any]) -> FieldValue | None:
    """The value a union of the API means; None for `emptyValue`."""
    ((kind, plain),) = union.items()
    return None if kind == "emptyValue" else FieldValue(kind, plain)


def write_value(value: FieldValue | None) -> dict[str, Any]:
    """The union of the API for a value; None becomes `emptyValue`."""
    return {"emptyValue": {}} if value is None else {value.kind: value.plain}


def write_values(values: Mapping[str, FieldValue]) -> list[dict[str, Any]]:
    """A list of `{id, value}` for a mapping of field ids."""
    return [{"id": field_id, "value": write_value(value)} for field_id, value in values.items()]


def present(members: dict[str, Any]) -> dict[str, Any]:
    """A response without the members that have no value."""
    return {name: value for name, value in members.items() if value is not None}
