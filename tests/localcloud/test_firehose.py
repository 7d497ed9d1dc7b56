"""Delivery streams: buffers, the transforming function, partitions, Parquet and the error prefix."""

import base64
import gzip
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from casewright_workbench.localcloud.cloud import LocalCloud
from casewright_workbench.localcloud.firehose.converting import ConversionError, rows
from casewright_workbench.localcloud.firehose.prefixes import PrefixError, worked_out
from casewright_workbench.localcloud.runtime import FunctionRuntime

Client = Callable[[str], Any]
ROLE = "arn:aws:iam::111122223333:role/delivery"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:shape"
SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("amount", pa.float64()),
        ("count", pa.int64()),
        ("is_late", pa.bool_()),
        ("at", pa.timestamp("ms")),
        ("day", pa.date32()),
        ("tags", pa.list_(pa.string())),
        ("fields", pa.map_(pa.string(), pa.struct([("string_value", pa.string()), ("double_value", pa.float64())]))),
    ]
)


@pytest.fixture
def firehose(client: Client) -> Any:
    client("s3").create_bucket(Bucket="lake")
    return client("firehose")


def configuration(**changes: Any) -> dict[str, Any]:
    return {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::lake", "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60}, **changes}


def with_function(**parameters: str) -> dict[str, Any]:
    named = {"LambdaArn": f"{FUNCTION}:$LATEST", **parameters}
    return {"Type": "Lambda", "Parameters": [{"ParameterName": name, "ParameterValue": value} for name, value in named.items()]}


def partitioned(**changes: Any) -> dict[str, Any]:
    return configuration(
        Prefix="facts/kind=!{partitionKeyFromLambda:kind}/dt=!{partitionKeyFromLambda:dt}/",
        ErrorOutputPrefix="errors/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/",
        DynamicPartitioningConfiguration={"Enabled": True},
        ProcessingConfiguration={"Enabled": True, "Processors": [with_function(NumberOfRetries="1")]},
        BufferingHints={"SizeInMBs": 64, "IntervalInSeconds": 60},
        **changes,
    )


def converting() -> dict[str, Any]:
    return partitioned(
        DataFormatConversionConfiguration={
            "Enabled": True,
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
            "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
            "SchemaConfiguration": {"DatabaseName": "lake", "TableName": "facts", "RoleARN": ROLE},
        }
    )


def create(firehose: Any, settings: dict[str, Any]) -> None:
    firehose.create_delivery_stream(DeliveryStreamName="facts", ExtendedS3DestinationConfiguration=settings)


def put(firehose: Any, *records: Any) -> None:
    datas = [record if isinstance(record, bytes) else json.dumps(record).encode() for record in records]
    answer = firehose.put_record_batch(DeliveryStreamName="facts", Records=[{"Data": data} for data in datas])
    assert answer["FailedPutCount"] == 0


def keys(client: Client, prefix: str = "") -> list[str]:
    return [item["Key"] for item in client("s3").list_objects_v2(Bucket="lake", Prefix=prefix).get("Contents", [])]


def objects(client: Client, prefix: str = "") -> dict[str, bytes]:
    s3 = client("s3")
    return {key: s3.get_object(Bucket="lake", Key=key)["Body"].read() for key in keys(client, prefix)}


def errors(client: Client, prefix: str) -> list[dict[str, Any]]:
    (content,) = objects(client, prefix).values()
    return [json.loads(line) for line in content.splitlines()]


