"""Tasks with the real handlers: started once by flow, quick connect or template, tied to their case, and ended as rules ask."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from damaging import LATER, Stored
from faults import Faults, Lost, Refused, Throttled
from small_center import SmallCenter
from small_directory import FLOW, QUICK_CONNECT, SMALL, TASK_TEMPLATE

from casewright_workbench.deployment.records import Standing
from casewright_workbench.localcloud.connectcases.unsteady import Faults as StreamFaults

RULES = """\
    - rule: by-flow
      when: case_updated
      if: {summary: {changed: true, equals: flow}}
      then:
        - create_task:
            flow: Escalations
            name: "Call: {{ case.title }}"
            description: "About {{ case.title }}"
            references:
              Page: "https://crm.example/{{ case.number }}"
              Link: {url: "{{ case.page }}"}
              Sum: {number: "{{ case.amount }}"}
              Due: {date: "{{ case.due }}"}
              Mail: {email: "{{ case.customer_email }}"}
              Long: {text: "{{ case.title }} {{ case.title }} {{ case.title }} {{ case.title }} {{ case.title }} {{ case.title }} {{ case.title }} {{ case.title }} {{ case.title }}"}
              Note: {text: short}
    - rule: by-quick-connect
      when: case_updated
      if: {summary: {changed: true, equals: quick}}
      then: [{create_task: {quick_connect: Leads, name: Quick, schedule: {in: 2h}}}]
    - rule: by-template
      when: case_updated
      if: {summary: {changed: true, equals: template}}
      then: [{create_task: {task_template: Refund, name: Refund, schedule: {at: "{{ case.due }}"}, references: {Case: {text: mine}}}}]
    - rule: end-ours
      when: case_updated
      if: {summary: {changed: true, equals: end-ours}}
      then: [{end_tasks: {only: ours}}]
    - rule: end-all
      when: case_updated
      if: {summary: {changed: true, equals: end-all}}
      then: [{end_tasks: true}]
    - rule: start-over
      when: case_updated
      if: {summary: {changed: true, equals: start-over}}
      then:
        - create_task: {flow: Escalations, name: Anew}
        - end_tasks: true
    """  # noqa: E501
FILES = SMALL | {
    "fields.yaml": dedent(SMALL["fields.yaml"]) + "number: {system_id: reference_number}\n",
    "rules/tasks.yaml": RULES,
}


class Center(SmallCenter):
    """A house with a case at a time."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, FILES)
        self.connect = self.house.session("maya").client("connect")

    def opens(self, template: str = "Shipping", **fields: Any) -> str:
        case_id = super().opens(template, **{"title": "Tent", **fields})
        self.after(minutes=1)
        return case_id

    def asks(self, case_id: str, summary: str, minutes: float = 2, **fields: Any) -> None:
        self.changes(case_id, summary=summary, **fields)
        self.after(minutes=minutes)

    def adds_task(self, case_id: str) -> str:
        """A task that somebody starts and links to the case by hand."""
        given = {"InstanceId": self.house.instance_id, "Name": "By hand", "ContactFlowId": "f-1"}
        contact_id = str(self.connect.start_task_contact(**given)["ContactId"])
        content = {"contact": {"contactArn": f"{self.house.instance_arn}/contact/{contact_id}"}}
        self.cases.create_related_item(domainId=self.house.domain_id, caseId=case_id, type="Contact", content=content)
        self.after(minutes=1)
        return contact_id

    def tasks(self, case_id: str) -> list[Any]:
        """The contacts that rules started for a case."""
        return [each for each in self.house.contacts.all() if each.attributes.get("caseId") == case_id]

    def is_open(self, contact_id: str) -> bool:
        contact = self.house.contacts.with_id(self.house.instance_arn, contact_id)
        return contact.ended_by(self.house.clock.now()) is None

    def linked(self, case_id: str) -> list[str]:
        found = self.cases.search_related_items(domainId=self.house.domain_id, caseId=case_id, filters=[{"contact": {}}])["relatedItems"]
        return [item["content"]["contact"]["contactArn"] for item in found]

    def effect(self, case_id: str, rule: str, action: str = "CreateTask") -> Standing:
        [found] = [each for each in self.file(case_id).effects if each.effect.rule == rule and type(each.effect.action).__name__ == action]
        return found

    def number(self, case_id: str) -> str:
        wanted: Any = [{"id": "reference_number"}]
        [field] = self.cases.get_case(domainId=self.house.domain_id, caseId=case_id, fields=wanted)["fields"]
        return str(field["value"]["stringValue"])


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    center = Center(tmp_path_factory.mktemp("center"))
    yield center
    assert center.house.runtime.failed_invocations == []
    center.house.close()


