"""`casewright redrive` against the local cloud: what lies there, by reason, and back to where it came from, once."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from faults import Faults, Refused
from serving import leads_commands_into
from small_center import opened
from small_directory import SMALL

from casewright.cases.values import as_wire
from casewright_workbench.cli.main import run
from casewright_workbench.localcloud.events.transport import HttpAnswer, HttpCall
from casewright_workbench.redriving.letters import Letter
from casewright_workbench.redriving.walking import Walk

FILES = SMALL | {
    "webhooks.yaml": """\
        - webhook: orders
          url: https://orders.example.com/in
          authentication: {api_key: {header: X-Api-Key, secret: shop/orders}}
          retry: {for: 2m}
        """,
    "rules/emitting.yaml": """\
        - rule: book
          when: case_created
          then: [{call_webhook: {webhook: orders, body: {title: "{{ case.title }}"}}}]
        """,
}
SECRET = "Wilhelmina"
"""What a customer wrote."""


class Center:
    """A house whose receiver is down, with something in each kind of dead-letter queue."""

    def __init__(self, folder: Path) -> None:
        self.house = opened(folder, FILES)
        admin = self.house.session("admin")
        self.cases, self.sqs, self.events = (admin.client(name) for name in ("connectcases", "sqs", "events"))
        self.received: list[HttpCall] = []
        self.status = 500
        self.house.cloud.events.delivery.api_calls.transport = self._receive

    def _receive(self, call: HttpCall) -> HttpAnswer:
        self.received.append(call)
        return HttpAnswer(self.status)

    def after(self, **passed: float) -> None:
        self.house.run_until(self.house.clock.now() + timedelta(**passed))

    def opens(self, title: str) -> str:
        fields: Any = [{"id": self.house.catalog.fields["title"].id, "value": as_wire(title)}]
        template = self.house.catalog.templates["Shipping"]
        return str(self.cases.create_case(domainId=self.house.domain_id, templateId=template, fields=fields)["caseId"])

    def catches_undelivered(self, rule: str, queue: str) -> str:
        """Give the targets of a rule a dead-letter queue, as the stacks do; answers the ARN of the target."""
        url = self.sqs.create_queue(QueueName=queue)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        targets: Any = self.events.list_targets_by_rule(Rule=rule)["Targets"]
        self.events.put_targets(Rule=rule, Targets=[{**each, "DeadLetterConfig": {"Arn": arn}} for each in targets])
        return str(targets[0]["Arn"])

    def bury(self, queue: str, body: object, **attributes: str) -> None:
        told: Any = {name: {"DataType": "String", "StringValue": text} for name, text in attributes.items()}
        group: Any = {"MessageGroupId": "g", "MessageDeduplicationId": str(body)} if queue.endswith(".fifo") else {}
        url = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        self.sqs.send_message(
            QueueUrl=url, MessageBody=body if isinstance(body, str) else json.dumps(body), MessageAttributes=told, **group
        )

    def holds(self, queue: str) -> int:
        url = self.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        told = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return int(told["ApproximateNumberOfMessages"])


@pytest.fixture
def center(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Center]:
    center = Center(tmp_path)
    leads_commands_into(center.house, monkeypatch)
    yield center
    center.house.close()


def told(capsys: pytest.CaptureFixture[str], *options: str, code: int) -> dict[str, dict[str, Any]]:
    """The groups by their queue and the first words of where they go."""
    capsys.readouterr()
    assert run(["redrive", "--json", *options]) == code
    groups = json.loads(capsys.readouterr().out)["groups"]
    return {f"{each['queue']}: {each['way'].partition(',')[0]}": each for each in groups}


def test_everything_goes_back_where_it_came_from_and_only_then_is_deleted(center: Center, capsys: pytest.CaptureFixture[str]) -> None:
    queue_arn = center.catches_undelivered("case-changes-to-decide", "not-queued")
    stream_arn = center.catches_undelivered("case-changes-to-lake", "not-in-lake")
    case_id = center.opens(SECRET)
    center.after(minutes=4)
    [key] = {call.headers["Idempotency-Key"] for call in center.received}
    lost = {
        "id": "lost-1",
        "source": "aws.cases",
        "detail-type": "Amazon Connect Cases Change",
        "detail": {"case": {"caseId": case_id, "title": SECRET}},
    }
    center.bury("case-events-dead-letters", '{"id": 1}', reason=f"$.id: expected str, case {case_id}, {SECRET}@example.com")
    center.bury("not-queued", lost, TARGET_ARN=queue_arn, RULE_ARN="r", ERROR_CODE="SDK_CLIENT_ERROR", ERROR_MESSAGE="throttled")
    center.bury("not-in-lake", lost, TARGET_ARN=stream_arn, RULE_ARN="r", ERROR_CODE="THROTTLING", ERROR_MESSAGE="slow")
    center.bury("not-in-lake", lost, TARGET_ARN="arn:aws:sqs:us-east-1:111122223333:elsewhere", RULE_ARN="r", ERROR_CODE="NO_RESOURCE")
    center.bury("wake-dead-letters.fifo", {"bucket": "cases"})
    center.bury("mail-events-dead-letters", "{}", RequestID="7", ErrorCode="200", ErrorMessage="Task timed out")

    found = told(capsys, code=1)
    assert set(found) == {
        "case-events-dead-letters: back to case-events",
        "not-queued: back to case-events",
        "not-in-lake: into casewright-facts",
        "not-in-lake: stays",
        "orders-undelivered: onto the bus",
        "wake-dead-letters.fifo: deleted",
        "mail-events-dead-letters: deleted",
    }
    assert found["case-events-dead-letters: back to case-events"]["reason"] == "$.id: expected str, case …, …"
    webhook = found["orders-undelivered: onto the bus"]
    assert (webhook["reason"], webhook["case_id"], webhook["count"]) == ("ERROR_FROM_TARGET: the endpoint answered 500", case_id, 1)
    assert found["not-queued: back to case-events"]["sample"] == "lost-1"
    assert SECRET not in json.dumps(found)
    before = {each["queue"]: center.holds(each["queue"]) for each in found.values()}
    assert sum(before.values()) == sum(each["count"] for each in found.values()) == 7, "showing takes nothing away"

    center.status = 200
    center.received.clear()
    moved = told(capsys, "--yes", code=1)
    assert {name: (each["moved"], each["stayed"]) for name, each in moved.items()} == {
        name: (0, 1) if "stays" in name else (1, 0) for name in found
    }
    assert {queue: center.holds(queue) for queue in before} == {queue: int(queue == "not-in-lake") for queue in before}
    center.after(minutes=2)
    assert [call.headers["Idempotency-Key"] for call in center.received] == [key], "called once more, told to be the same"
    again = told(capsys, code=1)
    buried = [name for name in again if name.startswith("case-events-dead-letters")]
    assert buried, "what cannot be read is buried again, with its reason"


def test_queues_and_reasons_can_be_chosen(center: Center, capsys: pytest.CaptureFixture[str]) -> None:
    for reason in ("format 3 cannot be read", "no such thing"):
        center.bury("case-events-dead-letters", {"id": reason}, reason=reason)
    center.bury("mail-events-dead-letters", {"id": "m"}, reason="no such thing")
    assert told(capsys, "--queue", "case-events", "--reason", "FORMAT 3", "--yes", code=0)
    assert center.holds("case-events-dead-letters") == 1
    assert center.holds("mail-events-dead-letters") == 1
    assert center.holds("case-events") == 1
    assert run(["redrive", "--queue", "case-events", "--reason", "cannot be read", "--yes"]) == 0
    said = capsys.readouterr().out
    assert said == "nothing to bring back in case-events-dead-letters; 1 with other reasons, left alone: without --reason they are shown\n"
    assert run(["redrive", "--queue", "nosuch"]) == 2
    assert "case-events-dead-letters" in capsys.readouterr().err
    assert run(["redrive", "--queue", "orders"]) == 0
    assert "nothing to bring back" in capsys.readouterr().out


def test_what_does_not_arrive_stays(center: Center, capsys: pytest.CaptureFixture[str]) -> None:
    center.bury("mail-events-dead-letters", {"id": "m"}, reason="r")
    center.sqs.delete_queue(QueueUrl=center.sqs.get_queue_url(QueueName="mail-events")["QueueUrl"])
    center.bury("case-events-dead-letters", {"id": "gone"}, reason="r", TARGET_ARN="arn:aws:sqs:us-east-1:111122223333:mail-events")
    found = told(capsys, "--queue", "case-events", "--yes", code=1)
    [group] = found.values()
    assert (group["moved"], group["stayed"]) == (0, 1)
    assert "mail-events" in group["trouble"]
    assert center.holds("case-events-dead-letters") == 1


def test_queues_that_nobody_names_are_not_told_to_be_empty(center: Center, capsys: pytest.CaptureFixture[str]) -> None:
    center.bury("case-events-dead-letters", "{}", reason="$.id: missing")
    with Faults(center.house.cloud) as faults:
        faults.at("lambda", "ListFunctions", Refused("AccessDeniedException"), calls=range(9))
        assert run(["redrive", "--table", center.house.case_table]) == 2
        assert "the queues are not known" in capsys.readouterr().err
        assert run(["redrive", "--table", center.house.case_table, "--queue", "effects-set-aside"]) == 0


def test_a_walk_of_an_hour_among_letters_that_stay_and_others_that_come_meanwhile_leaves_none_behind(
    center: Center, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue, clock = "case-events-dead-letters", center.house.clock
    for place in range(60):
        center.bury(queue, {"id": f"{place}"}, reason="other" if place % 2 else "wanted")
    received, answers = Walk._received, count()

    def slowly(walk: Walk) -> tuple[Letter, ...]:
        """What was looked at is there again after ten minutes; for a while new letters come faster than old ones."""
        clock.skip_to(clock.now() + timedelta(minutes=4))
        if next(answers) == 2:
            for place in range(40):
                center.bury(queue, {"id": f"later {place}"}, reason="wanted")
        return received(walk)

    monkeypatch.setattr(Walk, "_received", slowly)
    [group] = told(capsys, "--queue", queue, "--reason", "wanted", "--yes", code=0).values()
    assert (group["moved"], group["count"]) == (30, 30)
    assert center.holds(queue) == 30 + 40
    assert next(answers) < 300, "it ends"
