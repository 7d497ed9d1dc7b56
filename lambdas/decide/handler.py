"""Case events from SQS: each becomes a decision, or goes back, or is buried; its batch goes on."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from casewright.aws.powertools import unquoted, watched
from casewright.aws.queues import WAITED
from casewright.service.decide import take
from casewright.service.reading_ahead import read_ahead
from casewright.wiring.container import container
from casewright.wiring.deciding import deciding, following


def handle(event: dict[str, Any], context: Any) -> Any:
    """Answer the ids of the messages that shall be delivered again; all of them are where what follows could not be delivered."""
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    parts = container()
    ports = parts.ports(deciding)

    def one(record: SQSRecord) -> None:
        waited = record.message_attributes[WAITED]
        take(record.body, int(waited.string_value or 0) if waited else 0, ports)

    read_ahead((record["body"] for record in event["Records"]), ports.log)
    try:
        answer = process_partial_response(event=event, record_handler=watched(one, ports.telemetry), processor=processor, context=context)
        with unquoted():
            parts.ports(following).deliver()
        return answer
    finally:
        ports.telemetry.flush()
