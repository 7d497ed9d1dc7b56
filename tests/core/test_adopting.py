"""The clocks of a case that was there before us."""

from datetime import timedelta

import msgspec
from building import at, case_event, changed, equals, linked, parsed, rule
from core_case import policy

from casewright.cases.events import CaseAdopted, Event
from casewright.cases.performers import Performer
from casewright.cases.values import FieldValue
from casewright.decide import Decided, blank, decide
from casewright.decision import Logged
from casewright.redecide import redecide
from casewright.rules.instructions import AssignSla
from casewright.sla.policies import StartsAssigned

BUNDLE = linked(
    policy(),
    policy(name="given", start=StartsAssigned(), reset=None),
    rule("give", "case_created", condition=equals("priority", "high"), then=(AssignSla("given"),)),
    rule("late", "sla_breached"),
    rule("any", "case_created", "case_updated"),
    rule("to-low", condition=changed("priority", "high", "low")),
)


def adopted(minutes: float, *, updated: float = 30, status: str = "open", priority: str = "high") -> Event:
    fields: dict[str, FieldValue] = {"status": status, "f-priority": priority}
    change = CaseAdopted("t-billing", at(0), at(updated), fields)
    return Event("adopted-c1", at(minutes), "c1", "d", "1", "us-east-1", "CASE.ADOPTED", Performer(), change)


def take(event: Event) -> Decided:
    return decide(blank("c1"), event, BUNDLE)


def test_clocks_start_with_the_creation_those_that_rules_assign_too() -> None:
    decided = take(adopted(60))
    assert {name: (clock.status, clock.started_at) for name, clock in decided.head.clocks.items()} == {
        "resolve": ("Active", at(0)),
        "given": ("Active", at(0)),
    }
    assert decided.head.clocks["resolve"].fired == ()
    assert decided.decision.assigned == ("given",)


def test_what_is_past_is_recorded_and_sets_nothing_off() -> None:
    decided = take(adopted(150))
    assert [(each.policy, each.kind, each.at) for each in decided.decision.transitions if each.kind == "breached"] == [
        ("resolve", "breached", at(120)),
        ("given", "breached", at(120)),
    ]
    assert (decided.decision.effects, decided.decision.matched) == ((), ())
    assert decided.head.clocks["resolve"].status == "Overdue"
    assert [moment for moment, _ in decided.head.clocks["resolve"].moments] == [at(180)]


def test_a_pause_counts_from_the_last_change_on() -> None:
    clock = take(adopted(500, status="waiting", updated=30)).head.clocks["resolve"]
    assert (clock.status, clock.paused_at) == ("Paused", at(30))


def test_a_case_that_rules_give_nothing_has_its_own_clock_alone() -> None:
    assert list(take(adopted(60, priority="low")).head.clocks) == ["resolve"]


def test_it_goes_on_as_any_case_from_there_on() -> None:
    head = take(adopted(60)).head
    after = decide(head, parsed(case_event("e", 61, changed=("priority",), status="open", priority="low")), BUNDLE)
    assert {match.rule for match in after.decision.matched} == {"any", "to-low"}
    assert after.head.clocks["resolve"].due_at == at(0) + timedelta(hours=4)


def test_an_event_from_before_that_comes_late_leaves_the_clocks_as_they_are() -> None:
    event = adopted(60)
    first = take(event)
    late = parsed(case_event("e", 30, changed=("title",), status="open", priority="high", title="x"))
    again = redecide([Logged(event, first.decision)], late, BUNDLE, clocks=first.head.clocks)
    assert again.head.case == first.head.case
    started = {name: msgspec.structs.replace(clock, started_by="") for name, clock in again.head.clocks.items()}
    assert started == {name: msgspec.structs.replace(clock, started_by="") for name, clock in first.head.clocks.items()}
    assert again.decision.corrections == ()
