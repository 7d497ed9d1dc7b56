"""The bell from SQS FIFO: perform what is pending in the bucket that rang."""

import json
from typing import Any

from aws_lambda_powertools.utilities.batch import SqsFifoPartialProcessor, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from casewright.aws.powertools import watched
from casewright.service.act import act
from casewright.wiring.acting import acting
from casewright.wiring.container import container


def handle(event: dict[str, Any], context: Any) -> Any:
    """Answer the ids of the bells that shall ring again."""
    ports = container().ports(acting)

    def one(record: SQSRecord) -> None:
        act(json.loads(record.body)["bucket"], lambda: context.get_remaining_time_in_millis() / 1000, ports)

    try:
        processor = SqsFifoPartialProcessor()
        processor.raise_on_entire_batch_failure = False
        return process_partial_response(event=event, record_handler=watched(one, ports.telemetry), processor=processor, context=context)
    finally:
        ports.telemetry.flush()
