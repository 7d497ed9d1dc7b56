"""The transformation of the Firehose into the lake: one line of JSON a record, with its partition."""

import base64
from datetime import UTC, datetime
from typing import Any

from casewright.aws.powertools import unquoted
from casewright.errors import MalformedEvent
from casewright.measures.shaping import Elsewhere, Line, shape
from casewright.settings import ShapeRecordsSettings
from casewright.telemetry import Telemetry
from casewright.wiring.container import container


def handle(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answer every record: Ok, Dropped (another domain), or ProcessingFailed, which Firehose keeps under its error prefix."""
    parts = container()
    settings = ShapeRecordsSettings.from_environment(parts.environ)
    domain_id, listed = settings.domain_id, frozenset(settings.listed_fields.split())
    try:
        with unquoted():
            return {"records": [_answer(each, domain_id, listed, parts.telemetry) for each in event["records"]]}
    finally:
        parts.telemetry.flush()


def _answer(record: dict[str, Any], domain_id: str, listed: frozenset[str], telemetry: Telemetry) -> dict[str, Any]:
    record_id, data = record["recordId"], record["data"]
    arrived_at = datetime.fromtimestamp(record["approximateArrivalTimestamp"] / 1000, UTC)
    try:
        shaped = shape(base64.b64decode(data), arrived_at=arrived_at, domain_id=domain_id, listed=listed)
    except MalformedEvent as error:
        telemetry.count("RecordsMalformed")
        telemetry.log("record malformed", record_id=record_id, where=error.where)
        return {"recordId": record_id, "result": "ProcessingFailed", "data": data}
    match shaped:
        case Elsewhere(domain_id=other):
            telemetry.count("RecordsOfOtherDomains")
            telemetry.log("record dropped", record_id=record_id, domain_id=other)
            return {"recordId": record_id, "result": "Dropped", "data": data}
        case Line(text=text, dt=dt):
            line = base64.b64encode(text).decode()
            return {"recordId": record_id, "result": "Ok", "data": line, "metadata": {"partitionKeys": {"dt": dt}}}
