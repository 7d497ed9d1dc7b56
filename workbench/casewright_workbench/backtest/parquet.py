"""The Parquet files of the lake: their rows about events, as JSON."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from casewright.measures.columns import FACTS
from casewright_workbench.backtest.rows import EVENT_KINDS, EventRow
from casewright_workbench.lake.types import arrow_type

_BATCH: Final = 2000
_TYPES: Final = {column.name: arrow_type(column.glue_type) for column in FACTS if column.name in EventRow.__struct_fields__}


def row_texts(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each row about an event with its number, from 1. A stream that cannot be searched is copied to a temporary file first.

    Raises:
        OSError: it cannot be read, or not further.
    """
    with tempfile.TemporaryFile() as copy:
        if not stream.seekable():
            shutil.copyfileobj(stream, copy)
            stream = copy
        try:
            yield from _rows(pq.ParquetFile(stream))
        except pa.ArrowException as error:
            raise OSError(str(error)) from error


def _rows(file: pq.ParquetFile) -> Iterator[tuple[int, bytes]]:
    present = [name for name in file.schema_arrow.names if name in _TYPES]
    number = 0
    for batch in file.iter_batches(_BATCH, columns=present):
        yield from _of_events(batch, number)
        number += batch.num_rows


def _of_events(batch: pa.RecordBatch, before: int) -> Iterator[tuple[int, bytes]]:
    table = pa.table({name: batch.column(name).cast(_TYPES[name], safe=False) for name in batch.schema.names})
    if "kind" not in table.column_names:
        return
    chosen = table.append_column("row", pa.array(range(before + 1, before + 1 + table.num_rows)))
    chosen = chosen.filter(pc.is_in(table["kind"], pa.array(sorted(EVENT_KINDS))))
    for row in chosen.to_pylist(maps_as_pydicts="strict"):
        yield row.pop("row"), msgspec.json.encode(_without_nulls(row))


def _without_nulls(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without_nulls(each) for name, each in value.items() if each is not None}
        case datetime():
            return value.replace(tzinfo=UTC)
        case _:
            return value
