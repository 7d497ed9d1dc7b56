"""Queues through boto3: what is received when, and what is refused."""

import hashlib
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from casewright_workbench.localcloud.cloud import LocalCloud

Client = Callable[[str], Any]
ARN = "arn:aws:sqs:us-east-1:111122223333:"


class Queue:
    """A queue under test."""

    def __init__(self, sqs: Any, name: str = "work", **attributes: str) -> None:
        self.sqs = sqs
        self.name = name
        self.url = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def send(self, body: str, **options: Any) -> dict[str, Any]:
        return dict(self.sqs.send_message(QueueUrl=self.url, MessageBody=body, **options))

    def receive(self, most: int = 10, **options: Any) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=most, MessageSystemAttributeNames=["All"], **options)
        return list(answer.get("Messages", []))

    def bodies(self, most: int = 10) -> list[str]:
        return [message["Body"] for message in self.receive(most)]

    def delete(self, message: dict[str, Any]) -> None:
        self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def hide(self, message: dict[str, Any], seconds: int) -> None:
        self.sqs.change_message_visibility(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=seconds)

    def counts(self) -> tuple[int, int, int]:
        """Visible, in flight, delayed."""
        texts = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])["Attributes"]
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
        return tuple(int(texts[name]) for name in names)  # type: ignore[return-value]


@pytest.fixture
def sqs(client: Client) -> Any:
    return client("sqs")


@pytest.fixture
def queue(sqs: Any) -> Queue:
    return Queue(sqs)


@pytest.fixture
def fifo(sqs: Any) -> Queue:
    return Queue(sqs, "work.fifo", FifoQueue="true", ContentBasedDeduplication="true")


def digest_by_moto(attributes: dict[str, Any]) -> str:
    """The digest of message attributes by an implementation that is not ours."""
    with mock_aws():
        sqs = boto3.client("sqs", region_name="us-east-1")
        url = sqs.create_queue(QueueName="q")["QueueUrl"]
        return str(sqs.send_message(QueueUrl=url, MessageBody="body", MessageAttributes=attributes)["MD5OfMessageAttributes"])


def wait(cloud: LocalCloud, **time: float) -> None:
    cloud.clock.skip_to(cloud.clock.now() + timedelta(**time))


