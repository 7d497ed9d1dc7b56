"""Clocks that run in the open time of a calendar, and what becomes of them when it cannot tell the time.

Open from 09:00 to 17:00 UTC, Monday to Friday; the case of these tests begins on Monday, 16 November 2026, at 14:00.
"""

from datetime import UTC, datetime, timedelta

import msgspec
from building import START, at, case_event, changed, comment, equals, linked, parsed, rule
from core_case import CREATED, HOUR, policy, updated
from hypothesis import given
from hypothesis import strategies as st

from casewright.bundle import LinkedBundle
from casewright.calendars.calendar import Calendar
from casewright.calendars.hours import Resolved, business_hours
from casewright.decide import Decided, blank, decide
from casewright.decision import Head, Logged
from casewright.redecide import redecide
from casewright.rules.instructions import AssignSla
from casewright.sla.clocks import Clock, pending
from casewright.sla.fold import Stalled
from casewright.sla.policies import Milestone, Policy, StartsAssigned, StartsOn, Target

FIRST, END = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 12, 28, tzinfo=UTC)
DAY = timedelta(days=1)
SHIFTS = [(FIRST + day * DAY + 9 * HOUR, FIRST + day * DAY + 17 * HOUR) for day in range((END - FIRST).days) if day % 7 < 5]
SUPPORT: dict[str, Calendar] = {"support": Resolved("support", business_hours(FIRST, END, SHIFTS))}

WAITING = updated("b", 60, status="waiting")


def in_support(*policies: Policy, calendars: dict[str, Calendar] = SUPPORT) -> LinkedBundle:
    named = [msgspec.structs.replace(each, calendar="support") for each in policies]
    return msgspec.structs.replace(linked(*named), calendars=calendars)


def run(bundle: LinkedBundle, *bodies: str, head: Head | None = None) -> Decided:
    decided = None
    for body in bodies:
        decided = decide(decided.head if decided else head or blank("c1"), parsed(body), bundle)
    assert decided is not None
    return decided


def clock(*bodies: str, **change: object) -> Clock:
    return run(in_support(policy(**change)), *bodies).head.clocks["resolve"]


def on(day: int, hour: float) -> datetime:
    return datetime(2026, 11, day, tzinfo=UTC) + hour * HOUR


def test_the_target_is_open_time() -> None:
    assert clock(CREATED).due_at == on(17, 10)
    assert clock(case_event("a", 0, "CREATED", status="open", priority="high")).due_at == on(16, 16)


def test_milestones_are_open_time_too() -> None:
    assert clock(CREATED).moments == ((on(16, 16), "half"), (on(16, 17), "soon"), (on(17, 10), "breach"), (on(17, 11), "late"))


def test_a_pause_moves_due_by_the_open_time_it_took() -> None:
    until_wednesday_noon = clock(CREATED, WAITING, updated("c", 46 * 60, status="open"))
    assert (until_wednesday_noon.time_paused, until_wednesday_noon.due_at) == (2 * HOUR + 8 * HOUR + 3 * HOUR, on(18, 15))


def test_a_pause_outside_opening_moves_nothing() -> None:
    asleep = clock(CREATED, updated("b", 5 * 60, status="waiting"), updated("c", 12 * 60, status="open"))
    assert (asleep.time_paused, asleep.due_at) == (timedelta(), on(17, 10))


def test_a_new_target_is_open_time() -> None:
    moved = clock(CREATED, updated("b", 10, priority="high"))
    assert (moved.target, moved.due_at) == (2 * HOUR, on(16, 16))


def test_a_clock_begun_while_closed_is_due_after_opening() -> None:
    assert clock(case_event("a", 10 * 60, "CREATED", status="open", priority="normal")).due_at == on(17, 13)


def test_due_at_closing_time_is_the_end_of_the_day_and_met_until_then() -> None:
    three = (Target(3 * HOUR),)
    assert clock(CREATED, target=three).due_at == on(16, 17)
    assert clock(CREATED, updated("b", 180, status="closed"), target=three).status == "Met"
    assert clock(CREATED, updated("b", 181, status="closed"), target=three).status == "NotMet"


