"""Between a decision and its performing, through the whole house: an agent is faster, a case is deleted, rules set off each other."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from small_center import opened
from small_directory import SMALL

from casewright.aws.control import ControlTable
from casewright.cases.values import as_wire
from casewright.quotas import ours
from casewright.rules.firing import MOST_HOPS
from casewright_workbench.deployment.records import CaseRecords

FILES = SMALL | {
    "rules/disturbed.yaml": """\
        - rule: raise
          when: case_created
          if: {title: raised}
          then: [{update_case: {set: {priority: high, vip: true}}}, {add_comment: raised}]
        - rule: down
          when: case_updated
          reacts_to: casewright
          if: {all: [{title: swing}, {priority: {changed: {to: high}}}]}
          then: [{update_case: {set: {priority: low}}}]
        - rule: up
          when: case_updated
          reacts_to: casewright
          if: {all: [{title: swing}, {priority: {changed: {to: low}}}]}
          then: [{update_case: {set: {priority: high}}}]
        """,
}


class Center:
    """A house whose performer can be held back."""

    def __init__(self, folder: Path) -> None:
        self.house = opened(folder, FILES)
        self.cases: Any = self.house.session("maya").client("connectcases")
        dynamodb = self.house.session("admin").client("dynamodb")
        self.quotas = ControlTable(dynamodb, self.house.case_table)
        self.records = CaseRecords(dynamodb, self.house.case_table)

    def opens(self, title: str) -> str:
        template_id = self.house.catalog.templates["Shipping"]
        fields = self._entries(title=title)
        return str(self.cases.create_case(domainId=self.house.domain_id, templateId=template_id, fields=fields)["caseId"])

    def changes(self, case_id: str, **fields: Any) -> None:
        self.cases.update_case(domainId=self.house.domain_id, caseId=case_id, fields=self._entries(**fields))

    def after(self, **passed: float) -> None:
        self.house.run_until(self.house.clock.now() + timedelta(**passed))

    def without_turns(self, **time: float) -> None:
        """Nothing may be written to cases for a while: somebody else has used up the quota."""
        limits = {"UpdateCase": 500.0, "CreateRelatedItem": 500.0}
        for quota in limits:
            self.quotas.empty(quota, ours(limits)[quota], until=self.house.clock.now() + timedelta(**time))

    def values(self, case_id: str, *names: str) -> dict[str, Any]:
        fields = self.house.catalog.fields
        wanted = [{"id": fields[name].id} for name in names]
        found = self.cases.get_case(domainId=self.house.domain_id, caseId=case_id, fields=wanted)["fields"]
        values = {each["id"]: next(iter(each["value"].values())) for each in found}
        return {name: values.get(fields[name].id) for name in names}

    def ended(self, case_id: str) -> list[tuple[str, str, str]]:
        file = self.records.case(case_id)
        assert file is not None
        return sorted((type(each.effect.action).__name__, each.status, each.detail) for each in file.effects)

    def _entries(self, **fields: Any) -> Any:
        return [{"id": self.house.catalog.fields[name].id, "value": as_wire(value)} for name, value in fields.items()]


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    center = Center(tmp_path_factory.mktemp("disturbed"))
    yield center
    center.house.close()


def test_an_agent_who_changes_a_field_first_keeps_it_and_the_other_field_is_set(center: Center) -> None:
    center.without_turns(minutes=3)
    untouched, raised = center.opens("raised"), center.opens("raised")
    center.after(minutes=1)
    assert {status for _, status, _ in center.ended(raised)} == {"pending"}
    center.changes(raised, priority="low")
    both = center.opens("raised")
    center.after(seconds=30)
    center.changes(both, priority="low", vip=False)
    center.after(minutes=10)
    assert center.values(untouched, "priority", "vip") == {"priority": "high", "vip": True}
    assert center.values(raised, "priority", "vip") == {"priority": "low", "vip": True}
    assert center.values(both, "priority", "vip") == {"priority": "low", "vip": False}
    [comment, (_, status, detail)] = center.ended(both)
    assert (comment[1], status) == ("done", "superseded")
    assert detail.startswith("changed by someone else since: ")


def test_what_was_asked_for_a_case_that_is_deleted_meanwhile_is_superseded(center: Center) -> None:
    center.without_turns(minutes=3)
    case_id = center.opens("raised")
    center.after(minutes=1)
    center.cases.delete_case(domainId=center.house.domain_id, caseId=case_id)
    center.after(minutes=10)
    assert center.ended(case_id) == [(action, "superseded", "the case was deleted") for action in ("AddComment", "UpdateCase")]


def test_rules_that_set_off_each_other_are_stopped_and_counted(center: Center) -> None:
    case_id = center.opens("swing")
    center.after(minutes=1)
    center.changes(case_id, priority="high")
    center.after(minutes=10)
    assert Counter(status for _, status, _ in center.ended(case_id)) == {"done": 1 + MOST_HOPS}
    assert center.house.counts["decide", "LoopsStopped"] == 1
    before = len(center.house.cloud.calls)
    center.after(minutes=5)
    assert not [call for call in center.house.cloud.calls[before:] if call.operation == "BatchUpdateCase"], "nothing goes on in secret"
