"""SQS: the queue of case events, the wake queue and the dead letters."""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from math import ceil

import msgspec

from casewright.actions import Bucket
from casewright.aws.clients import Client
from casewright.aws.failures import meaning, translated
from casewright.aws.records import stamp
from casewright.cases import subscriptions as names
from casewright.ports.log import DueClock
from casewright.ports.mail import MailReport

WAITED = "waited"
"""Message attribute: how often a message was sent back to wait for its case."""


class CaseEventsQueue:
    """Fulfils CaseEvents and MailReports."""

    def __init__(self, client: Client, url: str, *, account: str, region: str, domain_id: str) -> None:
        self._client, self._url = client, url
        self._envelope = {
            "version": "0",
            "source": names.OWN_SOURCE,
            "account": account,
            "region": region,
            "resources": [names.domain_arn(region=region, account=account, domain_id=domain_id)],
        }

    def send_due(self, clocks: Iterable[DueClock], now: datetime) -> int:
        """Ten a call, as they come; DelaySeconds lets each arrive when it is due."""
        return self._send((self._clock_event(clock), _delay(clock.due, now)) for clock in clocks)

    def send_scheduled(self, rule: str, at: datetime, case_ids: Sequence[str]) -> None:
        """Ten a call."""
        self._send((self._schedule_event(rule, stamp(at), case_id), 0) for case_id in case_ids)

    def send_report(self, report: MailReport) -> None:
        """One."""
        self._send([(self._mail_event(report), 0)])

    def send_back(self, body: str, *, waited: int, seconds: int) -> None:
        """The same body again, later."""
        attributes = {WAITED: {"DataType": "Number", "StringValue": str(waited)}}
        with translated("SendMessage"):
            self._client.send_message(QueueUrl=self._url, MessageBody=body, DelaySeconds=seconds, MessageAttributes=attributes)

    def _send(self, events: Iterable[tuple[dict[str, object], int]]) -> int:
        sent, coming = 0, iter(events)
        while some := list(islice(coming, 10)):
            batch = [
                {"Id": str(place), "MessageBody": json.dumps(event), "DelaySeconds": delay} for place, (event, delay) in enumerate(some)
            ]
            with translated("SendMessageBatch"):
                answer = self._client.send_message_batch(QueueUrl=self._url, Entries=batch)
            if failed := answer.get("Failed"):
                raise meaning(failed[0].get("Code", ""), f"SendMessageBatch: {failed[0].get('Message', '')}")
            sent += len(some)
        return sent

    def _clock_event(self, clock: DueClock) -> dict[str, object]:
        due = stamp(clock.due)
        detail = {"caseId": clock.case_id, "policy": clock.policy, "cycle": clock.cycle, "milestone": clock.milestone, "due": due}
        name = f"clock/{clock.case_id}/{clock.policy}/{clock.cycle}/{clock.milestone}/{due}"
        return self._event(names.CLOCK_DUE_DETAIL_TYPE, name, due, detail)

    def _schedule_event(self, rule: str, at: str, case_id: str) -> dict[str, object]:
        detail = {"caseId": case_id, "rule": rule, "at": at}
        return self._event(names.SCHEDULE_DUE_DETAIL_TYPE, f"schedule/{rule}/{at}/{case_id}", at, detail)

    def _mail_event(self, report: MailReport) -> dict[str, object]:
        at = stamp(report.at)
        detail = {"caseId": report.case_id, "at": at, "told": msgspec.to_builtins(report.told)}
        return self._event(names.MAIL_REPORTED_DETAIL_TYPE, f"mail/{report.id}", at, detail)

    def _event(self, detail_type: str, name: str, at: str, detail: Mapping[str, object]) -> dict[str, object]:
        return {**self._envelope, "detail-type": detail_type, "id": names.AFTER_ALL_ELSE + name, "time": at, "detail": detail}


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


def _delay(due: datetime, now: datetime) -> int:
    return max(0, min(900, ceil((due - now).total_seconds())))
