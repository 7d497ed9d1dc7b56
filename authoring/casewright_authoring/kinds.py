"""What values a subject can have, and so which operators and operands make sense for it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from casewright.conditions.operators import Operand
from casewright.conditions.subjects import bare_id
from casewright_authoring.findings import Fault, fault
from casewright_authoring.known import Known
from casewright_authoring.nodes import Node, Scalar, shown

EQUALITY: Final = ("equals", "not_equals", "in", "not_in")
TEXT_PARTS: Final = ("contains", "not_contains", "starts_with", "ends_with", "matches")
ORDERS: Final = ("greater_than", "greater_or_equal", "less_than", "less_or_equal", "between")
FIELD_ONLY: Final = ("empty", "absent", "changed")
AGES: Final = ("older_than", "newer_than")
HOURS: Final = ("within_hours",)


@dataclass(frozen=True, slots=True)
class Kind:
    """The values of one subject: of a type, or (`choice`) among names that are known.

    A choice maps each accepted name to what the bundle holds for it; `arns` says whether an ARN may stand for a name.
    """

    noun: str
    type: Literal["text", "number", "boolean", "moment", "choice"]
    operators: tuple[str, ...]
    choices: Known[str] | None = None
    arns: Literal["", "whole", "bare"] = ""
    clearable: bool = True
    """Whether the value can be the empty text: case fields only."""

    def operand(self, node: Node) -> Operand:
        """The node as a value to compare with."""
        if not isinstance(node, Scalar) or node.value is None:
            raise self._unfit(node)
        if node.value == "" and self.clearable:
            return ""
        match self.type, node.value:
            case "text", str() as value:
                return value
            case "number", float() as value:
                return value
            case "boolean", bool() as value:
                return value
            case "choice", str() as value:
                return self._chosen(value, node)
            case _:
                raise self._unfit(node)

    def _chosen(self, value: str, node: Scalar) -> str:
        assert self.choices is not None, "a choice has choices"
        if self.arns and value.startswith("arn:"):
            return bare_id(value) if self.arns == "bare" else value
        return self.choices.find(value, node.place)

    def _unfit(self, node: Node) -> Fault:
        hint = ""
        if isinstance(node, Scalar) and node.value is None:
            hint = "; for no value, ask {absent: true} or {empty: true}"
        elif self.type == "boolean" and isinstance(node, Scalar):
            hint = ": true or false, without quotes"
        elif isinstance(node, Scalar) and self.type == "number":
            hint = ", without quotes"
        elif isinstance(node, Scalar) and isinstance(node.value, float | bool):
            hint = "; quote it if the text itself is meant"
        return fault(node.place, f"{shown(node)} is given; accepted is {self.noun}{hint}")


def moment(node: Node) -> datetime:
    """The node as an instant."""
    accepted = 'accepted is an ISO 8601 date and time with a zone, such as "2026-01-31T09:00:00Z"'
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        raise fault(node.place, f"{shown(node)} is given; {accepted}")
    try:
        given = datetime.fromisoformat(node.value)
        if given.tzinfo is not None and "T" in node.value:
            return given.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise fault(node.place, f"{shown(node)} is given; {accepted}")


def closed_choice(kind: str, names: tuple[str, ...], operators: tuple[str, ...]) -> Kind:
    """A choice among names the program itself knows."""
    accepted = Known(kind, {name: name for name in names})
    return Kind(f"a {kind}", "choice", operators, accepted, clearable=False)
