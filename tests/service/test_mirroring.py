"""Performing what mirrors clocks: minutes are counted when the item is made, and an item that its clock no longer wants is not made."""

from datetime import timedelta
from typing import Any

import pytest
from building import at, case_event, equals, field, linked, parsed
from core_case import CREATED, policy, updated
from msgspec.structs import replace
from performing import Bench

from casewright.actions import MirrorSla
from casewright.calendars.hours import Resolved, business_hours
from casewright.cases.performers import Performer
from casewright.decide import decide
from casewright.errors import NotFound, QuotaReached, Throttled, Unavailable
from casewright.recompute import recompute
from casewright.service.mirroring import LONGEST, mirrored
from casewright.sla.policies import Mirror, Target

BUNDLE = linked(policy(mirror=Mirror(field("status"), "closed"), cancel=equals("title", "duplicate"), milestones=()))
WAITING = updated("w", 60, status="waiting")


@pytest.fixture
def bench(dynamodb: Any) -> Bench:
    return Bench(dynamodb)


def ended(bench: Bench) -> list[tuple[object, object]]:
    return [(row["status"], row["detail"]) for row in bench.lake.rows]


@pytest.mark.parametrize(("moment", "minutes"), [(0, 240), (10, 230), (10.5, 230), (10.999, 230), (239, 1), (239.99, 1)])
def test_minutes_are_those_that_are_left_when_the_item_is_made_rounded_up(bench: Bench, moment: float, minutes: int) -> None:
    bench.decide(BUNDLE, CREATED)
    bench.time.moment = at(moment)
    assert bench.act("cases") == 1
    assert bench.world.done == [("mirror", "c1", "resolve", minutes)]
    assert at(moment) + timedelta(minutes=minutes) >= at(240)


@pytest.mark.parametrize("moment", [240, 241, 600])
def test_no_item_is_made_once_due_has_passed(bench: Bench, moment: float) -> None:
    bench.decide(BUNDLE, CREATED)
    bench.time.moment = at(moment)
    bench.act("cases")
    assert bench.world.done == [("unmirror", "c1", "resolve", at(240))], "one that shows a later time, if there is one"
    assert ended(bench) == [("superseded", f"the clock was due at {at(240).isoformat()}: an overdue one is given no item")]


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        (WAITING, "the clock is Paused meanwhile"),
        (updated("c", 5, status="closed"), "the clock is Met meanwhile"),
        (updated("d", 5, title="duplicate"), "the clock is Cancelled meanwhile"),
        (updated("t", 250, title="x"), f"the clock was due at {at(240).isoformat()}: an overdue one is given no item"),
        (updated("p", 5, priority="high"), f"the clock is due at {at(120).isoformat()} meanwhile"),
        (case_event("x", 5, "DELETED"), "the case was deleted"),
    ],
)
def test_an_item_that_its_clock_no_longer_wants_is_superseded(bench: Bench, later: str, reason: str) -> None:
    bench.decide(BUNDLE, CREATED, later)
    bench.time.moment = at(251)
    bench.act("cases")
    assert ended(bench)[0] == ("superseded", reason)
    assert [what for what, *_ in bench.world.done] in ([], ["unmirror"])


def test_a_moved_due_time_makes_its_own_item_and_no_other(bench: Bench) -> None:
    bench.decide(BUNDLE, CREATED, updated("p", 5, priority="high"))
    bench.time.moment = at(6)
    assert bench.act("cases") == 2
    assert bench.world.done == [("mirror", "c1", "resolve", 114)]


def test_a_pause_and_its_end_leave_the_item_of_the_new_due_time(bench: Bench) -> None:
    bench.decide(BUNDLE, CREATED, WAITING, updated("o", 90, status="open"))
    bench.time.moment = at(91)
    assert bench.act("cases") == 3
    assert bench.world.done == [("mirror", "c1", "resolve", 179)]
    assert [detail for status, detail in ended(bench) if status == "superseded"] == [
        f"the clock is due at {at(270).isoformat()} meanwhile",
        "the clock runs again",
    ]


def test_an_item_delayed_until_its_clock_was_recomputed_does_not_take_the_place_of_the_new_one(bench: Bench) -> None:
    bench.decide(BUNDLE, CREATED)
    bench.world.failures = iter([Throttled("slow")])
    bench.act("cases")
    other = linked(policy(mirror=Mirror(field("priority"), "low"), met_when=equals("priority", "low"), milestones=()))
    stored = bench.table.head("c1")
    found = recompute(bench.table.entries("c1"), stored.head, other.policies[0], other, at=at(1), performer=Performer())
    assert found is not None
    bench.table.record(found.decided, found.event, version=stored.version, armed=True)
    bench.time.moment = at(10)
    assert bench.act("cases") == 2
    assert bench.world.done == [("mirror", "c1", "resolve", 230)]
    assert ("superseded", "the clock waits for something else meanwhile") in ended(bench)


