"""Glue (Hive) types in Arrow and in DuckDB."""

import re
from typing import Any, Final

import pyarrow as pa

_PARTS: Final = re.compile(r"[a-z_0-9]+|[<>,:]")
_PLAIN: Final[dict[str, tuple[pa.DataType, str]]] = {
    "string": (pa.string(), "VARCHAR"),
    "double": (pa.float64(), "DOUBLE"),
    "boolean": (pa.bool_(), "BOOLEAN"),
    "int": (pa.int32(), "INTEGER"),
    "bigint": (pa.int64(), "BIGINT"),
    "date": (pa.date32(), "DATE"),
    "timestamp": (pa.timestamp("ms"), "TIMESTAMP"),
}


class UnknownType(ValueError):
    """A Glue type that this lake does not use."""

    def __init__(self, glue_type: str) -> None:
        accepted = f"{', '.join(_PLAIN)}, array<T>, map<K,V>, struct<name:T,...>"
        super().__init__(f"Glue type {glue_type!r} cannot be read; accepted are {accepted}")


def arrow_type(glue_type: str) -> pa.DataType:
    """The Arrow type of a Glue type; a timestamp has no zone and counts milliseconds."""
    return _Reading(glue_type).whole()[0]


def duckdb_type(glue_type: str) -> str:
    """The DuckDB type of a Glue type, as SQL writes it."""
    return _Reading(glue_type).whole()[1]


class _Reading:
    """One reading of a type from left to right, giving both at once."""

    def __init__(self, glue_type: str) -> None:
        self._text = glue_type
        self._parts = _PARTS.findall(glue_type)

    def whole(self) -> tuple[pa.DataType, str]:
        read = self._type()
        if self._parts:
            raise UnknownType(self._text)
        return read

    def _type(self) -> tuple[pa.DataType, str]:
        match self._next():
            case "array":
                self._expect("<")
                arrow, duckdb = self._type()
                self._expect(">")
                return pa.list_(arrow), f"{duckdb}[]"
            case "map":
                return self._map()
            case "struct":
                return self._struct()
            case plain if plain in _PLAIN:
                return _PLAIN[plain]
            case _:
                raise UnknownType(self._text)

    def _map(self) -> tuple[pa.DataType, str]:
        self._expect("<")
        key, key_name = self._type()
        self._expect(",")
        value, value_name = self._type()
        self._expect(">")
        return pa.map_(key, value), f"MAP({key_name}, {value_name})"

    def _struct(self) -> tuple[pa.DataType, str]:
        fields, names, mark = list[Any](), list[str](), self._expect("<")
        while mark != ">":
            name = self._next()
            self._expect(":")
            arrow, duckdb = self._type()
            fields.append(pa.field(name, arrow))
            names.append(f"{name} {duckdb}")
            mark = self._expect(",", ">")
        return pa.struct(fields), f"STRUCT({', '.join(names)})"

    def _next(self) -> str:
        return str(self._parts.pop(0)) if self._parts else ""

    def _expect(self, *marks: str) -> str:
        mark = self._next()
        if mark not in marks:
            raise UnknownType(self._text)
        return mark
