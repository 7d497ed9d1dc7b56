"""Milestones are sent to arrive when they are due: by the sweep, or by the decision that made them due before the sweep could know."""

from datetime import timedelta
from typing import Any

import pytest
from building import START, at, linked, rule
from core_case import CREATED, policy, updated
from fakes import FakeLog, FakeQueue, FakeTelemetry, deciding

from casewright.aws.queues import CaseEventsQueue
from casewright.ports.log import DueClock
from casewright.service.decide import take
from casewright.service.sweep import AHEAD, sweep

BUNDLE = linked(policy(milestones=()))


def test_a_decision_sends_what_it_makes_due_before_the_next_sweep() -> None:
    ports = deciding(BUNDLE, now=START)
    take(CREATED, 0, ports)
    assert ports.queue.due == []
    ports.time.moment = at(119.5)
    take(updated("p", 119.5, priority="high"), 0, ports)
    assert ports.queue.due == [DueClock("c1", "resolve", 1, "breach", at(120))]
    take(updated("t", 119.6, priority="high", title="x"), 0, ports)
    assert len(ports.queue.due) == 1, "what was due before is with the sweep, or was sent"


def test_what_is_due_already_is_sent_at_once() -> None:
    ports = deciding(BUNDLE)
    ports.time.moment = at(300)
    take(CREATED, 0, ports)
    assert [each.due for each in ports.queue.due] == [at(240)]


def test_a_decision_that_was_cut_off_sends_when_its_event_comes_again() -> None:
    log = FakeLog()
    take(CREATED, 0, deciding(BUNDLE, log=log))
    again = deciding(BUNDLE, log=log)
    again.time.moment = at(239)
    take(CREATED, 0, again)
    assert [each.due for each in again.queue.due] == [at(240)]


def test_the_sweep_sends_what_is_due_within_twice_its_period() -> None:
    ports, queue = deciding(BUNDLE), FakeQueue()
    take(CREATED, 0, ports)
    for moment, sent in ((at(240) - AHEAD, 0), (at(238.1), 1), (at(241), 2)):
        ports.time.moment = moment
        sweep(ports.log, queue, ports.time, FakeTelemetry())
        assert len(queue.due) == sent


class Sent:
    """An SQS client that keeps what it is asked to send."""

    def __init__(self) -> None:
        self.entries: list[Any] = []

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        self.entries += request["Entries"]
        return {}


@pytest.mark.parametrize(
    ("seconds", "delay"), [(-60, 0), (0, 0), (0.001, 1), (1, 1), (29.5, 30), (30, 30), (31, 31), (120, 120), (5000, 900)]
)
def test_a_message_arrives_when_its_milestone_is_due_and_not_before(seconds: float, delay: int) -> None:
    client = Sent()
    queue = CaseEventsQueue(client, "url", account="1", region="us-east-1", domain_id="d")
    queue.send_due([DueClock("c1", "resolve", 1, "breach", START + timedelta(seconds=seconds))], START)
    assert [entry["DelaySeconds"] for entry in client.entries] == [delay]


def test_what_two_sweeps_send_is_decided_and_counted_once() -> None:
    client, ports = Sent(), deciding(linked(policy(milestones=()), rule("late", "sla_breached", mode="shadow")))
    queue = CaseEventsQueue(client, "url", account="1", region="us-east-1", domain_id="d")
    take(CREATED, 0, ports)
    for moment in (at(238.5), at(239.5)):
        queue.send_due([DueClock("c1", "resolve", 1, "breach", at(240))], moment)
    for entry in client.entries:
        take(entry["MessageBody"], 0, ports)
    assert [facts["outcome"] for message, facts in ports.telemetry.lines if message == "event taken"] == ["decided", "decided", "duplicate"]
    assert (len(ports.log.log), ports.telemetry.counts["RulesShadowed"]) == (2, 1)
