"""Filters over field values, as the searches of cases and of custom items use them."""

from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from typing import Any

from casewright_workbench.localcloud.connectcases import moments
from casewright_workbench.localcloud.connectcases.catalog import Field
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import invalid
from casewright_workbench.localcloud.connectcases.field_checks import KIND_OF_TYPE
from casewright_workbench.localcloud.connectcases.values import FieldValue, Plain, read_value

Values = Mapping[str, FieldValue]
Test = Callable[[Values], bool]

ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "greaterThan": gt,
    "greaterThanOrEqualTo": ge,
    "lessThan": lt,
    "lessThanOrEqualTo": le,
}
ORDERED_TYPES = {"Number", "DateTime"}


def read_field_filter(domain: Domain, union: Mapping[str, Any]) -> Test:
    """The test a `FieldFilter` describes; a value missing from a case passes only as equal to empty."""
    ((comparison, operand),) = union.items()
    field = domain.field_in_request(operand["id"])
    wanted = read_value(operand["value"])
    if comparison == "equalTo":
        return _equality(field, wanted)
    if wanted is None:
        raise invalid(f"{comparison} needs a value; emptyValue goes with equalTo only.")
    _check_kind(field, wanted)
    if comparison == "contains":
        return _containment(field, str(wanted.plain).casefold())
    if field.type not in ORDERED_TYPES:
        raise invalid(f"{comparison} compares fields of type Number or DateTime; {field.id!r} is of type {field.type}.")
    return _ordering(field, ORDERINGS[comparison], sort_key(field, wanted))


def sort_key(field: Field, value: FieldValue) -> Any:
    """What a value of a field is ordered by; a date that cannot be read is refused."""
    if field.type != "DateTime":
        return value.plain if not isinstance(value.plain, str) else value.plain.casefold()
    moment = moments.parse(str(value.plain))
    if moment is None:
        raise invalid(f"{field.id!r} compares ISO 8601 dates and times with a zone; {value.plain!r} was given.")
    return moment


def _equality(field: Field, wanted: FieldValue | None) -> Test:
    if wanted is None:
        return lambda values: field.id not in values
    _check_kind(field, wanted)
    if field.type == "DateTime":
        return _ordering(field, lambda held, sought: bool(held == sought), sort_key(field, wanted))
    return lambda values: wanted.same_as(values.get(field.id))


def _containment(field: Field, sought: str) -> Test:
    if field.type in {"Number", "Boolean", "DateTime"}:
        raise invalid(f"contains looks into text; {field.id!r} is of type {field.type}.")
    return lambda values: field.id in values and sought in str(values[field.id].plain).casefold()


def _ordering(field: Field, compare: Callable[[Any, Any], bool], sought: Plain) -> Test:
    return lambda values: field.id in values and compare(sort_key(field, values[field.id]), sought)


def _check_kind(field: Field, wanted: FieldValue) -> None:
    expected = KIND_OF_TYPE.get(field.type, "stringValue")
    if wanted.kind != expected:
        raise invalid(f"{field.id!r} of type {field.type} is compared with a {expected}; {wanted.kind} was given.")
