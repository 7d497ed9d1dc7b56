"""Asking a node for what it should be."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, TypeVar

from casewright_authoring.findings import Place, Report, fault
from casewright_authoring.nodes import Entry, Mapping, Node, Scalar, Sequence, shown
from casewright_authoring.suggestions import unknown

T = TypeVar("T")
D = TypeVar("D")

RULE_NAME: Final = re.compile(r"[a-z0-9-]{1,64}")


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping whose keys are known; what is missing or unknown has been told."""

    node: Mapping
    report: Report

    def read(self, key: str, reader: Callable[[Node], T], otherwise: D) -> T | D:
        """What the reader makes of the value under a key; the stand-in when there is none, or none that can be read."""
        node = self.node.get(key)
        return otherwise if node is None else self.report.attempt(reader, node, otherwise)


def record(node: Node, what: str, report: Report, *, required: Collection[str] = (), optional: Collection[str] = ()) -> Record:
    """The node as a mapping of these keys."""
    given = mapping(node, what)
    accepted = (*required, *optional)
    for entry in given.entries:
        if entry.name not in accepted:
            report.tell(entry.key.place, unknown(f"key of {what}", entry.name, accepted))
    for name in required:
        if given.get(name) is None:
            report.tell(given.place, f"{what} needs the key {name!r}; it has {_names(given)}")
    return Record(given, report)


def mapping(node: Node, what: str) -> Mapping:
    """The node as a mapping."""
    if not isinstance(node, Mapping):
        raise fault(node.place, f"{shown(node)} is given for {what}; accepted is a mapping")
    return node


def sequence(node: Node, what: str) -> Sequence:
    """The node as a list with something in it."""
    if not isinstance(node, Sequence):
        raise fault(node.place, f"{shown(node)} is given for {what}; accepted is a list")
    if not node.items:
        raise fault(node.place, f"an empty list is given for {what}; at least one is needed")
    return node


def one_or_more(node: Node, what: str) -> tuple[Node, ...]:
    """A single value, or the items of a list with something in it."""
    return sequence(node, what).items if isinstance(node, Sequence) else (node,)


def text(node: Node, what: str) -> str:
    """The node as a text that is not blank."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        hint = "; quote it if the text itself is meant" if isinstance(node, Scalar) and node.value is not None else ""
        raise fault(node.place, f"{shown(node)} is given for {what}; accepted is a text{hint}")
    if not node.value.strip():
        raise fault(node.place, f"a blank text is given for {what}")
    return node.value


def short_text(node: Node, what: str, most: int) -> str:
    """The node as a text of limited length."""
    given = text(node, what)
    if len(given) > most:
        raise fault(node.place, f"{what} has {len(given)} characters; at most {most} are accepted")
    return given


def boolean(node: Node, what: str) -> bool:
    """The node as true or false."""
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    raise fault(node.place, f"{shown(node)} is given for {what}; accepted are true and false")


def number(node: Node, what: str) -> float:
    """The node as a number."""
    if isinstance(node, Scalar) and isinstance(node.value, float):
        return node.value
    raise fault(node.place, f"{shown(node)} is given for {what}; accepted is a number")


def whole_number(node: Node, what: str) -> int:
    """The node as a number without a fraction."""
    given = number(node, what)
    if given.is_integer() and abs(given) < 2**53:
        return int(given)
    raise fault(node.place, f"{shown(node)} is given for {what}; accepted is a whole number")


def rule_name(node: Node, what: str) -> str:
    """The node as a name of ours: 1 to 64 of a-z, 0-9 and the hyphen."""
    given = text(node, what)
    if not RULE_NAME.fullmatch(given):
        raise fault(node.place, f"{given!r} is given for {what}; accepted are 1 to 64 of a-z, 0-9 and -")
    return given


def single_entry(node: Node, what: str) -> Entry:
    """The node as a mapping of one key."""
    given = mapping(node, what)
    if len(given.entries) != 1:
        raise fault(given.place, f"{what} has {len(given.entries)} keys ({_names(given)}); exactly one is accepted, write one item each")
    return given.entries[0]


def refuse_twice(seen: dict[str, Place], name: str, place: Place, what: str) -> None:
    """Refuse a name that was given before; note it otherwise."""
    if name in seen:
        earlier = seen[name]
        raise fault(place, f"{what} {name!r} is given twice; it stands at {earlier.path}:{earlier.line}:{earlier.column} already")
    seen[name] = place


def _names(given: Mapping) -> str:
    return ", ".join(entry.name for entry in given.entries) or "none"
