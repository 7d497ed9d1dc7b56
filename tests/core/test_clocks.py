"""The written order of an SLA: cancel, met_when, reset, start, pause_while, target; what is due fires once."""

from datetime import timedelta

from building import at, case_event, comment, equals, linked, parsed, rule
from core_case import CREATED, HOUR, policy, updated

from casewright.bundle import LinkedBundle
from casewright.conditions.tree import All
from casewright.decide import blank, decide
from casewright.decision import Head
from casewright.rules.instructions import AssignSla
from casewright.sla.clocks import Clock, Transition
from casewright.sla.policies import StartsAssigned, StartsWhen, Target


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


def test_pausing_a_case_moves_its_deadline() -> None:
    paused = clock(CREATED, updated("b", 60, status="waiting"))
    assert (paused.status, paused.paused_at) == ("Paused", at(60))
    resumed = clock(CREATED, updated("b", 60, status="waiting"), updated("c", 600, status="open"))
    assert (resumed.status, resumed.due_at, resumed.time_paused) == ("Active", at(240 + 540), timedelta(minutes=540))


def test_nothing_fires_while_paused_and_a_paused_clock_can_be_met() -> None:
    assert [kind for kind, *_ in kinds(CREATED, updated("b", 60, status="waiting"), comment("c", 1000))] == ["started", "paused"]
    assert clock(CREATED, updated("b", 60, status="waiting"), updated("c", 1000, status="closed")).status == "Met"


def test_an_overdue_clock_does_not_pause() -> None:
    assert clock(CREATED, updated("b", 300, status="waiting")).status == "Overdue"


def test_a_new_target_moves_due_and_fires_at_once_when_that_is_past() -> None:
    assert clock(CREATED, updated("b", 10, priority="high")).due_at == at(120)
    fired = kinds(CREATED, updated("b", 130, priority="high"))
    assert ("moved", "", 130) in fired
    assert [each for each in fired if each[0] == "breached"] == [("breached", "breach", 120)]


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
