"""The transforming function: what it is called with, and what its answer means for each record."""

import base64
import binascii
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from .streams import Record, Stream

Invoke = Callable[[str, dict[str, Any]], Any]
"""(function ARN, event) -> what the handler returned; raises what the handler raised."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A record that goes to the error prefix; `kind` is its error output type."""

    record: Record
    kind: str
    code: str
    message: str
    attempts: int = 1


def transformed(stream: Stream, records: list[Record], invoke: Invoke) -> tuple[list[Record], list[Failure]]:
    """The records that the function passed, and those that failed; dropped ones are in neither."""
    if stream.settings.function_arn is None:
        return records, []
    passed: list[Record] = []
    failures: list[Failure] = []
    for batch in _batches(records, stream.settings.function_batch_bytes):
        good, bad = _one_batch(stream, stream.settings.function_arn, batch, invoke)
        passed.extend(good)
        failures.extend(bad)
    return passed, failures


def _batches(records: list[Record], most_bytes: int) -> Iterator[list[Record]]:
    batch: list[Record] = []
    size = 0
    for record in records:
        if batch and size + len(record.data) > most_bytes:
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += len(record.data)
    if batch:
        yield batch


def _one_batch(stream: Stream, arn: str, batch: list[Record], invoke: Invoke) -> tuple[list[Record], list[Failure]]:
    attempts = stream.settings.function_retries + 1
    for attempt in range(1, attempts + 1):
        try:
            answer = invoke(arn, _event(stream, batch))
        except Exception as fault:  # noqa: BLE001 - whatever a handler raises is a failed invocation
            if attempt == attempts:
                return [], _all_failed(batch, "Lambda.FunctionError", f"{type(fault).__name__}: {fault}", attempts)
            continue
        return _read_answer(batch, answer)
    return [], []


def _event(stream: Stream, batch: list[Record]) -> dict[str, Any]:
    return {
        "invocationId": str(uuid.uuid4()),
        "deliveryStreamArn": stream.arn,
        "region": stream.arn.split(":")[3],
        "records": [
            {
                "recordId": record.id,
                "approximateArrivalTimestamp": int(record.arrived_at.timestamp() * 1000),
                "data": base64.b64encode(record.data).decode("ascii"),
            }
            for record in batch
        ],
    }


def _read_answer(batch: list[Record], answer: Any) -> tuple[list[Record], list[Failure]]:
    items = answer.get("records") if isinstance(answer, dict) else None
    if not isinstance(items, list):
        return [], _all_failed(batch, "Lambda.InvalidResponse", f"the function answered no list of records but {answer!r:.200}", 1)
    by_id = {item.get("recordId"): item for item in items if isinstance(item, dict)}
    if len(by_id) != len(items) or not by_id.keys() <= {record.id for record in batch}:
        return [], _all_failed(batch, "Lambda.DuplicatedRecordId", "the function answered record ids twice, or ids it was not given", 1)
    passed: list[Record] = []
    failures: list[Failure] = []
    for record in batch:
        outcome = _one_record(record, by_id.get(record.id))
        if isinstance(outcome, Failure):
            failures.append(outcome)
        elif outcome is not None:
            passed.append(outcome)
    return passed, failures


def _one_record(record: Record, item: dict[str, Any] | None) -> Record | Failure | None:
    if item is None:
        return _failure(record, "Lambda.MissingRecordId", "the function answered nothing for the record")
    result = item.get("result")
    if result == "Dropped":
        return None
    if result == "ProcessingFailed":
        return _failure(record, "Lambda.ProcessingFailedStatus", "the function marked the record as ProcessingFailed")
    if result != "Ok":
        return _failure(
            record, "Lambda.InvalidResult", f"the function answered the result {result!r}; Ok, Dropped, ProcessingFailed are known"
        )
    try:
        data = base64.b64decode(item["data"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        return _failure(record, "Lambda.InvalidData", "the function answered data that is not base64 text")
    keys = item.get("metadata", {}).get("partitionKeys", {})
    return replace(record, data=data, partition_keys={name: str(value) for name, value in keys.items()})


def _failure(record: Record, code: str, message: str, attempts: int = 1) -> Failure:
    return Failure(record, "processing-failed", code, message, attempts)


def _all_failed(batch: list[Record], code: str, message: str, attempts: int) -> list[Failure]:
    return [_failure(record, code, message, attempts) for record in batch]
