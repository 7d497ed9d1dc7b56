"""Event patterns: compiled once, then asked of every event.

Fields beside each other must all hold, the values of one field are alternatives, `$or` holds alternatives of fields. Where the
event has an array of objects, one and the same element must satisfy everything that the pattern asks below it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .matchers import OPERATOR_NAMES, Exists, InvalidPatternError, compile_test

_MOST_ALTERNATIVES = 1000


@dataclass(frozen=True, slots=True)
class _Node:
    """A compiled part of a pattern; `absence` when it asks only that fields be absent."""

    holds: Callable[[Mapping[str, Any]], bool]
    absence: bool
    alternatives: int = 1


class EventPattern:
    """A compiled pattern: `EventPattern('{"source": ["aws.cases"]}').matches(event)`.

    Raises `InvalidPatternError` for what EventBridge refuses.
    """

    def __init__(self, text: str) -> None:
        try:
            written = json.loads(text, object_pairs_hook=_without_duplicates)
        except ValueError as broken:
            raise InvalidPatternError(f"the pattern is not JSON: {broken}", "") from broken
        if not isinstance(written, dict):
            raise InvalidPatternError("a pattern is a JSON object", "")
        self._root = _compile(written, "")
        if self._root.alternatives > _MOST_ALTERNATIVES:
            raise InvalidPatternError(f"$or makes {self._root.alternatives} combinations, at most {_MOST_ALTERNATIVES} are accepted", "")

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Whether the event is one the pattern describes."""
        return self._root.holds(event)


def _compile(written: dict[str, Any], path: str) -> _Node:
    if not written:
        raise InvalidPatternError("empty objects are not allowed", path)
    nodes = [_compile_field(name, wanted, f"{path}.{name}" if path else name) for name, wanted in written.items()]
    alternatives = 1
    for node in nodes:
        alternatives *= node.alternatives
    tests = tuple(node.holds for node in nodes)
    return _Node(
        holds=lambda event: all(holds(event) for holds in tests),
        absence=all(node.absence for node in nodes),
        alternatives=alternatives,
    )


def _compile_field(name: str, wanted: Any, path: str) -> _Node:
    if name == "$or" and _is_alternation(wanted):
        choices = [_compile(choice, f"{path}[{at}]") for at, choice in enumerate(wanted)]
        return _Node(
            holds=lambda event: any(choice.holds(event) for choice in choices),
            absence=all(choice.absence for choice in choices),
            alternatives=sum(choice.alternatives for choice in choices),
        )
    if isinstance(wanted, dict):
        return _below(name, _compile(wanted, path))
    if not isinstance(wanted, list):
        raise InvalidPatternError(f"{json.dumps(wanted)} must be an object or an array of accepted values", path)
    if not wanted:
        raise InvalidPatternError("empty arrays are not allowed", path)
    return _leaf(name, wanted, path)


def _is_alternation(wanted: Any) -> bool:
    """`$or` is an operator only over two objects or more that do not look like value tests; else it is a field of that name."""
    return (
        isinstance(wanted, list)
        and len(wanted) > 1
        and all(isinstance(each, dict) and each and not OPERATOR_KEYS & each.keys() for each in wanted)
    )


OPERATOR_KEYS = frozenset(OPERATOR_NAMES)


def _leaf(name: str, wanted: list[Any], path: str) -> _Node:
    compiled = [compile_test(each, path) for each in wanted]
    tests = tuple(test for test in compiled if not isinstance(test, Exists))
    existence = {test.wanted for test in compiled if isinstance(test, Exists)}

    def holds(event: Mapping[str, Any]) -> bool:
        values = tuple(_scalars(event[name])) if name in event else ()
        if (bool(values)) in existence:
            return True
        return any(test(value) for value in values for test in tests)

    return _Node(holds=holds, absence=not tests and existence == {False})


def _below(name: str, node: _Node) -> _Node:
    """A pattern object against what the event has at `name`: an object, or any element of an array of objects."""
    quantifier = all if node.absence else any

    def holds(event: Mapping[str, Any]) -> bool:
        objects = tuple(_objects(event.get(name)))
        return quantifier(node.holds(each) for each in objects) if objects else node.holds({})

    return _Node(holds=holds, absence=node.absence, alternatives=node.alternatives)


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _scalars(item)
    elif not isinstance(value, dict):
        yield value


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)
    elif isinstance(value, dict):
        yield value


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise InvalidPatternError(f"the key {name} stands twice in one object", name)
        result[name] = value
    return result
