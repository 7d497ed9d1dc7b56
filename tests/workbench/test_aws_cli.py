"""Tried as somebody new would: the real aws CLI, in a process of its own, against the served endpoint."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from serving import Served

AWS = Path(sys.executable).parent / "aws"
Aws = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def aws(served: Served, tmp_path: Path) -> Aws:
    """Run the CLI with nothing but the endpoint and any access key."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_PAGER": "",
    }

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [AWS, "--endpoint-url", served.url, *words], env=environment, capture_output=True, text=True, timeout=200, check=False
        )

    return run


def answered(done: "subprocess.CompletedProcess[str]") -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else None


def create_case(served: Served, aws: Aws, *, domain: str = "", **fields: Any) -> "subprocess.CompletedProcess[str]":
    known = served.house.catalog.fields
    entries = [{"id": known[name].id if name in known else name, "value": value} for name, value in fields.items()]
    template = served.house.catalog.templates["Technical"]
    where = ("--domain-id", domain or served.house.domain_id, "--template-id", template)
    return aws("connectcases", "create-case", *where, "--fields", json.dumps(entries))


def text(value: str) -> dict[str, str]:
    return {"stringValue": value}


def page(served: Served, path: str) -> str:
    with urllib.request.urlopen(served.url + path, timeout=100) as answer:
        return str(answer.read().decode())


def test_a_new_case_brings_a_mail_within_two_seconds_and_an_event_to_a_queue_of_ones_own(served: Served, aws: Aws) -> None:
    queue_url = answered(aws("sqs", "create-queue", "--queue-name", "mine"))["QueueUrl"]
    pattern = {"source": ["aws.cases"], "detail": {"eventType": ["CASE.CREATED"]}}
    answered(aws("events", "put-rule", "--name", "my-rule", "--event-pattern", json.dumps(pattern)))
    target = [{"Id": "1", "Arn": "arn:aws:sqs:us-east-1:111122223333:mine"}]
    assert answered(aws("events", "put-targets", "--rule", "my-rule", "--targets", json.dumps(target)))["FailedEntryCount"] == 0
    before = len(served.house.outbox.messages())

    title = "The map on the store page is empty"
    created = create_case(served, aws, title=text(title), customer_email=text("nia@example.com"), case_reason=text("website-problem"))
    deadline = time.monotonic() + 2
    case_id = answered(created)["caseId"]
    while len(served.house.outbox.messages()) == before and time.monotonic() < deadline:
        time.sleep(0.02)
    mails = served.house.outbox.messages()[before:]
    assert [(mail.to, mail.tags["casewright-case"]) for mail in mails] == [(("nia@example.com",), case_id)]
    assert f"We have your message: {title}" in page(served, "/inbox")

    received = answered(aws("sqs", "receive-message", "--queue-url", queue_url, "--wait-time-seconds", "2"))["Messages"]
    events = [json.loads(message["Body"]) for message in received]
    assert [(event["source"], event["detail"]["case"]["caseId"]) for event in events] == [("aws.cases", case_id)]


def test_the_cli_reads_back_what_the_automation_wrote(served: Served, aws: Aws) -> None:
    case_id = answered(create_case(served, aws, title=text("Blank page")))["caseId"]
    priority = served.house.catalog.fields["priority"].id
    where = ("--domain-id", served.house.domain_id, "--case-id", case_id)
    fields: list[Any] = []
    deadline = time.monotonic() + 5
    while not fields and time.monotonic() < deadline:
        fields = answered(aws("connectcases", "get-case", *where, "--fields", json.dumps([{"id": priority}])))["fields"]
    assert fields == [{"id": priority, "value": {"stringValue": "normal"}}]
    history = answered(aws("connectcases", "get-case-audit-events", *where))["auditEvents"]
    principals = {event["performedBy"]["iamPrincipalArn"].rpartition("/")[2] for event in history}
    assert principals == {"local", "perform"}


@pytest.mark.parametrize(
    ("fields", "code", "told"),
    [
        ({"title": text("t"), "favourite_colour": text("blue")}, "ValidationException", "no field with the id 'favourite_colour'"),
        ({"title": text("t"), "order_total": text("ten")}, "ValidationException", "doubleValue"),
        ({"title": text("t"), "priority": text("huge")}, "ValidationException", "low, normal, high, urgent"),
        ({"title": text("x" * 501)}, "ValidationException", "500 characters; 501 were given"),
    ],
)
def test_bad_input_gets_the_modelled_error(served: Served, aws: Aws, fields: dict[str, Any], code: str, told: str) -> None:
    refused = create_case(served, aws, **fields)
    assert refused.returncode != 0
    assert f"({code})" in refused.stderr
    assert "CreateCase operation" in refused.stderr
    assert told in refused.stderr


def test_an_unknown_domain_is_not_found(served: Served, aws: Aws) -> None:
    refused = create_case(served, aws, domain="no-such-domain", title=text("t"))
    assert refused.returncode != 0
    assert "(ResourceNotFoundException)" in refused.stderr
    assert "no-such-domain" in refused.stderr
