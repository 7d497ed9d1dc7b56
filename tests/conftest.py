"""Fixtures for every test. Importing `stacks` first lets it choose the Node that jsii runs on."""

import gc
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, settings
from moto import mock_aws

import stacks  # noqa: F401 -- for its effect, before anything imports aws_cdk

TABLE = "cases"

UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # how long it takes says something of the machine only
settings.register_profile("search", UNTIMED)
settings.register_profile("same", UNTIMED, derandomize=True)  # a suite that passed passes again on the same code
settings.load_profile("same")


def pytest_configure() -> None:
    """Look for garbage less often: tests make many short-lived values, and few circles."""
    gc.set_threshold(50_000, 10, 10)


def pytest_collection_finish() -> None:
    """What is imported stays: to look through all of it for garbage again and again takes a tenth of the time."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    gc.unfreeze()


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield boto3.Session(region_name="us-east-1")


@pytest.fixture
def dynamodb(session: boto3.Session) -> Any:
    client = session.client("dynamodb")
    names = ("pk", "sk", "bucket", "urgency", "due_shard", "next_due")
    index = lambda name, *keys: {  # noqa: E731
        "IndexName": name,
        "KeySchema": [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=True)],
        "Projection": {"ProjectionType": "ALL"},
    }
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[index("pending", "bucket", "urgency"), index("due", "due_shard", "next_due")],
    )
    return client
