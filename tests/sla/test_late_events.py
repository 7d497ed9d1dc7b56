"""What an event that comes late does to the clocks of its case, and what it says."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from building import at, case_event, comment, equals, linked, rule
from core_case import CREATED, policy, updated
from fakes import FakeLog, deciding, taken
from msgspec.structs import replace

from casewright.bundle import LinkedBundle
from casewright.cases.events import CaseRead
from casewright.conditions.operators import Age, Among
from casewright.conditions.subjects import Fact, Field
from casewright.conditions.tree import Leaf
from casewright.decision import Decision
from casewright.service.decide import take
from casewright.service.returning import WAITS
from casewright.sla.clocks import Clock
from casewright.sla.policies import Happening, StartsOn, Target

BUNDLE = linked(policy(milestones=()), rule("late", "sla_breached"))


def arrived(*arriving: str | datetime, bundle: LinkedBundle = BUNDLE, reading: CaseRead | None = None) -> FakeLog:
    """What arrived, in this order; at an instant, a sweep."""
    return taken(bundle, arriving, reading=reading)


def clock(log: FakeLog) -> Clock:
    return log.heads["c1"].head.clocks["resolve"]


def decision(log: FakeLog, event_id: str) -> Decision:
    return log.log["c1", event_id].decision


def test_a_breach_that_a_late_closing_prevented_is_taken_back_and_told() -> None:
    log = arrived(CREATED, comment("c", 300, "any news?"), updated("b", 200, status="closed"))
    assert (clock(log).status, clock(log).ended_at, clock(log).fired) == ("Met", at(200), ())
    closing = decision(log, "b")
    assert closing.late
    [correction] = closing.corrections
    assert (correction.event_id, [each.rule for each in correction.surplus], correction.missing) == ("c", ["late"], ())
    assert [effect.rule for effect in log.effects] == ["late"], "what was asked for stays asked for"


def test_a_pause_that_comes_late_moves_due_for_what_came_before_it() -> None:
    waiting = updated("b", 60, status="waiting")
    log = arrived(CREATED, updated("c", 230, status="open"), waiting)
    assert clock(log).due_at == at(240 + 170)
    assert clock(arrived(CREATED, waiting, updated("c", 230, status="open"))) == clock(log)


def test_a_late_event_that_changes_no_clock_says_only_that_it_is_late() -> None:
    log = arrived(CREATED, comment("c", 100), comment("b", 50))
    assert (decision(log, "b").late, decision(log, "b").corrections, decision(log, "c").late) == (True, (), False)


def test_a_beginning_that_comes_last_gives_the_clock_all_the_same() -> None:
    assert clock(arrived(updated("b", 60, status="waiting"), CREATED)) == clock(arrived(CREATED, updated("b", 60, status="waiting")))


def test_a_cycle_that_a_late_comment_ended_and_the_next_are_reckoned_again() -> None:
    spoken = Happening(("related_item_added",), Leaf(Fact("related_item.type"), Among(("comment",))))
    bundle = linked(policy(met_when=spoken, reset=spoken, pause_while=None, milestones=()))
    log = arrived(CREATED, comment("d", 300), comment("b", 100), bundle=bundle)
    assert (clock(log).cycle, clock(log).started_at) == (3, at(300))
    assert [(each.cycle, each.status) for each in decision(log, "b").closed] == [(1, "Met"), (2, "Met")]


def test_a_reading_says_nothing_once_the_events_before_it_have_come() -> None:
    closed_since = CaseRead("t-billing", None, {"status": "closed", "f-priority": "normal"})
    log = arrived(comment("b", 100), reading=closed_since)
    assert (log.heads["c1"].head.case.fields, log.heads["c1"].head.clocks) == (closed_since.fields, {})
    log = arrived(comment("b", 100), CREATED, reading=closed_since)
    assert (clock(log).status, clock(log).due_at) == ("Active", at(240))
    assert not log.heads["c1"].head.case.hydrated


def test_a_reading_comes_before_its_event_and_after_what_came_at_the_same_instant() -> None:
    closed_since = CaseRead("t-billing", None, {"status": "closed", "f-priority": "normal"})
    log = arrived(comment("b", 0), CREATED, reading=closed_since)
    assert [event_id for _, event_id in sorted(log.log)] == ["a", "a~", "b"]
    assert (clock(log).status, log.heads["c1"].head.case.hydrated) == ("Active", False)


def test_a_tick_that_a_late_event_makes_untimely_leaves_no_trace() -> None:
    """Were conditions read at ticks, this clock would pause at 120, or not, depending on what came when."""
    overripe = Leaf(Field("promised"), Age(older=True, than=timedelta()))
    bundle = linked(policy(milestones=(), pause_while=overripe))
    promised = at(100).isoformat()
    created = case_event("a", 0, "CREATED", status="open", priority="high", promised=promised)
    lowered = case_event("b", 60, changed=("priority",), status="open", priority="normal", promised=promised)
    untimely = arrived(created, at(121), lowered, comment("c", 200), bundle=bundle)
    assert [event_id.startswith("~") for _, event_id in untimely.log] == [False, True, False, False]
    assert clock(untimely) == clock(arrived(created, lowered, comment("c", 200), bundle=bundle))
    assert (clock(untimely).status, clock(untimely).paused_at) == ("Paused", at(200))


def test_a_breach_that_a_late_pause_puts_off_is_not_told_again_when_it_comes() -> None:
    waiting, back = updated("b", 60, status="waiting"), updated("c", 160, status="open")
    log = arrived(CREATED, at(241), waiting, back, at(341))
    assert (clock(log).status, clock(log).due_at, clock(log).fired) == ("Overdue", at(340), ("breach",))
    assert [effect.rule for effect in log.effects] == ["late"]
    [silent] = [did for _, each in log.log.items() for did in each.decision.transitions if did.kind == "breached" and did.silent]
    assert silent.due_at == at(340)
    in_time = arrived(CREATED, waiting, back, at(241), at(341))
    assert clock(in_time) == clock(log)
    assert [effect.rule for effect in in_time.effects] == ["late"]


def test_a_breach_told_once_is_told_again_of_the_next_cycle() -> None:
    log = arrived(
        CREATED, at(241), updated("b", 60, status="waiting"), updated("c", 160, status="open"),
        updated("d", 300, status="closed"), updated("e", 310, status="open"), at(1000),
    )  # fmt: skip
    assert (clock(log).cycle, clock(log).status) == (2, "Overdue")
    assert [effect.rule for effect in log.effects] == ["late", "late"]


def test_what_was_silent_is_no_difference_to_the_next_late_event() -> None:
    log = arrived(CREATED, at(241), updated("b", 60, status="waiting"), updated("c", 160, status="open"), at(341), comment("d", 20))
    assert decision(log, "d").late
    [untimely] = decision(log, "d").corrections
    assert (untimely.missing, [each.rule for each in untimely.surplus]) == ((), ["late"]), "the breach that was told too early"
    assert [effect.rule for effect in log.effects] == ["late"]


@pytest.mark.parametrize(
    "changes",
    [{"target": (Target(timedelta(minutes=30)),)}, {"condition": equals("priority", "high")}, {"met_when": equals("title", "done")}],
    ids=["another target", "another if", "another goal"],
)
def test_a_cycle_that_has_ended_keeps_its_version_whatever_comes_late_under_another(changes: dict[str, Any]) -> None:
    """The case is closed in time, another version is published, the case is opened again; then an event comes that changes nothing."""
    other = linked(policy(milestones=(), **changes), rule("late", "sla_breached"))
    log = arrived(CREATED, updated("b", 60, status="closed"))
    for body in (updated("d", 90, status="open"), comment("c", 30)):
        take(body, WAITS, deciding(other, log=log))
    assert decision(log, "c").late
    assert [(each.cycle, each.status, each.target) for each in decision(log, "c").closed] == [(1, "Met", timedelta(hours=4))]
    assert (clock(log).cycle, clock(log).status, clock(log).policy) == (2, "Active", other.policies[0])
    again = clock(log)
    take(comment("c2", 40), WAITS, deciding(other, log=log))
    assert clock(log) == again
    assert log.effects == []


@pytest.mark.parametrize("version_before", [None, {"condition": equals("priority", "high")}], ids=["a new policy", "another if"])
def test_a_clock_that_began_under_a_later_version_does_not_begin_before_that_was_published(version_before: dict[str, Any] | None) -> None:
    begun = policy(start=StartsOn("case_updated"), milestones=())
    before = linked(*([] if version_before is None else [policy(start=StartsOn("case_updated"), milestones=(), **version_before)]))
    log = arrived(CREATED, updated("b", 60, title="x"), bundle=before)
    for body in (updated("d", 500, title="y"), comment("c", 490)):
        take(body, WAITS, deciding(linked(begun, rule("late", "sla_breached")), log=log))
    assert decision(log, "c").late
    assert (clock(log).started_at, clock(log).status) == (at(500), "Active")


def test_a_cycle_that_a_late_event_adds_is_of_the_version_in_force_then() -> None:
    spoken = Happening(("related_item_added",), Leaf(Fact("related_item.type"), Among(("comment",))))
    usual = policy(met_when=spoken, reset=spoken, pause_while=None, milestones=())
    other = replace(usual, target=(Target(timedelta(hours=1)),))
    log = arrived(CREATED, comment("b", 100), bundle=linked(usual))
    for body in (comment("d", 500), comment("e", 520), comment("c", 50)):
        take(body, WAITS, deciding(linked(other), log=log))
    hours = [each.target // timedelta(hours=1) for each in sorted(decision(log, "c").closed, key=lambda each: each.cycle)]
    assert (hours, clock(log).cycle, clock(log).policy) == ([4, 1, 4, 1], 5, other), (
        "the late event itself is decided by the version that is in force when it comes"
    )
