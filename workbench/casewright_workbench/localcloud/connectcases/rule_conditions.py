"""Case rules as they are evaluated: what a required, hidden or field-options rule says of a case."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from casewright_workbench.localcloud.connectcases.errors import invalid
from casewright_workbench.localcloud.connectcases.values import FieldValue, read_value

MAX_CONDITIONS = 5
MAX_LEVELS = 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field equal (or not) to an operand; an operand of None asks for an empty field."""

    field_id: str
    operand: FieldValue | None
    negated: bool
    result: bool

    def holds(self, values: Mapping[str, FieldValue]) -> bool:
        """Whether the comparison is true of these values."""
        value = values.get(self.field_id)
        equal = value is None if self.operand is None else self.operand.same_as(value)
        return equal != self.negated


@dataclass(frozen=True, slots=True)
class Compound:
    """Several conditions of which all, or any, must hold; its result is that of its first leaf."""

    needs_all: bool
    conditions: tuple["Condition", ...]

    def holds(self, values: Mapping[str, FieldValue]) -> bool:
        """Whether the group is true of these values."""
        return (all if self.needs_all else any)(condition.holds(values) for condition in self.conditions)

    @property
    def result(self) -> bool:
        """The value the rule takes when the group holds."""
        return next(leaves(self)).result


Condition = Comparison | Compound


@dataclass(frozen=True, slots=True)
class Switch:
    """A required or hidden rule: the first condition that holds gives the value."""

    kind: str  # Required or Hidden
    default: bool
    conditions: tuple[Condition, ...]

    def is_on(self, values: Mapping[str, FieldValue]) -> bool:
        """Whether the field is required (or hidden) on a case with these values."""
        return next((condition.result for condition in self.conditions if condition.holds(values)), self.default)


@dataclass(frozen=True, slots=True)
class DependentOptions:
    """A field-options rule: which options of the child a value of the parent leaves."""

    parent_id: str | None
    child_id: str | None
    mapping: Mapping[str, frozenset[str]]

    kind = "FieldOptions"

    def allowed(self, parent: FieldValue | None) -> frozenset[str]:
        """The options left; an empty parent is looked up as the empty text."""
        return self.mapping.get("" if parent is None else str(parent.plain), frozenset())


RuleDetails = Switch | DependentOptions


def leaves(condition: Condition) -> Iterator[Comparison]:
    """The comparisons of a condition, depth first."""
    if isinstance(condition, Comparison):
        yield condition
    else:
        for inner in condition.conditions:
            yield from leaves(inner)


def read_rule(given: dict[str, Any]) -> RuleDetails:
    """The rule a request describes, refused when it is larger or deeper than Cases takes."""
    ((kind, body),) = given.items()
    if kind == "fieldOptions":
        return _read_options(body)
    conditions = tuple(_read_condition(condition, level=1) for condition in body["conditions"])
    count = sum(1 for condition in conditions for _ in leaves(condition))
    if count > MAX_CONDITIONS:
        raise invalid(f"A case rule has at most {MAX_CONDITIONS} conditions; this one has {count}.")
    return Switch(kind.capitalize(), body["defaultValue"], conditions)


def _read_options(body: dict[str, Any]) -> DependentOptions:
    mappings = body["parentChildFieldOptionsMappings"]
    parents = [mapping["parentFieldOptionValue"] for mapping in mappings]
    if len(parents) != len(set(parents)):
        raise invalid("A field options rule maps each parent value once; one stands twice.")
    mapping = {one["parentFieldOptionValue"]: frozenset(one["childFieldOptionValues"]) for one in mappings}
    return DependentOptions(body.get("parentFieldId"), body.get("childFieldId"), mapping)


def _read_condition(union: dict[str, Any], *, level: int) -> Condition:
    ((kind, body),) = union.items()
    if kind in {"equalTo", "notEqualTo"}:
        operand = read_value(body["operandTwo"])
        return Comparison(body["operandOne"]["fieldId"], operand, kind == "notEqualTo", body["result"])
    if level == MAX_LEVELS + 1:
        raise invalid(f"The conditions of a case rule nest at most {MAX_LEVELS} levels deep.")
    if not body["conditions"]:
        raise invalid(f"{kind} of a case rule needs at least one condition; it has none.")
    return Compound(kind == "andAll", tuple(_read_condition(inner, level=level + 1) for inner in body["conditions"]))
