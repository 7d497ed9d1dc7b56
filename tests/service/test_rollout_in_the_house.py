"""Modes, loops, budgets and imports with the real handlers, from the YAML to the lake."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from small_center import opened
from small_directory import SMALL

from casewright.cases.values import as_wire
from casewright.rules.firing import MOST_HOPS, place_of
from casewright_workbench.console.desk import Desk
from casewright_workbench.console.live import Changed
from casewright_workbench.console.timeline import story
from casewright_workbench.deployment.records import CaseFile, CaseRecords
from casewright_workbench.lake.opening import open_lake

FILES = SMALL | {
    "catalog.yaml": dedent(SMALL["catalog.yaml"]) + "importers: [nightly-load]\n",
    "slas.yaml": """\
        - sla: promised
          start: case_created
          met_when: {status: closed}
          reset: {status: {changed: {from: closed}}}
          target: [{within: 1h}]
        - sla: by-hand
          start: assigned
          met_when: {status: closed}
          target: [{within: 1h}]
        """,
    "rules/loops.yaml": """\
        - rule: ping
          when: case_updated
          if: {priority: {changed: {to: high}}}
          reacts_to: casewright
          then: [{update_case: {set: {priority: low}}}]
        - rule: pong
          when: case_updated
          if: {priority: {changed: {to: low}}}
          reacts_to: casewright
          then: [{update_case: {set: {priority: high}}}]
        - rule: reopen
          when: sla_met
          if: {vip: true}
          reacts_to: casewright
          then: [{update_case: {set: {status: open}}}]
        - rule: close
          when: case_updated
          if: {all: [{vip: true}, {status: {changed: {to: open}}}]}
          reacts_to: casewright
          then: [{update_case: {set: {status: closed}}}]
        """,
    "rules/rollout.yaml": """\
        - rule: greet
          when: case_created
          if: {title: flood}
          budget: {effects: 3, per: 1h}
          then: [{add_comment: "Hello"}]
        - rule: watch
          when: case_created
          mode: shadow
          then: [{add_comment: "Watched"}, {assign_sla: by-hand}]
        - rule: some
          when: case_created
          if: {title: canary}
          mode: canary 40%
          then: [{add_comment: "Sung"}]
        - rule: load
          when: [case_created, case_updated]
          if: {title: loaded}
          then: [{send_email: {to: [team-leads], template: hello}}, {add_comment: "Seen"}]
        - rule: late
          when: sla_breached
          if: {title: loaded}
          then: [{put_event: {detail_type: Late, detail: {}}}]
        """,
}


class Center:
    """A house whose log lines are kept."""

    def __init__(self, folder: Path) -> None:
        self.lines: list[tuple[str, Mapping[str, object]]] = []
        self.house = opened(folder, FILES, listen=lambda _, message, facts: self.hear(message, facts))
        self.records = CaseRecords(self.house.session("reader").client("dynamodb"), self.house.case_table)

    def hear(self, message: str, facts: Mapping[str, object]) -> None:
        self.lines.append((message, facts))

    def said(self, message: str) -> list[Mapping[str, object]]:
        return [facts for heard, facts in self.lines if heard == message]

    def opens(self, by: str = "user/maya", **fields: Any) -> str:
        given = {"domainId": self.house.domain_id, "templateId": self.house.catalog.templates["Shipping"], "fields": self._entries(fields)}
        return str(self._cases(by).create_case(**given)["caseId"])

    def changes(self, case_id: str, by: str = "user/maya", **fields: Any) -> None:
        self._cases(by).update_case(domainId=self.house.domain_id, caseId=case_id, fields=self._entries(fields))

    def after(self, **passed: float) -> None:
        self.house.run_until(self.house.clock.now() + timedelta(**passed))

    def file(self, case_id: str) -> CaseFile:
        found = self.records.case(case_id)
        assert found is not None
        return found

    def outcomes(self, *case_ids: str) -> list[tuple[str, str]]:
        return [(each.effect.rule, each.status) for case_id in case_ids for each in self.file(case_id).effects]

    def notes(self, case_id: str) -> list[str]:
        desk = Desk.of(self.house, Changed(), ZoneInfo("UTC"))
        return [note for moment in story(self.file(case_id), desk).moments for note in moment.notes]

    def _cases(self, by: str) -> Any:
        return self.house.cloud.session(principal_arn=f"arn:aws:iam::{self.house.cloud.account}:{by}").client("connectcases")

    def _entries(self, fields: Mapping[str, Any]) -> Any:
        return [{"id": self.house.catalog.fields[name].id, "value": as_wire(value)} for name, value in fields.items()]


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    center = Center(tmp_path_factory.mktemp("center"))
    yield center
    center.house.close()


def test_rules_that_set_each_other_off_stop_after_three_hops_and_are_named(center: Center) -> None:
    case_id = center.opens(title="loop", priority="low")
    center.after(minutes=1)
    center.changes(case_id, priority="high")
    center.after(minutes=5)
    fired = [match.rule for entry in center.file(case_id).log for match in entry.decision.matched]
    assert fired == ["ping", *["pong", "ping", "pong"][:MOST_HOPS]]
    [said] = [facts for facts in center.said("loop stopped") if facts["case_id"] == case_id]
    assert (said["rule"], said["hops"]) == ("ping", MOST_HOPS + 1)
    assert "Loop stopped: casewright's own writes set ping off 3 times in a row already." in center.notes(case_id)


def test_a_loop_through_a_clock_stops_too(center: Center) -> None:
    before = center.house.counts["decide", "LoopsStopped"]
    case_id = center.opens(title="clock", vip=True)
    center.after(minutes=1)
    center.changes(case_id, status="closed")
    center.after(minutes=5)
    fired = [match.rule for entry in center.file(case_id).log for match in entry.decision.matched]
    assert fired == ["reopen", *["close", "reopen", "close"][:MOST_HOPS]]
    [said] = [facts for facts in center.said("loop stopped") if facts["case_id"] == case_id]
    assert (said["rule"], said["hops"]) == ("reopen", MOST_HOPS + 1)
    assert center.house.counts["decide", "LoopsStopped"] == before + 1


def test_a_budget_lets_so_many_through_in_an_hour_and_the_breaker_rings_once(center: Center) -> None:
    case_ids = [center.opens(title="flood") for _ in range(5)]
    center.after(minutes=2)
    assert sorted(center.outcomes(*case_ids)) == [("greet", "done")] * 3 + [("greet", "over_budget")] * 2
    assert center.house.counts["perform", "BudgetsSpent"] == 1
    assert center.house.counts["perform", "EffectsOverBudget"] == 2
    assert [said["rule"] for said in center.said("budget spent")] == ["greet"]
    center.after(hours=1)
    assert center.outcomes(*case_ids).count(("greet", "over_budget")) == 2, "what was refused stays so"
    later = center.opens(title="flood")
    center.after(minutes=2)
    assert center.outcomes(later) == [("greet", "done")]


def test_a_shadow_watches_every_case_and_does_nothing(center: Center) -> None:
    before = center.house.counts["decide", "RulesShadowed"]
    case_id = center.opens(title="watched")
    center.after(minutes=1)
    file = center.file(case_id)
    assert [match.rule for entry in file.log for match in entry.decision.shadowed] == ["watch"]
    assert (file.effects, set(file.head.clocks)) == ((), {"promised"})
    assert center.house.counts["decide", "RulesShadowed"] == before + 1
    assert center.notes(case_id) == ["Would have fired but for their mode: watch."]


def test_a_canary_acts_on_its_cases_and_watches_the_others(center: Center) -> None:
    case_ids = [center.opens(title="canary") for _ in range(12)]
    center.after(minutes=2)
    for case_id in case_ids:
        assert center.outcomes(case_id) == ([("some", "done")] if place_of(case_id) < 40 else [])
        shadowed = [match.rule for entry in center.file(case_id).log for match in entry.decision.shadowed]
        assert ("some" in shadowed) is (place_of(case_id) >= 40)


def test_an_import_is_recorded_whole_and_what_comes_after_is_acted_on(center: Center) -> None:
    mails = len(center.house.outbox.messages())
    loader = "role/nightly-load"
    case_ids = [center.opens(by=loader, title="loaded") for _ in range(20)]
    center.after(minutes=2)
    assert center.outcomes(*case_ids) == [("load", "recorded")] * 40
    assert len(center.house.outbox.messages()) == mails
    assert center.house.counts["decide", "EventsImported"] == 20
    assert all(entry.decision.imported for case_id in case_ids for entry in center.file(case_id).log)
    assert "Part of a bulk import: what it asked for is recorded, not performed." in center.notes(case_ids[0])
    assert all(center.file(case_id).head.clocks["promised"].status == "Active" for case_id in case_ids)

    center.changes(case_ids[0], priority="high")
    center.after(minutes=2)
    assert [each for each in center.outcomes(case_ids[0]) if each[0] == "load"] == [("load", "recorded")] * 2 + [("load", "done")] * 2
    assert len(center.house.outbox.messages()) == mails + 1

    center.after(hours=1)
    assert all(("late", "done") in center.outcomes(case_id) for case_id in case_ids), "a clock that an import started is no import"


def test_the_lake_tells_what_was_held_back(center: Center) -> None:
    center.house.flush_lake()
    lake = open_lake(center.house.lake)
    found = lake.execute(
        "SELECT rule, sum(fired), sum(shadowed), sum(looped), sum(effects_done), sum(effects_over_budget), sum(effects_recorded) "
        "FROM rule_activity WHERE rule IN ('watch', 'ping', 'greet') GROUP BY rule ORDER BY rule"
    ).fetchall()
    held = {rule: tuple(int(count) for count in counts) for rule, *counts in found}
    files = center.records.all()
    decisions = [entry.decision for file in files for entry in file.log]
    assert held["watch"] == (0, sum(file.was_created for file in files), 0, 0, 0, 0)
    fired, looped = (sum(match.rule == "ping" for each in decisions for match in getattr(each, kind)) for kind in ("matched", "looped"))
    assert (held["ping"][0], held["ping"][2]) == (fired, looped)
    assert looped > 0
    assert held["greet"] == (6, 0, 0, 4, 2, 0)
    [[imported]] = lake.execute("SELECT count(DISTINCT event_id) FROM facts WHERE kind = 'decision' AND decision_imported").fetchall()
    assert imported == center.house.counts["decide", "EventsImported"]