def test_what_comes_next_is_in_the_clock_itself() -> None:
    stored = msgspec.json.decode(msgspec.json.encode(clock(CREATED)), type=Clock)
    assert pending(stored)[0] == (on(16, 16), "half")
    assert pending(clock(CREATED, WAITING)) == ()
    assert pending(clock(CREATED, updated("b", 5, status="closed"))) == ()


def test_a_milestone_is_skipped_or_armed_as_the_target_of_the_moment_makes_it() -> None:
    early = (Milestone("early", offset=-3 * HOUR),)
    urgent = case_event("a", 0, "CREATED", status="open", priority="high")
    assert [name for _, name in clock(urgent, milestones=early).moments] == ["breach"]
    assert clock(urgent, updated("b", 10, priority="normal"), milestones=early).moments[0] == (on(16, 15), "early")
    assert [name for _, name in clock(CREATED, updated("b", 10, priority="high"), milestones=early).moments] == ["breach"]


def test_a_bundle_made_later_gives_the_same_due() -> None:
    longer = {"support": Resolved("support", business_hours(FIRST - 7 * DAY, END, SHIFTS))}
    before = run(in_support(policy()), CREATED, WAITING)
    after = [
        run(in_support(policy(), calendars=calendars), updated("c", 46 * 60, status="open"), head=before.head).head.clocks["resolve"].due_at
        for calendars in (SUPPORT, longer)
    ]
    assert after == [on(18, 15)] * 2


def test_due_stays_when_the_calendar_changes_until_the_clock_is_moved() -> None:
    before = run(in_support(policy()), CREATED)
    always = {"support": Resolved("support", business_hours(FIRST, END, [(FIRST, END)]))}
    told = run(in_support(policy(), calendars=always), comment("b", 30), head=before.head)
    assert told.head.clocks["resolve"].due_at == on(17, 10)
    moved = run(in_support(policy(), calendars=always), updated("c", 30, priority="high"), head=told.head)
    assert moved.head.clocks["resolve"].due_at == on(16, 16)
    assert told.decision.stalled == moved.decision.stalled == ()


MISSING = "calendar support: the bundle has no such calendar; it has none; publish it again"


def test_a_clock_does_not_start_past_the_end_of_its_calendar_and_the_decision_says_why() -> None:
    decided = run(in_support(policy(target=(Target(400 * HOUR),))), CREATED)
    assert (dict(decided.head.clocks), decided.decision.transitions) == ({}, ())
    [stalled] = decided.decision.stalled
    assert (stalled.policy, stalled.step) == ("resolve", "start")
    assert "calendar support: 16 days, 16:00:00 of open time from 2026-11-16T14:00:00+00:00 leads outside" in stalled.reason


def test_an_assigned_clock_does_not_start_either() -> None:
    assigning = rule("assign", "case_created", then=(AssignSla("resolve"),))
    given_out = msgspec.structs.replace(linked(policy(calendar="support", start=StartsAssigned()), assigning), calendars={})
    decided = run(given_out, CREATED)
    assert (dict(decided.head.clocks), decided.decision.stalled) == ({}, (Stalled("resolve", "start", MISSING),))


def test_a_paused_clock_whose_calendar_is_gone_stays_paused_until_it_is_back() -> None:
    paused = run(in_support(policy()), CREATED, WAITING)
    without = run(in_support(policy(), calendars={}), updated("c", 120, status="open"), head=paused.head)
    assert without.head.clocks["resolve"].status == "Paused"
    assert without.decision.stalled == (Stalled("resolve", "resume", MISSING),)
    back = run(in_support(policy()), comment("d", 150), head=without.head)
    assert (back.head.clocks["resolve"].status, back.head.clocks["resolve"].due_at) == ("Active", on(17, 11.5))


