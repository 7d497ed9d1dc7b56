"""Whose time it was: the open time that a clock ran, by the queue that had the case."""

from datetime import timedelta

import pytest
from building import at, case_event, changed, linked
from core.test_clocks_in_open_time import MISSING, SUPPORT, in_support, run
from core_case import CREATED, policy, updated
from hypothesis import given
from hypothesis import strategies as st

from casewright.calendars.calendar import ALWAYS_OPEN
from casewright.decide import blank
from casewright.sla.clocks import Clock
from casewright.sla.fold import Stalled

MINUTE = timedelta(minutes=1)


def clock(*bodies: str, **change: object) -> Clock:
    return run(linked(policy(**change)), *bodies).head.clocks["resolve"]


def handed(event_id: str, minutes: float, queue: str, **fields: object) -> str:
    return updated(event_id, minutes, assigned_queue=queue, **fields)


def minutes(clock: Clock) -> dict[str, float]:
    return {queue: used / MINUTE for queue, used in clock.team.used.items()}


def test_time_goes_to_who_has_the_case_and_is_counted_when_it_changes_hands_and_when_the_clock_ends() -> None:
    log = [CREATED, handed("b", 30, "q1"), handed("c", 100, "q2"), handed("d", 130, "q1")]
    assert minutes(clock(*log)) == {"": 30, "q1": 70, "q2": 30}
    ended = clock(*log, handed("e", 200, "q2", status="closed"))
    assert minutes(ended) == {"": 30, "q1": 140, "q2": 30}
    assert (ended.team.queue, ended.team.counted_to) == ("q1", at(200)), "who had it to the end, not who is handed a closed case"


def test_an_overdue_clock_runs_and_a_paused_one_does_not() -> None:
    log = [CREATED, handed("b", 60, "q1", status="waiting"), handed("c", 200, "q2", status="waiting"), handed("d", 300, "q2")]
    ended = clock(*log, handed("e", 1000, "q2", status="closed"))
    assert (ended.status, minutes(ended)) == ("NotMet", {"": 60, "q2": 700})
    assert minutes(clock(*log, handed("e", 400, "q2", status="waiting"), handed("f", 410, "q2", status="closed"))) == {"": 60, "q2": 100}


def test_only_open_time_counts() -> None:
    night = run(in_support(policy()), CREATED, handed("b", 5 * 60, "q1"), handed("c", 20 * 60, "q2")).head.clocks["resolve"]
    assert minutes(night) == {"": 3 * 60, "q1": 60}, "14:00 to 17:00, nothing until 09:00, an hour until 10:00"


def test_who_had_the_case_when_the_time_ran_out_is_remembered() -> None:
    log = [CREATED, handed("b", 30, "q1"), handed("c", 300, "q2")]
    assert (clock(*log[:2]).team.missed_in, clock(*log).team.missed_in) == (None, "q1")
    raised = handed("c", 200, "q2", priority="high")
    assert clock(*log[:2], raised).team.missed_in == "q1", "the event that puts due into the past is taken by who had the case until then"


def test_a_new_cycle_counts_from_nothing_and_the_old_one_stands_in_the_decision_as_it_ended() -> None:
    bundle = linked(policy(reset=changed("status", "waiting", "open"), pause_while=None))
    log = [CREATED, handed("b", 30, "q1", status="waiting"), handed("c", 90, "q2", status="open")]
    decided = run(bundle, *log)
    [old], new = decided.decision.closed, decided.head.clocks["resolve"]
    assert (old.cycle, old.status, old.ended_at, minutes(old)) == (1, "Cancelled", at(90), {"": 30, "q1": 60})
    assert (new.cycle, new.team.queue, new.team.counted_to, minutes(new)) == (2, "q2", at(90), {})
    assert [each.kind for each in decided.decision.transitions] == ["reset"], "a reset tells of the new cycle alone"


def test_time_that_a_calendar_cannot_tell_is_said_and_goes_to_who_has_the_case_when_it_can() -> None:
    running = run(in_support(policy()), CREATED)
    without = run(in_support(policy(), calendars={}), handed("b", 30, "q1"), head=running.head)
    assert without.decision.stalled == (Stalled("resolve", "count", MISSING),)
    assert (without.head.clocks["resolve"].team.queue, minutes(without.head.clocks["resolve"])) == ("q1", {})
    back = run(in_support(policy()), handed("c", 60, "q2"), head=without.head)
    assert minutes(back.head.clocks["resolve"]) == {"q1": 60}
    paused = run(in_support(policy(), calendars={}), handed("b", 30, "", status="waiting"), head=running.head)
    assert (paused.head.clocks["resolve"].status, minutes(paused.head.clocks["resolve"])) == ("Paused", {})
    resumed = run(in_support(policy()), handed("c", 60, "", status="open"), head=paused.head)
    assert minutes(resumed.head.clocks["resolve"]) == {"": 30}


days = st.lists(
    st.tuples(
        st.integers(0, 60 * 24 * 9),
        st.sampled_from(["open", "waiting", "closed"]),
        st.sampled_from(["normal", "high"]),
        st.sampled_from(["", "q1", "q2"]),
    ),
    max_size=10,
)


@pytest.mark.parametrize("calendar", ["", "support"])
@given(days)
def test_the_shares_add_up_to_the_open_time_that_the_clock_has_run(calendar: str, steps: list[tuple[int, str, str, str]]) -> None:
    """From the start of the cycle to its end, or to the last change of hands or pause, without what it was paused."""
    bundle = in_support(policy(reset=changed("status", "waiting", "open"))) if calendar else linked(policy())
    measure, head = SUPPORT.get(calendar, ALWAYS_OPEN), blank("c1")
    cycles = list[Clock]()
    for number, (minute, status, priority, queue) in enumerate([(0, "open", "normal", ""), *sorted(steps)]):
        verb, names = ("UPDATED", ("status", "priority", "assigned_queue")) if number else ("CREATED", ())
        body = case_event(f"e{number:02}", minute, verb, changed=names, status=status, priority=priority, assigned_queue=queue)
        decided = run(bundle, body, head=head)
        head = decided.head
        cycles += [*decided.decision.closed, head.clocks["resolve"]]
    for each in cycles:
        ran = measure.between(each.started_at, each.team.counted_to) - each.time_paused
        assert sum(each.team.used.values(), timedelta()) == ran
        assert timedelta() not in each.team.used.values()
        assert each.is_open or each.team.counted_to == each.ended_at
        assert ("breach" in each.fired) == (each.team.missed_in is not None)
