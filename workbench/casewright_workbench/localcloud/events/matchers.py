"""Tests of one value in an event pattern: `{"prefix": "eu-"}`, `{"numeric": [">", 0]}`, `{"anything-but": ...}` and the rest.

Written from the EventBridge user guide ("Comparison operators") and the README of aws/event-ruler.
"""

import ipaddress
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Test = Callable[[Any], bool]
"""Whether one scalar of an event (str, int, float, bool or None) passes."""

_NUMERIC_LIMIT = 5e9
_UPPER = {"<": operator.lt, "<=": operator.le}
_LOWER = {">": operator.gt, ">=": operator.ge}


class InvalidPatternError(Exception):
    """A pattern that EventBridge would refuse, with the reason and the place."""

    def __init__(self, reason: str, path: str) -> None:
        super().__init__(f"{reason} at {path or 'the top'}")


@dataclass(frozen=True, slots=True)
class Exists:
    """`{"exists": true}` or `{"exists": false}`: the only test of a field rather than of a value."""

    wanted: bool


def compile_test(written: Any, path: str) -> Test | Exists:
    """The test that one element of a pattern's array stands for."""
    if not isinstance(written, dict):
        if isinstance(written, list):
            raise InvalidPatternError("a list stands inside a list of accepted values; write the values themselves", path)
        return equals(written)
    if len(written) != 1:
        raise InvalidPatternError(f"an operator is an object of one key, given {len(written)}", path)
    ((name, operand),) = written.items()
    if name == "exists":
        if not isinstance(operand, bool):
            raise InvalidPatternError("exists takes true or false", path)
        return Exists(operand)
    if name == "anything-but":
        return _anything_but(operand, path)
    if name in _OPERATORS:
        return _OPERATORS[name](operand, path)
    raise InvalidPatternError(f"unrecognized match type {name}; known: {', '.join(OPERATOR_NAMES)}", path)


def equals(accepted: Any) -> Test:
    """Exact equality by JSON type; numbers compare by value."""
    if isinstance(accepted, bool) or accepted is None:
        return lambda value: value is accepted
    if isinstance(accepted, str):
        return lambda value: isinstance(value, str) and value == accepted
    return lambda value: _is_number(value) and value == accepted


def _text_test(check: Callable[[str, str], bool], *, name: str) -> Callable[[Any, str], Test]:
    """A test of text against one operand, which may stand in `{"equals-ignore-case": ...}` for prefix and suffix."""

    def build(operand: Any, path: str) -> Test:
        if isinstance(operand, dict) and list(operand) == ["equals-ignore-case"] and name in ("prefix", "suffix"):
            lowered = _text(operand["equals-ignore-case"], name, path).lower()
            return lambda value: isinstance(value, str) and check(value.lower(), lowered)
        wanted = _text(operand, name, path)
        return lambda value: isinstance(value, str) and check(value, wanted)

    return build


def _wildcard(operand: Any, path: str) -> Test:
    text = _text(operand, "wildcard", path)
    if "**" in re.sub(r"\\.", "", text):
        raise InvalidPatternError("consecutive wildcard characters", path)
    if re.search(r"\\(?![\\*])", re.sub(r"\\[\\*]", "", text)):
        raise InvalidPatternError("a backslash in a wildcard escapes only * and itself", path)
    parts = (part[-1:] if part.startswith("\\") else part for part in re.findall(r"\\.|[^\\]", text))
    escaped = [part.startswith("\\") for part in re.findall(r"\\.|[^\\]", text)]
    source = "".join(".*" if part == "*" and not literal else re.escape(part) for part, literal in zip(parts, escaped, strict=True))
    compiled = re.compile(source, re.DOTALL)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _cidr(operand: Any, path: str) -> Test:
    try:
        network = ipaddress.ip_network(_text(operand, "cidr", path), strict=False)
    except ValueError as broken:
        raise InvalidPatternError(f"malformed CIDR: {broken}", path) from broken

    def inside(value: Any) -> bool:
        try:
            return isinstance(value, str) and ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return inside


def _numeric(operand: Any, path: str) -> Test:
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        raise InvalidPatternError('numeric takes ["=", n], one comparison or a range such as [">", 0, "<=", 5]', path)
    signs, numbers = operand[0::2], operand[1::2]
    for number in numbers:
        if not _is_number(number) or abs(number) > _NUMERIC_LIMIT:
            raise InvalidPatternError(f"numeric compares with numbers from -5e9 to 5e9, given {number!r}", path)
    if signs == ["="]:
        return lambda value: _is_number(value) and value == numbers[0]
    comparisons = _UPPER | _LOWER
    in_order = len(signs) == 1 or (signs[0] in _LOWER and signs[1] in _UPPER and numbers[0] < numbers[1])
    if any(not isinstance(sign, str) or sign not in comparisons for sign in signs) or not in_order:
        raise InvalidPatternError(f"numeric takes =, or > or >= then < or <= with the lower bound first, given {operand!r}", path)
    bounds = tuple((comparisons[sign], number) for sign, number in zip(signs, numbers, strict=True))
    return lambda value: _is_number(value) and all(compare(value, number) for compare, number in bounds)


def _anything_but(operand: Any, path: str) -> Test:
    if isinstance(operand, dict):
        if len(operand) != 1 or next(iter(operand)) not in _NEGATED:
            raise InvalidPatternError(f"anything-but takes values or one of {', '.join(_NEGATED)}, given {list(operand)}", path)
        ((name, wanted),) = operand.items()
        tests = [_OPERATORS[name](each, path) for each in (wanted if isinstance(wanted, list) else [wanted])]
    else:
        values = operand if isinstance(operand, list) else [operand]
        alike = all(isinstance(each, str) for each in values) or all(_is_number(each) for each in values)
        if not alike:
            raise InvalidPatternError("anything-but takes strings only or numbers only", path)
        tests = [equals(each) for each in values]
    if not tests:
        raise InvalidPatternError("anything-but of nothing", path)
    return lambda value: not any(test(value) for test in tests)


def _text(operand: Any, name: str, path: str) -> str:
    if not isinstance(operand, str):
        raise InvalidPatternError(f"{name} takes a string, given {operand!r}", path)
    return operand


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_OPERATORS: dict[str, Callable[[Any, str], Test]] = {
    "prefix": _text_test(str.startswith, name="prefix"),
    "suffix": _text_test(str.endswith, name="suffix"),
    "equals-ignore-case": _text_test(lambda value, wanted: value.lower() == wanted.lower(), name="equals-ignore-case"),
    "wildcard": _wildcard,
    "cidr": _cidr,
    "numeric": _numeric,
}
_NEGATED = ("prefix", "suffix", "equals-ignore-case", "wildcard")
OPERATOR_NAMES = (*_OPERATORS, "anything-but", "exists")
