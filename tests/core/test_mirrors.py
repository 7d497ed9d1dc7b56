"""What is asked of the SLA items that mirror clocks: they follow every change of their clock, and nothing else."""

from datetime import timedelta

import pytest
from building import at, case_event, changed, equals, field, linked, parsed, rule, text
from core_case import CREATED, policy, updated

from casewright.actions import Action, MirrorSla, UnmirrorSla
from casewright.decide import MOST_EFFECTS, blank, decide
from casewright.redecide import Logged, redecide
from casewright.rules.instructions import AddComment
from casewright.sla.policies import Mirror, StartsWhen

BUNDLE = linked(policy(mirror=Mirror(field("status"), "closed"), cancel=equals("title", "duplicate")))


def asked(*bodies: str) -> list[Action]:
    """What the last event asks of items."""
    head, actions = blank("c1"), list[Action]()
    for body in bodies:
        decided = decide(head, parsed(body), BUNDLE)
        head, actions = decided.head, [effect.action for effect in decided.decision.effects]
    return actions


def shown(minutes: float) -> list[Action]:
    return [MirrorSla("resolve", "status", "closed", at(minutes))]


HIDDEN: list[Action] = [UnmirrorSla("resolve")]
WAITING, REOPENED = updated("w", 60, status="waiting"), updated("o", 90, status="open")


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        ((CREATED,), shown(240)),
        ((CREATED, updated("t", 5, title="x")), []),
        ((CREATED, WAITING), HIDDEN),
        ((CREATED, WAITING, updated("t", 70, status="waiting", title="x")), []),
        ((CREATED, WAITING, REOPENED), shown(270)),
        ((CREATED, updated("p", 5, priority="high")), shown(120)),
        ((CREATED, WAITING, updated("p", 90, status="open", priority="high")), shown(150)),
        ((CREATED, updated("c", 5, status="closed")), []),
        ((CREATED, WAITING, updated("c", 70, status="closed")), []),
        ((CREATED, updated("c", 5, status="closed"), updated("o", 10, status="open")), shown(250)),
        ((CREATED, updated("d", 5, title="duplicate")), HIDDEN),
        ((CREATED, WAITING, updated("d", 70, status="waiting", title="duplicate")), []),
        ((case_event("a", 0, "CREATED", status="waiting", priority="normal"),), []),
        ((CREATED, case_event("x", 5, "DELETED")), []),
    ],
)
def test_an_item_follows_its_clock(bodies: tuple[str, ...], expected: list[Action]) -> None:
    assert asked(*bodies) == expected


def test_no_item_is_made_while_the_clock_is_overdue() -> None:
    late = updated("t", 250, title="x")
    assert asked(CREATED, late) == [], "the item is overdue by itself"
    assert asked(CREATED, late, updated("w", 260, status="waiting")) == [], "an overdue clock does not pause"
    assert asked(CREATED, late, updated("d", 260, title="duplicate")) == HIDDEN


def test_an_item_is_taken_away_when_a_new_target_puts_due_into_the_past() -> None:
    missed: list[Action] = [UnmirrorSla("resolve", missed_at=at(120))]
    assert asked(CREATED, updated("p", 180, priority="high")) == missed
    paused = updated("w", 150, status="waiting")
    missed_while_paused: list[Action] = [UnmirrorSla("resolve", missed_at=at(150))]
    assert asked(CREATED, paused, updated("p", 180, status="waiting", priority="high")) == missed_while_paused


def test_a_policy_without_native_asks_for_no_item() -> None:
    plain = linked(policy())
    assert decide(blank("c1"), parsed(CREATED), plain).decision.effects == ()


