"""Clocks, decisions and effects in the lake, against what deciding itself said."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import duckdb
from building import OWN_PRINCIPAL, at, case_event, comment, field, linked, parsed, rule
from core_case import CREATED, HOUR, policy, updated
from hypothesis import given, settings
from hypothesis import strategies as st
from lake.logs import lake

from casewright.bundle import LinkedBundle
from casewright.cases.performers import entity_for
from casewright.decide import blank, decide
from casewright.decision import Decision, Effect, EffectStatus, Outcome
from casewright.measures import rows
from casewright.measures.rows import Row
from casewright.redecide import Logged, redecide
from casewright.rules import instructions as do
from casewright.sla.clocks import Clock
from casewright.sla.policies import Target

DAY = 24 * 60
BUNDLE = linked(
    policy(),
    policy(name="short", target=(Target(HOUR / 2),), reset=None),
    rule("note", "case_updated", "sla_breached"),
    rule("watch", "case_updated", "case_created", mode="shadow"),
    rule("echo", "case_updated", reacts_to_casewright=True),
)


class Told:
    """What deciding on some messages, in their order of arrival, puts into the lake, and what it knows in the end."""

    def __init__(self, bundle: LinkedBundle, *bodies: str) -> None:
        self.rows: list[Row] = []
        self.cycles: dict[tuple[str, str, int], Clock] = {}
        self.decisions: dict[str, Decision] = {}
        heads, logs = dict[str, Any](), dict[str, list[Logged]]()
        for body in bodies:
            event = parsed(body)
            head, log = heads.get(event.case_id, blank(event.case_id)), logs.setdefault(event.case_id, [])
            if event.id in self.decisions:
                continue
            in_order = head.last is None or event.position > head.last
            result = decide(head, event, bundle) if in_order else redecide(log, event, bundle, clocks=head.clocks)
            heads[event.case_id] = result.head
            log.append(Logged(event, result.decision))
            self.decisions[event.id] = result.decision
            self.rows += rows.of_decision(result, event)
            self.cycles |= {(event.case_id, name, clock.cycle): clock for name, clock in result.head.clocks.items()}

    @property
    def effects(self) -> list[Effect]:
        return [effect for decision in self.decisions.values() for effect in decision.effects]


def attainment(connection: duckdb.DuckDBPyConnection) -> dict[tuple[Any, ...], tuple[float, float]]:
    found = connection.execute("SELECT day, template_id, clock_policy, numerator, denominator FROM sla_attainment").fetchall()
    return {(str(day), *place): (met, judged) for day, *place, met, judged in found}


def expected_attainment(told: Told) -> dict[tuple[Any, ...], tuple[float, float]]:
    met, judged = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for (_, name, _), clock in told.cycles.items():
        if "breach" in clock.fired or clock.status in ("Overdue", "NotMet"):
            judged[str(clock.due_at.date()), "t-billing", name] += 1
        elif clock.status == "Met":
            assert clock.ended_at
            judged[str(clock.ended_at.date()), "t-billing", name] += 1
            met[str(clock.ended_at.date()), "t-billing", name] += 1
    return {place: (float(met[place]), float(count)) for place, count in judged.items()}


RESOLVE = linked(policy())


def resolved(path: Path, *bodies: str) -> dict[tuple[Any, ...], tuple[float, float]]:
    told = Told(RESOLVE, *bodies)
    found = attainment(lake(path, *told.rows, *told.rows))
    assert found == expected_attainment(told)
    return found


def test_met_in_time_counts_on_the_day_it_ended(tmp_path: Path) -> None:
    assert resolved(tmp_path, CREATED, updated("b", 240, status="closed")) == {("2026-11-16", "t-billing", "resolve"): (1, 1)}


def test_overdue_then_met_is_missed_on_the_day_it_was_due(tmp_path: Path) -> None:
    log = [CREATED, comment("b", 241), updated("c", 3 * DAY, status="closed")]
    assert resolved(tmp_path / "overdue", *log[:2]) == {("2026-11-16", "t-billing", "resolve"): (0, 1)}
    assert resolved(tmp_path / "met after", *log) == {("2026-11-16", "t-billing", "resolve"): (0, 1)}


def test_a_reset_clock_is_judged_cycle_by_cycle(tmp_path: Path) -> None:
    log = [CREATED, updated("b", 10, status="closed"), updated("c", DAY, status="open"), updated("d", DAY + 300, status="closed")]
    assert resolved(tmp_path, *log) == {
        ("2026-11-16", "t-billing", "resolve"): (1, 1),
        ("2026-11-17", "t-billing", "resolve"): (0, 1),
    }


def test_running_paused_and_cancelled_in_time_are_not_judged(tmp_path: Path) -> None:
    assert resolved(tmp_path / "1", CREATED) == {}
    assert resolved(tmp_path / "2", CREATED, updated("b", 10, status="waiting")) == {}
    assert resolved(tmp_path / "3", CREATED, case_event("b", 10, "DELETED")) == {}


def test_a_promise_broken_before_the_case_was_deleted_stays_broken(tmp_path: Path) -> None:
    assert resolved(tmp_path, CREATED, case_event("b", 300, "DELETED")) == {("2026-11-16", "t-billing", "resolve"): (0, 1)}


def test_a_late_event_takes_a_breach_back(tmp_path: Path) -> None:
    """Decided late, the closing ended the clock in time: the snapshot of the refolded clock wins, though no later event came."""
    log = [CREATED, comment("z", 300), updated("m", 30, status="closed")]
    assert resolved(tmp_path, *log) == {("2026-11-16", "t-billing", "resolve"): (1, 1)}


def activity(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], tuple[int, ...]]:
    found = connection.execute("SELECT * FROM rule_activity").fetchall()
    return {(str(day), name): tuple(counts) for day, name, *counts in found}


def sets(value: str) -> tuple[do.Instruction, ...]:
    return (do.UpdateCase((do.Assignment(field("priority"), value),)),)


def test_a_rule_is_told_by_what_it_fired_asked_lost_and_came_to(tmp_path: Path) -> None:
    bundle = linked(
        rule("loser", "case_created", then=sets("low")),
        rule("winner", "case_created", then=sets("high"), order=1),
        rule("note", "case_created", order=2),
    )
    told = Told(bundle, CREATED)
    update, note = told.effects
    outcomes = [
        rows.of_outcome(update, Outcome(status="failed"), at(10)),
        rows.of_outcome(update, Outcome(status="done"), at(DAY)),
        rows.of_outcome(note, Outcome(status="expired"), at(DAY)),
    ]
    found = activity(lake(tmp_path, *told.rows, *outcomes, *told.rows, outcomes[0]))
    #                             fired shadowed looped asked lost  done failed superseded expired over_budget skipped recorded
    assert found == {
        ("2026-11-16", "loser"): (1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0),
        ("2026-11-16", "winner"): (1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0),
        ("2026-11-16", "note"): (1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0),
    }


STATUS: st.SearchStrategy[EffectStatus] = st.sampled_from([each for each in get_args(EffectStatus) if each != "pending"])


def ours(hop: int) -> dict[str, Any]:
    return {"user": {"customEntity": entity_for("ab" * 16, hop)}, "iamPrincipalArn": OWN_PRINCIPAL}


@st.composite
def bodies(draw: st.DrawFn) -> list[str]:
    """Events of two cases, each after the creation of its case, the rest in any order."""
    log = [case_event(f"{case_id}-0", 0, "CREATED", case_id=case_id, status="open", priority="normal") for case_id in ("c1", "c2")]
    for place in range(draw(st.integers(0, 6))):
        case_id, minutes = draw(st.sampled_from(["c1", "c2"])), draw(st.sampled_from([1, 29, 30, 31, 200, 240, 241, DAY, 3 * DAY]))
        event_id = f"{case_id}-{place + 1}"
        status = draw(st.sampled_from(["open", "waiting", "closed", "comment", "deleted"]))
        match status:
            case "comment":
                log.append(comment(event_id, minutes, case_id=case_id))
            case "deleted":
                log.append(case_event(event_id, minutes, "DELETED", case_id=case_id))
            case _:
                by = draw(st.sampled_from([None, ours(hop=4)]))
                log.append(
                    case_event(event_id, minutes, case_id=case_id, changed=("status",), performed_by=by, status=status, priority="normal")
                )
    return log


@settings(max_examples=30)
@given(bodies(), st.data())
def test_rule_activity_is_what_was_decided_and_done_whatever_is_told_twice(log: list[str], data: st.DataObject) -> None:
    told = Told(BUNDLE, *log)
    ended = {effect.key: (effect, data.draw(STATUS)) for effect in told.effects}
    outcomes = [rows.of_outcome(effect, Outcome(status=status), at(9 * DAY)) for effect, status in ended.values()]
    expected = Counter[tuple[str, str, str]]()
    for decision in told.decisions.values():
        day = str(decision.position.at.date())
        expected.update((day, match.rule, "fired") for match in decision.matched)
        expected.update((day, match.rule, "shadowed") for match in decision.shadowed)
        expected.update((day, match.rule, "looped") for match in decision.looped)
        expected.update((day, effect.rule, "effects_asked") for effect in decision.effects)
    expected.update((str(effect.position.at.date()), effect.rule, f"effects_{status}") for effect, status in ended.values())
    records = data.draw(st.permutations([*told.rows, *outcomes, *told.rows[:3], *outcomes[:2]]))
    with TemporaryDirectory() as path:
        found = lake(Path(path), *records).execute("SELECT * FROM rule_activity")
        names = [each[0] for each in found.description or ()][2:]
        read = {(str(row[0]), row[1], name): count for row in found.fetchall() for name, count in zip(names, row[2:], strict=True)}
    assert {place: count for place, count in read.items() if count} == dict(expected)


@settings(max_examples=30)
@given(bodies(), st.data())
def test_attainment_is_what_the_clocks_came_to_when_events_come_in_order(log: list[str], data: st.DataObject) -> None:
    told = Told(BUNDLE, *sorted(log, key=lambda body: parsed(body).position))
    records = data.draw(st.permutations([*told.rows, *told.rows[:4]]))
    with TemporaryDirectory() as path:
        assert attainment(lake(Path(path), *records)) == expected_attainment(told)


def test_the_latest_snapshot_of_a_clock_tells_its_time_paused_and_its_due_time(tmp_path: Path) -> None:
    told = Told(RESOLVE, CREATED, updated("b", 60, status="waiting"), updated("c", 120, status="open"))
    columns = "clock_status, clock_target_seconds, clock_paused_seconds, clock_due_timestamp"
    found = lake(tmp_path, *reversed(told.rows)).execute(f"SELECT {columns} FROM latest_clock_state").fetchall()
    assert found == [("Active", 14_400, 3_600, at(300).replace(tzinfo=None))]
