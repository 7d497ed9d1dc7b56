"""The written order of an SLA: cancel, met_when, reset, start, pause_while, target; what is due fires once."""

from datetime import timedelta

import pytest
from building import at, case_event, comment, equals, linked, parsed, rule
from core_case import CREATED, HOUR, policy, updated
from fakes import clock_due

from casewright.bundle import LinkedBundle
from casewright.conditions.operators import Age, Among
from casewright.conditions.subjects import Fact, Field
from casewright.conditions.tree import All, Leaf
from casewright.decide import blank, decide
from casewright.decision import Head
from casewright.ports.log import DueClock
from casewright.rules.instructions import AssignSla
from casewright.sla.clocks import Clock, Transition
from casewright.sla.policies import Happening, StartsAssigned, StartsOn, StartsWhen, Target


def run(bundle: LinkedBundle, *bodies: str) -> tuple[Head, list[Transition]]:
    head, transitions = blank("c1"), list[Transition]()
    for body in bodies:
        decided = decide(head, parsed(body), bundle)
        head = decided.head
        transitions += decided.decision.transitions
    return head, transitions


def clock(*bodies: str, **change: object) -> Clock:
    return run(linked(policy(**change)), *bodies)[0].clocks["resolve"]


def kinds(*bodies: str, **change: object) -> list[tuple[str, str, float]]:
    _, transitions = run(linked(policy(**change)), *bodies)
    return [(each.kind, each.milestone, (each.at - at(0)).total_seconds() / 60) for each in transitions]


def test_a_clock_starts_with_its_trigger_and_takes_the_first_target_that_holds() -> None:
    assert clock(CREATED).due_at == at(240)
    assert clock(case_event("a", 0, "CREATED", status="open", priority="high")).due_at == at(120)


def test_no_clock_starts_when_the_goal_is_reached_already() -> None:
    assert "resolve" not in run(linked(policy()), case_event("a", 0, "CREATED", status="closed"))[0].clocks


def test_milestones_and_breach_fire_in_order_and_once() -> None:
    later = comment("b", 400)
    assert kinds(CREATED, later) == [
        ("started", "", 0), ("milestone", "half", 120), ("milestone", "soon", 180), ("breached", "breach", 240), ("milestone", "late", 300),
    ]  # fmt: skip
    assert kinds(CREATED, later, comment("c", 500))[5:] == []


def test_a_milestone_before_the_start_is_skipped() -> None:
    assert ("milestone", "soon", 0) not in kinds(CREATED, comment("b", 239), target=(Target(HOUR / 2),))
    assert [kind for kind, name, _ in kinds(CREATED, comment("b", 400), target=(Target(HOUR / 2),)) if name == "soon"] == []


def test_met_exactly_at_due_is_met_and_a_moment_later_is_not() -> None:
    assert clock(CREATED, updated("b", 240, status="closed")).status == "Met"
    late = clock(CREATED, updated("b", 240.001, status="closed"))
    assert (late.status, "breach" in late.fired) == ("NotMet", True)


def test_met_exactly_at_due_is_met_although_another_event_came_at_due() -> None:
    assert clock(CREATED, comment("b", 240), updated("c", 240, status="closed")).status == "Met"
    assert clock(CREATED, comment("b", 240), tick(240), updated("c", 241, status="closed")).status == "NotMet"


def test_pausing_a_case_moves_its_deadline() -> None:
    paused = clock(CREATED, updated("b", 60, status="waiting"))
    assert (paused.status, paused.paused_at) == ("Paused", at(60))
    resumed = clock(CREATED, updated("b", 60, status="waiting"), updated("c", 600, status="open"))
    assert (resumed.status, resumed.due_at, resumed.time_paused) == ("Active", at(240 + 540), timedelta(minutes=540))


def test_nothing_fires_while_paused_and_a_paused_clock_can_be_met() -> None:
    assert [kind for kind, *_ in kinds(CREATED, updated("b", 60, status="waiting"), comment("c", 1000))] == ["started", "paused"]
    assert clock(CREATED, updated("b", 60, status="waiting"), updated("c", 1000, status="closed")).status == "Met"


