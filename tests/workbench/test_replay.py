"""One case replayed: clocks and schedules come by themselves, in their place."""

from datetime import timedelta
from typing import Any

import msgspec
from building import START, at, case_event, comment, equals, linked, parsed, rule
from core_case import HOUR, policy

from casewright.aws.queues import CaseEventsQueue
from casewright.cases.events import ClockDue, ScheduleDue, Unrecognised
from casewright.cases.parsing import parse
from casewright.ports.log import DueClock
from casewright.rules.rule import Schedule
from casewright.sla.policies import StartsOn
from casewright_workbench.replay.case_replay import CaseReplay, Step

CREATED = parsed(case_event("a", 0, "CREATED", status="open", priority="normal"))


def ids(steps: list[Step]) -> list[str]:
    return [step.event.id for step in steps]


def milestones(steps: list[Step]) -> list[tuple[str, timedelta]]:
    return [(step.event.change.milestone, step.event.at - START) for step in steps if isinstance(step.event.change, ClockDue)]


class Sent:
    """An SQS client that keeps the bodies."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        self.bodies += [entry["MessageBody"] for entry in request["Entries"]]
        return {}


def test_milestones_come_by_themselves_before_the_event_that_is_later() -> None:
    replay = CaseReplay("c1", linked(policy(mirror=None)))
    assert ids(replay.take(CREATED)) == ["a"]
    steps = replay.take(parsed(comment("b", 210)))
    assert milestones(steps) == [("half", 2 * HOUR), ("soon", 3 * HOUR)]
    assert ids(steps)[-1] == "b"
    assert milestones(replay.until(at(240))) == [("breach", 4 * HOUR)]
    assert milestones(replay.until(at(10_000))) == [("late", 5 * HOUR)]
    assert replay.until(at(20_000)) == []


def test_a_clock_event_is_what_production_would_have_sent() -> None:
    replay = CaseReplay("c1", linked(policy()))
    replay.take(CREATED)
    [step] = replay.until(at(120))
    client = Sent()
    queue = CaseEventsQueue(client, "url", account="111122223333", region="us-east-1", domain_id="d")
    queue.send_due([DueClock("c1", "resolve", 1, "half", at(120))], at(119))
    assert step.event == parse(client.bodies[0])
    assert step.event.position > parsed(comment("zz", 120)).position


def test_what_happens_at_the_instant_of_due_comes_first() -> None:
    replay = CaseReplay("c1", linked(policy()))
    replay.take(CREATED)
    replay.until(at(239))
    steps = replay.take(parsed(case_event("z", 240, changed=("status",), status="closed", priority="normal")))
    assert ids(steps) == ["z"]
    assert [each.kind for each in steps[0].decided.decision.transitions] == ["met"]
    assert replay.until(at(1000)) == []


def test_a_clock_event_nobody_waits_for_decides_nothing() -> None:
    replay = CaseReplay("c1", linked(policy()))
    replay.take(CREATED)
    [half] = replay.until(at(120))
    head = replay.head
    assert replay.take(half.event) == []
    assert replay.head is head
    again = CaseReplay("c1", linked(policy()))
    again.take(CREATED)
    assert ids(again.take(half.event)) == [half.event.id], "given by hand, it stands for itself"


def test_schedules_ask_from_the_first_event_until_the_case_is_gone() -> None:
    nightly = rule("nightly", "schedule", condition=equals("status", "open"), schedule=Schedule(cron="0 15 * * *"))
    often = rule("often", "schedule", schedule=Schedule(every=timedelta(hours=8)), mode="off")
    replay = CaseReplay("c1", linked(nightly, often))
    assert replay.until(at(10_000)) == []
    replay.take(CREATED)
    steps = replay.until(at(60 + 24 * 60))
    assert [step.event.at for step in steps] == [at(60), at(60 + 24 * 60)]
    assert steps[0].event.id == "~schedule/nightly/2026-11-16T15:00:00.000000Z/c1"
    assert steps[0].event.event_type == "SCHEDULE.DUE"
    assert steps[0].event.change == ScheduleDue("nightly")
    assert [match.rule for match in steps[0].decided.decision.matched] == ["nightly"]
    steps = replay.take(parsed(case_event("d", 60 + 48 * 60, "DELETED")))
    assert ids(steps) == ["d"], "at the instant of the firing the case is deleted first"
    assert replay.until(at(100_000)) == []


def test_a_schedule_that_asks_for_nothing_leaves_nothing() -> None:
    nightly = rule("nightly", "schedule", condition=equals("status", "closed"), schedule=Schedule(cron="0 15 * * *"))
    replay = CaseReplay("c1", linked(nightly))
    replay.take(CREATED)
    head = replay.head
    assert replay.until(at(10_000)) == []
    assert replay.head is head


def test_clocks_come_before_schedules_of_the_same_instant() -> None:
    due = policy(name="p", start=StartsOn("case_created"), milestones=())
    hourly = rule("hourly", "schedule", schedule=Schedule(every=HOUR))
    replay = CaseReplay("c1", linked(due, hourly))
    replay.take(CREATED)
    kinds = [type(step.event.change) for step in replay.until(at(240)) if step.event.at == at(240)]
    assert kinds == [ClockDue, ScheduleDue]


def test_each_step_tells_the_head_it_met() -> None:
    replay = CaseReplay("c1", linked(policy()))
    steps = [*replay.take(CREATED), *replay.take(parsed(comment("b", 130))), *replay.until(at(1000))]
    assert [step.before for step in steps[1:]] == [step.decided.head for step in steps[:-1]]
    assert replay.head == steps[-1].decided.head


def test_an_unknown_type_of_event_decides_nothing() -> None:
    replay = CaseReplay("c1", linked(rule("any", "case_created")))
    unknown = msgspec.structs.replace(CREATED, change=Unrecognised("CASE.MERGED"))
    assert replay.take(unknown) == []
    assert replay.head.last is None
