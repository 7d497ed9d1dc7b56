"""Lines of JSON as the Parquet files of the lake, as a converting Firehose writes them."""

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from casewright.measures.columns import FACTS
from casewright_workbench.lake.types import arrow_type


def arrow_schema() -> pa.Schema:
    """The schema of a file of `facts`: its columns without the partition, which the path holds."""
    return pa.schema([pa.field(column.name, arrow_type(column.glue_type)) for column in FACTS])


def parquet_of(lines: Iterable[bytes]) -> bytes:
    """One Parquet file of these lines; a member that is no column is dropped, a missing one is null.

    Raises:
        pyarrow.ArrowInvalid, pyarrow.ArrowTypeError: a value has not its column's type, where Firehose would fail the record.
    """
    schema = arrow_schema()
    rows = [msgspec.json.decode(line, type=dict[str, Any]) for line in lines]
    columns = [pa.array([_value(row.get(field.name), field.type) for row in rows], type=field.type) for field in schema]
    file = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=schema), file, compression="snappy")
    return file.getvalue()


def _value(given: object, kind: pa.DataType) -> object:
    if pa.types.is_timestamp(kind) and isinstance(given, str):
        return datetime.fromisoformat(given).astimezone(UTC).replace(tzinfo=None)
    if pa.types.is_map(kind) and isinstance(given, Mapping):
        return list(given.items())
    return given
