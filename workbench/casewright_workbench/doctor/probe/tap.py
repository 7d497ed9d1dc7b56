"""A tap on the stream: a rule and a queue for the time of the probe, for our log does not keep envelopes as they came.

The rule takes every change of the domain, since a case has no id before it is created; what is of other cases is dropped unread.
"""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from casewright.cases.subscriptions import OWN_SOURCE, case_changes
from casewright_workbench.doctor.context import Context

PROBE_DETAIL_TYPE: Final = "Casewright Probe"
OPENS_WITHIN: Final = 60.0
"""Seconds that a new rule may take to come into effect; AWS says "a short period"."""

_WAIT: Final = 2


class Arrived(msgspec.Struct, frozen=True):
    """An envelope as it came, and when EventBridge put it on the queue."""

    body: str
    at: datetime


class Tap:
    """Open it, receive, close it; closing what was never opened does no harm."""

    def __init__(self, context: Context, probe_id: str) -> None:
        self._context, self._probe_id = context, probe_id
        self._name = f"casewright-probe-{probe_id[:8]}"
        self._sqs, self._events = context.clients("sqs"), context.clients("events")
        self._url = ""

    def open(self) -> bool:
        """Make queue and rule, then send events of our own until one comes through; False when none does."""
        self._url = self._sqs.create_queue(QueueName=self._name, Attributes={"SqsManagedSseEnabled": "true"})["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        rule_arn = self._events.put_rule(Name=self._name, EventPattern=json.dumps(self._pattern()), Description="For the time of a probe")[
            "RuleArn"
        ]
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": json.dumps(_policy(arn, rule_arn))})
        self._events.put_targets(Rule=self._name, Targets=[{"Id": "queue", "Arn": arn}])
        return self._comes_through()

    def receive(self) -> Iterator[Arrived]:
        """What has come since, of whatever case."""
        for message in self._messages():
            sent = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
            yield Arrived(message["Body"], sent)

    def close(self) -> list[str]:
        """Remove rule and queue; answers what is left, with how to remove it."""
        name, url = self._name, self._url
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            (f"aws events remove-targets --rule {name} --ids queue", lambda: self._events.remove_targets(Rule=name, Ids=["queue"])),
            (f"aws events delete-rule --name {name}", lambda: self._events.delete_rule(Name=name)),
            (f"aws sqs delete-queue --queue-url {url}", lambda: self._sqs.delete_queue(QueueUrl=url)),
        )
        if not url:
            return []
        return [left for command, step in steps if (left := _left(command, step))]

    def _pattern(self) -> dict[str, Any]:
        ours = {"source": [OWN_SOURCE], "detail-type": [PROBE_DETAIL_TYPE], "detail": {"probe": [self._probe_id]}}
        return {"$or": [case_changes(self._context.domain_arn), ours]}

    def _comes_through(self) -> bool:
        ends, entry = time.monotonic() + OPENS_WITHIN, {"Source": OWN_SOURCE, "DetailType": PROBE_DETAIL_TYPE}
        while time.monotonic() < ends:
            self._events.put_events(Entries=[{**entry, "Detail": json.dumps({"probe": self._probe_id})}])
            if any(PROBE_DETAIL_TYPE in message["Body"] for message in self._messages()):
                return True
        return False

    def _messages(self) -> list[Any]:
        request = {"MaxNumberOfMessages": 10, "WaitTimeSeconds": _WAIT, "MessageSystemAttributeNames": ["SentTimestamp"]}
        found: list[Any] = self._sqs.receive_message(QueueUrl=self._url, **request).get("Messages", [])
        for message in found:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return found


def delay(arrived: Arrived, changed_at: datetime) -> timedelta:
    """From the change to the queue."""
    return arrived.at - changed_at


def _policy(queue_arn: str, rule_arn: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _left(command: str, step: Callable[[], object]) -> str:
    """What to type where the step failed."""
    try:
        step()
    except (ClientError, BotoCoreError) as error:
        missing = isinstance(error, ClientError) and error.response["Error"].get("Code", "").startswith("ResourceNotFound")
        return "" if missing else f"{command} ({error})"
    return ""
