"""What is decoded in one pass is what reading step by step gives: the same event, or the same refusal."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.cases import parsing
from casewright.errors import MalformedEvent

ROLE = "perform-role"
SAMPLES = [json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "samples").glob("*.json"))]
NAMES = [
    "stringValue",
    "doubleValue",
    "booleanValue",
    "userArnValue",
    "emptyValue",
    "boolValue",
    "value",
    "slaConfiguration",
    "Sla",
    "custom",
]
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.just(10**400), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5)
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=2), max_leaves=4
)


@given(st.data())
def test_a_message_with_something_else_in_it_is_read_alike_both_ways(data: st.DataObject) -> None:
    whole = json.loads(json.dumps(data.draw(st.sampled_from(SAMPLES))))
    for _ in range(data.draw(st.integers(0, 2))):
        place, key = data.draw(st.sampled_from(list(_places(whole))))
        if data.draw(st.booleans()):
            place[key] = data.draw(JSON)
        elif isinstance(place, dict):
            place[data.draw(st.sampled_from(NAMES))] = data.draw(JSON)
    body = json.dumps(whole)
    assert _read(parsing.parse, body) == _read(parsing._carefully, body)


def _places(value: Any) -> Any:
    """Every place in a value that something can be put into."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield value, key
        yield from _places(inner)


def _read(read: Any, body: str) -> Any:
    try:
        return read(body, own_role=ROLE)
    except MalformedEvent as refusal:
        return refusal.where, refusal.problem


FIELD = '{"value": {"stringValue": "x"}}'


@pytest.mark.parametrize(
    "held",
    [
        '{"value": {"stringValue": "x", "doubleValue": 1}}',
        '{"value": {"doubleValue": 1, "booleanValue": true}}',
        '{"value": {"stringValue": "x", "emptyValue": {}}}',
        '{"value": {"userArnValue": "x", "booleanValue": false}}',
        '{"value": {"stringValue": "x", "newValue": 1}}',
        '{"value": {"stringValue": null}}',
        '{"value": {}}',
        '{"value": {"text": "x", "stringValue": "x"}}',
        '{"value": "x"}',
        "{}",
        '{"value": {"doubleValue": %s}}' % ("1" * 400),
    ],
)
def test_a_field_that_holds_none_or_several_values_is_refused_by_name(held: str) -> None:
    whole = next(sample for sample in SAMPLES if sample["detail"].get("case", {}).get("fields"))
    whole = json.loads(json.dumps(whole))
    whole["detail"]["case"]["fields"] = {"good": "HELD", "bad": "BAD"}
    body = json.dumps(whole).replace('"HELD"', FIELD).replace('"BAD"', held)
    with pytest.raises(MalformedEvent) as refusal:
        parsing.parse(body)
    assert refusal.value.where == "$.detail.case.fields.bad.value"
    assert "exactly one of" in str(refusal.value)
