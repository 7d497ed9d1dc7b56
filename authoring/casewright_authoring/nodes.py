"""YAML as read: values that know their place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from casewright_authoring.findings import Place

Plain: TypeAlias = str | float | bool | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value. `written` is its text without quotes, `source` the very characters of the file."""

    place: Place
    value: Plain
    written: str
    source: str

    def place_of(self, part: str, occurrence: int) -> Place:
        """Where a part of the text stands in the file; the start of the value where folding or escapes hide the part."""
        at = -1
        for _ in range(occurrence + 1):
            at = self.source.find(part, at + 1)
            if at < 0:
                return self.place
        before = self.source[:at]
        if "\n" not in before:
            return Place(self.place.path, self.place.line, self.place.column + at)
        return Place(self.place.path, self.place.line + before.count("\n"), at - before.rindex("\n"))


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    place: Place
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping and its value."""

    key: Scalar
    value: "Node"

    @property
    def name(self) -> str:
        """The key, as written: `on` and `1` are names too."""
        return self.key.written


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys and values, in the order of the file."""

    place: Place
    entries: tuple[Entry, ...]

    def get(self, name: str) -> "Node | None":
        """The value under a key."""
        return next((entry.value for entry in self.entries if entry.name == name), None)


Node: TypeAlias = Scalar | Sequence | Mapping


def shown(node: Node) -> str:
    """The node as a finding speaks of it."""
    match node:
        case Scalar(value=None):
            return "nothing"
        case Scalar(value=bool()):
            return node.written
        case Scalar(value=float()):
            return f"the number {node.written}"
        case Scalar(value=value):
            text = " ".join(str(value).split())
            return f"the text {(text if len(text) <= 60 else text[:57] + '...')!r}"
        case Sequence():
            return "a list"
        case Mapping():
            return "a mapping"


def children(node: Node) -> Iterator[Node]:
    """The nodes directly within a node."""
    match node:
        case Sequence(items=items):
            yield from items
        case Mapping(entries=entries):
            yield from (entry.value for entry in entries)
        case _:
            pass
