"""Batches of queue messages: the event a function gets, and which messages its answer leaves on the queue."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any


def sqs_event(messages: Sequence[Mapping[str, Any]], *, queue_arn: str) -> dict[str, Any]:
    """The event of a batch, from messages as ReceiveMessage gives them."""
    region = queue_arn.split(":")[3]
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {name: _attribute(value) for name, value in (message.get("MessageAttributes") or {}).items()},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": queue_arn,
                "awsRegion": region,
            }
            for message in messages
        ]
    }


def failed_ids(result: Any, sent: Sequence[str]) -> frozenset[str]:
    """The ids of messages that stay, by the rules of ReportBatchItemFailures.

    No answer, an empty one or an empty list is success of all; an answer that names no message, or one that was not in the batch,
    is failure of all.
    """
    everything = frozenset(sent)
    if result is None or result == {}:
        return frozenset()
    if not isinstance(result, dict) or "batchItemFailures" not in result:
        return everything if isinstance(result, dict) else frozenset()
    failures = result["batchItemFailures"]
    if failures is None:
        return frozenset()
    if not isinstance(failures, list):
        return everything
    named = [failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures]
    if any(not isinstance(name, str) or name not in everything for name in named):
        return everything
    return frozenset(name for name in named if isinstance(name, str))


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "BinaryValue" in value:
        return {"binaryValue": base64.b64encode(value["BinaryValue"]).decode("ascii"), **shown}
    return {"stringValue": value["StringValue"], **shown}
