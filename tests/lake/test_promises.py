"""The views of SLA clocks against a second computation that counts minutes, whatever the stream does to its events."""

import json
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pytest
from building import at, case_event, changed, comment, linked
from core.test_clocks_in_open_time import in_support
from core_case import HOUR, policy
from hypothesis import given, settings
from hypothesis import strategies as st
from lake.logs import lake
from lake.promises import Cycle, Minutes, Promise, cycles
from lake.test_automation_views import Told

from casewright.cases.values import FieldValue
from casewright.sla.policies import Happening, Target

COMMENTED = Happening(("related_item_added",))

PROMISES = (
    Promise("resolve", 120, 240, again=("closed", "open")),
    Promise("short", 30, 30, pauses=False),
    Promise("nudge", 60, 60, again=("waiting", "open"), pauses=False),
    Promise("update", 90, 90, met_by="comment"),
)
POLICIES = (
    policy(),
    policy(name="short", target=(Target(HOUR / 2),), reset=None, pause_while=None),
    policy(name="nudge", target=(Target(HOUR),), reset=changed("status", "waiting", "open"), pause_while=None),
    policy(name="update", target=(Target(1.5 * HOUR),), met_when=COMMENTED, reset=COMMENTED),
)


ALWAYS, WEEKDAYS = Minutes(lambda _: True), Minutes(lambda minute: 9 <= minute.hour < 17 and minute.weekday() < 5)
CENTRES = {"always": (linked(*POLICIES), ALWAYS), "weekdays": (in_support(*POLICIES), WEEKDAYS)}