def test_a_delayed_removal_leaves_the_item_of_a_clock_that_ran_again_and_ran_out(bench: Bench) -> None:
    bench.decide(BUNDLE, CREATED)
    bench.act("cases")
    take(bench, WAITING)
    bench.world.failures = iter([Throttled("slow")])
    bench.time.moment = at(61)
    bench.act("cases")
    take(bench, updated("o", 61, status="open"), updated("t", 300, title="x"))
    bench.time.moment = at(301)
    bench.act("cases")
    assert bench.world.done[1:] == [("unmirror", "c1", "resolve", at(241))], "but not the item of 240, which is overdue as it should be"
    assert {detail for status, detail in ended(bench) if status == "superseded"} == {
        "the clock runs again",
        f"the clock was due at {at(241).isoformat()}: an overdue one is given no item",
    }


@pytest.mark.parametrize("told", [(), (updated("t", 122, title="y", priority="high"),)], ids=["before the breach is told", "after it"])
def test_an_item_of_a_later_time_goes_when_its_clock_ran_out_before_another_could_be_made(bench: Bench, told: tuple[str, ...]) -> None:
    bench.decide(BUNDLE, CREATED)
    bench.time.moment = at(0)
    bench.act("cases")
    take(bench, updated("p", 110, title="x", priority="high"))
    bench.world.failures = iter([Throttled("slow")])
    bench.time.moment = at(111)
    bench.act("cases")
    take(bench, *told)
    bench.time.moment = at(123)
    bench.act("cases")
    assert bench.world.done == [("mirror", "c1", "resolve", 240), ("unmirror", "c1", "resolve", at(120))]


def test_the_item_of_a_due_time_that_moved_into_the_past_is_taken_away(bench: Bench) -> None:
    bench.decide(BUNDLE, CREATED, updated("p", 180, priority="high"))
    bench.time.moment = at(181)
    bench.act("cases")
    assert bench.world.done == [("unmirror", "c1", "resolve")]


@pytest.mark.parametrize(("later", "expected"), [((), ["mirror", "mirror"]), ((WAITING,), ["mirror", "unmirror"])])
def test_an_attempt_that_may_have_happened_is_repeated_only_while_its_clock_wants_it(
    bench: Bench, later: tuple[str, ...], expected: list[str]
) -> None:
    bench.decide(BUNDLE, CREATED)
    bench.world.lost_answers = iter([Unavailable("no answer")])
    bench.act("cases")
    take(bench, *later)
    bench.time.moment = at(70)
    bench.act("cases")
    assert [what for what, *_ in bench.world.done] == expected


def test_a_case_without_room_skips_the_item_which_is_counted_and_not_tried_again(bench: Bench) -> None:
    bench.decide(BUNDLE, CREATED)
    bench.world.failures = iter([QuotaReached("the case has 10 SLA items already: no more")])
    assert bench.act("cases") == 1
    assert ended(bench) == [("skipped", "the case has 10 SLA items already: no more")]
    assert (bench.telemetry.counts["SlaMirrorsSkipped"], bench.telemetry.counts["EffectsSkipped"]) == (1, 1)
    bench.time.moment = at(30)
    assert (bench.act("cases"), bench.world.done) == (0, [])


def test_a_due_time_further_than_an_item_lasts_is_skipped(bench: Bench) -> None:
    far = timedelta(minutes=LONGEST)
    sla = MirrorSla("resolve", "status", "closed", at(0) + far + timedelta(seconds=1))
    assert mirrored(sla, bench.world, case_id="c1", entity="e", now=at(0)).status == "skipped"
    assert bench.world.done == [("unmirror", "c1", "resolve")], "the item of the time before would be overdue long before the clock"
    assert mirrored(sla, bench.world, case_id="c1", entity="e", now=at(0.02)).status == "done"


@pytest.mark.parametrize("bodies", [(CREATED,), (CREATED, updated("d", 5, title="duplicate"))])
def test_a_case_that_is_gone_takes_its_items_with_it(bench: Bench, bodies: tuple[str, ...]) -> None:
    bench.decide(BUNDLE, *bodies)
    bench.time.moment = at(6)
    bench.world.failures = iter([NotFound("no such case")])
    bench.act("cases")
    assert ended(bench)[-1] == ("superseded", "the case is gone, and its items with it")


def test_minutes_of_a_calendar_are_those_on_the_wall(bench: Bench) -> None:
    """Half an hour of a desk that opens in nineteen hours."""
    desk = Resolved("desk", business_hours(at(0), at(9999), [(at(19 * 60), at(20 * 60))]))
    opening = policy(mirror=BUNDLE.policies[0].mirror, milestones=(), calendar="desk", target=(Target(timedelta(minutes=30)),))
    bench.decide(replace(linked(opening), calendars={"desk": desk}), CREATED)
    bench.time.moment = at(60)
    bench.act("cases")
    assert bench.world.done == [("mirror", "c1", "resolve", 18 * 60 + 30)]


def take(bench: Bench, *bodies: str) -> None:
    for body in bodies:
        stored = bench.table.head("c1")
        event = parsed(body)
        bench.table.record(decide(stored.head, event, BUNDLE), event, version=stored.version, armed=True)
