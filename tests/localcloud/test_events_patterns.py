"""Event patterns: every operator with events that match and events that do not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright_workbench.localcloud.events.matchers import InvalidPatternError
from casewright_workbench.localcloud.events.patterns import EventPattern

ABSENT = object()


def event(value: Any) -> dict[str, Any]:
    return {"source": "s", "detail": {} if value is ABSENT else {"f": value}}


def matches(tests: Any, value: Any) -> bool:
    return EventPattern(json.dumps({"detail": {"f": tests}})).matches(event(value))


@pytest.mark.parametrize(
    ("tests", "yes", "no"),
    [
        (["a", "b"], ["a", "b", ["x", "a"]], ["A", "ab", "", None, ABSENT, [], ["x"], {"a": "a"}]),
        ([""], [""], [None, " ", ABSENT]),
        ([None], [None, ["x", None]], ["", "null", 0, False, ABSENT]),
        ([True], [True], [1, "true", False]),
        ([1], [1, 1.0], [True, "1", 2]),
        ([300], [300, 300.0, 3e2], ["300"]),
        ([{"prefix": "eu-"}], ["eu-west-1", ["us", "eu-"]], ["EU-west", "e", None, 5, ABSENT]),
        ([{"prefix": {"equals-ignore-case": "EU"}}], ["eu-west", "EUROPE"], ["us", 5]),
        ([{"suffix": ".png"}], ["a.png", ".png"], ["a.PNG", "png", None]),
        ([{"suffix": {"equals-ignore-case": ".PNG"}}], ["a.png", "a.Png"], ["a.jpg"]),
        ([{"equals-ignore-case": "Alice"}], ["alice", "ALICE"], ["alic", None, ABSENT]),
        ([{"wildcard": "a*z"}], ["az", "abcz", "a\nz"], ["abc", "baz", 5]),
        ([{"wildcard": "*"}], ["", "anything"], [None, ABSENT]),
        ([{"wildcard": r"a\*b\\c*"}], [r"a*b\c", r"a*b\cd"], ["axb\\c", r"a*bc"]),
        ([{"wildcard": "a.c"}], ["a.c"], ["abc"]),
        ([{"anything-but": "a"}], ["b", 5, None, True, ["a", "b"]], ["a", ["a"], ABSENT, []]),
        ([{"anything-but": ["a", "b"]}], ["c", 1], ["a", "b"]),
        ([{"anything-but": 5}], [6, "5", None], [5, 5.0, ABSENT]),
        ([{"anything-but": [5, 6]}], [7], [5, 6]),
        ([{"anything-but": {"prefix": "init"}}], ["running", "Init", 5], ["initial", ABSENT]),
        ([{"anything-but": {"prefix": ["a", "b"]}}], ["c"], ["ab", "ba"]),
        ([{"anything-but": {"suffix": ".png"}}], ["a.jpg"], ["a.png"]),
        ([{"anything-but": {"suffix": [".png", ".jpg"]}}], ["a.gif"], ["a.png", "a.jpg"]),
        ([{"anything-but": {"equals-ignore-case": "init"}}], ["x"], ["INIT", "init"]),
        ([{"anything-but": {"equals-ignore-case": ["init", "stop"]}}], ["x"], ["INIT", "Stop"]),
        ([{"anything-but": {"wildcard": "*/lib/*"}}], ["/bin/x"], ["/usr/lib/x"]),
        ([{"anything-but": {"wildcard": ["*a*", "*b*"]}}], ["c"], ["xax", "b"]),
        ([{"numeric": ["=", 5]}], [5, 5.0], ["5", True, 6]),
        ([{"numeric": ["<", 10]}], [9.999999, -5e9], [10, "9"]),
        ([{"numeric": ["<=", 10]}], [10], [10.000001]),
        ([{"numeric": [">", 0]}], [0.1], [0, False]),
        ([{"numeric": [">", 0, "<=", 5]}], [0.5, 5, [7, 3]], [0, 5.1, None, ABSENT]),
        ([{"numeric": [">=", 0, "<", 5]}], [0, 4], [5, -1]),
        ([{"exists": True}], ["a", None, "", False, 0, ["a"]], [ABSENT, [], {"x": 1}]),
        ([{"exists": False}], [ABSENT, [], {"x": 1}], ["a", None, ""]),
        ([{"exists": False}, "a"], [ABSENT, "a"], ["b"]),
        ([{"cidr": "10.0.0.0/24"}], ["10.0.0.255"], ["10.0.1.0", "ten", 5, "::1"]),
        ([{"cidr": "2001:db8::/32"}], ["2001:db8::1"], ["2001:db9::1", "10.0.0.1"]),
        ([{"prefix": "a"}, {"numeric": [">", 5]}, "z"], ["ab", 6, "z"], ["b", 5]),
    ],
)
def test_an_operator_means_what_eventbridge_documents(tests: Any, yes: list[Any], no: list[Any]) -> None:
    assert [value for value in yes if not matches(tests, value)] == []
    assert [value for value in no if matches(tests, value)] == []


PEOPLE = {"people": [{"first": "John", "last": "Doe"}, {"first": "Anna", "last": "Smith"}, [{"first": "Peter", "last": "Jones"}]]}


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ({"people": {"first": ["Anna"]}}, True),
        ({"people": {"first": ["Anna"], "last": ["Smith"]}}, True),
        ({"people": {"first": ["Anna"], "last": ["Doe"]}}, False),
        ({"people": {"first": ["Peter"], "last": ["Jones"]}}, True),
        ({"people": {"first": ["Anna"], "age": [{"exists": False}]}}, True),
        ({"people": {"age": [{"exists": False}]}}, True),
        ({"people": {"first": [{"exists": False}]}}, False),
        ({"people": {"$or": [{"first": ["Anna"]}, {"first": ["Zoe"]}], "last": ["Smith"]}}, True),
        ({"people": {"$or": [{"first": ["John"]}, {"first": ["Zoe"]}], "last": ["Smith"]}}, False),
    ],
)
def test_one_element_of_an_array_satisfies_everything_below_it(pattern: dict[str, Any], *, matched: bool) -> None:
    assert EventPattern(json.dumps(pattern)).matches(PEOPLE) is matched


@pytest.mark.parametrize(
    ("source", "detail", "matched"),
    [
        ("a", {"x": 1}, True),
        ("a", {"y": 2, "z": 3}, True),
        ("a", {"y": 2}, False),
        ("b", {"x": 1}, False),
    ],
)
def test_or_joins_alternatives_of_fields(source: str, detail: dict[str, Any], *, matched: bool) -> None:
    pattern = EventPattern(json.dumps({"source": ["a"], "detail": {"$or": [{"x": [1]}, {"y": [2], "z": [3]}]}}))
    assert pattern.matches({"source": source, "detail": detail}) is matched


def test_or_over_a_field_that_looks_like_an_operator_is_a_field_name() -> None:
    with pytest.raises(InvalidPatternError, match="unrecognized match type x"):
        EventPattern('{"$or": [{"prefix": "a"}, {"x": [1]}]}')


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "a pattern is a JSON object"),
        ("{}", "empty objects are not allowed at the top"),
        ('{"detail": {}}', "empty objects are not allowed at detail"),
        ('{"source": "aws.cases"}', '"aws.cases" must be an object or an array of accepted values at source'),
        ('{"source": []}', "empty arrays are not allowed at source"),
        ('{"source": [["a"]]}', "a list stands inside a list"),
        ('{"source": ["a"], "source": ["b"]}', "the key source stands twice"),
        ('{"detail": {"a": [{"starts": "x"}]}}', "unrecognized match type starts"),
        ('{"a": [{"prefix": "x", "suffix": "y"}]}', "an object of one key, given 2"),
        ('{"a": [{"prefix": 5}]}', "prefix takes a string, given 5"),
        ('{"a": [{"exists": "yes"}]}', "exists takes true or false"),
        ('{"a": [{"numeric": ["<"]}]}', "numeric takes"),
        ('{"a": [{"numeric": ["!", 5]}]}', "numeric takes"),
        ('{"a": [{"numeric": ["<", 5, ">", 0]}]}', "lower bound first"),
        ('{"a": [{"numeric": [">", 5, "<", 1]}]}', "lower bound first"),
        ('{"a": [{"numeric": [">", 6000000000]}]}', "from -5e9 to 5e9"),
        ('{"a": [{"numeric": ["=", "5"]}]}', "from -5e9 to 5e9"),
        ('{"a": [{"wildcard": "a**b"}]}', "consecutive wildcard"),
        ('{"a": [{"wildcard": "a\\\\b"}]}', "escapes only"),
        ('{"a": [{"cidr": "10.0.0.0/99"}]}', "malformed CIDR"),
        ('{"a": [{"anything-but": ["x", 5]}]}', "strings only or numbers only"),
        ('{"a": [{"anything-but": []}]}', "anything-but of nothing"),
        ('{"a": [{"anything-but": {"numeric": ["=", 5]}}]}', "anything-but takes values or one of"),
    ],
)
def test_an_invalid_pattern_is_refused_with_reason_and_place(pattern: str, reason: str) -> None:
    with pytest.raises(InvalidPatternError, match=reason.replace("[", r"\[").replace("{", r"\{")):
        EventPattern(pattern)


def test_too_many_combinations_are_refused() -> None:
    alternatives = {"$or": [{"a": [number]} for number in range(11)]}
    pattern = {name: {"x": alternatives} for name in ()} | {"p": alternatives, "q": alternatives, "r": alternatives}
    with pytest.raises(InvalidPatternError, match="1331 combinations"):
        EventPattern(json.dumps(pattern))


SCALARS = st.one_of(st.text(max_size=5), st.integers(-100, 100), st.booleans(), st.none())


@given(value=SCALARS, listed=st.lists(st.text(max_size=5), min_size=1))
def test_anything_but_is_the_opposite_of_equality_for_one_value(value: Any, listed: list[str]) -> None:
    assert matches([{"anything-but": listed}], value) is not matches(listed, value)


@given(value=st.one_of(SCALARS, st.lists(SCALARS, max_size=3), st.just(ABSENT)))
def test_a_field_exists_or_does_not(value: Any) -> None:
    assert matches([{"exists": True}], value) is not matches([{"exists": False}], value)


@given(text=st.text(max_size=20), start=st.integers(0, 20), stop=st.integers(0, 20))
def test_a_text_with_a_part_replaced_by_a_star_still_matches(text: str, start: int, stop: int) -> None:
    first, last = sorted((min(start, len(text)), min(stop, len(text))))
    escape = lambda part: part.replace("\\", "\\\\").replace("*", "\\*")  # noqa: E731
    assert matches([{"wildcard": f"{escape(text[:first])}*{escape(text[last:])}"}], text)