def refused(call: Callable[..., Any], *arguments: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as raised:
        call(*arguments, **parameters)
    return str(raised.value.response["Error"]["Code"]).removeprefix("AWS.SimpleQueueService.")


def dead_letters(sqs: Any, most: int, suffix: str = "", **attributes: str) -> tuple[Queue, Queue]:
    dead = Queue(sqs, f"dead{suffix}", **attributes)
    policy = json.dumps({"deadLetterTargetArn": f"{ARN}dead{suffix}", "maxReceiveCount": most})
    return Queue(sqs, f"source{suffix}", RedrivePolicy=policy, **attributes), dead


def test_a_received_message_is_hidden_and_comes_back(cloud: LocalCloud, queue: Queue) -> None:
    queue.send("a")
    (first,) = queue.receive()
    assert queue.receive() == []
    wait(cloud, seconds=29.9)
    assert queue.receive() == []
    wait(cloud, seconds=0.1)
    (second,) = queue.receive()
    assert second["MessageId"] == first["MessageId"]
    assert second["ReceiptHandle"] != first["ReceiptHandle"]
    assert second["Attributes"]["ApproximateReceiveCount"] == "2"
    assert second["Attributes"]["SentTimestamp"] == second["Attributes"]["ApproximateFirstReceiveTimestamp"] == "1767603600000"


def test_a_deleted_message_stays_away(cloud: LocalCloud, queue: Queue) -> None:
    queue.send("a")
    (message,) = queue.receive()
    queue.delete(message)
    wait(cloud, hours=1)
    assert queue.receive() == []
    queue.delete(message)


def test_an_outdated_receipt_deletes_nothing_on_a_standard_queue(cloud: LocalCloud, queue: Queue) -> None:
    queue.send("a")
    (old,) = queue.receive()
    wait(cloud, seconds=30)
    (new,) = queue.receive()
    queue.delete(old)
    assert queue.counts() == (0, 1, 0)
    queue.delete(new)
    assert queue.counts() == (0, 0, 0)


def test_the_latest_receipt_deletes_even_after_the_timeout_on_a_standard_queue(cloud: LocalCloud, queue: Queue) -> None:
    queue.send("a")
    (message,) = queue.receive()
    wait(cloud, seconds=31)
    queue.delete(message)
    assert queue.receive() == []


def test_visibility_is_prolonged_shortened_and_ended(cloud: LocalCloud, queue: Queue) -> None:
    queue.send("a")
    (message,) = queue.receive()
    queue.hide(message, 100)
    wait(cloud, seconds=99)
    assert queue.receive() == []
    queue.hide(message, 0)
    assert queue.bodies() == ["a"]
    assert refused(queue.hide, message, 10) == "MessageNotInflight"


def test_visibility_has_a_limit_of_twelve_hours_in_all(cloud: LocalCloud, queue: Queue) -> None:
    queue.send("a")
    (message,) = queue.receive(VisibilityTimeout=43_200)
    wait(cloud, hours=1)
    assert refused(queue.hide, message, 43_200) == "InvalidParameterValue"
    queue.hide(message, 39_600)


def test_delays_of_queue_and_message(cloud: LocalCloud, sqs: Any) -> None:
    queue = Queue(sqs, "slow", DelaySeconds="60")
    queue.send("usual")
    queue.send("sooner", DelaySeconds=10)
    queue.send("now", DelaySeconds=0)
    assert queue.counts() == (1, 0, 2)
    assert queue.bodies() == ["now"]
    wait(cloud, seconds=10)
    assert queue.bodies() == ["sooner"]
    wait(cloud, seconds=50)
    assert "usual" in queue.bodies()


def test_messages_are_dropped_after_the_retention_period(cloud: LocalCloud, sqs: Any) -> None:
    queue = Queue(sqs, "short", MessageRetentionPeriod="60")
    queue.send("old")
    wait(cloud, seconds=30)
    queue.send("young")
    wait(cloud, seconds=30)
    assert queue.bodies() == ["young"]


def test_a_message_received_too_often_becomes_a_dead_letter(cloud: LocalCloud, sqs: Any) -> None:
    source, dead = dead_letters(sqs, 2)
    sent = source.send("poison", MessageAttributes={"why": {"DataType": "String", "StringValue": "x"}})
    for _ in range(2):
        assert source.bodies() == ["poison"]
        wait(cloud, seconds=30)
    assert source.bodies() == []
    assert source.counts() == (0, 0, 0)
    (letter,) = dead.receive(MessageAttributeNames=["All"])
    assert letter["MessageId"] == sent["MessageId"]
    assert letter["Attributes"]["DeadLetterQueueSourceArn"] == f"{ARN}source"
    assert letter["Attributes"]["ApproximateReceiveCount"] == "3"
    assert letter["MessageAttributes"]["why"]["StringValue"] == "x"


def test_dead_letters_go_back_where_they_came_from(cloud: LocalCloud, sqs: Any) -> None:
    source, dead = dead_letters(sqs, 1)
    source.send("poison")
    source.receive()
    wait(cloud, seconds=30)
    assert source.receive() == []
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead.url)["queueUrls"] == [source.url]
    sqs.start_message_move_task(SourceArn=f"{ARN}dead")
    (result,) = sqs.list_message_move_tasks(SourceArn=f"{ARN}dead")["Results"]
    assert (result["Status"], result["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 1)
    (message,) = source.receive()
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"
    assert dead.counts() == (0, 0, 0)


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ({"deadLetterTargetArn": f"{ARN}nowhere", "maxReceiveCount": 3}, "does not exist"),
        ({"deadLetterTargetArn": f"{ARN}work.fifo", "maxReceiveCount": 3}, "same type"),
        ({"deadLetterTargetArn": f"{ARN}closed", "maxReceiveCount": 3}, "does not allow"),
        ({"deadLetterTargetArn": f"{ARN}work", "maxReceiveCount": 0}, "1 to 1000"),
        ({"maxReceiveCount": 3}, "deadLetterTargetArn"),
    ],
)
def test_a_redrive_policy_that_cannot_work_is_refused(sqs: Any, queue: Queue, fifo: Queue, policy: dict[str, Any], reason: str) -> None:
    Queue(sqs, "closed", RedriveAllowPolicy='{"redrivePermission": "denyAll"}')
    with pytest.raises(ClientError, match=reason):
        Queue(sqs, "another", RedrivePolicy=json.dumps(policy))