def shape(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """A transforming function: each record says what is to become of it."""
    records = []
    for record in event["records"]:
        wanted = json.loads(base64.b64decode(record["data"]))
        data = base64.b64encode(json.dumps(wanted.get("row", wanted)).encode()).decode()
        keys = {name: wanted[name] for name in ("kind", "dt") if name in wanted}
        answer = {"recordId": record["recordId"], "result": wanted.get("result", "Ok"), "data": data}
        records.append({**answer, "metadata": {"partitionKeys": keys}})
    return {"records": records}


def test_a_buffer_is_delivered_after_its_interval(cloud: LocalCloud, client: Client, firehose: Any, runtime: FunctionRuntime) -> None:
    create(firehose, configuration(Prefix="raw/"))
    put(firehose, b"a\n", b"b\n")
    runtime.run_until(cloud.clock.now() + timedelta(seconds=59))
    assert objects(client) == {}
    runtime.run_until(cloud.clock.now() + timedelta(seconds=1))
    ((key, content),) = objects(client).items()
    assert key.startswith("raw/2026/01/05/09/facts-1-2026-01-05-09-01-00-")
    assert content == b"a\nb\n"
    assert {call.principal_arn for call in cloud.calls if call.operation == "PutObject"} == {ROLE}


def test_a_full_buffer_is_delivered_at_once(client: Client, firehose: Any, runtime: FunctionRuntime) -> None:
    create(firehose, configuration())
    put(firehose, b"x" * 600_000)
    assert runtime.pump() == 0
    put(firehose, b"x" * 600_000)
    assert runtime.pump() == 1
    assert [len(content) for content in objects(client).values()] == [1_200_000]


def test_records_get_a_delimiter_and_are_compressed(cloud: LocalCloud, client: Client, firehose: Any) -> None:
    processor = {"Type": "AppendDelimiterToRecord", "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}]}
    create(firehose, configuration(ProcessingConfiguration={"Enabled": True, "Processors": [processor]}, CompressionFormat="GZIP"))
    put(firehose, b"a", b"b")
    cloud.firehose.flush()
    ((key, content),) = objects(client).items()
    assert key.endswith(".gz")
    assert gzip.decompress(content) == b"a\nb\n"


def test_the_function_is_called_as_firehose_calls_it(cloud: LocalCloud, firehose: Any, runtime: FunctionRuntime) -> None:
    seen: list[dict[str, Any]] = []

    def note(event: dict[str, Any], context: Any) -> Any:
        seen.append(event)
        return shape(event, context)

    runtime.register("shape", note)
    create(firehose, partitioned())
    put(firehose, {"kind": "a", "dt": "2026-01-01"})
    cloud.firehose.flush()
    (event,) = seen
    assert event["deliveryStreamArn"] == "arn:aws:firehose:us-east-1:111122223333:deliverystream/facts"
    assert (event["region"], event["records"][0]["approximateArrivalTimestamp"]) == ("us-east-1", 1767603600000)
    assert set(event) == {"invocationId", "deliveryStreamArn", "region", "records"}


def test_records_go_to_their_partitions_and_dropped_ones_nowhere(
    cloud: LocalCloud, client: Client, firehose: Any, runtime: FunctionRuntime
) -> None:
    runtime.register("shape", shape)
    create(firehose, partitioned())
    put(
        firehose,
        {"kind": "a", "dt": "2026-01-01", "row": 1},
        {"kind": "b", "dt": "2026-01-01", "row": 2},
        {"kind": "a", "dt": "2026-01-01", "row": 3},
    )
    put(firehose, {"result": "Dropped"})
    cloud.firehose.flush()
    found = {key.rpartition("/")[0]: content for key, content in objects(client).items()}
    assert found == {"facts/kind=a/dt=2026-01-01": b"13", "facts/kind=b/dt=2026-01-01": b"2"}


def test_failed_records_go_to_the_error_prefix_with_the_reason(
    cloud: LocalCloud, client: Client, firehose: Any, runtime: FunctionRuntime
) -> None:
    runtime.register("shape", shape)
    create(firehose, partitioned())
    put(firehose, {"result": "ProcessingFailed"}, {"result": "Maybe"}, {"kind": "a"})
    cloud.firehose.flush()
    failed, unknown = errors(client, "errors/processing-failed/2026-01-05/")
    assert (failed["errorCode"], json.loads(base64.b64decode(failed["rawData"]))) == (
        "Lambda.ProcessingFailedStatus",
        {"result": "ProcessingFailed"},
    )
    assert "'Maybe'" in unknown["errorMessage"]
    (unplaced,) = errors(client, "errors/partitioning-failed/")
    assert "partition key dt" in unplaced["errorMessage"]


def test_a_function_that_raises_is_tried_again(cloud: LocalCloud, client: Client, firehose: Any, runtime: FunctionRuntime) -> None:
    attempts: list[int] = []

    def flaky(event: dict[str, Any], context: Any) -> Any:
        attempts.append(1)
        if len(attempts) == 1:
            raise OSError("not now")
        return shape(event, context)

    runtime.register("shape", flaky)
    create(firehose, partitioned())
    put(firehose, {"kind": "a", "dt": "d"})
    cloud.firehose.flush()
    assert (len(attempts), [key[:5] for key in objects(client)]) == (2, ["facts"])


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (OSError("always"), "Lambda.FunctionError"),
        ("nonsense", "Lambda.InvalidResponse"),
        ({"records": []}, "Lambda.MissingRecordId"),
        ({"records": [{"recordId": "other", "result": "Ok", "data": ""}]}, "Lambda.DuplicatedRecordId"),
    ],
)
def test_answers_that_cannot_be_used_fail_the_batch(
    cloud: LocalCloud, client: Client, firehose: Any, runtime: FunctionRuntime, answer: Any, code: str
) -> None:
    def answering(_event: dict[str, Any], _context: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    runtime.register("shape", answering)
    create(firehose, partitioned())
    put(firehose, {"kind": "a", "dt": "d"})
    cloud.firehose.flush()
    (failed,) = errors(client, "errors/processing-failed/")
    assert failed["errorCode"] == code


def test_rows_become_parquet_of_the_registered_table(cloud: LocalCloud, client: Client, firehose: Any, runtime: FunctionRuntime) -> None:
    runtime.register("shape", shape)
    cloud.firehose.register_table("lake", "facts", SCHEMA)
    create(firehose, converting())
    row = {"Event_Id": "e-1", "amount": 2, "at": "2026-01-05T10:00:00.250Z", "fields": {"f1": {"string_value": "x"}}, "unknown": 1}
    put(firehose, {"kind": "a", "dt": "d", "row": row}, {"kind": "a", "dt": "d", "row": {"count": "many"}})
    cloud.firehose.flush()
    ((key, content),) = objects(client, "facts/").items()
    assert key.endswith(".parquet")
    table = pq.read_table(io.BytesIO(content))
    assert table.schema.equals(SCHEMA)
    (read,) = table.to_pylist()
    assert (read["event_id"], read["amount"], read["count"], read["at"].isoformat()) == ("e-1", 2.0, None, "2026-01-05T10:00:00.250000")
    assert read["fields"] == [("f1", {"string_value": "x", "double_value": None})]
    (failed,) = errors(client, "errors/format-conversion-failed/")
    assert "column count: 'many' is no int64" in failed["errorMessage"]


def test_an_unknown_table_fails_the_conversion(cloud: LocalCloud, client: Client, firehose: Any, runtime: FunctionRuntime) -> None:
    runtime.register("shape", shape)
    create(firehose, converting())
    put(firehose, {"kind": "a", "dt": "d", "row": {}})
    cloud.firehose.flush()
    assert "lake.facts is not known" in errors(client, "errors/format-conversion-failed/")[0]["errorMessage"]


def test_more_partitions_than_allowed_overflow(cloud: LocalCloud, client: Client, firehose: Any, runtime: FunctionRuntime) -> None:
    runtime.register("shape", shape)
    create(firehose, partitioned())
    for start in (0, 300):
        put(firehose, *({"kind": "a", "dt": str(number)} for number in range(start, start + 251)))
    cloud.firehose.flush()
    assert len(keys(client, "facts/")) == 500
    assert {error["errorCode"] for error in errors(client, "errors/")} == {"DynamicPartitioning.ActivePartitionsLimitExceeded"}


def test_the_raw_records_are_backed_up(cloud: LocalCloud, client: Client, firehose: Any, runtime: FunctionRuntime) -> None:
    runtime.register("shape", shape)
    backup = {"S3BackupMode": "Enabled", "S3BackupConfiguration": configuration(Prefix="backup/")}
    create(firehose, partitioned(**backup))
    put(firehose, {"result": "Dropped"})
    cloud.firehose.flush()
    assert [(key[:7], content) for key, content in objects(client).items()] == [("backup/", b'{"result": "Dropped"}')]


def test_records_stay_when_the_bucket_is_not_there(cloud: LocalCloud, client: Client, firehose: Any) -> None:
    create(firehose, configuration(BucketARN="arn:aws:s3:::missing"))
    put(firehose, b"a")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        cloud.firehose.flush()
    client("s3").create_bucket(Bucket="missing")
    cloud.clock.skip_to(cloud.clock.now() + timedelta(minutes=1))
    cloud.firehose.run_timers()
    assert client("s3").list_objects_v2(Bucket="missing")["KeyCount"] == 1


def test_throttled_records_fail_one_by_one(cloud: LocalCloud, firehose: Any) -> None:
    create(firehose, configuration())
    cloud.firehose.throttled_records = 1
    answer = firehose.put_record_batch(DeliveryStreamName="facts", Records=[{"Data": b"a"}, {"Data": b"b"}])
    assert answer["FailedPutCount"] == 1
    assert answer["RequestResponses"][0]["ErrorCode"] == "ServiceUnavailableException"
    assert "RecordId" in answer["RequestResponses"][1]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (configuration(Prefix="a/!{timestamp:yyyy}/"), "ErrorOutputPrefix is required"),
        (
            configuration(Prefix="a/!{partitionKeyFromLambda:dt}/", ErrorOutputPrefix="e/"),
            "DynamicPartitioningConfiguration must be enabled",
        ),
        ({**partitioned(), "Prefix": "a/"}, "Prefix must use"),
        ({**partitioned(), "BufferingHints": {"SizeInMBs": 5}}, "at least 64"),
        ({**converting(), "CompressionFormat": "GZIP"}, "Parquet compresses itself"),
        (configuration(CompressionFormat="Snappy"), "not emulated"),
        (configuration(S3BackupMode="Enabled"), "S3BackupConfiguration is required"),
        (configuration(ProcessingConfiguration={"Enabled": True, "Processors": [{"Type": "MetadataExtraction"}]}), "not emulated"),
    ],
)
def test_destinations_that_cannot_work_are_refused(firehose: Any, settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ClientError, match=reason) as raised:
        create(firehose, settings)
    assert raised.value.response["Error"]["Code"] == "InvalidArgumentException"


