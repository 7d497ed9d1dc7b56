"""SQS, S3 and SES adapters under moto."""

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest
from building import CATALOG, START, linked, rule

from casewright.actions import SendEmail
from casewright.aws.bundles import BundleBucket
from casewright.aws.mail import SesMail
from casewright.aws.queues import CaseEventsQueue, DeadLetterQueue, WakeQueue
from casewright.bundle import Bundle, content_hash, write
from casewright.cases.events import ClockDue
from casewright.cases.parsing import parse
from casewright.errors import Refused
from casewright.ports.log import DueClock


def received(client: Any, url: str) -> list[dict[str, Any]]:
    answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], AttributeNames=["All"])
    return answer.get("Messages", [])


def test_due_clocks_are_sent_as_events_that_the_program_reads(session: boto3.Session) -> None:
    client = session.client("sqs")
    url = client.create_queue(QueueName="case-events")["QueueUrl"]
    queue = CaseEventsQueue(client, url, account="111122223333", region="us-east-1", domain_id="d")
    clocks = [DueClock(f"c{n}", "resolve", 1, "breach", START) for n in range(12)]
    queue.send_due(clocks, START + timedelta(minutes=1))
    bodies = [message["Body"] for _ in range(3) for message in received(client, url)]
    events = sorted((parse(body) for body in bodies), key=lambda event: event.case_id)
    assert len({event.id for event in events}) == 12
    assert {event.change for event in events} == {ClockDue("resolve", 1, "breach")}
    assert {event.at for event in events} == {START}


def test_a_clock_that_is_due_later_is_delayed(session: boto3.Session) -> None:
    client = session.client("sqs")
    url = client.create_queue(QueueName="case-events")["QueueUrl"]
    queue = CaseEventsQueue(client, url, account="1", region="us-east-1", domain_id="d")
    queue.send_due([DueClock("c", "resolve", 1, "breach", START + timedelta(seconds=90))], START)
    attributes = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (attributes["ApproximateNumberOfMessagesDelayed"], attributes["ApproximateNumberOfMessages"]) == ("1", "0")


def test_a_buried_message_keeps_its_body_and_its_reason(session: boto3.Session) -> None:
    client = session.client("sqs")
    url = client.create_queue(QueueName="dead")["QueueUrl"]
    DeadLetterQueue(client, url).bury("{", "$: no JSON object")
    [message] = received(client, url)
    assert (message["Body"], message["MessageAttributes"]["reason"]["StringValue"]) == ("{", "$: no JSON object")


def test_the_bell_rings_once_a_bucket_in_groups(session: boto3.Session) -> None:
    client = session.client("sqs")
    url = client.create_queue(QueueName="wake.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    WakeQueue(client, url).ring(["cases", "ses"])
    assert [(json.loads(each["Body"])["bucket"], each["Attributes"]["MessageGroupId"]) for each in received(client, url)] == [
        ("cases", "cases"),
        ("ses", "ses"),
    ]


def test_a_bundle_is_seeded_once_and_published_over_the_one_before(session: boto3.Session) -> None:
    client = session.client("s3")
    client.create_bucket(Bucket="bundles")
    store = BundleBucket(client, "bundles")
    first, second = write(Bundle()), write(Bundle(rules=(rule("r"),)))
    assert store.written() is None
    store.write_catalog(CATALOG)
    assert [store.seed(first), store.seed(second)] == [True, False]
    assert store.written() == (first, CATALOG)
    assert store.publish(second) == content_hash(second)
    assert store.written() == (second, CATALOG)
    current = json.loads(client.get_object(Bucket="bundles", Key="current.json")["Body"].read())
    assert (current["bundle"], current["previous"]) == (content_hash(second), content_hash(first))
    assert linked().hash == content_hash(write(Bundle()))


def test_mail_from_an_unverified_sender_is_refused(session: boto3.Session) -> None:
    client = session.client("sesv2")
    mail = SesMail(client, sender="care@example.com")
    email = SendEmail(("a@example.com",), "Hello", "There")
    with pytest.raises(Refused, match="SendEmail"):
        mail.send(email, effect_key="e" * 32, case_id="c1")
    client.create_email_identity(EmailIdentity="care@example.com")
    session.client("ses").verify_email_identity(EmailAddress="care@example.com")
    assert mail.send(email, effect_key="e" * 32, case_id="c1")
