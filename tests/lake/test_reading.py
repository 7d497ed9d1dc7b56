"""Opening the lake: what was shaped is what is read, from files and from S3, of this release and of others."""

import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from building import linked, parsed, rule
from core_case import CREATED, policy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lake.logs import NOON, QUEUE, case_message, contact_message, fill, lake, lines, parquet_of
from moto import mock_aws

from casewright.decide import blank, decide
from casewright.decision import Outcome
from casewright.measures import rows
from casewright.measures.columns import FACTS
from casewright_workbench.lake.files import arrow_schema
from casewright_workbench.lake.metrics import metrics
from casewright_workbench.lake.opening import Bucket, Directory, open_lake
from casewright_workbench.lake.types import UnknownType, arrow_type, duckdb_type

LOG = [
    case_message("a", NOON, "CREATED", fields={"status": "open", "assigned_queue": QUEUE, "f-amount": 3.0}),
    contact_message("k", NOON + timedelta(days=1)),
    case_message("b", NOON + timedelta(days=2), "UPDATED", changed=["status"], fields={"status": "closed"}),
]


def everything(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    found = connection.cursor().execute("SELECT * FROM facts ORDER BY event_timestamp, event_id, recorded_timestamp")
    names = [each[0] for each in found.description or ()]
    return [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in found.fetchall()]


def test_rows_come_back_as_they_went_in(tmp_path: Path) -> None:
    [created, contact, closed] = everything(lake(tmp_path, *LOG))
    assert created["custom_fields"] == {
        "f-amount": {"string_value": None, "double_value": 3.0, "boolean_value": None, "user_arn_value": None}
    }
    assert created["event_timestamp"] == NOON.replace(tzinfo=None)
    assert created["recorded_timestamp"] == datetime(2026, 12, 1)  # noqa: DTZ001 -- DuckDB's plain timestamps are UTC here
    assert (contact["contact_channel"], contact["dt"]) == ("VOICE", "2026-11-17")
    assert closed["changed_field_ids"] == ["status"]


VALUE = st.one_of(st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.text(min_size=1))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.uuids().map(str), VALUE, max_size=5))
def test_any_fields_survive_the_file(tmp_path_factory: pytest.TempPathFactory, fields: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("lake")
    [line] = lines([case_message("a", NOON, "CREATED", fields=fields)], listed=frozenset(fields))
    fill(path, [line])
    [row] = everything(open_lake(Directory(path)))
    sent = json.loads(line.text).get("custom_fields", {})
    read = {
        name: {member: each for member, each in held.items() if each is not None} for name, held in row.get("custom_fields", {}).items()
    }
    assert read == sent
    assert sent.keys() == fields.keys()


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        client.create_bucket(Bucket="lake")
        yield client


def upload(s3: Any, path: Path) -> None:
    for file in path.rglob("*.parquet"):
        s3.put_object(Bucket="lake", Key=f"facts/{file.relative_to(path)}", Body=file.read_bytes())


def test_a_bucket_reads_as_the_directory_does(tmp_path: Path, s3: Any) -> None:
    directory = lake(tmp_path, *LOG, *LOG)
    upload(s3, tmp_path)
    s3.put_object(Bucket="lake", Key="facts/dt=2026-11-16/_SUCCESS", Body=b"")
    s3.put_object(Bucket="lake", Key="errors/dt=2026-11-16/x.parquet", Body=b"no parquet")
    bucket = open_lake(Bucket(s3, "lake"))
    assert everything(bucket) == everything(directory)
    assert metrics(bucket) == metrics(directory) != ()


def test_an_empty_lake_has_its_views(tmp_path: Path, s3: Any) -> None:
    assert metrics(open_lake(Directory(tmp_path))) == ()
    assert metrics(open_lake(Bucket(s3, "lake"))) == ()


@pytest.mark.parametrize("width", [pa.timestamp("us"), pa.timestamp("ns")], ids=str)
def test_files_of_other_writers_and_releases_are_read(tmp_path: Path, s3: Any, width: pa.DataType) -> None:
    table = pq.read_table(io.BytesIO(parquet_of(line.text for line in lines(LOG) if line.dt == "2026-11-16")))
    table = table.set_column(table.schema.get_field_index("event_timestamp"), "event_timestamp", table["event_timestamp"].cast(width))
    table = table.drop_columns(["clock_revision", "recorded_timestamp"]).append_column("of_a_later_release", pa.array([1]))
    fill(tmp_path, [line for line in lines(LOG) if line.dt != "2026-11-16"])
    (tmp_path / "dt=2026-11-16").mkdir()
    pq.write_table(table, tmp_path / "dt=2026-11-16" / "old.parquet")
    upload(s3, tmp_path)
    directory, bucket = open_lake(Directory(tmp_path)), open_lake(Bucket(s3, "lake"))
    assert everything(directory) == everything(bucket)
    assert everything(directory)[0]["event_timestamp"] == NOON.replace(tzinfo=None)
    assert [point.metric for point in metrics(directory)] == ["average_resolution_time", "cases_created", "cases_resolved"]
    described = directory.execute("DESCRIBE facts").fetchall()
    assert [name for name, *_ in described] == [*(column.name for column in FACTS), "dt"]


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    [(found,)] = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(found)


def test_facts_hold_every_copy_and_the_base_views_one_of_each(tmp_path: Path) -> None:
    twice = lines(LOG)
    fill(tmp_path, [*twice, *twice, *lines(LOG)])
    found = open_lake(Directory(tmp_path))
    assert {name: count(found, name) for name in ("facts", "case_events", "case_related_item_events")} == {
        "facts": 9,
        "case_events": 2,
        "case_related_item_events": 1,
    }


def test_the_records_of_an_automation_fit_the_schema() -> None:
    """Every member of every kind of row has the type of its column: what does not fit, the converter refuses."""
    created = parsed(CREATED)
    decided = decide(blank("c1"), created, linked(policy(), rule("note", "case_created")))
    outcome = rows.of_outcome(decided.decision.effects[0], Outcome(status="done"), created.at)
    made = [*rows.of_decision(decided, created), outcome]
    table = pq.read_table(io.BytesIO(parquet_of(line.text for line in lines(made))))
    assert table.schema.equals(arrow_schema())
    for row, read in zip(made, table.to_pylist(), strict=True):
        assert {name for name, value in read.items() if value is not None} == row.keys() - {"dt"} | {"recorded_timestamp"}


def test_the_schema_follows_the_columns() -> None:
    schema = arrow_schema()
    assert schema.names == [column.name for column in FACTS]
    assert schema.field("event_timestamp").type == pa.timestamp("ms")
    value = pa.struct(
        [("string_value", pa.string()), ("double_value", pa.float64()), ("boolean_value", pa.bool_()), ("user_arn_value", pa.string())]
    )
    assert schema.field("custom_fields").type == pa.map_(pa.string(), value)
    assert duckdb_type("array<map<string,struct<a:int>>>") == "MAP(VARCHAR, STRUCT(a INTEGER))[]"


@pytest.mark.parametrize("given_type", ["", "decimal", "array<string", "map<string>", "string>", "struct<a>", "struct<a:>"])
def test_a_type_that_cannot_be_read_is_named(given_type: str) -> None:
    with pytest.raises(UnknownType, match="accepted are string, double"):
        arrow_type(given_type)
