"""Nodes made rather than read from YAML: of JSON, placed by JSON path, and of what an import writes; and nodes as YAML text."""

import re
from typing import Any, Final

import yaml

from casewright_authoring.findings import Place
from casewright_authoring.nodes import Entry, Mapping, Node, Plain, Scalar, Sequence

_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_ -]*(?<! )")
_MEANS_MORE: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""What YAML, or people who know YAML, take for something else than a text."""


def of_json(value: Any, path: str) -> Node:
    """Decoded JSON as a node; the place of every value is its JSON path."""
    place = Place(path, 1, 1)
    match value:
        case dict():
            return Mapping(place, tuple(_entry(name, inner, _member(path, name)) for name, inner in value.items()))
        case list():
            return Sequence(place, tuple(of_json(inner, f"{path}[{number}]") for number, inner in enumerate(value)))
        case str():
            return word(value, place)
        case _:
            return plain(value, place)


def word(text: str, place: Place) -> Scalar:
    """A text."""
    return Scalar(place, text, text, text)


def plain(value: Plain | int, place: Place) -> Scalar:
    """A number, boolean or nothing."""
    known = float(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return Scalar(place, known, str(value), str(value))


def pairs(place: Place, *entries: tuple[str, Node]) -> Mapping:
    """A mapping of these names."""
    return Mapping(place, tuple(Entry(word(name, place), value) for name, value in entries))


def as_yaml(node: Node) -> str:
    """The node as a YAML document that reads back as the same values."""
    text: str = yaml.dump(bare(node), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6)
    return text


def _entry(name: str, value: Any, path: str) -> Entry:
    return Entry(word(name, Place(path, 1, 1)), of_json(value, path))


def _member(path: str, name: str) -> str:
    return f"{path}.{name}" if _KEY.fullmatch(name) else f"{path}[{name!r}]"


def bare(node: Node) -> object:
    """The node without its places: equal nodes say the same."""
    match node:
        case Scalar(value=value):
            return value
        case Sequence(items=items):
            return [bare(item) for item in items]
        case Mapping(entries=entries):
            return {entry.name: bare(entry.value) for entry in entries}


class _Dumper(yaml.SafeDumper):
    """Indents lists below their key, and quotes every text that is not plainly one."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT002  # the signature is PyYAML's
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    quoted = not _BARE.fullmatch(text) or text.lower() in _MEANS_MORE
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if quoted else None)


_Dumper.add_representer(str, _text)