def test_messages_of_a_group_come_in_order_one_receive_at_a_time(cloud: LocalCloud, fifo: Queue) -> None:
    for number in range(4):
        fifo.send(f"a{number}", MessageGroupId="a")
    fifo.send("b0", MessageGroupId="b")
    first = fifo.receive(2)
    assert [message["Body"] for message in first] == ["a0", "a1"]
    assert fifo.bodies() == ["b0"]
    fifo.delete(first[0])
    assert fifo.receive() == []
    fifo.delete(first[1])
    assert fifo.bodies() == ["a2", "a3"]


def test_a_group_goes_on_from_the_message_that_came_back(cloud: LocalCloud, fifo: Queue) -> None:
    for number in range(3):
        fifo.send(f"a{number}", MessageGroupId="a")
    first = fifo.receive(2)
    fifo.delete(first[0])
    fifo.hide(first[1], 5)
    assert fifo.receive() == []
    wait(cloud, seconds=5)
    assert fifo.bodies() == ["a1", "a2"]


def test_a_group_waits_while_only_some_of_it_came_back(fifo: Queue) -> None:
    for number in range(2):
        fifo.send(f"a{number}", MessageGroupId="a")
    first, second = fifo.receive(2)
    fifo.hide(first, 0)
    assert fifo.receive() == []
    fifo.delete(second)
    assert fifo.bodies() == ["a0"]


def test_one_receive_takes_from_several_groups(fifo: Queue) -> None:
    for group in "abc":
        fifo.send(f"{group}0", MessageGroupId=group)
        fifo.send(f"{group}1", MessageGroupId=group)
    assert fifo.bodies(5) == ["a0", "a1", "b0", "b1", "c0"]
    assert fifo.bodies(5) == []


def test_a_dead_letter_frees_its_group(cloud: LocalCloud, sqs: Any) -> None:
    source, dead = dead_letters(sqs, 1, ".fifo", FifoQueue="true", ContentBasedDeduplication="true")
    source.send("poison", MessageGroupId="a")
    source.send("fine", MessageGroupId="a")
    source.receive(1)
    wait(cloud, seconds=30)
    assert source.bodies(1) == ["fine"]
    (letter,) = dead.receive()
    assert (letter["Body"], letter["Attributes"]["MessageGroupId"]) == ("poison", "a")


def test_a_repeated_message_is_swallowed_for_five_minutes(cloud: LocalCloud, fifo: Queue) -> None:
    first = fifo.send("a", MessageGroupId="g")
    (message,) = fifo.receive()
    fifo.delete(message)
    wait(cloud, minutes=4, seconds=59)
    again = fifo.send("a", MessageGroupId="g")
    assert (again["MessageId"], again["SequenceNumber"]) == (first["MessageId"], first["SequenceNumber"])
    assert fifo.receive() == []
    wait(cloud, seconds=1)
    fifo.send("a", MessageGroupId="g")
    assert fifo.bodies() == ["a"]


