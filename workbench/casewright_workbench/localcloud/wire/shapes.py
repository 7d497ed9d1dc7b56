"""Readers of whole shapes, compiled once per shape: structures, unions, lists and maps around the scalars.

A reader turns the JSON of a request into the request's Python value and notes every problem on the way, each at its path
(`fields.3.member.value.stringValue`, the way AWS writes them).
"""

from typing import Any

from .problems import Problems
from .scalars import Read, scalar_reader


class ShapeReaders:
    """The compiled readers of one service's JSON shapes."""

    def __init__(self, *, timestamp_format: str = "unixtimestamp") -> None:
        self._timestamp_format = timestamp_format
        self._compiled: dict[tuple[str, str], Read] = {}

    def reader(self, shape: Any) -> Read:
        """The reader of `shape`, compiled at the first asking; recursive shapes refer to themselves lazily."""
        key = (shape.name, shape.serialization.get("timestampFormat", ""))
        if key in self._compiled:
            return self._compiled[key]

        def later(raw: Any, path: str, problems: Problems) -> Any:
            return self._compiled[key](raw, path, problems)

        self._compiled[key] = later
        self._compiled[key] = self._compile(shape)
        return self._compiled[key]

    def members_reader(self, shape: Any, names: tuple[str, ...]) -> Read:
        """A reader of the JSON object that holds only these members of a structure (the others travel in the URL or headers)."""
        return self._structure(shape, names)

    def _compile(self, shape: Any) -> Read:
        if shape.type_name == "structure":
            if getattr(shape, "is_document_type", False):
                return lambda raw, _path, _problems: raw
            return self._union(shape) if shape.is_tagged_union else self._structure(shape, tuple(shape.members))
        if shape.type_name == "list":
            return self._list(shape)
        if shape.type_name == "map":
            return self._map(shape)
        return scalar_reader(shape, from_text=False, timestamp_format=self._timestamp_format)

    def _structure(self, shape: Any, names: tuple[str, ...]) -> Read:
        members = {_wire_name(shape, name): (name, self.reader(shape.members[name])) for name in names}
        required = tuple((name, _wire_name(shape, name)) for name in shape.required_members if name in names)
        accepted = f"Member must be a structure with members: [{', '.join(members)}]"

        def read(raw: Any, path: str, problems: Problems) -> Any:
            if not isinstance(raw, dict):
                problems.add(path or shape.name, raw, accepted)
                return raw
            prefix = f"{path}." if path else ""
            value = {}
            for key, item in raw.items():
                if item is None:
                    continue
                known = members.get(key)
                if known is None:
                    problems.add(f"{prefix}{key}", item, f"Unknown member; {accepted}")
                    continue
                value[known[0]] = known[1](item, f"{prefix}{key}", problems)
            for name, key in required:
                if name not in value:
                    problems.add_missing(f"{prefix}{key}")
            return value

        return read

    def _union(self, shape: Any) -> Read:
        structure = self._structure(shape, tuple(shape.members))
        accepted = f"Member must have exactly one of the members: [{', '.join(_wire_name(shape, name) for name in shape.members)}]"

        def read(raw: Any, path: str, problems: Problems) -> Any:
            if isinstance(raw, dict):
                given = [key for key, item in raw.items() if item is not None]
                if len(given) != 1:
                    problems.add(path or shape.name, f"{{{', '.join(given)}}}", accepted)
            return structure(raw, path, problems)

        return read

    def _list(self, shape: Any) -> Read:
        item_reader = self.reader(shape.member)
        measure = _size_check(shape)

        def read(raw: Any, path: str, problems: Problems) -> Any:
            if not isinstance(raw, list):
                problems.add(path, raw, "Member must be a list")
                return raw
            measure(raw, path, problems)
            value = []
            for position, item in enumerate(raw, 1):
                if item is None:
                    problems.add_missing(f"{path}.{position}.member")
                else:
                    value.append(item_reader(item, f"{path}.{position}.member", problems))
            return value

        return read

    def _map(self, shape: Any) -> Read:
        key_reader, value_reader = self.reader(shape.key), self.reader(shape.value)
        measure = _size_check(shape)

        def read(raw: Any, path: str, problems: Problems) -> Any:
            if not isinstance(raw, dict):
                problems.add(path, raw, "Member must be a map")
                return raw
            measure(raw, path, problems)
            return {
                key_reader(key, f"{path} (a map key)", problems): value_reader(item, f"{path}.{key}.member", problems)
                for key, item in raw.items()
                if item is not None
            }

        return read


def _size_check(shape: Any) -> Any:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")

    def check(raw: list[Any] | dict[str, Any], path: str, problems: Problems) -> None:
        if least is not None and len(raw) < least:
            problems.add(path, f"{len(raw)} members", f"Member must have length greater than or equal to {least}")
        if most is not None and len(raw) > most:
            problems.add(path, f"{len(raw)} members", f"Member must have length less than or equal to {most}")

    return check


def _wire_name(shape: Any, name: str) -> str:
    return str(shape.members[name].serialization.get("name", name))