def test_a_task_in_a_flow_refers_to_its_case_and_is_linked_to_it(center: Center) -> None:
    case_id = center.opens()
    given: dict[str, Any] = {
        "page": "https://shop.example/tent",
        "amount": 12.5,
        "due": "2026-11-20T09:00:00Z",
        "customer_email": "ada@example.com",
    }
    center.asks(case_id, "flow", **given)
    [task] = center.tasks(case_id)
    assert (task.started_by, task.name, task.description, task.scheduled) == (FLOW, "Call: Tent", "About Tent", None)
    number = center.number(case_id)
    assert task.references == {
        "Case": {"Type": "STRING", "Value": number},
        "Page": {"Type": "URL", "Value": f"https://crm.example/{number}"},
        "Link": {"Type": "URL", "Value": "https://shop.example/tent"},
        "Sum": {"Type": "NUMBER", "Value": "12.5"},
        "Due": {"Type": "DATE", "Value": str(int(datetime(2026, 11, 20, 9, tzinfo=UTC).timestamp()))},
        "Mail": {"Type": "EMAIL", "Value": "ada@example.com"},
        "Long": {"Type": "STRING", "Value": " ".join(["Tent"] * 9)},
        "Note": {"Type": "STRING", "Value": "short"},
    }
    assert center.linked(case_id) == [task.arn]
    assert center.effect(case_id, "by-flow").detail == task.arn


def test_a_reference_that_cannot_be_sent_is_left_out_and_told(center: Center) -> None:
    case_id = center.opens(title="é" * 250)
    center.asks(case_id, "flow", page="http://shop.example/tent", customer_email="ada@example.com, eve@example.com")
    [task] = center.tasks(case_id)
    assert list(task.references) == ["Case", "Page", "Note"]
    told = center.effect(case_id, "by-flow").detail.split("; ")
    assert told == [
        task.arn,
        "without the reference 'Link': it was no https:// address",
        "without the reference 'Sum': it was empty",
        "without the reference 'Due': it was empty",
        "without the reference 'Mail': it was no mail address",
        "without the reference 'Long': all together take at most 4096 bytes",
    ]


def test_a_task_by_quick_connect_or_template_starts_when_the_rule_says(center: Center) -> None:
    case_id = center.opens()
    asked = center.house.clock.now()
    center.asks(case_id, "quick")
    center.asks(case_id, "template", due=(asked + timedelta(days=5)).isoformat())
    quick, refund = center.tasks(case_id)
    assert (quick.started_by, refund.started_by) == (QUICK_CONNECT, TASK_TEMPLATE)
    assert abs(quick.scheduled - asked - timedelta(hours=2)) < timedelta(seconds=5)
    assert refund.scheduled == (asked + timedelta(days=5)).replace(microsecond=0)
    assert refund.references == {"Case": {"Type": "STRING", "Value": "mine"}}


@pytest.mark.parametrize(
    ("due", "status", "told"),
    [
        (timedelta(days=-1), "done", "; started at once: it was scheduled for "),
        (timedelta(days=7), "failed", "Connect takes at most 6 days ahead"),
        (None, "failed", "its schedule gave no time: ''; ISO 8601 is accepted"),
    ],
)
def test_a_time_that_cannot_be_kept_is_told(center: Center, due: timedelta | None, status: str, told: str) -> None:
    case_id = center.opens()
    fields: dict[str, Any] = {} if due is None else {"due": (center.house.clock.now() + due).isoformat()}
    center.asks(case_id, "template", **fields)
    effect = center.effect(case_id, "by-template")
    assert effect.status == status
    assert told in effect.detail
    assert [task.scheduled for task in center.tasks(case_id)] == ([None] if status == "done" else [])


def test_a_start_whose_answer_was_lost_makes_one_task(center: Center) -> None:
    case_id = center.opens()
    with Faults(center.house.cloud) as faults:
        faults.at("connect", "StartTaskContact", Lost.ANSWER, calls=range(1, 4))
        center.asks(case_id, "quick", minutes=5)
        assert faults.happened["connect", "StartTaskContact", "Lost.ANSWER"] == 3
    [task] = center.tasks(case_id)
    assert center.effect(case_id, "by-quick-connect").status == "done"
    assert center.linked(case_id) == [task.arn]


def test_only_the_tasks_that_rules_made_are_ended(center: Center) -> None:
    case_id = center.opens()
    by_hand = center.adds_task(case_id)
    center.asks(case_id, "quick")
    center.asks(case_id, "flow")
    quick, call = center.tasks(case_id)
    center.connect.stop_contact(InstanceId=center.house.instance_id, ContactId=call.id)
    center.asks(case_id, "end-ours")
    assert [center.is_open(each) for each in (by_hand, quick.id, call.id)] == [True, False, False]
    ended = center.effect(case_id, "end-ours", "EndTasks")
    assert (ended.status, ended.detail) == ("done", f"ended 1 tasks: {quick.id}")
    center.asks(case_id, "end-all")
    assert not center.is_open(by_hand)


