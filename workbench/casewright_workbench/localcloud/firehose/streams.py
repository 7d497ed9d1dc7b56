"""Delivery streams as state: their settings read once, and the records they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from casewright_workbench.localcloud.service import ServiceError

_MEGABYTE = 1024 * 1024
_LEAST_CONVERTING_MEGABYTES = 64
_SUPPORTED_PROCESSORS = ("Lambda", "AppendDelimiterToRecord")


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it was put, or as the function made of it."""

    id: str
    data: bytes
    arrived_at: datetime
    partition_keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """What an extended S3 destination says, with the defaults filled in."""

    bucket: str
    role_arn: str
    prefix: str
    error_prefix: str
    size_bytes: int
    interval: timedelta
    compression: str
    extension: str
    partitions_by_keys: bool
    function_arn: str | None
    function_retries: int
    function_batch_bytes: int
    delimiter: bytes
    table: tuple[str, str] | None
    parquet_compression: str
    backup: "Settings | None"


@dataclass(slots=True)
class Stream:
    """A delivery stream and its buffer."""

    name: str
    arn: str
    created_at: datetime
    destination: dict[str, Any]
    settings: Settings
    tags: dict[str, str] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    size: int = 0
    retry_at: datetime | None = None

    def add(self, record: Record) -> None:
        """Buffer a record."""
        self.records.append(record)
        self.size += len(record.data)

    def due_at(self) -> datetime | None:
        """When the buffer is delivered: full at once, else its interval after the first record; None while it is empty."""
        if not self.records:
            return None
        first = self.records[0].arrived_at
        due = first if self.size >= self.settings.size_bytes else first + self.settings.interval
        return max(due, self.retry_at) if self.retry_at is not None else due

    def take(self) -> list[Record]:
        """Empty the buffer."""
        taken, self.records, self.size = self.records, [], 0
        return taken


def read_settings(configuration: Mapping[str, Any]) -> Settings:
    """The settings of a destination; refuses what this Firehose does not do rather than ignore it."""
    partitions = configuration.get("DynamicPartitioningConfiguration", {}).get("Enabled", False)
    conversion = configuration.get("DataFormatConversionConfiguration", {})
    converts = bool(conversion) and conversion.get("Enabled", True)
    processors = _processors(configuration)
    function = processors.get("Lambda", {})
    hints = configuration.get("BufferingHints", {})
    megabytes = hints.get("SizeInMBs", 128 if converts else 5)
    if (partitions or converts) and megabytes < _LEAST_CONVERTING_MEGABYTES:
        reason = f"with dynamic partitioning or format conversion it is at least {_LEAST_CONVERTING_MEGABYTES}"
        raise invalid(f"BufferingHints.SizeInMBs is {megabytes}; {reason}")
    compression = configuration.get("CompressionFormat", "UNCOMPRESSED")
    if compression not in ("UNCOMPRESSED", "GZIP"):
        raise invalid(f"CompressionFormat {compression} is not emulated; UNCOMPRESSED and GZIP are")
    if converts and compression != "UNCOMPRESSED":
        raise invalid(f"CompressionFormat is {compression}; with format conversion it is UNCOMPRESSED, Parquet compresses itself")
    return Settings(
        bucket=configuration["BucketARN"].rpartition(":")[2],
        role_arn=configuration["RoleARN"],
        prefix=configuration.get("Prefix", ""),
        error_prefix=_error_prefix(configuration, partitions=partitions),
        size_bytes=megabytes * _MEGABYTE,
        interval=timedelta(seconds=hints.get("IntervalInSeconds", 300)),
        compression=compression,
        extension=configuration.get("FileExtension", ""),
        partitions_by_keys=partitions,
        function_arn=function.get("LambdaArn"),
        function_retries=int(function.get("NumberOfRetries", "3")),
        function_batch_bytes=int(float(function.get("BufferSizeInMBs", "1")) * _MEGABYTE),
        delimiter=processors.get("AppendDelimiterToRecord", {}).get("Delimiter", "").replace("\\n", "\n").encode(),
        table=_table(conversion) if converts else None,
        parquet_compression=_parquet(conversion).get("Compression", "SNAPPY") if converts else "",
        backup=_backup(configuration),
    )


def invalid(message: str) -> ServiceError:
    """InvalidArgumentException."""
    return ServiceError("InvalidArgumentException", message)


def _processors(configuration: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    processing = configuration.get("ProcessingConfiguration", {})
    found: dict[str, dict[str, str]] = {}
    for processor in processing.get("Processors", ()) if processing.get("Enabled", False) else ():
        if processor["Type"] not in _SUPPORTED_PROCESSORS:
            raise invalid(f"Processor {processor['Type']} is not emulated; {' and '.join(_SUPPORTED_PROCESSORS)} are")
        found[processor["Type"]] = {each["ParameterName"]: each["ParameterValue"] for each in processor.get("Parameters", ())}
    if "Lambda" in found and "LambdaArn" not in found["Lambda"]:
        raise invalid("Processor Lambda lacks the parameter LambdaArn")
    return found


def _error_prefix(configuration: Mapping[str, Any], *, partitions: bool) -> str:
    prefix, error_prefix = configuration.get("Prefix", ""), configuration.get("ErrorOutputPrefix", "")
    if "!{" in prefix and not error_prefix:
        raise invalid("ErrorOutputPrefix is required when Prefix holds expressions")
    if "!{partitionKey" in prefix and not partitions:
        raise invalid("Prefix uses partition keys, so DynamicPartitioningConfiguration must be enabled")
    if partitions and "!{partitionKey" not in prefix:
        raise invalid("DynamicPartitioningConfiguration is enabled, so Prefix must use !{partitionKeyFromLambda:...}")
    if "!{partitionKey" in error_prefix:
        raise invalid("ErrorOutputPrefix cannot use partition keys")
    return str(error_prefix)


def _table(conversion: Mapping[str, Any]) -> tuple[str, str]:
    schema = conversion.get("SchemaConfiguration", {})
    if "ParquetSerDe" not in conversion.get("OutputFormatConfiguration", {}).get("Serializer", {}):
        raise invalid("DataFormatConversionConfiguration: of the serializers only ParquetSerDe is emulated")
    if "DatabaseName" not in schema or "TableName" not in schema:
        raise invalid("DataFormatConversionConfiguration: SchemaConfiguration names DatabaseName and TableName")
    return schema["DatabaseName"], schema["TableName"]


def _parquet(conversion: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = conversion["OutputFormatConfiguration"]["Serializer"]["ParquetSerDe"]
    return found


def _backup(configuration: Mapping[str, Any]) -> Settings | None:
    if configuration.get("S3BackupMode", "Disabled") == "Disabled":
        return None
    if "S3BackupConfiguration" not in configuration:
        raise invalid("S3BackupMode is Enabled, so S3BackupConfiguration is required")
    return read_settings(configuration["S3BackupConfiguration"])
