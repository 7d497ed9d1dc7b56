"""A trace tells the truth: its verdicts are those of evaluating, and the rules it calls fired are those that fired."""

from datetime import timedelta
from typing import Any as Anything

import pytest
from building import CATALOG, OWN_PRINCIPAL, START, at, case_event, changed, comment, equals, linked, parsed, rule
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casewright.cases.events import Event, ScheduleDue
from casewright.cases.performers import entity_for
from casewright.cases.state import Missing
from casewright.conditions.operators import Absent, Compares, Empty, HasText
from casewright.conditions.subjects import Fact, Field
from casewright.conditions.tree import ALWAYS, All, Any, Condition, Leaf, Not, evaluate
from casewright.decide import blank, decide, facts_of, moments
from casewright.rules.explaining import Asked, ask, decisive, leaves, trace
from casewright.rules.rule import Rule, Schedule

OURS = {"user": {"customEntity": entity_for("a" * 32, 1)}, "iamPrincipalArn": OWN_PRINCIPAL}
TOO_OFTEN = {"user": {"customEntity": entity_for("a" * 32, 4)}, "iamPrincipalArn": OWN_PRINCIPAL}
BEFORE = parsed(case_event("e1", 0, "CREATED", status="open", priority="low"))
EVENTS = (
    parsed(case_event("e2", 1, changed=("priority",), status="open", priority="high", amount=700.0, title="Refund", email="")),
    parsed(case_event("e3", 1, changed=("status",), status="closed", vip=True, performed_by=OURS)),
    parsed(case_event("e4", 1, changed=("status",), status="closed", vip=True, performed_by=TOO_OFTEN)),
    parsed(comment("e5", 1, "hello")),
    parsed(case_event("e6", 1, "DELETED")),
    Event("e7", at(1), "c1", "d", "111122223333", "us-east-1", "SCHEDULE.DUE", BEFORE.performer, ScheduleDue("r1")),
    parsed(comment("e8", 1, "")),
)
LEAVES: st.SearchStrategy[Condition] = st.sampled_from(
    [
        equals("priority", "high"),
        equals("priority", "low", "normal"),
        equals("status", "closed", negated=True),
        equals("template", "Billing"),
        changed("priority"),
        changed("priority", "low", "high"),
        changed("status", "open"),
        Leaf(Field("amount"), Compares("greater_than", 500.0)),
        Leaf(Field("title"), HasText("contains", "Refund")),
        Leaf(Field("email"), Empty(True)),
        Leaf(Field("vip"), Absent(True)),
        Leaf(Fact("comment.body"), HasText("starts_with", "hel")),
    ]
)
CONDITIONS = st.one_of(
    st.just(ALWAYS),
    st.recursive(
        LEAVES,
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: Any(tuple(parts))),
        ),
        max_leaves=8,
    ),
)


@st.composite
def rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    triggers = st.sets(st.sampled_from(["case_updated", "case_deleted", "related_item_added", "schedule"]), min_size=1)
    return tuple(
        rule(
            f"r{number}",
            *sorted(draw(triggers)),
            condition=draw(CONDITIONS),
            order=draw(st.integers(0, 2)),
            stop=draw(st.booleans()),
            mode=draw(st.sampled_from(["on", "on", "shadow", "canary", "off"])),
            canary_percent=draw(st.sampled_from([0.0, 100.0])),
            reacts_to_casewright=draw(st.booleans()),
            runs_on=draw(st.sampled_from(["casewright", "casewright", "connect"])),
            schedule=Schedule(every=timedelta(hours=1)),
        )
        for number in range(draw(st.integers(1, 5)))
    )


@given(rules(), st.sampled_from(EVENTS), st.booleans())
def test_a_trace_agrees_with_matching_and_with_the_decision(given_rules: tuple[Rule, ...], event: Event, known: bool) -> None:
    bundle = linked(*given_rules)
    head = decide(blank("c1"), BEFORE, bundle).head if known else blank("c1")
    decision = decide(head, event, bundle).decision
    [moment] = moments(head, event, bundle)
    asked = ask(bundle.rules, moment.trigger, moment.facts, own=moment.own)
    for each in asked:
        assert each.trace.verdict is evaluate(each.rule.condition, moment.facts)
        assert all(leaf.verdict is evaluate(Leaf(leaf.subject, leaf.test), moment.facts) for leaf in leaves(each.trace))
    matching = bundle.matcher.matching(moment.trigger, moment.facts)
    assert [each.rule for each in asked if each.outcome not in {"trigger", "off", "connect", "false", "unknown"}] == list(matching)
    assert named(asked, "fired") == [match.rule for match in decision.matched]
    assert named(asked, "shadow") == [match.rule for match in decision.shadowed]
    assert named(asked, "looped") == [match.rule for match in decision.looped]