def test_a_clock_keeps_its_target_until_its_calendar_is_back() -> None:
    running = run(in_support(policy()), CREATED)
    raised = updated("b", 10, priority="high")
    without = run(in_support(policy(), calendars={}), raised, head=running.head)
    assert without.head.clocks["resolve"].due_at == on(17, 10)
    assert without.decision.stalled == (Stalled("resolve", "retarget", MISSING),)
    back = run(in_support(policy()), case_event("c", 20, status="open", priority="high"), head=without.head)
    assert back.head.clocks["resolve"].due_at == on(16, 16)


def test_a_clock_without_its_calendar_still_fires_and_is_met() -> None:
    running = run(in_support(policy()), CREATED)
    late = run(in_support(policy(), calendars={}), comment("b", 24 * 60), head=running.head)
    assert [each.milestone for each in late.decision.transitions] == ["half", "soon", "breach", "late"]
    assert (
        run(in_support(policy(), calendars={}), updated("b", 5, status="closed"), head=running.head).head.clocks["resolve"].status == "Met"
    )


def test_a_reset_that_finds_no_target_leaves_the_clock_as_it_is() -> None:
    only_urgent = {"target": (Target(2 * HOUR, equals("priority", "high")),), "reset": changed("priority", "high", "low")}
    urgent = case_event("a", 0, "CREATED", status="open", priority="high")
    lowered = clock(urgent, updated("b", 10, priority="low", status="waiting"), **only_urgent)
    assert (lowered.cycle, lowered.status) == (1, "Paused")


def test_no_clock_starts_for_a_case_that_is_gone() -> None:
    talking = policy(start=StartsOn("related_item_added"), calendar="")
    decided = run(linked(talking), CREATED, case_event("b", 5, "DELETED"), comment("c", 6))
    assert dict(decided.head.clocks) == {}


events = st.lists(
    st.tuples(
        st.integers(0, 60 * 24 * 45), st.sampled_from(["open", "waiting", "closed"]), st.sampled_from(["normal", "high"]), st.booleans()
    ),
    max_size=8,
)


@given(events)
def test_an_unusable_calendar_never_fails_an_event(steps: list[tuple[int, str, str, bool]]) -> None:
    head = run(in_support(policy()), CREATED).head
    for number, (minutes, status, priority, there) in enumerate(sorted(steps)):
        bundle = in_support(policy(), calendars=SUPPORT if there else {})
        body = case_event(f"e{number}", minutes, changed=("status", "priority"), status=status, priority=priority)
        head = run(bundle, body, head=head).head
        clock = head.clocks["resolve"]
        assert [at for at, _ in clock.moments] == sorted(at for at, _ in clock.moments)
        assert not {name for _, name in clock.moments} & set(clock.fired)
        assert clock.moments == () or clock.status in ("Active", "Overdue")
        assert all(moment >= at(minutes) for moment, _ in clock.moments)


def test_the_case_begins_in_open_time() -> None:
    assert SUPPORT["support"].is_open(START)


def test_a_late_event_leaves_a_clock_as_it_is_whose_policy_and_calendar_are_gone() -> None:
    """Its time cannot be reckoned again; without it nothing would tell its breach."""
    bundle, retired = in_support(policy()), linked(rule("late", "sla_breached"))
    created = run(bundle, CREATED)
    after = run(retired, comment("d", 100), head=created.head)
    log = [Logged(parsed(CREATED), created.decision), Logged(parsed(comment("d", 100)), after.decision)]
    again = redecide(log, parsed(comment("c", 50)), retired, clocks=after.head.clocks)
    assert again.head.clocks == after.head.clocks
    assert [(each.policy, each.step) for each in again.decision.stalled] == [("resolve", "start")]
    breached = run(retired, comment("e", 3 * 1440), head=again.head)
    assert [match.rule for match in breached.decision.matched] == ["late"]
    gone = redecide(log, parsed(case_event("x", 50, "DELETED")), retired, clocks=after.head.clocks)
    assert gone.head.clocks == {}, "a deleted case keeps none"
