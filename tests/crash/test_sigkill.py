"""The same with a real process and a real SIGKILL: the local cloud is served, and a worker process dies at random moments."""

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from casewright.actions import SendEmail
from casewright.aws.records import unpack
from casewright.cases.subscriptions import BUCKETS
from casewright.decision import Effect
from casewright.quotas import QUOTAS
from casewright_workbench.house import House

HERE = Path(__file__).parent
CASES, KILLS = 5, 8
CALLS = (20, 60)
"""So many calls to AWS a worker lives for: no machine is too slow for it to get anywhere, and none so fast that it is idle when it dies."""


def test_a_worker_killed_again_and_again_does_everything_once(tmp_path: Path) -> None:
    chance = random.Random(11)
    with House.open(HERE.parents[1] / "contact_center", start=datetime(2026, 11, 16, 13, tzinfo=UTC), folder=tmp_path) as house:
        server = house.cloud.http(port=0)
        server.start()
        house.clock.tick()
        try:
            for number in range(CASES):
                _create(house, number)
            for _ in range(KILLS):
                worker = _worker(house, server.url)
                _until_called(house, chance.randint(*CALLS))
                worker.send_signal(signal.SIGKILL)
                assert worker.wait() == -signal.SIGKILL
                # What the dead worker had taken comes back when its visibility timeouts and leases have passed.
                house.clock.skip_to(house.clock.now() + timedelta(minutes=7))
                _ring(house)
            worker = _worker(house, server.url)
            deadline = time.monotonic() + 150
            while _pending(house) and time.monotonic() < deadline:
                time.sleep(0.2)
            worker.kill()
            worker.wait()
        finally:
            server.close()
        assert _pending(house) == 0
        mail = Counter((message.subject, tuple(message.to)) for message in house.outbox.messages())
        assert sum(subject.startswith("We have your message") for subject, _ in mail) + _in_doubt(house) == CASES, mail
        assert set(mail.values()) == {1}
        comments = _comments(house)
        assert {case_id for case_id, _ in comments} == {case["caseId"] for case in _cases(house)}
        assert set(comments.values()) == {1}


def _create(house: House, number: int) -> None:
    fields = {
        "title": f"Charged twice {number}",
        "customer_email": f"jo{number}@example.com",
        "case_reason": "double-charge",
        "order_number": f"A-{number}",
        "priority": "normal",
    }
    wire = [{"id": house.catalog.fields[name].id, "value": {"stringValue": value}} for name, value in fields.items()]
    wire += [{"id": house.catalog.fields[name].id, "value": {"doubleValue": 600.0}} for name in ("order_total", "refund_amount")]
    template_id = house.catalog.templates["Billing"]
    house.session("maya").client("connectcases").create_case(domainId=house.domain_id, templateId=template_id, fields=wire)


def _worker(house: House, url: str) -> subprocess.Popen[bytes]:
    environments = {name: each.as_environment() for name, each in house.environments(house.places).items()}
    environments["perform"]["QUOTAS"] = " ".join(f"{name}=50" for name in QUOTAS)
    sqs = house.session("admin").client("sqs")
    mail_url = sqs.get_queue_url(QueueName="mail-events")["QueueUrl"]
    queues = {"decide": house.places.case_events_url, "perform": house.places.wake_url, "note_delivery": mail_url}
    offset = (house.clock.now() - datetime.now(UTC)).total_seconds()
    arguments = [url, str(offset), json.dumps(environments), json.dumps(queues)]
    return subprocess.Popen([sys.executable, str(HERE / "worker.py"), *arguments])


def _until_called(house: House, times: int) -> None:
    """Until the functions have called the local cloud that often."""
    before, deadline = len(house.cloud.calls), time.monotonic() + 60
    while len(house.cloud.calls) < before + times:
        assert time.monotonic() < deadline, f"{len(house.cloud.calls) - before} calls in a minute"
        time.sleep(0.002)


def _ring(house: House) -> None:
    """What the rule of every minute does: a bell that was taken too often is dead."""
    for bucket in BUCKETS:
        house.session("admin").client("sqs").send_message(
            QueueUrl=house.places.wake_url,
            MessageBody=json.dumps({"bucket": bucket}),
            MessageGroupId=bucket,
            MessageDeduplicationId=f"{bucket}-{house.clock.now().isoformat()}",
        )


def _pending(house: House) -> int:
    """Effects not ended, and case events not decided on."""
    effects = _effects(house)
    waiting = sum(item["status"]["S"] == "pending" for item in effects)
    attributes = house.session("admin").client("sqs").get_queue_attributes(QueueUrl=house.places.case_events_url, AttributeNames=["All"])
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
    return waiting + sum(int(attributes["Attributes"][name]) for name in names) + (0 if effects else 1)


def _in_doubt(house: House) -> int:
    """Mails to customers given up, as the worker was killed twice between the note that one is being sent and the send."""
    given_up = [item for item in _effects(house) if "nothing came back of two sends" in item.get("detail", {"S": ""})["S"]]
    actions = [unpack(item["body"], Effect, item).action for item in given_up]
    return sum(isinstance(action, SendEmail) and action.to[0].startswith("jo") for action in actions)


def _effects(house: House) -> list[Any]:
    pages = house.session("admin").client("dynamodb").get_paginator("scan").paginate(TableName=house.case_table)
    return [item for page in pages for item in page["Items"] if item["sk"]["S"].startswith("effect#")]


def _cases(house: House) -> list[Any]:
    return house.session("maya").client("connectcases").search_cases(domainId=house.domain_id)["cases"]


def _comments(house: House) -> Counter[tuple[str, str]]:
    client = house.session("maya").client("connectcases")
    items = client.search_all_related_items(domainId=house.domain_id, filters=[{"comment": {}}], maxResults=25)["relatedItems"]
    return Counter((item["caseId"], item["content"]["comment"]["body"]) for item in items)
