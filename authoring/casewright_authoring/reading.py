"""From the text of a file to nodes: YAML with its traps closed.

Only `true` and `false` are booleans; only what JSON calls a number is one; nothing is a date; keys are names as written. Duplicate
keys, tags, merge keys and a second document are refused; aliases are read.
"""

import math
import re
from typing import Final

import yaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from casewright_authoring.findings import Fault, Place, Report, fault
from casewright_authoring.nodes import Entry, Mapping, Node, Plain, Scalar, Sequence

MOST_NODES: Final = 100_000
"""Of one file with its aliases written out: a few lines of nested aliases can stand for billions of values."""

_HINTS: Final = {"character '\\t'": "; indent with spaces", "unknown escape character": "; in single quotes \\ stands for itself"}
_UNTAGGED: Final = "untagged"
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class _Untagging(BaseResolver):
    """Gives no scalar a type, so that a tag the operator wrote can be told and the text of every scalar is kept."""

    def resolve(self, kind: type, value: object, implicit: object) -> str:  # noqa: ARG002  # the signature is PyYAML's
        return _UNTAGGED


class _Loader(Reader, Scanner, Parser, Composer, _Untagging):
    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        _Untagging.__init__(self)


def read(text: str, path: str, report: Report) -> Node | None:
    """The content of a file; None for one that holds nothing but comments.

    Raises:
        Fault: it is not YAML.
    """
    try:
        composed = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(error, path) from error
    except ReaderError as error:
        raise fault(_place_at(text, error.position, path), f"the character {chr(error.character)!r} cannot stand in YAML") from error
    except RecursionError as error:
        raise fault(Place(path, 1, 1), "values are nested too deeply to be read") from error
    if composed is None:
        return None
    return _Converter(text, path, report).convert(composed)


def _not_yaml(error: yaml.MarkedYAMLError, path: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    place = Place(path, mark.line + 1, mark.column + 1) if mark else Place(path, 1, 1)
    reason = error.problem or "it cannot be read"
    if reason == "but found another document":
        return fault(place, "a second document begins here; one file holds one document")
    hint = next((hint for part, hint in _HINTS.items() if part in reason), "")
    return fault(place, f"this is not YAML: {error.context + ': ' if error.context else ''}{reason}{hint}")


def _place_at(text: str, index: int, path: str) -> Place:
    before = text[:index]
    return Place(path, before.count("\n") + 1, index - before.rfind("\n"))


class _Converter:
    """Turns composed nodes into ours; an alias gives the very node of its anchor."""

    def __init__(self, text: str, path: str, report: Report) -> None:
        self._text, self._path, self._report = text, path, report
        self._made: dict[int, tuple[Node, int]] = {}
        self._open: set[int] = set()

    def convert(self, composed: yaml.Node) -> Node:
        return self._sized(composed)[0]

    def _sized(self, composed: yaml.Node) -> tuple[Node, int]:
        """The node, and how many nodes it stands for."""
        key = id(composed)
        if key in self._open:
            raise fault(self._place(composed), "an alias stands within what it names")
        if key not in self._made:
            self._open.add(key)
            self._made[key] = self._make(composed)
            self._open.discard(key)
        node, size = self._made[key]
        if size > MOST_NODES:
            raise fault(node.place, f"with its aliases written out this is more than {MOST_NODES} values")
        return node, size

    def _make(self, composed: yaml.Node) -> tuple[Node, int]:
        place = self._place(composed)
        if composed.tag != _UNTAGGED:
            self._report.tell(place, f"tags are not accepted, {composed.tag!r} was given; quote what shall be text")
        if isinstance(composed, yaml.ScalarNode):
            return self._scalar(composed), 1
        if isinstance(composed, yaml.SequenceNode):
            made = [self._sized(each) for each in composed.value]
            return Sequence(place, tuple(node for node, _ in made)), 1 + sum(size for _, size in made)
        entries = [(self._key(key), self._sized(value)) for key, value in composed.value]
        self._refuse_duplicates([key for key, _ in entries])
        return Mapping(place, tuple(Entry(key, node) for key, (node, _) in entries)), 1 + sum(size for _, (_, size) in entries)

    def _key(self, composed: yaml.Node) -> Scalar:
        if not isinstance(composed, yaml.ScalarNode):
            raise fault(self._place(composed), "a list or mapping is given as a key; accepted is a name")
        key = self._scalar(composed)
        if key.source == "<<":
            raise fault(key.place, "merge keys are not read; an alias may stand for a whole value")
        return key

    def _refuse_duplicates(self, keys: list[Scalar]) -> None:
        first: dict[str, Scalar] = {}
        for key in keys:
            earlier = first.setdefault(key.written, key)
            if earlier is not key:
                self._report.tell(key.place, f"the key {key.written!r} is given twice; it stands on line {earlier.place.line} already")

    def _scalar(self, composed: yaml.ScalarNode) -> Scalar:
        place, written = self._place(composed), str(composed.value)
        if _SURROGATE.search(written):
            raise fault(place, "an escape gives half of a character; write the character itself")
        source = self._text[composed.start_mark.index : composed.end_mark.index]
        value: Plain = _plain(written, place) if composed.style is None else written
        return Scalar(place, value, written, source)

    def _place(self, composed: yaml.Node) -> Place:
        return Place(self._path, composed.start_mark.line + 1, composed.start_mark.column + 1)


def _plain(written: str, place: Place) -> Plain:
    """The value of an unquoted scalar."""
    match written:
        case "true" | "false":
            return written == "true"
        case "" | "~" | "null":
            return None
        case _ if _NUMBER.fullmatch(written):
            number = float(written)
            if math.isinf(number):
                raise fault(place, f"the number {written} is too large")
            return number
        case _:
            return written