def test_deduplication_by_group_and_by_id(sqs: Any) -> None:
    queue = Queue(sqs, "work.fifo", FifoQueue="true", DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    for group, key in (("a", "1"), ("b", "1"), ("a", "2"), ("a", "1")):
        queue.send(f"{group}{key}", MessageGroupId=group, MessageDeduplicationId=key)
    assert sorted(queue.bodies()) == ["a1", "a2", "b1"]


def test_fifo_queues_refuse_expired_receipts(cloud: LocalCloud, fifo: Queue) -> None:
    fifo.send("a", MessageGroupId="g")
    (message,) = fifo.receive()
    wait(cloud, seconds=30)
    assert refused(fifo.delete, message) == "InvalidParameterValue"


def test_attributes_travel_with_digests(queue: Queue) -> None:
    attributes = {
        "text": {"DataType": "String", "StringValue": "é"},
        "count": {"DataType": "Number", "StringValue": "7"},
        "blob": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    }
    sent = queue.send("body", MessageAttributes=attributes)
    (message,) = queue.receive(MessageAttributeNames=["All"])
    assert message["MessageAttributes"] == attributes
    assert message["MD5OfBody"] == sent["MD5OfMessageBody"] == hashlib.md5(b"body").hexdigest()
    assert message["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"] == digest_by_moto(attributes)


def test_only_the_attributes_asked_for_are_given(queue: Queue) -> None:
    value = {"DataType": "String", "StringValue": "x"}
    queue.send("a", MessageAttributes={"shop.id": value, "shop.name": value, "other": value})
    (message,) = queue.receive(MessageAttributeNames=["shop.*"])
    assert sorted(message["MessageAttributes"]) == ["shop.id", "shop.name"]


def test_batches_fail_one_by_one(sqs: Any, queue: Queue) -> None:
    entries = [
        {"Id": "good", "MessageBody": "a"},
        {"Id": "bad", "MessageBody": "\x00"},
        {"Id": "late", "MessageBody": "b", "DelaySeconds": 901},
    ]
    answer = sqs.send_message_batch(QueueUrl=queue.url, Entries=entries)
    assert [each["Id"] for each in answer["Successful"]] == ["good"]
    assert {each["Id"]: each["Code"] for each in answer["Failed"]} == {"bad": "InvalidMessageContents", "late": "InvalidParameterValue"}
    (message,) = queue.receive()
    deleted = [{"Id": "1", "ReceiptHandle": message["ReceiptHandle"]}, {"Id": "2", "ReceiptHandle": "nonsense"}]
    answer = sqs.delete_message_batch(QueueUrl=queue.url, Entries=deleted)
    assert answer["Failed"][0]["Code"] == "ReceiptHandleIsInvalid"


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequest"),
        ([{"Id": str(number), "MessageBody": "a"} for number in range(11)], "TooManyEntriesInBatchRequest"),
        ([{"Id": "1", "MessageBody": "a"}] * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": "a b", "MessageBody": "a"}], "InvalidBatchEntryId"),
        ([{"Id": str(number), "MessageBody": "a" * 600_000} for number in range(2)], "BatchRequestTooLong"),
    ],
)
def test_batches_that_sqs_refuses_are_refused(sqs: Any, queue: Queue, entries: list[dict[str, Any]], code: str) -> None:
    assert refused(sqs.send_message_batch, QueueUrl=queue.url, Entries=entries) == code


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"MessageBody": "a" * 1_048_577}, "InvalidParameterValue"),
        ({"MessageBody": "\x01"}, "InvalidMessageContents"),
        ({"MessageBody": ""}, "MissingParameter"),
        ({"DelaySeconds": 901}, "InvalidParameterValue"),
        ({"MessageDeduplicationId": "x"}, "InvalidParameterValue"),
        ({"MessageAttributes": {"AWS.x": {"DataType": "String", "StringValue": "x"}}}, "InvalidParameterValue"),
        ({"MessageAttributes": {"x": {"DataType": "Text", "StringValue": "x"}}}, "InvalidParameterValue"),
        ({"MessageAttributes": {"x": {"DataType": "Number", "StringValue": "x"}}}, "InvalidParameterValue"),
        ({"MessageAttributes": {"x": {"DataType": "String", "StringValue": ""}}}, "InvalidParameterValue"),
    ],
)
def test_messages_that_sqs_refuses_are_refused(sqs: Any, queue: Queue, options: dict[str, Any], code: str) -> None:
    assert refused(sqs.send_message, **{"QueueUrl": queue.url, "MessageBody": "a", **options}) == code


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({}, "MissingParameter"),
        ({"MessageGroupId": "g", "DelaySeconds": 5}, "InvalidParameterValue"),
    ],
)
def test_fifo_messages_that_sqs_refuses_are_refused(fifo: Queue, options: dict[str, Any], code: str) -> None:
    assert refused(fifo.send, "a", **options) == code


