"""A lake made of a log of messages: shaped, written as Parquet by partition, opened."""

import base64
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from casewright.cases.values import FieldValue, as_wire
from casewright.measures.shaping import Line, shape
from casewright_workbench.lake.files import arrow_schema
from casewright_workbench.lake.opening import Directory, open_lake
from casewright_workbench.localcloud.firehose.converting import parquet, rows

DOMAIN_ID = "d"
ARRIVED = datetime(2026, 12, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
QUEUE = "arn:aws:connect:us-east-1:111122223333:instance/i/queue/billing"


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def case_message(  # noqa: PLR0913 -- what an event of a case can differ in
    event_id: str,
    moment: datetime,
    verb: str,
    *,
    case_id: str = "c1",
    template_id: str = "t-billing",
    created: datetime | None = NOON,
    changed: Iterable[str] = (),
    fields: Mapping[str, FieldValue] | None = None,
) -> str:
    case: dict[str, Any] = {"caseId": case_id, "templateId": template_id}
    if created:
        case["createdDateTime"] = iso(created)
    if fields is not None:
        case["fields"] = {name: {"value": as_wire(value)} for name, value in fields.items()}
    return message(event_id, moment, f"CASE.{verb}", {"case": case, "changedFieldIds": list(changed)})


def contact_message(event_id: str, moment: datetime, *, case_id: str = "c1", channel: str = "VOICE") -> str:
    arn = f"arn:aws:connect:us-east-1:111122223333:instance/i/contact/{event_id}"
    item = {
        "caseId": case_id,
        "relatedItemId": f"i-{event_id}",
        "relatedItemType": "contact",
        "createdDateTime": iso(moment),
        "contact": {"contactArn": arn, "channel": channel},
    }
    return message(event_id, moment, "RELATED_ITEM.CREATED", {"relatedItem": item})


def message(event_id: str, moment: datetime, event_type: str, detail: dict[str, Any]) -> str:
    return json.dumps(
        {
            "id": event_id,
            "source": "aws.cases",
            "detail-type": "Amazon Connect Cases Change",
            "account": "111122223333",
            "region": "us-east-1",
            "time": iso(moment),
            "resources": [f"arn:aws:cases:us-east-1:111122223333:domain/{DOMAIN_ID}"],
            "detail": {"version": "0", "eventType": event_type, "approximateChangeTime": iso(moment), **detail},
        }
    )


def lines(records: Iterable[str | Mapping[str, object]], *, listed: frozenset[str] = frozenset()) -> list[Line]:
    """Records of the stream, each arriving a second after the one before, as shaped."""
    shaped = []
    for place, record in enumerate(records):
        body = record.encode() if isinstance(record, str) else msgspec.json.encode(record)
        line = shape(body, arrived_at=ARRIVED + timedelta(seconds=place), domain_id=DOMAIN_ID, listed=listed)
        assert isinstance(line, Line)
        shaped.append(line)
    return shaped


def parquet_of(records: Iterable[bytes]) -> bytes:
    """One file, converted as the local Firehose converts."""
    schema = arrow_schema()
    return parquet([row for record in records for row in rows(record, schema)], schema, compression="SNAPPY")


def fill(path: Path, shaped: Iterable[Line], *, files_a_day: int = 2) -> None:
    """Write the lines as a converting Firehose would: some files for each date, duplicates and all."""
    days: dict[str, list[bytes]] = defaultdict(list)
    for line in shaped:
        days[line.dt].append(line.text)
    for day, texts in days.items():
        (path / f"dt={day}").mkdir(parents=True, exist_ok=True)
        for number in range(files_a_day):
            if part := texts[number::files_a_day]:
                (path / f"dt={day}" / f"part-{number}.parquet").write_bytes(parquet_of(part))


def lake(path: Path, *records: str | Mapping[str, object]) -> duckdb.DuckDBPyConnection:
    fill(path, lines(records))
    return open_lake(Directory(path))


def firehose_event(*records: bytes) -> dict[str, Any]:
    """What Firehose hands to its transformation."""
    return {
        "invocationId": "invocation-1",
        "deliveryStreamArn": "arn:aws:firehose:us-east-1:111122223333:deliverystream/facts",
        "region": "us-east-1",
        "records": [
            {
                "recordId": f"4951{place}",
                "approximateArrivalTimestamp": int(ARRIVED.timestamp() * 1000),
                "data": base64.b64encode(record).decode(),
            }
            for place, record in enumerate(records)
        ],
    }
