"""Assigning in turn, creating and linking cases, attaching contacts and tagging, with the real handlers: each once, whatever fails."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from faults import Death, Fault, Faults, Killed, Lost, Throttled
from small_center import opened
from small_directory import SMALL

from casewright.cases.values import as_wire
from casewright.rules.firing import MOST_HOPS
from casewright_workbench.deployment.records import CaseRecords
from casewright_workbench.localcloud.connect.contacts import Contact
from casewright_workbench.localcloud.connectcases.unsteady import Faults as StreamFaults

PEOPLE = ("ada", "ben", "cho")
ARN = "arn:aws:connect:us-east-1:111122223333:instance/i/agent/"
PROFILE = "arn:aws:profile:us-east-1:111122223333:domains/d/profiles/p"
FILES = SMALL | {
    "catalog.yaml": dedent(SMALL["catalog.yaml"]).replace("users: {", "users: {" + "".join(f'{name}: "{ARN}{name}", ' for name in PEOPLE)),
    "fields.yaml": dedent(SMALL["fields.yaml"]) + "whose: {system_id: customer_id}\nparent: {type: Text}\ncall: {type: Text}\n",
    "rules/cases.yaml": """\
        - rule: share
          when: case_created
          if: {title: shared}
          then: [{assign: {round_robin: [ada, ben, cho]}}]
        - rule: overruled
          when: case_created
          if: {title: shared}
          then: [{assign: {user: maya}}]
          order: -1
        - rule: again
          when: case_created
          if: {title: followed}
          then:
            - create_case: {template: Billing, set: {title: "After {{ case.title }}", amount: 5, page: ""}, link: true, customer: same}
        - rule: breed
          when: case_created
          if: {title: breeding}
          reacts_to: casewright
          then: [{create_case: {template: Shipping, set: {title: breeding}}}]
        - rule: untitled
          when: case_created
          if: {title: nameless}
          then: [{create_case: {template: Shipping, set: {title: "{{ case.summary }}"}}}]
        - rule: tie
          when: case_updated
          if: {parent: {changed: true}}
          then: [{link_case: {to: "{{ case.parent }}"}}]
        - rule: call
          when: case_updated
          if: {call: {changed: true}}
          then: [{attach_contact: "{{ case.call }}"}]
        - rule: mark
          when: case_created
          if: {title: marked}
          then: [{tag: {line: shoes, case: "{{ case.id }}"}}]
        - rule: brief
          when: case_created
          if: {title: brief}
          expires_after: 2m
          then:
            - create_case: {template: Shipping, set: {title: "After {{ case.title }}"}, link: true}
            - create_task: {flow: Escalations, name: Call}
        - rule: empty-what-is-needed
          when: case_updated
          if: {vip: {changed: {to: true}}}
          then: [{update_case: {set: {amount: ""}}}]
        """,
}


class Center:
    def __init__(self, folder: Path) -> None:
        self.house = opened(folder, FILES)
        self.cases: Any = self.house.session("maya").client("connectcases")
        self.domain_id, self.catalog = self.house.domain_id, self.house.catalog
        self.records = CaseRecords(self.house.session("reader").client("dynamodb"), self.house.case_table)

    def opens(self, template: str = "Shipping", **fields: Any) -> str:
        template_id = self.catalog.templates[template]
        return str(self.cases.create_case(domainId=self.domain_id, templateId=template_id, fields=self._entries(fields))["caseId"])

    def changes(self, case_id: str, **fields: Any) -> None:
        self.cases.update_case(domainId=self.domain_id, caseId=case_id, fields=self._entries(fields))

    def after(self, **passed: float) -> None:
        self.house.run_until(self.house.clock.now() + timedelta(**passed))

    def field(self, case_id: str, field_id: str) -> Any:
        fields = self.cases.get_case(domainId=self.domain_id, caseId=case_id, fields=[{"id": field_id}])["fields"]
        return next(iter(fields[0]["value"].values())) if fields else None

    def items(self, case_id: str) -> list[dict[str, Any]]:
        found = self.cases.search_related_items(domainId=self.domain_id, caseId=case_id, maxResults=25)["relatedItems"]
        return [item["content"] for item in found]

    def titled(self, title: str) -> list[str]:
        wanted = {"field": {"equalTo": {"id": "title", "value": {"stringValue": title}}}}
        return [case["caseId"] for case in self.cases.search_cases(domainId=self.domain_id, filter=wanted, maxResults=100)["cases"]]

    def effects(self, case_id: str) -> dict[str, tuple[str, str]]:
        """How the effects of a case stand, with what came of them, by rule and action."""
        found = self.records.case(case_id)
        assert found is not None
        return {f"{each.effect.rule}/{type(each.effect.action).__name__}": (each.status, each.detail) for each in found.effects}

    def shares(self) -> Counter[str]:
        assigned = (self.field(case_id, "assigned_user") for case_id in self.titled("shared"))
        return Counter(arn.rpartition("/")[2] if arn else "nobody" for arn in assigned)

    def _entries(self, fields: dict[str, Any]) -> list[dict[str, Any]]:
        return [{"id": self.catalog.fields[name].id, "value": as_wire(value)} for name, value in fields.items()]


@pytest.fixture
def center(tmp_path: Path) -> Iterator[Center]:
    center = Center(tmp_path)
    with center.house:
        yield center


def test_turns_are_shared_evenly_and_the_later_rule_wins(center: Center) -> None:
    opened = [center.opens(title="shared") for _ in range(12)]
    center.after(minutes=5)
    assert center.shares() == Counter(dict.fromkeys(PEOPLE, 4))
    stories = [center.effects(case_id) for case_id in opened]
    assert all(story.keys() == {"share/Assign"} for story in stories), "the rule that lost the field asks for nothing"


@pytest.mark.parametrize(
    ("service", "operation", "fault"),
    [
        ("dynamodb", "TransactWriteItems", Death(after=True)),
        ("connectcases", "BatchUpdateCase", Throttled()),
    ],
    ids=str,
)
def test_a_failed_or_killed_attempt_passes_nobody_over(center: Center, service: str, operation: str, fault: Fault) -> None:
    with Faults(center.house.cloud) as faults:
        faults.at(service, operation, fault, role="perform", calls={1, 2, 5})
        for _ in range(6):
            center.opens(title="shared")
        for _ in range(20):
            with suppress(Killed):
                center.after(minutes=2)
            if "nobody" not in center.shares():
                break
        assert faults.happened.total() >= 1
    assert center.shares() == Counter(dict.fromkeys(PEOPLE, 2))


@pytest.mark.parametrize("fault", [Lost.ANSWER], ids=str)
def test_each_is_done_once_though_events_come_twice_and_answers_never(center: Center, fault: Fault) -> None:
    center.house.cloud.connectcases.stream.set(StreamFaults(doubled=1.0, longest_delay=timedelta(seconds=30)))
    other, contact = center.opens(title="other"), f"{center.house.instance_arn}/contact/call-1"
    center.house.contacts.add(Contact("call-1", contact, "VOICE", center.house.clock.now()))
    with Faults(center.house.cloud) as faults:
        for operation in ("CreateCase", "CreateRelatedItem", "TagResource"):
            faults.at("connectcases", operation, fault, role="perform")
        followed = center.opens(title="followed", whose=PROFILE)
        marked = center.opens(title="marked")
        center.changes(followed, parent=other)
        center.changes(followed, call="call-1")
        center.changes(followed, call=contact)
        for _ in range(6):
            with suppress(Killed):
                center.after(minutes=3)
        assert {operation for _, operation, _ in faults.happened} == {"CreateCase", "CreateRelatedItem", "TagResource"}
    [new] = center.titled("After followed")
    assert (center.field(new, "customer_id"), center.field(new, center.catalog.fields["amount"].id)) == (PROFILE, 5.0)
    ties = [next(iter(next(iter(item.values())).values())) for item in center.items(followed)]
    assert sorted(ties) == sorted([new, other, contact])
    tags = center.cases.get_case(domainId=center.domain_id, caseId=marked, fields=[{"id": "status"}])["tags"]
    assert tags == {"line": "shoes", "case": marked}
    assert center.effects(followed)["again/CreateCase"] == ("done", new)


def test_a_rule_that_reacts_to_the_cases_it_creates_is_stopped(center: Center) -> None:
    center.opens(title="breeding")
    center.after(minutes=8)
    assert len(center.titled("breeding")) == 2 + MOST_HOPS, "the first, the one made of it, and three more in a row"
    assert center.house.counts["decide", "LoopsStopped"] == 1


def test_what_cannot_be_done_ends_as_failed_with_the_reason(center: Center) -> None:
    nameless, needing = center.opens(title="nameless"), center.opens("Billing", title="x", amount=3.0)
    itself, nowhere, cleared = (center.opens(title=name) for name in ("itself", "nowhere", "cleared"))
    center.changes(needing, vip=True)
    center.changes(itself, parent=itself)
    center.changes(nowhere, parent="no-such-case", call="no-such-contact")
    center.changes(cleared, parent="x")
    center.changes(cleared, parent="")
    center.after(minutes=5)
    assert center.effects(nameless)["untitled/CreateCase"] == ("failed", "a case without a title: every variable of it was empty")
    assert center.effects(itself)["tie/LinkCase"] == ("failed", "a case cannot be linked to itself")
    refused = center.effects(nowhere)
    assert [(status, "NotFound" in detail) for status, detail in refused.values()] == [("failed", True), ("failed", True)]
    status, detail = center.effects(needing)["empty-what-is-needed/UpdateCase"]
    assert status == "failed"
    assert "requires a value" in detail
    file = center.records.case(cleared)
    assert file is not None
    assert sorted(each.detail for each in file.effects)[1:] == ["no case to link to: every variable of `to` was empty"]


def test_a_case_deleted_meanwhile_takes_no_turn(center: Center) -> None:
    gone = center.opens(title="shared")
    center.cases.delete_case(domainId=center.domain_id, caseId=gone)
    for _ in range(3):
        center.opens(title="shared")
    center.after(minutes=4)
    assert center.shares() == Counter(PEOPLE)
    assert {status for status, _ in center.effects(gone).values()} == {"superseded"}


def test_what_was_made_in_time_is_tied_to_its_case_even_later(center: Center) -> None:
    with Faults(center.house.cloud) as faults:
        faults.at("connectcases", "SearchRelatedItems", Throttled(), role="perform", calls=range(1, 1000))
        brief = center.opens(title="brief")
        center.after(minutes=3)
    center.after(minutes=5)
    assert {action: status for action, (status, _) in center.effects(brief).items()} == {
        "brief/CreateCase": "done",
        "brief/LinkCase": "done",
        "brief/CreateTask": "done",
        "brief/AttachContact": "done",
    }
    assert sorted(next(iter(item)) for item in center.items(brief)) == ["connectCase", "contact"]
