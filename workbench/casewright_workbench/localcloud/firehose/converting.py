"""JSON records as Parquet, by the schema of a Glue table; names are compared in lower case, as the OpenX reader does."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

_MILLISECONDS = 1000
_COMPRESSIONS: dict[str, Literal["none", "gzip", "snappy"]] = {"UNCOMPRESSED": "none", "GZIP": "gzip", "SNAPPY": "snappy"}


class ConversionError(Exception):
    """A record that does not fit the table, with the column and the reason."""


def rows(data: bytes, schema: pa.Schema) -> list[dict[str, Any]]:
    """The rows that one record holds: JSON objects, one after the other. Members that are no columns are left out."""
    return [_row(item, schema) for item in _objects(data)]


def parquet(table_rows: list[dict[str, Any]], schema: pa.Schema, *, compression: str) -> bytes:
    """A Parquet file of these rows."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(table_rows, schema=schema), sink, compression=_COMPRESSIONS[compression])
    return bytes(sink.getvalue().to_pybytes())


def _objects(data: bytes) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder()
    try:
        text = data.decode().strip()
        while text:
            item, end = decoder.raw_decode(text)
            if not isinstance(item, dict):
                raise ConversionError(f"a record is JSON objects, given {text[:end]:.100}")
            yield item
            text = text[end:].lstrip()
    except ValueError as broken:
        raise ConversionError(f"the record is not JSON: {broken}") from broken


def _row(item: dict[str, Any], schema: pa.Schema) -> dict[str, Any]:
    lowered = {name.lower(): value for name, value in item.items()}
    return {field.name: _value(lowered.get(field.name.lower()), field.type, field.name) for field in schema}


def _value(value: Any, kind: pa.DataType, path: str) -> Any:
    if value is None:
        return None
    try:
        return _converted(value, kind, path)
    except (TypeError, ValueError, ArithmeticError, AttributeError) as broken:
        raise ConversionError(f"column {path}: {value!r:.100} is no {kind}") from broken


def _converted(value: Any, kind: pa.DataType, path: str) -> Any:
    if pa.types.is_nested(kind):
        return _nested(value, kind, path)
    for is_kind, convert in _SCALARS:
        if is_kind(kind):
            return convert(value)
    if pa.types.is_timestamp(kind):
        moment = _moment(value)
        return moment if kind.tz else moment.replace(tzinfo=None)
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _nested(value: Any, kind: pa.DataType, path: str) -> Any:
    if pa.types.is_map(kind):
        return [(str(key), _value(item, kind.item_type, f"{path}.{key}")) for key, item in value.items()]
    if pa.types.is_list(kind):
        return [_value(item, kind.value_type, f"{path}[{at}]") for at, item in enumerate(_listed(value))]
    lowered = {name.lower(): item for name, item in value.items()}
    fields = (kind.field(at) for at in range(kind.num_fields))
    return {field.name: _value(lowered.get(field.name.lower()), field.type, f"{path}.{field.name}") for field in fields}


def _whole(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(value)
    return int(value)


def _moment(value: Any) -> datetime:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / _MILLISECONDS, UTC)
    moment = datetime.fromisoformat(value)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}[value.lower()] if value.lower() in ("true", "false") else _refuse(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else _refuse(value)


def _refuse(value: Any) -> Any:
    raise ValueError(value)


_SCALARS: tuple[tuple[Callable[[Any], bool], Callable[[Any], Any]], ...] = (
    (pa.types.is_boolean, _boolean),
    (pa.types.is_integer, _whole),
    (pa.types.is_floating, float),
    (pa.types.is_decimal, lambda value: Decimal(str(value))),
    (pa.types.is_date, date.fromisoformat),
)