def test_a_task_whose_link_failed_is_ended_too(center: Center) -> None:
    case_id = center.opens()
    with Faults(center.house.cloud) as faults:
        faults.at("connectcases", "CreateRelatedItem", Refused("ValidationException"), role="perform")
        center.asks(case_id, "quick")
    assert center.linked(case_id) == []
    center.asks(case_id, "end-ours")
    [task] = center.tasks(case_id)
    assert not center.is_open(task.id)


def test_tasks_that_rules_made_are_ended_though_their_case_is_deleted_meanwhile(center: Center) -> None:
    case_id = center.opens()
    center.asks(case_id, "quick")
    [task] = center.tasks(case_id)
    center.changes(case_id, summary="end-all")
    center.cases.delete_case(domainId=center.house.domain_id, caseId=case_id)
    center.after(minutes=2)
    assert not center.is_open(task.id)
    ended = center.effect(case_id, "end-all", "EndTasks")
    assert (ended.status, ended.detail) == ("done", f"ended 1 tasks: {task.id}")


def test_ending_goes_on_where_it_was_interrupted_and_past_what_refuses(center: Center) -> None:
    case_id = center.opens()
    by_hand = [center.adds_task(case_id) for _ in range(3)]
    with Faults(center.house.cloud) as faults:
        faults.at("connect", "StopContact", Throttled(), calls=range(2, 9))
        center.asks(case_id, "end-all", minutes=10)
        assert faults.happened["connect", "StopContact", "Throttled"] == 7
    assert not any(map(center.is_open, by_hand))
    assert center.effect(case_id, "end-all", "EndTasks").status == "done"

    case_id = center.opens()
    by_hand = [center.adds_task(case_id) for _ in range(3)]
    with Faults(center.house.cloud) as faults:
        faults.at("connect", "StopContact", Refused("InvalidRequestException"), calls={2})
        center.asks(case_id, "end-all")
    assert sum(map(center.is_open, by_hand)) == 1
    [left] = filter(center.is_open, by_hand)
    effect = center.effect(case_id, "end-all", "EndTasks")
    assert effect.status == "failed"
    assert f"not ended: {left}" in effect.detail


def test_a_task_that_waits_for_the_quota_is_ended_once_it_has_started(center: Center) -> None:
    case_id = center.opens()
    by_hand = center.adds_task(case_id)
    state = center.house.cloud.connect._state
    most, state.max_active_tasks = state.max_active_tasks, 0
    center.asks(case_id, "quick")
    waiting = center.effect(case_id, "by-quick-connect")
    assert (waiting.status, waiting.ended_at) == ("pending", None)
    assert "ServiceQuotaExceeded" in waiting.detail
    center.asks(case_id, "end-all")
    assert not center.is_open(by_hand)
    assert center.effect(case_id, "end-all", "EndTasks").status == "pending"
    state.max_active_tasks = most
    center.after(minutes=15)
    [task] = center.tasks(case_id)
    assert not center.is_open(task.id)
    assert center.effect(case_id, "end-all", "EndTasks").status == "done"


def test_what_is_asked_for_together_with_the_end_is_not_ended(center: Center) -> None:
    case_id = center.opens()
    center.asks(case_id, "quick")
    center.asks(case_id, "start-over")
    assert {task.name: center.is_open(task.id) for task in center.tasks(case_id)} == {"Quick": False, "Anew": True}


def test_a_task_whose_event_comes_after_the_end_of_all_tasks_is_not_started(center: Center) -> None:
    case_id, stream = center.opens(), center.house.cloud.connectcases.stream
    stream.set(StreamFaults(dropped=1.0))
    center.asks(case_id, "flow")
    stream.set(StreamFaults())
    center.asks(case_id, "end-all")
    center.house.cloud.events.deliver(stream.lost.pop())
    center.after(minutes=2)
    asked = {each.effect.rule: (each.status, each.detail) for each in center.file(case_id).effects}
    assert asked == {"end-all": ("done", "no open task"), "by-flow": ("superseded", "the tasks of the case were ended since")}
    assert center.tasks(case_id) == []
    center.asks(case_id, "start-over")
    assert [center.is_open(task.id) for task in center.tasks(case_id)] == [True]


def test_an_effect_that_cannot_be_read_does_not_keep_later_tasks_of_its_case_from_being_started(center: Center) -> None:
    """One that is done does not come up in the queue any more, so that nobody would be told why."""
    case_id, stored = center.opens(), Stored(center.house)
    center.asks(case_id, "quick")
    key = center.effect(case_id, "by-quick-connect").effect.key
    written, _ = stored.damage(case_id, f"effect#{key}", format=LATER)
    center.asks(case_id, "flow")
    stored.put(written)
    assert [task.name for task in center.tasks(case_id)] == ["Quick", "Call: Tent"]
    assert center.effect(case_id, "by-flow").status == "done"
