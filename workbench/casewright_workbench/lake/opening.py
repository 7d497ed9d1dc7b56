"""Open the lake: a DuckDB connection that has `facts` and every view of analytics/views."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from casewright.measures.columns import FACTS, PARTITION
from casewright_workbench.lake.types import duckdb_type
from casewright_workbench.lake.views import to_duckdb, views

_DATED: Final = re.compile(rf"(?:^|/){PARTITION.name}=(\d{{4}}-\d\d-\d\d)/[^/]+\.parquet$")


class Directory(msgspec.Struct, frozen=True):
    """A lake in files: `dt=YYYY-MM-DD/*.parquet` under the path."""

    path: Path


class Bucket(msgspec.Struct, frozen=True):
    """A lake on S3, read with a client given by the caller (DuckDB cannot reach moto inside the process)."""

    client: Any
    name: str
    prefix: str = "facts/"


Source: TypeAlias = Directory | Bucket


def open_lake(source: Source) -> duckdb.DuckDBPyConnection:
    """Connect to what the lake holds now: of a bucket a copy in memory, of a directory the files as queries find them."""
    connection = duckdb.connect()
    stored: str | None
    match source:
        case Directory(path=path):
            stored = _files(path) if _any(path) else None
        case Bucket():
            stored = _copied(source, connection)
    connection.execute(_facts(stored))
    for view in views():
        connection.execute(to_duckdb(view.statement))
    return connection


def _facts(stored: str | None) -> str:
    """Cast to the types of the columns: files of older releases lack columns, Firehose writes timestamps of another width."""
    types = [(column.name, duckdb_type(column.glue_type)) for column in (*FACTS, PARTITION)]
    none = ", ".join(f"NULL::{kind} AS {name}" for name, kind in types)
    parts = [f"SELECT {none} WHERE false", *([f"SELECT * FROM {stored}"] if stored else [])]  # noqa: S608 -- our own columns
    columns = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in types)
    return f"CREATE VIEW facts AS SELECT {columns} FROM ({' UNION ALL BY NAME '.join(parts)})"  # noqa: S608 -- same


def _any(path: Path) -> bool:
    return next(path.glob(f"{PARTITION.name}=*/*.parquet"), None) is not None


def _files(path: Path) -> str:
    pattern = f"{path}/{PARTITION.name}=*/*.parquet".replace("'", "''")
    return f"read_parquet('{pattern}', hive_partitioning = true, hive_types_autocast = false, union_by_name = true)"


def _copied(bucket: Bucket, connection: duckdb.DuckDBPyConnection) -> str:
    """Copy into a table, which every cursor of the connection sees; a registered Arrow table is seen by one only."""
    nothing = pa.table({PARTITION.name: pa.array([], pa.string())})
    connection.register("arriving", pa.concat_tables([nothing, *_tables(bucket)], promote_options="permissive"))
    connection.execute("CREATE TABLE stored AS SELECT * FROM arriving")
    connection.unregister("arriving")
    return "stored"


def _tables(bucket: Bucket) -> Iterator[pa.Table]:
    pages = bucket.client.get_paginator("list_objects_v2").paginate(Bucket=bucket.name, Prefix=bucket.prefix)
    for key in (each["Key"] for page in pages for each in page.get("Contents", ())):
        if found := _DATED.search(key):
            body = bucket.client.get_object(Bucket=bucket.name, Key=key)["Body"].read()
            table = pq.read_table(io.BytesIO(body))
            yield table.append_column(PARTITION.name, pa.array([found[1]] * table.num_rows, pa.string()))