@pytest.mark.parametrize("change", [{"status": "closed"}, {"status": "waiting", "priority": "low"}])
def test_the_last_pause_counts_for_a_clock_that_ends_in_it(change: dict[str, str]) -> None:
    ended = clock(CREATED, updated("b", 60, status="waiting"), updated("c", 1000, **change), cancel=equals("priority", "low"))
    assert (ended.time_paused, ended.due_at, ended.ended_at) == (timedelta(minutes=940), at(1180), at(1000))


def test_an_overdue_clock_does_not_pause() -> None:
    assert clock(CREATED, updated("b", 300, status="waiting")).status == "Overdue"


def test_a_new_target_moves_due_and_fires_at_once_when_that_is_past() -> None:
    assert clock(CREATED, updated("b", 10, priority="high")).due_at == at(120)
    fired = kinds(CREATED, updated("b", 130, priority="high"))
    assert ("moved", "", 130) in fired
    assert [each for each in fired if each[0] == "breached"] == [("breached", "breach", 130)]


def test_a_new_target_that_is_used_up_breaches_a_paused_clock_and_ends_its_pause() -> None:
    raised = [CREATED, updated("b", 130, status="waiting"), updated("c", 500, status="waiting", priority="high")]
    assert kinds(*raised)[2:] == [
        ("paused", "", 130), ("moved", "", 500), ("resumed", "", 500), ("milestone", "soon", 500), ("breached", "breach", 500),
    ]  # fmt: skip
    overdue = clock(*raised)
    assert (overdue.status, overdue.due_at, overdue.time_paused, overdue.paused_at) == ("Overdue", at(490), timedelta(minutes=370), None)
    assert clock(*raised, updated("d", 510, status="closed")).status == "NotMet"


def test_a_new_target_that_is_not_used_up_leaves_a_paused_clock_paused() -> None:
    raised = [CREATED, updated("b", 119, status="waiting"), updated("c", 500, status="waiting", priority="high")]
    assert kinds(*raised)[1:] == [("paused", "", 119), ("moved", "", 500), ("milestone", "half", 500), ("milestone", "soon", 500)]
    paused = clock(*raised)
    assert (paused.status, paused.paused_at, paused.moments) == ("Paused", at(119), ())
    assert clock(*raised, updated("d", 600, status="open", priority="high")).due_at == at(601)


def test_a_clock_paused_exactly_at_due_fires_when_it_runs_again() -> None:
    paused = [CREATED, updated("b", 240, status="waiting")]
    assert clock(*paused).status == "Paused"
    assert kinds(*paused, updated("c", 300, status="open"), comment("d", 301))[-2:] == [("resumed", "", 300), ("breached", "breach", 300)]


def tick(minutes: float) -> str:
    return clock_due(DueClock("c1", "resolve", 1, "breach", at(minutes)))


def test_a_tick_fires_what_is_due_and_reads_no_condition() -> None:
    late = Leaf(Field("promised"), Age(older=True, than=timedelta()))
    promise = case_event("a", 0, "CREATED", status="open", priority="normal", promised=at(60).isoformat())
    ticked = kinds(promise, tick(240), pause_while=None, met_when=late)
    assert [name for _, name, _ in ticked] == ["", "half", "soon", "breach"]
    assert clock(promise, comment("b", 61), pause_while=None, met_when=late).status == "Met"


def test_a_policy_that_is_gone_opens_no_new_cycle_for_a_clock_that_has_ended() -> None:
    closed, reopened = updated("b", 60, status="closed"), parsed(updated("c", 90, status="open"))
    ended, _ = run(linked(policy()), CREATED, closed)
    assert decide(ended, reopened, linked()).head.clocks["resolve"].status == "Met"
    assert decide(ended, reopened, linked(policy())).head.clocks["resolve"].cycle == 2


SPOKEN = Happening(("related_item_added",), Leaf(Fact("performed_by.kind"), Among(("user",))))


