"""From a full buffer to objects on S3: transform, partition, convert, write; what fails goes to the error prefix."""

import base64
import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from .converting import ConversionError, parquet, rows
from .prefixes import PrefixError, object_name, worked_out
from .streams import Record, Settings, Stream
from .transforming import Failure, Invoke, transformed

_MOST_PARTITIONS = 500
PutObject = Callable[[str, str, str, bytes], None]
"""(role ARN, bucket, key, content)"""
Tables = Mapping[tuple[str, str], pa.Schema]


class Deliverer:
    """Writes buffers to S3."""

    def __init__(self, *, put_object: PutObject, invoke: Invoke, tables: Tables) -> None:
        self._put_object = put_object
        self._invoke = invoke
        self._tables = tables
        self._serial = 0

    def deliver(self, stream: Stream, records: list[Record], *, at: datetime) -> None:
        """Write everything that `records` become."""
        settings = stream.settings
        if settings.backup is not None:
            prefix = worked_out(settings.backup.prefix, at=records[0].arrived_at)
            self._write(stream, settings.backup, prefix, b"".join(record.data for record in records), at=at, extension="")
        passed, failures = transformed(stream, records, self._invoke)
        partitions, unplaced = _partitions(passed, settings)
        failures.extend(unplaced)
        for prefix, members in partitions.items():
            failures.extend(self._partition(stream, prefix, members, at=at))
        self._failures(stream, failures, at=at)

    def _partition(self, stream: Stream, prefix: str, records: list[Record], *, at: datetime) -> list[Failure]:
        settings = stream.settings
        if settings.table is None:
            content = b"".join(record.data + settings.delimiter for record in records)
            self._write(stream, settings, prefix, content, at=at, extension=settings.extension)
            return []
        schema = self._tables.get(settings.table)
        if schema is None:
            known = ", ".join(".".join(name) for name in self._tables) or "none"
            reason = f"the Glue table {'.'.join(settings.table)} is not known; known are {known}"
            return [Failure(record, "format-conversion-failed", "DataFormatConversion.InvalidSchema", reason) for record in records]
        table_rows: list[dict[str, Any]] = []
        failures: list[Failure] = []
        for record in records:
            try:
                table_rows.extend(rows(record.data, schema))
            except ConversionError as unfit:
                failures.append(Failure(record, "format-conversion-failed", "DataFormatConversion.ParseError", str(unfit)))
        if table_rows:
            content = parquet(table_rows, schema, compression=settings.parquet_compression)
            self._write(stream, settings, prefix, content, at=at, extension=settings.extension or ".parquet")
        return failures

    def _failures(self, stream: Stream, failures: Iterable[Failure], *, at: datetime) -> None:
        by_kind: dict[str, list[Failure]] = defaultdict(list)
        for failure in failures:
            by_kind[failure.kind].append(failure)
        for kind, members in by_kind.items():
            prefix = worked_out(stream.settings.error_prefix, at=members[0].record.arrived_at, error_type=kind)
            lines = (json.dumps(_shown(failure, stream.settings, at)) for failure in members)
            self._write(stream, stream.settings, prefix, "\n".join(lines).encode(), at=at, extension="")

    def _write(self, stream: Stream, settings: Settings, prefix: str, content: bytes, *, at: datetime, extension: str) -> None:
        self._serial += 1
        if settings.compression == "GZIP":
            content, extension = gzip.compress(content), extension or ".gz"
        key = prefix + object_name(stream.name, at, self._serial, extension)
        self._put_object(settings.role_arn, settings.bucket, key, content)


def _partitions(records: list[Record], settings: Settings) -> tuple[dict[str, list[Record]], list[Failure]]:
    """Records by the prefix they belong under. The time in a prefix is that of the oldest record."""
    found: dict[str, list[Record]] = defaultdict(list)
    failures: list[Failure] = []
    if not records:
        return found, failures
    oldest = records[0].arrived_at
    for record in records:
        try:
            prefix = worked_out(settings.prefix, at=oldest, partition_keys=record.partition_keys)
        except PrefixError as unplaced:
            failures.append(Failure(record, "partitioning-failed", "DynamicPartitioning.MetadataNotFound", str(unplaced)))
            continue
        if prefix not in found and len(found) >= _MOST_PARTITIONS:
            reason = f"the buffer has more than {_MOST_PARTITIONS} partitions"
            failures.append(Failure(record, "partitioning-failed", "DynamicPartitioning.ActivePartitionsLimitExceeded", reason))
            continue
        found[prefix].append(record)
    return found, failures


def _shown(failure: Failure, settings: Settings, at: datetime) -> dict[str, Any]:
    return {
        "attemptsMade": failure.attempts,
        "arrivalTimestamp": int(failure.record.arrived_at.timestamp() * 1000),
        "errorCode": failure.code,
        "errorMessage": failure.message,
        "attemptEndingTimestamp": int(at.timestamp() * 1000),
        "rawData": base64.b64encode(failure.record.data).decode("ascii"),
        "lambdaArn": settings.function_arn,
    }