def test_a_cycle_under_a_policy_that_is_no_longer_native_takes_the_item_away() -> None:
    again = linked(policy(reset=changed("priority", "normal", "high")))
    before = linked(policy(mirror=Mirror(field("status"), "closed"), reset=changed("priority", "normal", "high")))
    head = decide(blank("c1"), parsed(CREATED), before).head
    decided = decide(head, parsed(updated("p", 10, priority="high")), again)
    assert (decided.head.clocks["resolve"].cycle, [each.action for each in decided.decision.effects]) == (2, HIDDEN)


def late(event: str, *log: str) -> tuple[list[Action], int]:
    """What an event asks of items that comes after the others, and how many corrections it lists."""
    head, entries = blank("c1"), list[Logged]()
    for body in log:
        decided = decide(head, parsed(body), BUNDLE)
        head = decided.head
        entries.append(Logged(parsed(body), decided.decision))
    decision = redecide(entries, parsed(event), BUNDLE, clocks=head.clocks).decision
    return [effect.action for effect in decision.effects], len(decision.corrections)


def test_a_late_event_asks_for_the_item_that_the_whole_log_makes() -> None:
    assert late(updated("w", 30, status="waiting"), CREATED, REOPENED) == (shown(300), 0), "paused, and resumed by what had come before"
    assert late(updated("c", 30, status="closed"), CREATED, REOPENED) == (shown(330), 0), "closed, and opened again"
    assert late(updated("p", 30, priority="high"), CREATED, WAITING) == ([], 0), "no item, as before"
    assert late(updated("t", 30, title="x"), CREATED, WAITING, REOPENED) == ([], 0), "the due time is the same"
    assert late(CREATED, REOPENED) == (shown(240), 0)
    closed, opened = updated("c", 30, status="closed"), updated("o", 50, status="open")
    assert late(updated("w", 40, status="waiting"), CREATED, closed, opened) == (HIDDEN, 0), "not opened again, so the cycle never was"
    assert late(closed, CREATED, updated("e", 40, status="closed", title="x")) == ([], 0), "met, as the item is by itself"


def test_a_late_event_that_trips_the_breaker_asks_nothing_of_items_either() -> None:
    flood = rule("flood", "case_updated", condition=equals("title", "flood"), then=(AddComment(text("x")),) * (MOST_EFFECTS + 1))
    bundle = linked(flood, *BUNDLE.policies)
    first = decide(blank("c1"), parsed(CREATED), bundle)
    second = decide(first.head, parsed(REOPENED), bundle)
    log = [Logged(parsed(CREATED), first.decision), Logged(parsed(REOPENED), second.decision)]
    paused = parsed(updated("w", 30, status="waiting", title="flood"))
    decision = redecide(log, paused, bundle, clocks=second.head.clocks).decision
    assert ("flood" in (decision.broken or ""), decision.effects) == (True, ())


def test_a_clock_that_the_true_order_never_started_loses_its_item() -> None:
    turning = policy(start=StartsWhen(equals("priority", "high")), mirror=Mirror(field("status"), "closed"))
    bundle = linked(turning)
    created, raised = parsed(case_event("b", 0, "CREATED", status="open", priority="normal")), parsed(updated("p", 20, priority="high"))
    first = decide(blank("c1"), created, bundle)
    second = decide(first.head, raised, bundle)
    assert [type(each.action) for each in second.decision.effects] == [MirrorSla]
    log = [Logged(created, first.decision), Logged(raised, second.decision)]
    closed = parsed(case_event("c", 10, changed=("status",), status="closed", priority="high"))
    late_one = redecide(log, closed, bundle, clocks=second.head.clocks)
    assert "resolve" not in late_one.head.clocks
    assert [effect.action for effect in late_one.decision.effects] == HIDDEN


def test_what_is_asked_of_an_item_is_named_by_the_event_and_the_policy() -> None:
    effects = [decide(blank("c1"), parsed(CREATED), BUNDLE).decision.effects for _ in range(2)]
    assert effects[0] == effects[1]
    [effect] = effects[0]
    assert (effect.rule, effect.priority, effect.expires_at) == ("sla:resolve", 3, at(0) + timedelta(days=1))