def test_streams_are_described_listed_and_deleted(firehose: Any) -> None:
    create(firehose, partitioned(S3BackupMode="Enabled", S3BackupConfiguration=configuration()))
    described = firehose.describe_delivery_stream(DeliveryStreamName="facts")["DeliveryStreamDescription"]
    assert described["DeliveryStreamStatus"] == "ACTIVE"
    destination = described["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert (destination["CompressionFormat"], destination["S3BackupDescription"]["BucketARN"]) == ("UNCOMPRESSED", "arn:aws:s3:::lake")
    assert firehose.list_delivery_streams()["DeliveryStreamNames"] == ["facts"]
    firehose.delete_delivery_stream(DeliveryStreamName="facts")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        firehose.put_record(DeliveryStreamName="facts", Record={"Data": b""})


def test_a_rule_delivers_to_a_stream(cloud: LocalCloud, client: Client, firehose: Any) -> None:
    create(firehose, configuration())
    client("events").put_rule(Name="all", EventPattern='{"source": ["shop"]}')
    arn = "arn:aws:firehose:us-east-1:111122223333:deliverystream/facts"
    client("events").put_targets(Rule="all", Targets=[{"Id": "1", "Arn": arn, "RoleArn": ROLE}])
    client("events").put_events(Entries=[{"Source": "shop", "DetailType": "d", "Detail": '{"a": 1}'}])
    cloud.firehose.flush()
    (content,) = objects(client).values()
    assert json.loads(content)["detail"] == {"a": 1}


@pytest.mark.parametrize(
    ("prefix", "result"),
    [
        ("a/", "a/2026/01/05/09/"),
        ("", "2026/01/05/09/"),
        ("y=!{timestamp:yyyy}/m=!{timestamp:MM}/", "y=2026/m=01/"),
        ("!{timestamp:'year='yyyy'/doy='DDD}/", "year=2026/doy=005/"),
    ],
)
def test_prefixes_are_worked_out(cloud: LocalCloud, prefix: str, result: str) -> None:
    assert worked_out(prefix, at=cloud.clock.now()) == result


@pytest.mark.parametrize("prefix", ["!{timestamp:QQQ}", "!{firehose:color}", "!{partitionKeyFromLambda:none}"])
def test_expressions_that_are_not_known_are_refused(cloud: LocalCloud, prefix: str) -> None:
    with pytest.raises(PrefixError):
        worked_out(prefix, at=cloud.clock.now())


@pytest.mark.parametrize(
    ("column", "given", "read"),
    [
        ("event_id", {"a": 1}, '{"a":1}'),
        ("event_id", 5, "5"),
        ("count", "7", 7),
        ("count", 7.0, 7),
        ("amount", "1.5", 1.5),
        ("is_late", "TRUE", True),
        ("tags", ["a", None], ["a", None]),
    ],
)
def test_values_are_read_as_the_column_says(column: str, given: Any, read: Any) -> None:
    (row,) = rows(json.dumps({column: given}).encode(), SCHEMA)
    assert row[column] == read


@pytest.mark.parametrize(
    ("column", "given"),
    [("count", 1.5), ("count", True), ("amount", "x"), ("is_late", "yes"), ("at", "noon"), ("day", 5), ("tags", "a"), ("fields", [])],
)
def test_values_that_do_not_fit_are_refused_with_the_column(column: str, given: Any) -> None:
    with pytest.raises(ConversionError, match=f"column {column}"):
        rows(json.dumps({column: given}).encode(), SCHEMA)


def test_a_record_may_hold_several_objects() -> None:
    assert [row["count"] for row in rows(b'{"count": 1}{"count": 2}\n{"count": 3}', SCHEMA)] == [1, 2, 3]
    with pytest.raises(ConversionError, match="JSON objects"):
        rows(b"[1]", SCHEMA)
