"""A process that does what Lambda does for three functions: polls their queues over HTTP and calls the real handlers, until it is killed.

Usage: python worker.py URL OFFSET_SECONDS ENVIRONMENTS_JSON QUEUES_JSON
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.config import Config

import lambdas.decide.handler
import lambdas.note_delivery.handler
import lambdas.perform.handler
from casewright.wiring.container import Container, use

HANDLERS = {"decide": lambdas.decide.handler, "note_delivery": lambdas.note_delivery.handler, "perform": lambdas.perform.handler}


class CloudTime:
    """The clock of the local cloud, seen from another process."""

    def __init__(self, offset: float) -> None:
        self._offset = timedelta(seconds=offset)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class EndpointSession:
    """A session signed as one role whose clients speak to the local endpoint."""

    def __init__(self, url: str, role: str) -> None:
        self._url = url
        self._session = boto3.Session(aws_access_key_id=role, aws_secret_access_key="x", region_name="us-east-1")

    def client(self, service: str, config: Config | None = None) -> Any:
        return self._session.client(service, endpoint_url=self._url, config=config)


class Silence:
    def log(self, message: str, **facts: object) -> None: ...
    def count(self, name: str, value: int = 1) -> None: ...
    def flush(self) -> None: ...


def main() -> None:
    url, offset, environments, queues = sys.argv[1], float(sys.argv[2]), json.loads(sys.argv[3]), json.loads(sys.argv[4])
    sqs = EndpointSession(url, "lambda").client("sqs")
    containers = {
        name: Container(environments[name], session=EndpointSession(url, name), time=CloudTime(offset), telemetry=Silence())  # type: ignore[arg-type]
        for name in HANDLERS
    }
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 120_000)
    while True:
        for name, queue_url in queues.items():
            answer = sqs.receive_message(
                QueueUrl=queue_url,
                MaxNumberOfMessages=1 if name == "perform" else 10,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
            messages = answer.get("Messages", [])
            if messages:
                with use(containers[name]):
                    result = HANDLERS[name].handle({"Records": [_record(message) for message in messages]}, context)
                failed = {each["itemIdentifier"] for each in result["batchItemFailures"]}
                for message in messages:
                    if message["MessageId"] not in failed:
                        sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        time.sleep(0.02)


def _record(message: dict[str, Any]) -> dict[str, Any]:
    attributes = {
        name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
        for name, value in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": attributes,
        "eventSource": "aws:sqs",
    }


if __name__ == "__main__":
    main()
