"""The shape of an envelope: which members it has, and of which kind, whatever their values."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

_OTHER: Final = "(a field of your own)"


def shape(envelope: Any, custom: Iterable[str]) -> frozenset[str]:
    """Every member by its path, with its kind. Ids of Cases' own fields stand for themselves, `custom` ones for one another."""
    return frozenset(_members("$", envelope, frozenset(custom)))


def _members(path: str, value: Any, custom: frozenset[str]) -> Iterator[str]:
    match value:
        case dict():
            yield f"{path} is an object"
            for name, inner in value.items():
                yield from _members(f"{path}.{_OTHER if name in custom else name}", inner, custom)
        case list() if path.endswith((".changedFieldIds", ".changedAttributes")):
            yield from (f"{path} names {_OTHER if each in custom else each}" for each in value)
        case list():
            yield f"{path} is a list of {len(value)}"
            for each in value:
                yield from _members(f"{path}[]", each, custom)
        case _:
            yield f"{path} is {_kind(value)}"


def _kind(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case None:
            return "null"
        case _:
            return "a text"
