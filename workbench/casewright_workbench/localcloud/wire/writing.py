"""Writers of responses, compiled once per shape: from a service's Python value to JSON, checked against the model.

A response that does not fit the model is a fault of the local cloud, never of its caller, so it raises `ResponseMismatch` at once.
"""

import base64
import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

Write = Callable[[Any, str], Any]
"""(value, path) -> what JSON holds."""


class ResponseMismatch(Exception):
    """A service of the local cloud built a response that AWS's model does not allow."""

    def __init__(self, path: str, given: object, accepted: str) -> None:
        super().__init__(f"the local cloud answered {given!r} at {path}, where the model accepts {accepted}")


class ShapeWriters:
    """The compiled writers of one service's JSON shapes."""

    def __init__(self, *, timestamp_format: str = "unixtimestamp") -> None:
        self._timestamp_format = timestamp_format
        self._compiled: dict[tuple[str, str], Write] = {}

    def writer(self, shape: Any) -> Write:
        """The writer of `shape`, compiled at the first asking."""
        key = (shape.name, shape.serialization.get("timestampFormat", ""))
        if key in self._compiled:
            return self._compiled[key]

        def later(value: Any, path: str) -> Any:
            return self._compiled[key](value, path)

        self._compiled[key] = later
        self._compiled[key] = self._compile(shape)
        return self._compiled[key]

    def members_writer(self, shape: Any, names: tuple[str, ...]) -> Write:
        """A writer of only these members of a structure."""
        members = {name: (shape.members[name].serialization.get("name", name), self.writer(shape.members[name])) for name in names}
        required = tuple(name for name in shape.required_members if name in members)

        def write(value: Any, path: str) -> Any:
            if not isinstance(value, dict):
                raise ResponseMismatch(path, value, f"the structure {shape.name}")
            written = {}
            for name, item in value.items():
                if name not in members:
                    raise ResponseMismatch(f"{path}.{name}", item, f"the members {', '.join(members)}")
                if item is not None:
                    wire_name, write_item = members[name]
                    written[wire_name] = write_item(item, f"{path}.{name}")
            for name in required:
                if value.get(name) is None:
                    raise ResponseMismatch(f"{path}.{name}", None, "a value, the member is required")
            return written

        return write

    def _compile(self, shape: Any) -> Write:
        if shape.type_name == "structure":
            if getattr(shape, "is_document_type", False):
                return lambda value, _path: value
            return self.members_writer(shape, tuple(shape.members))
        if shape.type_name == "list":
            write_item = self.writer(shape.member)
            return lambda value, path: [write_item(item, f"{path}[{at}]") for at, item in enumerate(_listed(value, path))]
        if shape.type_name == "map":
            write_value = self.writer(shape.value)
            return lambda value, path: {str(key): write_value(item, f"{path}.{key}") for key, item in value.items()}
        return scalar_writer(shape, timestamp_format=self._timestamp_format)


def scalar_writer(shape: Any, *, timestamp_format: str) -> Write:
    """The writer of a single value."""
    if shape.type_name == "timestamp":
        chosen = shape.serialization.get("timestampFormat", timestamp_format)
        return lambda value, path: _written_timestamp(value, chosen, path)
    if shape.type_name == "blob":
        return lambda value, _path: base64.b64encode(value.encode() if isinstance(value, str) else value).decode("ascii")
    accepted = _PYTHON_TYPES[shape.type_name]

    def write(value: Any, path: str) -> Any:
        if not isinstance(value, accepted) or (isinstance(value, bool) and bool not in accepted):
            raise ResponseMismatch(path, value, f"a {shape.type_name}")
        if isinstance(value, float) and not math.isfinite(value):
            return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
        return value

    return write


_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "short": (int,),
    "byte": (int,),
    "float": (float, int),
    "double": (float, int),
}


def _listed(value: Any, path: str) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ResponseMismatch(path, value, "a list")
    return value


def _written_timestamp(value: Any, timestamp_format: str, path: str) -> str | float:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ResponseMismatch(path, value, "an aware datetime")
    moment = value.astimezone(UTC)
    if timestamp_format == "iso8601":
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if timestamp_format == "rfc822":
        return format_datetime(moment, usegmt=True)
    return round(moment.timestamp(), 3)