def attainment(all_cycles: list[Cycle]) -> dict[tuple[str, ...], tuple[float, float]]:
    points: dict[tuple[str, ...], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for each in all_cycles:
        if each.missed_in is not None:
            points[str(each.due.date()), each.promise.name, each.missed_in][1] += 1
        elif each.status == "Met":
            assert each.end
            point = points[str(each.end.date()), each.promise.name, each.queue]
            point[0] += 1
            point[1] += 1
    return {place: (met, judged) for place, (met, judged) in points.items()}


def team_time(all_cycles: list[Cycle]) -> dict[tuple[str, ...], float]:
    seconds = Counter[tuple[str, ...]]()
    for each in all_cycles:
        for queue, minutes in each.counted.items():
            seconds[str(each.start.date()), each.promise.name, queue] += 60 * minutes
    return {place: float(count) for place, count in seconds.items() if count}


def running(all_cycles: list[Cycle], log: list[str]) -> set[tuple[Any, ...]]:
    as_of = max(datetime.fromisoformat(json.loads(body)["detail"]["approximateChangeTime"]) for body in log)
    return {
        (each.case_id, f"no {each.case_id}", each.promise.name, each.number, each.status, each.queue, (each.due - as_of).total_seconds())
        for each in all_cycles
        if each.status in ("Active", "Overdue")
    }


def compare(connection: duckdb.DuckDBPyConnection, log: list[str], minutes: Minutes) -> None:
    expected = [cycle for promise in PROMISES for cycle in cycles(log, promise, minutes)]
    met = connection.execute("SELECT day, clock_policy, assigned_queue, numerator, denominator FROM sla_attainment").fetchall()
    assert {(str(day), *place): (kept, judged) for day, *place, kept, judged in met} == attainment(expected)
    used = connection.execute("SELECT day, clock_policy, assigned_queue, seconds FROM sla_team_time").fetchall()
    assert {(str(day), *place): seconds for day, *place, seconds in used} == team_time(expected)
    columns = "case_id, reference_number, clock_policy, clock_cycle, clock_status, assigned_queue, seconds_left"
    assert set(connection.execute(f"SELECT {columns} FROM sla_clocks_due").fetchall()) == running(expected, log)


@st.composite
def logs(draw: st.DrawFn) -> list[str]:
    """Events of two cases, each after the creation of its case."""
    log = list[str]()
    for case_id in ("c1", "c2"):
        minutes = draw(st.lists(st.sampled_from([1, 29, 30, 31, 60, 61, 90, 120, 180, 200, 240, 241, 1200, 1440, 4320, 7207]), max_size=8))
        fields = {"status": "open", "priority": "normal", "assigned_queue": "", "reference_number": f"no {case_id}"}
        log.append(case_event(f"{case_id}-0", 0, "CREATED", case_id=case_id, **fields))
        for place, minute in enumerate(sorted(minutes), 1):
            event_id, what = (
                f"{case_id}-{place}",
                draw(st.sampled_from(["comment", "deleted", *4 * ["status", "priority", "assigned_queue"]])),
            )
            match what:
                case "comment":
                    log.append(comment(event_id, minute, case_id=case_id))
                case "deleted":
                    log.append(case_event(event_id, minute, "DELETED", case_id=case_id))
                case _:
                    values = {"status": ["open", "waiting", "closed"], "priority": ["normal", "high"]}.get(what, ["", "arn:q1", "arn:q2"])
                    fields = fields | {what: draw(st.sampled_from(values))}
                    log.append(case_event(event_id, minute, case_id=case_id, changed=(what,), **fields))
    return log


@pytest.mark.parametrize("centre", CENTRES)
@settings(max_examples=40)
@given(log=logs(), data=st.data())
def test_the_views_are_what_minutes_say_in_whatever_order_events_arrive(centre: str, log: list[str], data: st.DataObject) -> None:
    bundle, minutes = CENTRES[centre]
    told = Told(bundle, *data.draw(st.permutations(log)))
    records = data.draw(st.permutations([*log, *told.rows, *told.rows[:5]]))
    with TemporaryDirectory() as path:
        compare(lake(Path(path), *records), log, minutes)


USUAL: dict[str, FieldValue] = {"status": "open", "priority": "normal", "assigned_queue": "", "reference_number": "no c1"}
CREATED = case_event("a", 0, "CREATED", **USUAL)


def later(event_id: str, minutes: float, what: str, **fields: FieldValue) -> str:
    """A change of one field; the others are those of CREATED unless given."""
    return case_event(event_id, minutes, changed=(what,), **(USUAL | fields))


def opened(path: Path, *log: str) -> duckdb.DuckDBPyConnection:
    """The lake of a log that came in this order, compared with what its minutes say."""
    found = lake(path, *log, *Told(CENTRES["always"][0], *log).rows)
    compare(found, list(log), ALWAYS)
    return found


def test_a_promise_is_missed_by_who_had_the_case_when_the_time_ran_out_and_kept_by_who_had_it_in_the_end(tmp_path: Path) -> None:
    handed = later("b", 60, "assigned_queue", assigned_queue="arn:q1"), later("c", 300, "assigned_queue", assigned_queue="arn:q2")
    query = "SELECT assigned_queue, numerator, denominator FROM sla_attainment WHERE clock_policy = 'resolve'"
    missed = opened(tmp_path / "missed", CREATED, *handed, later("d", 400, "status", assigned_queue="arn:q2", status="closed"))
    assert missed.execute(query).fetchall() == [("arn:q1", 0.0, 1.0)]
    kept = opened(tmp_path / "kept", CREATED, handed[0], later("d", 200, "status", assigned_queue="arn:q2", status="closed"))
    assert kept.execute(query).fetchall() == [("arn:q1", 1.0, 1.0)]


def test_the_shares_of_a_policy_add_up_to_one(tmp_path: Path) -> None:
    handed = later("b", 60, "assigned_queue", assigned_queue="arn:q1"), later("c", 240, "status", assigned_queue="arn:q1", status="closed")
    found = opened(tmp_path, CREATED, *handed)
    query = "SELECT assigned_queue, seconds, share FROM sla_team_share WHERE clock_policy = 'resolve' ORDER BY assigned_queue"
    assert found.execute(query).fetchall() == [("", 3600.0, 0.25), ("arn:q1", 3 * 3600.0, 0.75)]


def test_each_comment_keeps_a_promise_of_updates_and_makes_the_next(tmp_path: Path) -> None:
    found = opened(tmp_path, CREATED, comment("b", 60), comment("c", 200), comment("d", 210))
    query = "SELECT numerator, denominator FROM sla_attainment WHERE clock_policy = 'update'"
    assert found.execute(query).fetchall() == [(2.0, 3.0)]


def test_a_cycle_cut_short_in_time_is_in_neither_number_and_one_that_was_overdue_is_missed(tmp_path: Path) -> None:
    waits = later("b", 10, "status", status="waiting")
    query = "SELECT numerator, denominator FROM sla_attainment WHERE clock_policy = 'nudge'"
    assert opened(tmp_path / "in time", CREATED, waits, later("c", 60, "status")).execute(query).fetchall() == []
    assert opened(tmp_path / "overdue", CREATED, waits, later("c", 61, "status")).execute(query).fetchall() == [(0.0, 1.0)]


def test_a_cycle_that_a_late_event_makes_never_to_have_begun_is_gone(tmp_path: Path) -> None:
    """The case was reopened from closed, as it seemed; in truth it waited in between, and a wait that ends opens no new cycle."""
    closed, reopened = later("b", 10, "status", status="closed"), later("d", 30, "status")
    query = "SELECT clock_cycle, clock_status FROM latest_clock_state WHERE clock_policy = 'resolve' ORDER BY clock_cycle"
    assert opened(tmp_path / "then", CREATED, closed, reopened).execute(query).fetchall() == [(1, "Met"), (2, "Active")]
    now = opened(tmp_path / "now", CREATED, closed, reopened, later("c", 20, "status", status="waiting"))
    assert now.execute(query).fetchall() == [(1, "Met")]


def test_what_is_due_is_told_as_of_the_last_event_of_the_lake(tmp_path: Path) -> None:
    found = opened(tmp_path, CREATED, later("b", 45, "priority", priority="high"))
    query = "SELECT clock_policy, clock_status, seconds_left / 60, as_of_timestamp FROM sla_clocks_due ORDER BY seconds_left"
    as_of = at(45).replace(tzinfo=None)
    assert found.execute(query).fetchall() == [
        ("short", "Overdue", -15.0, as_of),
        ("nudge", "Active", 15.0, as_of),
        ("update", "Active", 45.0, as_of),
        ("resolve", "Active", 75.0, as_of),
    ]