def test_what_happens_meets_a_clock_where_it_happens() -> None:
    by_flow = comment("b", 5, performed_by={"user": {"customEntity": "a flow"}, "iamPrincipalArn": "arn:aws:iam::111122223333:role/flow"})
    assert clock(CREATED, by_flow, met_when=SPOKEN, reset=None).status == "Active"
    assert clock(CREATED, comment("b", 5, verb="DELETED"), met_when=SPOKEN, reset=None).status == "Active"
    assert clock(CREATED, comment("b", 5), met_when=SPOKEN, reset=None).status == "Met"


def test_what_happens_resets_a_clock_each_time() -> None:
    spoken = [CREATED, comment("b", 300), comment("c", 400)]
    again = clock(*spoken, reset=SPOKEN)
    assert (again.cycle, again.started_at, again.due_at) == (3, at(400), at(640))
    assert clock(*spoken, reset=None, cancel=SPOKEN).status == "Cancelled"


def test_what_ends_a_cycle_may_begin_the_next() -> None:
    assert kinds(CREATED, comment("b", 60), comment("c", 400), met_when=SPOKEN, reset=SPOKEN, milestones=()) == [
        ("started", "", 0), ("met", "", 60), ("reset", "", 60), ("breached", "breach", 300), ("not_met", "", 400), ("reset", "", 400),
    ]  # fmt: skip


def test_no_clock_starts_with_what_would_meet_it() -> None:
    talking = policy(start=StartsOn("related_item_added"), met_when=SPOKEN, reset=SPOKEN)
    assert run(linked(talking), CREATED, comment("b", 5))[0].clocks == {}


def test_a_rule_starts_the_clock_of_any_policy_whose_condition_holds() -> None:
    assigning = rule("assign", "case_updated", then=(AssignSla("resolve"),))
    urgent = policy(condition=equals("priority", "high"))
    assert run(linked(urgent, assigning), CREATED, updated("b", 10, priority="low"))[0].clocks == {}
    assert run(linked(urgent, assigning), CREATED, updated("b", 10, priority="high"))[0].clocks["resolve"].started_at == at(10)


def test_only_reset_opens_a_new_cycle_with_everything_armed_again() -> None:
    closed, reopened = updated("b", 60, status="closed"), updated("c", 90, status="open")
    again = clock(CREATED, closed, reopened)
    assert (again.cycle, again.status, again.started_at, again.due_at, again.fired) == (2, "Active", at(90), at(330), ())
    assert clock(CREATED, closed, comment("c", 90)).status == "Met"


def test_a_deleted_case_and_a_cancel_condition_cancel_the_clock() -> None:
    assert clock(CREATED, case_event("b", 5, "DELETED")).status == "Cancelled"
    assert clock(CREATED, updated("b", 5, priority="low"), cancel=equals("priority", "low")).status == "Cancelled"


def test_a_condition_becoming_true_starts_a_clock_and_being_true_does_not_start_it_again() -> None:
    start = StartsWhen(equals("priority", "high"))
    first = clock(CREATED, updated("b", 10, priority="high"), updated("c", 20, priority="high"), start=start)
    assert (first.started_at, first.cycle) == (at(10), 1)


def test_a_rule_assigns_a_clock_once() -> None:
    assigning = rule("assign", "case_updated", then=(AssignSla("resolve"),), condition=equals("priority", "high"))
    bundle = linked(policy(start=StartsAssigned()), assigning)
    head, _ = run(bundle, CREATED, updated("b", 10, priority="high"), updated("c", 20, priority="high"))
    assert head.clocks["resolve"].started_at == at(10)


def test_a_running_clock_keeps_the_policy_it_started_under() -> None:
    decided = decide(blank("c1"), parsed(CREATED), linked(policy()))
    stricter = linked(policy(target=(Target(HOUR),)))
    after = decide(decided.head, parsed(updated("b", 10, title="x")), stricter)
    assert after.head.clocks["resolve"].due_at == at(240)


def test_a_policy_applies_only_where_its_condition_holds_at_the_start() -> None:
    assert "resolve" not in run(linked(policy(condition=equals("template", "Technical"))), CREATED)[0].clocks
    assert "resolve" in run(linked(policy(condition=All((equals("template", "Billing"),)))), CREATED)[0].clocks