def named(asked: tuple[Asked, ...], outcome: str) -> list[str]:
    return [each.rule.name for each in asked if each.outcome == outcome]


@given(CONDITIONS, st.sampled_from(EVENTS))
def test_the_decisive_test_alone_can_turn_the_verdict(condition: Condition, event: Event) -> None:
    [compiled] = linked(rule("r", condition=condition)).rules
    facts = facts_of(blank("c1"), event, linked())
    traced = trace(compiled.condition, facts)
    found = decisive(traced)
    assert (found is None) is (condition == ALWAYS)
    if found is not None:
        assert found in list(leaves(traced))
        negations = found.place.count(".not")
        expected = traced.verdict if traced.verdict is None or negations % 2 == 0 else not traced.verdict
        assert found.verdict is expected


def test_a_leaf_shows_its_place_and_what_it_read() -> None:
    condition = All((equals("status", "open"), Not(Any((changed("priority", "low", "high"), Leaf(Field("vip"), Absent(False)))))))
    bundle = linked(rule("r", condition=condition))
    head = decide(blank("c1"), BEFORE, bundle).head
    status, priority, vip = leaves(trace(bundle.rules[0].condition, facts_of(head, EVENTS[0], bundle)))
    assert (status.place, status.value, status.verdict) == ("if.all[0]", "open", True)
    assert (priority.place, priority.changed, priority.before, priority.value) == ("if.all[1].not.any[0]", True, "low", "high")
    assert (vip.place, vip.value, vip.verdict) == ("if.all[1].not.any[1]", Missing.ABSENT, False)


@pytest.mark.parametrize(
    ("more", "event", "outcome"),
    [
        ({}, EVENTS[0], "fired"),
        ({"condition": equals("priority", "low")}, EVENTS[0], "false"),
        ({"condition": Leaf(Fact("comment.body"), Absent(False))}, EVENTS[6], "unknown"),
        ({}, EVENTS[3], "trigger"),
        ({"mode": "off"}, EVENTS[0], "off"),
        ({"runs_on": "connect"}, EVENTS[0], "connect"),
        ({"mode": "shadow"}, EVENTS[0], "shadow"),
        ({"mode": "canary", "canary_percent": 0.0}, EVENTS[0], "shadow"),
        ({}, EVENTS[1], "own_write"),
        ({"reacts_to_casewright": True}, EVENTS[1], "fired"),
        ({"reacts_to_casewright": True}, EVENTS[2], "looped"),
        ({}, EVENTS[0], "stopped"),
        ({}, EVENTS[5], "schedule"),
    ],
)
def test_a_rule_that_did_not_fire_has_its_reason(more: dict[str, Anything], event: Event, outcome: str) -> None:
    first = rule("r0", "case_updated", order=-1, stop=outcome == "stopped")
    when = {"unknown": "related_item_added", "schedule": "schedule"}.get(outcome, "case_updated")
    bundle = linked(first, rule("r2", when, **more))
    [moment] = moments(decide(blank("c1"), BEFORE, bundle).head, event, bundle)
    found = {each.rule.name: each for each in ask(bundle.rules, moment.trigger, moment.facts, own=moment.own)}["r2"]
    assert found.outcome == outcome
    assert found.stopped_by == ("r0" if outcome == "stopped" else "")
    assert (found.trigger is None) is (outcome in {"trigger", "off", "connect"})


def test_a_field_that_the_event_configuration_leaves_out_is_unknown_in_the_trace() -> None:
    facts = replace(facts_of(blank("c1"), EVENTS[0], linked()), included=CATALOG.included_field_ids - {"f-vip"})
    [leaf] = leaves(trace(Leaf(Field("vip", "f-vip"), Absent(True)), facts))
    assert (leaf.value, leaf.verdict) == (Missing.UNKNOWN, None)
    assert facts.event.at > START
