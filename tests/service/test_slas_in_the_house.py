"""Promises with the real handlers: on time, once, and shown to agents as items of Cases that are right all the while."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from small_center import SmallCenter
from small_directory import SMALL

from casewright.actions import MirrorSla
from casewright.aws.related_items import ItemsOfCases

FILES = SMALL | {
    "slas.yaml": """\
        - sla: promised
          if: {template: Shipping}
          start: case_created
          pause_while: {status: waiting-on-customer}
          met_when: {status: closed}
          target:
            - {if: {priority: high}, within: 10m}
            - {within: 1h}
          native: true
        - sla: quiet
          if: {template: Billing}
          start: case_created
          met_when: {status: closed}
          target:
            - {if: {priority: high}, within: 10m}
            - {within: 1h}
        - sla: asked
          start: assigned
          met_when: {status: closed}
          target: [{within: 1h}]
          native: true
        """,
    "rules/breaches.yaml": """\
        - rule: late
          when: sla_breached
          then: [{put_event: {detail_type: Late, detail: {sla: "{{ sla.name }}", status: "{{ sla.status }}"}}}]
        - rule: asking
          when: case_updated
          if: {all: [{template: Billing}, {amount: {greater_than: 100}}]}
          then: [{assign_sla: asked}]
        """,
}
Taken = tuple[datetime, Mapping[str, object]]


class Center(SmallCenter):
    """A house that notes when events were taken."""

    def __init__(self, folder: Path) -> None:
        self.taken: list[Taken] = []
        super().__init__(folder, FILES, listen=self.hear)

    def hear(self, _function: str, message: str, facts: Mapping[str, object]) -> None:
        if message == "event taken":
            self.taken.append((self.house.clock.now(), facts))

    def opens(self, template: str = "Shipping", **fields: Any) -> str:
        return super().opens(template, **{"title": "x", **fields})

    def opens_at_seconds(self) -> list[str]:
        """Cases under `quiet`, each opened at another second of the coming minute."""
        minute, opened = self.house.clock.now(), list[str]()
        for second in SECONDS:
            self.house.run_until(minute + timedelta(seconds=second))
            opened.append(self.opens("Billing", amount=1.0, status="open"))
        return opened

    def due(self, case_id: str, policy: str = "promised") -> datetime:
        return self.file(case_id).head.clocks[policy].due_at

    def items(self, case_id: str) -> list[Any]:
        found = self.cases.search_related_items(domainId=self.house.domain_id, caseId=case_id, filters=[{"sla": {}}])["relatedItems"]
        return [item["content"]["sla"]["slaConfiguration"] for item in found]

    def adds_sla(self, case_id: str, name: str, minutes: int) -> None:
        configuration = {"name": name, "type": "CaseField", "targetSlaMinutes": minutes}
        content: Any = {"sla": {"slaInputConfiguration": configuration}}
        self.cases.create_related_item(domainId=self.house.domain_id, caseId=case_id, type="Sla", content=content)

    def breaches(self, case_id: str) -> list[Any]:
        """What was put on the bus, one for each time a rule was told."""
        return [standing.effect.action.detail for standing in self.file(case_id).effects if standing.effect.rule == "late"]  # type: ignore[union-attr]

    def breached(self, case_id: str) -> list[tuple[datetime, datetime]]:
        """When clocks of the case ran out, and when that was taken, from whichever event."""
        told = [(each, entry.event.id) for entry in self.file(case_id).log for each in entry.decision.transitions]
        return [(each.at, self._taken(event_id)) for each, event_id in told if each.kind == "breached"]

    def _taken(self, event_id: str) -> datetime:
        [moment] = [moment for moment, facts in self.taken if (facts["event_id"], facts["outcome"]) == (event_id, "decided")]
        return moment


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    center = Center(tmp_path_factory.mktemp("center"))
    yield center
    assert center.house.runtime.failed_invocations == []
    center.house.close()


def test_an_item_of_cases_that_runs_out_fires_once(center: Center) -> None:
    case_id = center.opens("Billing", amount=1.0)
    center.adds_sla(case_id, "callback", 30)
    center.after(minutes=29)
    assert center.breaches(case_id) == []
    center.after(minutes=5)
    center.changes(case_id, title="still late")
    center.after(minutes=20)
    assert center.breaches(case_id) == [{"sla": "callback", "status": "Overdue"}]


def test_the_item_of_a_clock_tells_its_due_time_and_is_never_overdue_before_it(center: Center) -> None:
    center.after(seconds=17.3)
    case_id = center.opens(status="open")
    center.after(minutes=5)
    [item] = center.items(case_id)
    assert (item["name"], item["status"]) == ("promised", "Active")
    assert timedelta() <= item["targetTime"] - center.due(case_id) < timedelta(minutes=1)


def test_the_item_goes_while_the_clock_pauses_and_comes_back_with_the_new_due_time(center: Center) -> None:
    case_id = center.opens(status="open")
    center.after(minutes=20)
    center.changes(case_id, status="waiting-on-customer")
    center.after(minutes=2)
    assert center.items(case_id) == []
    center.after(minutes=7, seconds=31)
    center.changes(case_id, status="open")
    center.after(minutes=5)
    [item] = center.items(case_id)
    assert timedelta() <= item["targetTime"] - center.due(case_id) < timedelta(minutes=1)
    center.changes(case_id, status="closed")
    center.after(minutes=5)
    assert [item["status"] for item in center.items(case_id)] == ["Met"]


def test_a_moved_due_time_replaces_the_item_and_one_in_the_past_removes_it(center: Center) -> None:
    case_id = center.opens(status="open")
    center.after(minutes=2)
    center.changes(case_id, priority="high")
    center.after(minutes=2)
    [item] = center.items(case_id)
    assert timedelta() <= item["targetTime"] - center.due(case_id) < timedelta(minutes=1)
    late = center.opens(status="open")
    center.after(minutes=20)
    center.changes(late, priority="high")
    center.after(minutes=2)
    assert (center.file(late).head.clocks["promised"].status, center.items(late)) == ("Overdue", [])
    assert center.breaches(late) == [{"sla": "promised", "status": "Overdue"}]


def test_the_breach_of_a_mirrored_clock_is_told_once_though_its_item_is_overdue_too(center: Center) -> None:
    case_id = center.opens(status="open", priority="high")
    center.after(minutes=14)
    assert [item["status"] for item in center.items(case_id)] == ["Overdue"]
    assert [entry.event.event_type for entry in center.file(case_id).log].count("RELATED_ITEM.UPDATED") == 1
    assert center.breaches(case_id) == [{"sla": "promised", "status": "Overdue"}]


def test_an_item_is_made_again_unless_it_shows_the_very_due_time(center: Center) -> None:
    domain, now = ItemsOfCases(center.cases, center.house.domain_id), center.house.clock.now()
    case_id = center.opens("Billing", amount=1.0, status="open")

    def shown(name: str, minutes: float, value: str = "closed") -> str:
        sla = MirrorSla(name, "status", value, now + timedelta(minutes=minutes))
        return domain.mirror_sla(case_id, sla, minutes=ceil(minutes), entity="casewright/x/1")

    first, other = shown("one", 60), shown("other", 60)
    assert shown("one", 60) == first
    assert shown("one", 59.5) == first, "minutes were rounded up"
    later = shown("one", 60.5)
    assert later != first, "the item would be overdue before its clock"
    assert shown("one", 58) != later
    assert sorted(item["name"] for item in center.items(case_id)) == ["one", "other"]
    assert shown("other", 60) == other
    assert shown("other", 60, "waiting-on-customer") != other, "it waits for another value"
    assert sorted(item["name"] for item in center.items(case_id)) == ["one", "other"]
    shows = domain.unmirror_sla(case_id, "one", later_than=now + timedelta(minutes=58))
    assert (shows, domain.unmirror_sla(case_id, "one", later_than=now + timedelta(minutes=50))) == (0, 1)
    assert (domain.unmirror_sla(case_id, "other"), domain.unmirror_sla(case_id, "other")) == (1, 0)


def test_a_deleted_case_leaves_nothing_to_do(center: Center) -> None:
    failed = center.house.counts["perform", "EffectsFailed"]
    case_id = center.opens(status="open")
    center.cases.delete_case(domainId=center.house.domain_id, caseId=case_id)
    center.after(minutes=62)
    assert [standing.status for standing in center.file(case_id).effects] == ["superseded"]
    assert center.house.counts["perform", "EffectsFailed"] == failed


def test_a_case_with_ten_items_gets_no_eleventh_which_is_counted(center: Center) -> None:
    case_id = center.opens("Billing", amount=1.0)
    for number in range(10):
        center.adds_sla(case_id, f"other {number}", 600)
    center.changes(case_id, amount=101.0)
    center.after(minutes=5)
    assert center.file(case_id).head.clocks["asked"].status == "Active"
    assert len(center.items(case_id)) == 10
    [standing] = [each for each in center.file(case_id).effects if each.effect.rule == "sla:asked"]
    assert standing.status == "skipped"
    assert standing.detail.startswith("the case has 10 SLA items already: CreateRelatedItem: ")
    assert center.house.counts["perform", "SlaMirrorsSkipped"] == 1
    center.after(minutes=10)
    assert center.house.counts["perform", "SlaMirrorsSkipped"] == 1, "it is not tried again"


SECONDS = (0.4, 7, 19.9, 30, 41, 59.7)
"""Of the minute: sweeps come once in each."""


def test_a_milestone_fires_once_and_within_seconds_of_its_time(center: Center) -> None:
    opened = center.opens_at_seconds()
    center.after(minutes=62)
    for case_id in opened:
        [(due, taken)] = center.breached(case_id)
        assert due == center.due(case_id, "quiet")
        assert timedelta() <= taken - due < timedelta(seconds=2)
        assert center.breaches(case_id) == [{"sla": "quiet", "status": "Overdue"}]


@pytest.mark.parametrize("ahead", [1, 30, 55, 90])
def test_what_an_event_makes_due_before_the_next_sweep_is_on_time_too(center: Center, ahead: float) -> None:
    """A new target moves due to so many seconds after the event, wherever in the minute that is."""
    minute = center.house.clock.now() + timedelta(minutes=10, seconds=-ahead)
    opened = center.opens_at_seconds()
    for second, case_id in zip(SECONDS, opened, strict=True):
        center.house.run_until(minute + timedelta(seconds=second))
        center.changes(case_id, priority="high")
    center.after(minutes=3)
    for case_id in opened:
        [(due, taken)] = center.breached(case_id)
        assert timedelta() <= taken - due < timedelta(seconds=2)
        assert len(center.breaches(case_id)) == 1


@pytest.mark.parametrize("before", [0.5, 30, 58])
def test_nothing_fires_after_the_clock_met_its_target_though_its_tick_is_under_way(center: Center, before: float) -> None:
    case_id = center.opens("Billing", amount=1.0, status="open", priority="high")
    center.after(minutes=10, seconds=-before)
    center.changes(case_id, status="closed")
    center.after(minutes=5)
    assert center.breached(case_id) == []
    assert (center.file(case_id).head.clocks["quiet"].status, center.breaches(case_id)) == ("Met", [])
    outcomes = {facts["outcome"] for _, facts in center.taken if facts["case_id"] == case_id and str(facts["event_id"]).startswith("~")}
    assert outcomes == {"clock no longer due"}