def test_a_fifo_message_needs_some_deduplication_id(sqs: Any) -> None:
    queue = Queue(sqs, "work.fifo", FifoQueue="true")
    assert refused(queue.send, "a", MessageGroupId="g") == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("name", "attributes", "code"),
    [
        ("a b", {}, "InvalidParameterValue"),
        ("work.fifo", {}, "InvalidParameterValue"),
        ("work", {"FifoQueue": "true"}, "InvalidParameterValue"),
        ("work", {"VisibilityTimeout": "43201"}, "InvalidAttributeValue"),
        ("work", {"DelaySeconds": "ten"}, "InvalidAttributeValue"),
        ("work", {"ContentBasedDeduplication": "true"}, "InvalidAttributeName"),
        ("work", {"Policy": "{"}, "InvalidAttributeValue"),
    ],
)
def test_queues_that_sqs_refuses_are_refused(sqs: Any, name: str, attributes: dict[str, str], code: str) -> None:
    assert refused(sqs.create_queue, QueueName=name, Attributes=attributes) == code


def test_creating_a_queue_again_needs_the_same_attributes(sqs: Any) -> None:
    first = Queue(sqs, "work", VisibilityTimeout="60")
    assert Queue(sqs, "work", VisibilityTimeout="60").url == Queue(sqs, "work").url == first.url
    assert refused(Queue, sqs, "work", VisibilityTimeout="61") == "QueueAlreadyExists"


def test_a_deleted_queue_is_gone_and_its_name_rests_a_minute(cloud: LocalCloud, sqs: Any, queue: Queue) -> None:
    sqs.delete_queue(QueueUrl=queue.url)
    assert refused(queue.send, "a") == "NonExistentQueue"
    assert refused(Queue, sqs, "work") == "QueueDeletedRecently"
    wait(cloud, seconds=60)
    assert Queue(sqs, "work").receive() == []


def test_purging_empties_a_queue_once_a_minute(cloud: LocalCloud, sqs: Any, queue: Queue) -> None:
    queue.send("a")
    queue.send("b")
    queue.receive(1)
    sqs.purge_queue(QueueUrl=queue.url)
    assert queue.counts() == (0, 0, 0)
    assert refused(sqs.purge_queue, QueueUrl=queue.url) == "PurgeQueueInProgress"


def test_queues_are_listed_tagged_and_changed(sqs: Any, queue: Queue) -> None:
    Queue(sqs, "worn")
    Queue(sqs, "other")
    page = sqs.list_queues(QueueNamePrefix="wor", MaxResults=1)
    rest = sqs.list_queues(QueueNamePrefix="wor", MaxResults=1, NextToken=page["NextToken"])
    assert [url.rpartition("/")[2] for url in page["QueueUrls"] + rest["QueueUrls"]] == ["work", "worn"]
    sqs.tag_queue(QueueUrl=queue.url, Tags={"a": "1", "b": "2"})
    sqs.untag_queue(QueueUrl=queue.url, TagKeys=["a"])
    assert sqs.list_queue_tags(QueueUrl=queue.url)["Tags"] == {"b": "2"}
    sqs.set_queue_attributes(QueueUrl=queue.url, Attributes={"VisibilityTimeout": "5"})
    assert sqs.get_queue_attributes(QueueUrl=queue.url, AttributeNames=["VisibilityTimeout"])["Attributes"] == {"VisibilityTimeout": "5"}


def test_a_handle_of_another_queue_is_refused(sqs: Any, queue: Queue) -> None:
    other = Queue(sqs, "other")
    other.send("a")
    (message,) = other.receive()
    assert refused(queue.delete, message) == "ReceiptHandleIsInvalid"


def test_a_paused_clock_does_not_wait_for_messages(queue: Queue) -> None:
    began = time.monotonic()
    assert queue.receive(WaitTimeSeconds=20) == []
    assert time.monotonic() - began < 1


def test_receiving_costs_no_more_from_a_deep_queue(cloud: LocalCloud) -> None:
    """A queue of 20,000 messages is emptied in a few seconds; cost that grows with the depth would take minutes."""
    perform = lambda operation, **request: cloud.perform("sqs", operation, request, principal_arn="x")  # noqa: E731
    url = perform("CreateQueue", QueueName="deep")["QueueUrl"]
    for number in range(20_000):
        perform("SendMessage", QueueUrl=url, MessageBody=str(number))
    began = time.monotonic()
    for _ in range(2_000):
        messages = perform("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        perform("DeleteMessageBatch", QueueUrl=url, Entries=[{"Id": m["MessageId"], "ReceiptHandle": m["ReceiptHandle"]} for m in messages])
    assert time.monotonic() - began < 10
    assert not perform("ReceiveMessage", QueueUrl=url).get("Messages")
