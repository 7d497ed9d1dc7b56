"""The faults that other tests rely on do what they say, and nothing when they are over."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError
from faults import CONFLICT, Death, Fault, Faults, Killed, Lost, Refused, Throttled, sometimes

from casewright_workbench.localcloud.cloud import LocalCloud

ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud() as cloud:
        yield cloud


def client(cloud: LocalCloud, service: str, role: str = "perform", config: Config = ONCE) -> Any:
    return cloud.session(principal_arn=f"arn:aws:iam::{cloud.account}:role/{role}").client(service, config=config)


@pytest.mark.parametrize(
    ("fault", "raised", "made"),
    [
        (Throttled(), ClientError, 0),
        (Refused("InternalServerException", 500), ClientError, 0),
        (Lost.REQUEST, ReadTimeoutError, 0),
        (Lost.ANSWER, ReadTimeoutError, 1),
        (Death(), Killed, 0),
        (Death(after=True), Killed, 1),
    ],
)
def test_a_fault_befalls_the_call_it_was_told(cloud: LocalCloud, fault: Fault, raised: type[BaseException], made: int) -> None:
    sqs = client(cloud, "sqs")
    with Faults(cloud) as faults:
        faults.at("sqs", "CreateQueue", fault, calls={2})
        sqs.create_queue(QueueName="first")
        with pytest.raises(raised):
            sqs.create_queue(QueueName="second")
        assert len(sqs.list_queues()["QueueUrls"]) == 1 + made
        assert faults.happened == {("sqs", "CreateQueue", str(fault)): 1}
        faults.heal()
        sqs.create_queue(QueueName="second")
    assert len(sqs.list_queues()["QueueUrls"]) == 2


def test_faults_keep_to_one_role_and_botocore_repeats_without_sleeping(cloud: LocalCloud) -> None:
    tries = Config(retries={"mode": "standard", "total_max_attempts": 3})
    with Faults(cloud) as faults:
        faults.at("dynamodb", "*", Throttled(), role="decide", calls={1, 2})
        client(cloud, "dynamodb", "perform").list_tables()
        client(cloud, "dynamodb", "decide", tries).list_tables()
        assert faults.calls["dynamodb", "ListTables"] == 4


@pytest.mark.parametrize("service", ["connectcases", "connect", "sesv2", "events", "sqs", "firehose", "dynamodb", "s3"])
def test_every_service_is_heard_to_ask_to_slow_down(cloud: LocalCloud, service: str) -> None:
    calls = {
        "connectcases": lambda each: each.list_domains(),
        "connect": lambda each: each.stop_contact(InstanceId="i" * 36, ContactId="c" * 36),
        "sesv2": lambda each: each.get_account(),
        "events": lambda each: each.list_rules(),
        "sqs": lambda each: each.list_queues(),
        "firehose": lambda each: each.list_delivery_streams(),
        "dynamodb": lambda each: each.list_tables(),
        "s3": lambda each: each.get_object(Bucket="b", Key="k"),
    }
    with Faults(cloud) as faults:
        faults.at(service, "*", Throttled())
        with pytest.raises(ClientError) as raised:
            calls[service](client(cloud, service))
    words = ("Throttling", "TooManyRequests", "ServiceUnavailable", "SlowDown", "ProvisionedThroughputExceeded")
    assert raised.value.response["Error"]["Code"].startswith(words)


def test_a_transaction_conflict_names_its_reason(cloud: LocalCloud) -> None:
    with Faults(cloud) as faults:
        faults.at("dynamodb", "TransactWriteItems", CONFLICT)
        with pytest.raises(ClientError) as raised:
            client(cloud, "dynamodb").transact_write_items(TransactItems=[{"Delete": {"TableName": "t", "Key": {"pk": {"S": "x"}}}}])
    assert raised.value.response["CancellationReasons"] == [{"Code": "TransactionConflict"}]


def test_what_happens_sometimes_happens_about_as_often_as_said() -> None:
    picked = sometimes(0.1, Random(3))
    assert 60 < sum(call in picked for call in range(1000)) < 140
