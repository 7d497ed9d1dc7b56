"""SQS: the queue of case events, the wake queue and the dead letters."""

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from casewright.actions import Bucket
from casewright.aws.clients import Client
from casewright.aws.failures import meaning, translated
from casewright.aws.records import stamp
from casewright.cases import subscriptions as names
from casewright.ports import DueClock

WAITED = "waited"
"""Message attribute: how often a message was sent back to wait for its case."""


class CaseEventsQueue:
    """Fulfils CaseEvents."""

    def __init__(self, client: Client, url: str, *, account: str, region: str, domain_id: str) -> None:
        self._client, self._url = client, url
        self._envelope = {
            "version": "0",
            "source": names.OWN_SOURCE,
            "detail-type": names.CLOCK_DUE_DETAIL_TYPE,
            "account": account,
            "region": region,
            "resources": [names.domain_arn(region=region, account=account, domain_id=domain_id)],
        }

    def send_due(self, clocks: Sequence[DueClock], now: datetime) -> None:
        """Ten a call; DelaySeconds lets each arrive when it is due."""
        for start in range(0, len(clocks), 10):
            entries = [self._entry(str(place), clock, now) for place, clock in enumerate(clocks[start : start + 10])]
            with translated("SendMessageBatch"):
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            if failed := answer.get("Failed"):
                raise meaning(failed[0].get("Code", ""), f"SendMessageBatch: {failed[0].get('Message', '')}")

    def send_back(self, body: str, *, waited: int, seconds: int) -> None:
        """The same body again, later."""
        attributes = {WAITED: {"DataType": "Number", "StringValue": str(waited)}}
        with translated("SendMessage"):
            self._client.send_message(QueueUrl=self._url, MessageBody=body, DelaySeconds=seconds, MessageAttributes=attributes)

    def _entry(self, place: str, clock: DueClock, now: datetime) -> dict[str, Any]:
        delay = max(0, min(900, round((clock.due - now).total_seconds() + 0.5)))
        return {"Id": place, "MessageBody": json.dumps(self._event(clock)), "DelaySeconds": delay}

    def _event(self, clock: DueClock) -> dict[str, object]:
        due = stamp(clock.due)
        return {
            **self._envelope,
            "id": f"{names.AFTER_ALL_ELSE}clock/{clock.case_id}/{clock.policy}/{clock.cycle}/{clock.milestone}/{due}",
            "time": due,
            "detail": {
                "caseId": clock.case_id,
                "policy": clock.policy,
                "cycle": clock.cycle,
                "milestone": clock.milestone,
                "due": due,
            },
        }


class WakeQueue:
    """Fulfils Wake: one message group a bucket makes one performer a bucket."""

    def __init__(self, client: Client, url: str) -> None:
        self._client, self._url = client, url

    def ring(self, buckets: Sequence[Bucket]) -> None:
        """One message a bucket."""
        for bucket in buckets:
            with translated("SendMessage"):
                self._client.send_message(
                    QueueUrl=self._url,
                    MessageBody=json.dumps({"bucket": bucket}),
                    MessageGroupId=bucket,
                    MessageDeduplicationId=uuid.uuid4().hex,
                )


class DeadLetterQueue:
    """Fulfils DeadLetters."""

    def __init__(self, client: Client, url: str) -> None:
        self._client, self._url = client, url

    def bury(self, body: str, reason: str) -> None:
        """The message as it came, the reason as an attribute."""
        attributes = {"reason": {"DataType": "String", "StringValue": reason[:1000]}}
        with translated("SendMessage"):
            self._client.send_message(QueueUrl=self._url, MessageBody=body, MessageAttributes=attributes)
