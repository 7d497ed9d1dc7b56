"""The Firehose API: delivery streams to S3, and records put on them."""

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from casewright_workbench.localcloud.events.delivery import DeliveryFailedError
from casewright_workbench.localcloud.service import LOCAL_ACCOUNT, LOCAL_REGION, Caller, Clock, Request, Response, ServiceError

from .delivering import Deliverer, PutObject
from .streams import Record, Stream, invalid, read_settings
from .transforming import Invoke

_MOST_BATCH_BYTES = 4 * 1024 * 1024
_RETRY = timedelta(minutes=1)
_FIRST_ID = 49_000_000_000_000_000_000_000_000


class FirehoseService:
    """Firehose with extended S3 destinations.

    `tables` holds the Parquet schema of each Glue table by (database, table), without its partition columns; set it with
    `register_table`. `throttled_records` makes that many of the next records of PutRecordBatch fail, as Firehose does under load.
    """

    name = "firehose"

    def __init__(self, *, clock: Clock, put_object: PutObject, account: str = LOCAL_ACCOUNT, region: str = LOCAL_REGION) -> None:
        self._clock = clock
        self._prefix = f"arn:aws:firehose:{region}:{account}:deliverystream/"
        self._streams: dict[str, Stream] = {}
        self._serial = 0
        self.tables: dict[tuple[str, str], pa.Schema] = {}
        self.invoke_function: Invoke = _no_functions
        self.throttled_records = 0
        self._deliverer = Deliverer(put_object=put_object, invoke=self._invoke, tables=self.tables)

    def register_table(self, database: str, table: str, schema: pa.Schema) -> None:
        """Give the schema that a stream's SchemaConfiguration refers to."""
        self.tables[database, table] = schema

    def deliver(self, stream_arn: str, data: bytes) -> None:
        """Put a record on behalf of EventBridge; raises DeliveryFailedError."""
        stream = self._streams.get(stream_arn.removeprefix(self._prefix))
        if stream is None:
            raise DeliveryFailedError("NO_RESOURCE", f"there is no delivery stream {stream_arn}")
        self._put(stream, data)

    def next_timer(self) -> datetime | None:
        """When the next buffer is delivered."""
        return min((due for stream in self._streams.values() if (due := stream.due_at()) is not None), default=None)

    def run_timers(self) -> None:
        """Deliver the buffers that are due."""
        now = self._clock.now()
        for stream in tuple(self._streams.values()):
            due = stream.due_at()
            if due is not None and due <= now:
                self._deliver(stream)

    def flush(self) -> None:
        """Deliver every buffer at once, due or not."""
        for stream in tuple(self._streams.values()):
            if stream.records:
                self._deliver(stream)

    def put_record(self, request: Request, _caller: Caller) -> Response:
        """Put one record."""
        return {"RecordId": self._put(self._stream(request), request["Record"]["Data"]), "Encrypted": False}

    def put_record_batch(self, request: Request, _caller: Caller) -> Response:
        """Put up to 500 records; they fail one by one."""
        stream = self._stream(request)
        datas = [record["Data"] for record in request["Records"]]
        total = sum(len(data) for data in datas)
        if total > _MOST_BATCH_BYTES:
            raise invalid(f"Records size exceeds 4 MB limit: {total} bytes")
        results = [self._put_or_throttle(stream, data) for data in datas]
        failed = sum("ErrorCode" in result for result in results)
        return {"FailedPutCount": failed, "Encrypted": False, "RequestResponses": results}

    def create_delivery_stream(self, request: Request, _caller: Caller) -> Response:
        """Create a stream; it is active at once."""
        name = request["DeliveryStreamName"]
        if name in self._streams:
            raise ServiceError("ResourceInUseException", f"Firehose {name} under account already exists")
        if request.get("DeliveryStreamType", "DirectPut") != "DirectPut":
            raise invalid(f"DeliveryStreamType {request['DeliveryStreamType']} is not emulated; DirectPut is")
        destination = request.get("ExtendedS3DestinationConfiguration")
        if destination is None:
            raise invalid("The local cloud delivers to S3 only: give ExtendedS3DestinationConfiguration")
        tags = {tag["Key"]: tag.get("Value", "") for tag in request.get("Tags", ())}
        settings = read_settings(destination)
        stream = Stream(name, self._prefix + name, self._clock.now(), destination, settings, tags)
        self._streams[name] = stream
        return {"DeliveryStreamARN": stream.arn}

    def describe_delivery_stream(self, request: Request, _caller: Caller) -> Response:
        """One stream with its destination."""
        stream = self._stream(request)
        return {
            "DeliveryStreamDescription": {
                "DeliveryStreamName": stream.name,
                "DeliveryStreamARN": stream.arn,
                "DeliveryStreamStatus": "ACTIVE",
                "DeliveryStreamType": "DirectPut",
                "VersionId": "1",
                "CreateTimestamp": stream.created_at,
                "Destinations": [
                    {"DestinationId": "destinationId-000000000001", "ExtendedS3DestinationDescription": _described(stream.destination)}
                ],
                "HasMoreDestinations": False,
            }
        }

    def list_delivery_streams(self, request: Request, _caller: Caller) -> Response:
        """Names of streams."""
        after, most = request.get("ExclusiveStartDeliveryStreamName", ""), request.get("Limit", 10)
        names = [name for name in sorted(self._streams) if name > after]
        return {"DeliveryStreamNames": names[:most], "HasMoreDeliveryStreams": len(names) > most}

    def delete_delivery_stream(self, request: Request, _caller: Caller) -> Response:
        """Delete a stream with what it holds."""
        del self._streams[self._stream(request).name]
        return {}

    def list_tags_for_delivery_stream(self, request: Request, _caller: Caller) -> Response:
        """The tags of a stream."""
        tags = [{"Key": key, "Value": value} for key, value in self._stream(request).tags.items()]
        return {"Tags": tags, "HasMoreTags": False}

    def _deliver(self, stream: Stream) -> None:
        """Deliver a buffer; when S3 refuses it, the records stay for another try and the error is raised for all to see."""
        now = self._clock.now()
        records = stream.take()
        try:
            self._deliverer.deliver(stream, records, at=now)
        except Exception:
            for record in records:
                stream.add(record)
            stream.retry_at = now + _RETRY
            raise

    def _invoke(self, arn: str, event: dict[str, Any]) -> Any:
        return self.invoke_function(arn, event)

    def _put_or_throttle(self, stream: Stream, data: bytes) -> dict[str, str]:
        if self.throttled_records > 0:
            self.throttled_records -= 1
            return {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}
        return {"RecordId": self._put(stream, data)}

    def _put(self, stream: Stream, data: bytes) -> str:
        self._serial += 1
        record = Record(str(_FIRST_ID + self._serial), data, self._clock.now())
        stream.add(record)
        return record.id

    def _stream(self, request: Request) -> Stream:
        name = request["DeliveryStreamName"]
        if name not in self._streams:
            raise ServiceError("ResourceNotFoundException", f"Firehose {name} not found under the account.")
        return self._streams[name]


def _described(configuration: dict[str, Any]) -> dict[str, Any]:
    described = {
        "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
        "CompressionFormat": "UNCOMPRESSED",
        "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
        **configuration,
    }
    backup = described.pop("S3BackupConfiguration", None)
    return described | ({"S3BackupDescription": _described(backup)} if backup else {})


def _no_functions(arn: str, _event: dict[str, Any]) -> Any:
    raise LookupError(f"no function {arn} is registered with the function runtime")
