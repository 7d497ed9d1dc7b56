"""Conditions: for every subject the tests that its values allow."""

from collections.abc import Mapping
from typing import Final, get_args

from casewright.conditions.subjects import FactName
from casewright_authoring.conditions import GROUPS
from casewright_authoring.kinds import Kind
from casewright_authoring.known import Names
from casewright_authoring.occasions import Occasion
from casewright_authoring.operators import IGNORE_CASE
from casewright_authoring.schemas import words
from casewright_authoring.schemas.pieces import (
    BOOLEAN,
    DURATION,
    MOMENT,
    NUMBER,
    TEXT,
    Definitions,
    Schema,
    either,
    keyed,
    named,
    one_of,
    one_or_more,
    only,
    refer,
    some,
    told,
)
from casewright_authoring.subjects import fact_kind, field_kind
from casewright_authoring.times import AGE_KEYS

CONDITION: Final = refer("condition")
FACTS: Final[tuple[FactName, ...]] = get_args(FactName)


def definitions(names: Names, occasion: Occasion) -> dict[str, Schema]:
    """The definition of `condition` on an occasion, with those of the tests that each subject allows."""
    parts = some(CONDITION)
    groups = only(GROUPS, {"all": parts, "any": parts, "not": CONDITION})
    found = Definitions()
    subjects = {name: found.refer(f"test of {name}", _test(name, kind, names, found)) for name, kind in _kinds(names, occasion).items()}
    condition = keyed({**{name: told(words.GROUPS[name], group) for name, group in groups.items()}, **subjects}, least=1)
    if not names.fields.whole:
        condition["additionalProperties"] = True
    return {"condition": condition, **found.made}


def operand(kind: Kind) -> Schema:
    """A value to compare with, or to set."""
    match kind.type:
        case "number":
            value = NUMBER
        case "boolean":
            value = BOOLEAN
        case "moment":
            value = MOMENT
        case "choice" if kind.choices is not None:
            value = named(kind.choices)
            if kind.arns:
                value = either(value, {"type": "string", "pattern": "^arn:"})
        case _:
            value = {"type": "string"}
    return either(value, one_of([""])) if kind.clearable and kind.type not in {"text", "moment"} else value


def _kinds(names: Names, occasion: Occasion) -> Mapping[str, Kind]:
    fields = {name: field_kind(field, names) for name, field in names.fields.entries.items() if field is not None and field.in_events}
    return fields | {name: fact_kind(name, names) for name in FACTS if not occasion.lacks(name)}


def _test(name: str, kind: Kind, names: Names, found: Definitions) -> Schema:
    value = found.refer(f"value of {name}", operand(kind))
    operators = {
        operator: found.refer(f"{operator} for {name}", told(words.OPERATORS[operator], schema))
        for operator, schema in only(kind.operators, _operators(kind, value, names)).items()
    }
    if kind.type == "text":
        operators[IGNORE_CASE] = told("Compare texts without regard to case.", BOOLEAN)
    of_operators = keyed(operators, least=1)
    return either(value, of_operators) if "equals" in kind.operators else of_operators


def _operators(kind: Kind, value: Schema, names: Names) -> dict[str, Schema]:
    measured = MOMENT if kind.type == "moment" else NUMBER
    calendar = named(names.calendars)
    age = either(DURATION, keyed(only(AGE_KEYS, {"for": DURATION, "calendar": calendar}), AGE_KEYS[:1]))
    narrowed = keyed({"from": one_or_more(value), "to": one_or_more(value)}, least=1)
    return {
        **dict.fromkeys(("equals", "not_equals"), value),
        **dict.fromkeys(("in", "not_in"), some(value)),
        **dict.fromkeys(("contains", "not_contains", "starts_with", "ends_with"), TEXT),
        "matches": {**TEXT, "examples": ["refund|chargeback"]},
        **dict.fromkeys(("greater_than", "greater_or_equal", "less_than", "less_or_equal"), measured),
        "between": {"type": "array", "minItems": 2, "maxItems": 2, "items": measured},
        **dict.fromkeys(("empty", "absent"), BOOLEAN),
        "changed": either(BOOLEAN, narrowed) if "equals" in kind.operators else BOOLEAN,
        **dict.fromkeys(("older_than", "newer_than"), age),
        "within_hours": calendar,
    }
