"""Events of mail from SQS: each is noted beside its effect."""

from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from casewright.aws.powertools import watched
from casewright.service.note import note
from casewright.wiring.container import container
from casewright.wiring.noting import noting


def handle(event: dict[str, Any], context: Any) -> Any:
    """Answer the ids of the messages that shall be delivered again."""
    ports = container().ports(noting)

    def one(record: SQSRecord) -> None:
        note(record.body, ports)

    try:
        processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
        return process_partial_response(event=event, record_handler=watched(one, ports.telemetry), processor=processor, context=context)
    finally:
        ports.telemetry.flush()
