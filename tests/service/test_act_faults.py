"""The performer through real handlers and adapters, with faults at every call it makes: each effect done once, none lost, all visible."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from building import START as MOMENT_0
from building import case_event, linked, parsed
from core_case import policy
from faults import CONFLICT, Death, Fault, Faults, Killed, Lost, Refused, Throttled
from msgspec.structs import replace

from casewright.actions import (
    Action,
    AddComment,
    AttachContact,
    CreateCase,
    CreateTask,
    EndTasks,
    LinkCase,
    PutEvent,
    SendEmail,
    Tag,
    UnmirrorSla,
    UpdateCase,
    bucket_of,
)
from casewright.aws.effect_items import effect_item
from casewright.aws.effect_queue import EffectTable
from casewright.aws.records import FORMAT, case_key, key, pack, stamp
from casewright.aws.set_aside import UNREAD, EffectsSetAside
from casewright.cases.events import Position
from casewright.cases.recipients import ConnectUser
from casewright.conditions.subjects import Field
from casewright.decide import blank, decide
from casewright.decision import Effect
from casewright.errors import UnreadableRecord
from casewright.ports.effects import Pending
from casewright.service.act import act
from casewright.service.note import note
from casewright.sla.policies import Mirror
from casewright.wiring.acting import acting
from casewright.wiring.noting import noting
from casewright_workbench.house import House

CONTACT_CENTER = Path(__file__).parents[2] / "contact_center"
START = datetime(2026, 11, 16, 13, tzinfo=UTC)
CASES = 4
NUMBERS = count()


class Storm:
    """A few new cases of a house, what is asked for them, and a performer that starts again whenever it dies."""

    def __init__(self, house: House, cases: int = CASES) -> None:
        self.house, self.catalog, self.field = house, house.catalog, house.catalog.fields["priority"].id
        self.client = house.session("maya").client("connectcases")
        self.dynamodb = house.session("admin").client("dynamodb")
        self.began, self.number = house.clock.now(), next(NUMBERS)
        self.address = f"jo{self.number}@example.com"
        self.given = {"title": f"t{self.number}", "customer_email": self.address, "case_reason": "double-charge", "order_number": "A-1"}
        self.case_ids = [self.opens() for _ in range(cases)]
        self.value = min(self.catalog.fields["priority"].options.values())
        self.before = len(house.cloud.calls)

    @property
    def usual(self) -> "Storm":
        """The same update of every case, a comment and a mail."""
        for case_id in self.case_ids:
            self.ask(case_id, UpdateCase({self.field: self.value}))
        self.ask(self.case_ids[0], AddComment("seen"))
        self.ask(self.case_ids[0], SendEmail((self.address,), "subject", "text"))
        return self

    def opens(self) -> str:
        wire: Any = [{"id": self.catalog.fields[name].id, "value": {"stringValue": value}} for name, value in self.given.items()]
        template = self.catalog.templates["Billing"]
        return str(self.client.create_case(domainId=self.house.domain_id, templateId=template, fields=wire)["caseId"])

    def ask(self, case_id: str, action: Action) -> Effect:
        number = next(NUMBERS)
        effect = Effect(
            key=f"{number:032x}", case_id=case_id, rule="r", index=0, action=action, bucket=bucket_of(action), priority=2, hop=1,
            position=Position(self.began, f"e{number:09}"), not_before=self.began, expires_at=self.began + timedelta(hours=4),
        )  # fmt: skip
        self.dynamodb.put_item(TableName=self.house.case_table, Item=effect_item(effect))
        return effect

    def perform(self, *, rounds: int = 40, told: str = "Send Delivery") -> int:
        """Until nothing is pending; answers how often the performer died or gave up. `told` is which events of mail come."""
        failures, ports = 0, self._performer()
        for _ in range(rounds):
            for bucket in ("connect", "cases", "ses", "events"):
                try:
                    act(bucket, lambda: 900.0, ports)
                except Killed:
                    failures, ports = failures + 1, self._performer()
                except Exception:  # noqa: BLE001 -- whatever it gives up for, the bell comes back
                    failures += 1
            if not Counter(status for status, _ in self.ended)["pending"]:
                return failures
            self.house.clock.sleep(130)
            self.hear(told)
        raise AssertionError(f"something is pending for ever: {self.ended}")

    def pause(self, lasting: timedelta, *, every: timedelta) -> None:
        """SES sends nothing for a time, in which the performer is rung for again and again."""
        sesv2, ports, until = self.house.session("admin").client("sesv2"), self._performer(), self.house.clock.now() + lasting
        sesv2.put_account_sending_attributes(SendingEnabled=False)
        try:
            while self.house.clock.now() < until:
                act("ses", lambda: 900.0, ports)
                self.house.clock.sleep(every.total_seconds())
        finally:
            sesv2.put_account_sending_attributes(SendingEnabled=True)

    def hear(self, told: str) -> None:
        """Note what SES says of mail; other events of it are lost."""
        heard = noting(self.house.container("note_delivery", self.house.environments(self.house.places)["note_delivery"]))
        sqs = self.house.session("admin").client("sqs")
        while self.house.cloud.run_timers():
            continue
        queue = sqs.get_queue_url(QueueName=self.house.places.mail_events_arn.rsplit(":", 1)[-1])["QueueUrl"]
        while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                if json.loads(message["Body"])["detail"]["eventType"] in told.split():
                    note(message["Body"], heard)
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])

    def _performer(self) -> Any:
        return acting(self.house.container("perform", self.house.environments(self.house.places)["perform"]))

    @property
    def effects(self) -> list[Pending]:
        table = EffectTable(self.dynamodb, self.house.case_table)
        return [each for case_id in self.case_ids for each in table.of_case(case_id)]

    @property
    def ended(self) -> list[tuple[str, str]]:
        return [(each.outcome.status if each.outcome else "pending", each.detail) for each in self.effects]

    def assert_done_once(self, *, mail: tuple[str, str] | None = None) -> None:
        """Everything, or all but the mail, which ended in this way."""
        assert Counter(status for status, _ in self.ended) == Counter(["done"] * (CASES + 1) + [mail[0] if mail else "done"]), self.ended
        assert mail is None or mail in self.ended
        assert [self.audits(case_id) for case_id in self.case_ids] == [1] * CASES, "each case was written once"
        assert [each["comment"]["body"] for each in self.items(self.case_ids[0], "Comment")] == ["seen"]

    def audits(self, case_id: str) -> int:
        events = self.client.get_case_audit_events(domainId=self.house.domain_id, caseId=case_id)["auditEvents"]
        return sum(
            any(field["eventFieldId"] == self.field for field in each["fields"]) for each in events if each["type"] == "Case.Updated"
        )

    def items(self, case_id: str, kind: str) -> list[Any]:
        items = self.client.search_related_items(domainId=self.house.domain_id, caseId=case_id, maxResults=25)["relatedItems"]
        return [item["content"] for item in items if item["type"] == kind]

    def happened(self, operation: str) -> int:
        """How often a call of the performer was answered without an error, whether or not the performer heard."""
        calls = self.house.cloud.calls[self.before :]
        return sum(each.operation == operation and not each.error and each.principal_arn.endswith("perform") for each in calls)

    @property
    def mails(self) -> int:
        return sum(self.address in mail.to for mail in self.house.outbox.messages())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House.open(CONTACT_CENTER, start=START, folder=tmp_path_factory.mktemp("storm")) as opened:
        yield opened


IN_DOUBT = "nothing came back of two sends, nor the event of a mail: possibly sent twice"

WRITES = (("connectcases", "BatchUpdateCase"), ("connectcases", "BatchCreateRelatedItem"), ("sesv2", "SendEmail"))

STRIKES: list[Fault] = [Throttled(), Lost.REQUEST, Lost.ANSWER, Death(), Death(after=True), Refused("AccessDeniedException", 403)]


@pytest.mark.parametrize("fault", STRIKES, ids=str)
def test_throttled_lost_or_dead_at_any_call_every_effect_is_done_once(house: House, fault: Fault) -> None:
    """Every operation of a performer is struck in its first calls."""
    seen = Storm(house).usual
    with Faults(house.cloud) as faults:
        for service, operation in WRITES:
            faults.at(service, operation, fault, role="perform")
        for operation in ("GetItem", "Query", "UpdateItem", "TransactWriteItems"):
            faults.at("dynamodb", operation, fault, role="perform", calls={2, 9, 10, 11})
        faults.at("firehose", "PutRecordBatch", fault, role="perform")
        seen.perform()
        assert sum(faults.happened.values()) >= 8, faults.happened
    if fault == Death():  # among others twice at one mail, each time between the note that it is being sent and the send
        seen.assert_done_once(mail=("failed", IN_DOUBT))
        assert seen.mails == 0
    else:
        seen.assert_done_once()
        assert 1 <= seen.mails <= (2 if fault in (Lost.ANSWER, Death(after=True)) else 1)


OTHERS = {
    "connect": ("StartTaskContact", "DescribeContact", "StopContact", "SearchUsers", "DescribeUser"),
    "connectcases": ("CreateCase", "TagResource", "CreateRelatedItem", "SearchRelatedItems", "DeleteRelatedItem"),
    "events": ("PutEvents",),
    "sesv2": ("GetAccount",),
}
"""Calls of the performer beside WRITES."""


@pytest.mark.parametrize(("fault", "calls"), [(Throttled(), {1, 2}), (Lost.ANSWER, {1}), (Lost.REQUEST, {1})], ids=str)
def test_each_other_call_throttled_or_lost_leaves_one_effect_and_one_outcome(house: House, fault: Fault, calls: set[int]) -> None:
    seen = Storm(house, cases=3)
    mine, ending, other = seen.case_ids
    by_hand = (
        house.session("maya")
        .client("connect")
        .start_task_contact(
            InstanceId=house.instance_id, Name="by hand", ContactFlowId=next(iter(seen.catalog.flows.values())).rsplit("/", 1)[-1]
        )["ContactId"]
    )
    contact = f"{house.instance_arn}/contact/{by_hand}"
    _relate(seen, ending, "Contact", {"contact": {"contactArn": contact}})
    _relate(seen, mine, "Sla", {"sla": {"slaInputConfiguration": {"name": "gone", "type": "CaseField", "fieldId": "status",
        "targetFieldValues": [{"stringValue": "closed"}], "targetSlaMinutes": 90}}})  # fmt: skip
    new = {seen.catalog.fields[name].id: value for name, value in (seen.given | {"title": f"new {seen.number}"}).items()}
    flow = next(iter(seen.catalog.flows.values()))
    actions: list[Action] = [
        CreateTask(flow, f"task {seen.number}"),
        LinkCase(other),
        AttachContact(contact),
        UnmirrorSla("gone"),
        CreateCase(seen.catalog.templates["Billing"], new, link=True),
        Tag({"line": "shoes"}),
        PutEvent("Refund", {"n": seen.number}),
        SendEmail((seen.address,), "subject", "text", people=(ConnectUser("tomas.okafor"),)),
    ]
    for action in actions:
        seen.ask(mine, action)
    seen.ask(ending, EndTasks())
    with Faults(house.cloud) as faults:
        for service, operations in OTHERS.items():
            for operation in operations:
                faults.at(service, operation, fault, calls=calls, role="perform")
        seen.perform()
        missed = {each for service, some in OTHERS.items() for each in some if faults.happened[service, each, str(fault)] != len(calls)}
        assert not missed, f"{fault} befell {faults.happened}"
    assert Counter(status for status, _ in seen.ended) == {"done": len(actions) + 3}, seen.ended
    assert len({each.effect.key for each in seen.effects}) == len(actions) + 3, "with the links to the new task and the new case"
    tasks = [each for each in house.contacts.all() if each.name == f"task {seen.number}"]
    assert sorted(each["contact"]["contactArn"] for each in seen.items(mine, "Contact")) == sorted([contact, tasks[0].arn])
    assert (len(tasks), len(seen.items(mine, "ConnectCase")), seen.items(mine, "Sla")) == (1, 2, [])
    wanted: Any = {"field": {"equalTo": {"id": "title", "value": {"stringValue": f"new {seen.number}"}}}}
    assert len(seen.client.search_cases(domainId=house.domain_id, filter=wanted)["cases"]) == 1
    assert seen.happened("PutEvents") == (2 if fault == Lost.ANSWER else 1), "without a token; a consumer tells a repetition by its effect"
    assert house.contacts.with_id(house.instance_arn, by_hand).ended_by(house.clock.now()) is not None
    [mail] = [mail for mail in house.outbox.messages() if seen.address in mail.to]
    assert set(mail.to) == {seen.address, "tomas.okafor@brookline-outfitters.example"}


@pytest.mark.parametrize(
    ("fault", "calls", "status", "items"),
    [
        (Throttled(), {1, 2}, "done", 1),
        (Lost.REQUEST, {1}, "done", 1),
        (Lost.ANSWER, {1}, "done", 1),
        (Death(), {1}, "done", 1),
        (Death(after=True), {1}, "done", 1),
        (Refused("AccessDeniedException", 403), {1, 2}, "done", 1),
        (Refused("ValidationException"), {1}, "failed", 0),
        (Refused("ServiceQuotaExceededException", 402), {1}, "skipped", 0),
    ],
    ids=str,
)
def test_the_item_of_a_clock_is_made_once_or_ends_visibly_whatever_befalls_its_call(
    house: House, fault: Fault, calls: set[int], status: str, items: int
) -> None:
    seen = Storm(house, cases=1)
    [case_id] = seen.case_ids
    opened = case_event("a", (seen.began - MOMENT_0) / timedelta(minutes=1), "CREATED", case_id=case_id, status="open")
    decided = decide(blank(case_id), parsed(opened), linked(policy(mirror=Mirror(Field("status"), "closed"))))
    [wanted] = [effect.action for effect in decided.decision.effects]
    head = {**key(case_key(case_id), "head"), "format": {"N": str(FORMAT)}, "body": pack(decided.head), "version": {"N": "1"}}
    seen.dynamodb.put_item(TableName=house.case_table, Item=head)
    seen.ask(case_id, wanted)
    with Faults(house.cloud) as faults:
        faults.at("connectcases", "CreateRelatedItem", fault, calls=calls, role="perform")
        seen.perform()
        assert faults.happened["connectcases", "CreateRelatedItem", str(fault)] == len(calls)
    assert [each for each, _ in seen.ended] == [status]
    assert [each["sla"]["slaConfiguration"]["name"] for each in seen.items(case_id, "Sla")] == ["resolve"] * items


def _relate(seen: Storm, case_id: str, kind: Any, content: Any) -> None:
    seen.client.create_related_item(domainId=seen.house.domain_id, caseId=case_id, type=kind, content=content)


KILLS = [
    pytest.param("connectcases", "BatchUpdateCase", Death(), 1, CASES, id="between claim and call"),
    pytest.param("connectcases", "BatchUpdateCase", Death(after=True), 1, CASES, id="before the answer is recorded"),
    pytest.param("dynamodb", "UpdateItem", Death(), 4, None, id="between two finishes"),
    pytest.param("dynamodb", "UpdateItem", Death(after=True), 4, None, id="right after a finish"),
]


@pytest.mark.parametrize(("service", "operation", "death", "call", "left"), KILLS)
def test_killed_around_a_write_of_several_cases_each_is_written_once(
    house: House, service: str, operation: str, death: Death, call: int, left: int | None
) -> None:
    seen = Storm(house)
    for case_id in seen.case_ids:
        seen.ask(case_id, UpdateCase({seen.field: seen.value}))
    with Faults(house.cloud) as faults:
        faults.at(service, operation, death, calls={call}, role="perform")
        with pytest.raises(Killed):
            act("cases", lambda: 900.0, seen._performer())
        pending = [each for each in seen.effects if each.outcome is None]
        assert len({each.write.id for each in seen.effects if each.write}) == 1, "one write names all of them"
        assert (len(pending) == left) if left else (0 < len(pending) < CASES)
        house.clock.sleep(130)
        assert seen.perform() == 0
    assert Counter(status for status, _ in seen.ended) == {"done": CASES}
    assert [seen.audits(case_id) for case_id in seen.case_ids] == [1] * CASES


def test_mail_of_an_hour_in_which_ses_is_paused_goes_out_once_afterwards(house: House) -> None:
    seen = Storm(house, cases=3)
    for number, case_id in enumerate(seen.case_ids):
        seen.ask(case_id, SendEmail((f"{number}.{seen.address}",), "subject", "text"))
    seen.pause(timedelta(hours=1), every=timedelta(minutes=5))
    assert {status for status, _ in seen.ended} == {"pending"}
    assert house.counts["perform", "MailPaused"] >= 3
    seen.perform()
    assert Counter(status for status, _ in seen.ended) == {"done": 3}
    to = Counter(address for mail in house.outbox.messages() for address in mail.to if address.endswith(f".{seen.address}"))
    assert to == {f"{number}.{seen.address}": 1 for number in range(3)}


@pytest.mark.parametrize("strike", [Lost.ANSWER, Death(after=True)], ids=str)
def test_mail_of_which_nothing_ever_comes_back_goes_out_twice_at_most_and_says_so(house: House, strike: Fault) -> None:
    seen = Storm(house, cases=1)
    seen.ask(seen.case_ids[0], SendEmail((seen.address,), "subject", "text"))
    with Faults(house.cloud) as faults:
        faults.at("sesv2", "SendEmail", strike, role="perform", calls=range(1, 20))
        seen.perform(told="")
    assert seen.mails == 2
    assert seen.ended == [("failed", IN_DOUBT)]


def test_a_mail_that_was_delivered_is_not_sent_again_where_the_event_of_its_send_is_lost(house: House) -> None:
    seen = Storm(house, cases=1)
    seen.ask(seen.case_ids[0], SendEmail((seen.address,), "subject", "text"))
    with Faults(house.cloud) as faults:
        faults.at("sesv2", "SendEmail", Lost.ANSWER, role="perform", calls={1})
        seen.perform(told="Delivery")
    assert (seen.mails, [status for status, _ in seen.ended]) == (1, ["done"])


def test_an_outage_of_ses_sends_no_mail_twice_and_loses_none(house: House) -> None:
    seen = Storm(house, cases=1)
    seen.ask(seen.case_ids[0], SendEmail((seen.address,), "subject", "text"))
    with Faults(house.cloud) as faults:
        faults.at("sesv2", "SendEmail", Refused("InternalServiceErrorException", 500), role="perform", calls=range(1, 9))
        seen.perform()
    assert (seen.mails, [status for status, _ in seen.ended]) == (1, ["done"])


def test_a_mail_is_not_sent_again_while_ses_answers_nothing(house: House) -> None:
    seen = Storm(house, cases=1)
    seen.ask(seen.case_ids[0], SendEmail((seen.address,), "subject", "text"))
    with Faults(house.cloud) as faults:
        faults.at("sesv2", "SendEmail", Lost.REQUEST, role="perform", calls={1})
        faults.at("sesv2", "GetAccount", Lost.REQUEST, role="perform", calls=range(2, 6))
        seen.perform()
        assert faults.happened["sesv2", "GetAccount", "Lost.REQUEST"] == 4
    assert (seen.mails, [status for status, _ in seen.ended]) == (1, ["done"])


def test_mail_outlives_a_pause_of_a_day_unless_its_rule_says_how_long(house: House) -> None:
    seen = Storm(house, cases=2)
    usual, short = (seen.ask(case_id, SendEmail((seen.address,), "subject", "text")) for case_id in seen.case_ids)
    seen.dynamodb.put_item(TableName=house.case_table, Item=effect_item(replace(short, expires_at=seen.began + timedelta(hours=1))))
    seen.pause(timedelta(hours=25), every=timedelta(minutes=30))
    seen.perform()
    ended = {each.effect.key: each.outcome and each.outcome.status for each in seen.effects}
    assert ended == {usual.key: "done", short.key: "expired"}
    assert seen.mails == 1


def test_effects_that_cannot_be_read_are_set_aside_and_the_others_go_on(house: House) -> None:
    seen = Storm(house)
    told = house.counts["perform", "RecordsUnreadable"]
    first, second = (seen.ask(seen.case_ids[0], UpdateCase({seen.field: seen.value})) for _ in range(2))
    of_later, corrupt = ({**effect_item(first), "format": {"N": "99"}}, {**effect_item(second), "body": {"B": b"no record"}})
    beheaded = seen.ask(seen.case_ids[1], UpdateCase({seen.field: seen.value}))
    head = {**key(case_key(beheaded.case_id), "head"), "format": {"N": "99"}, "body": {"B": b"?"}, "version": {"N": "1"}}
    for item in (of_later, corrupt, head):
        seen.dynamodb.put_item(TableName=house.case_table, Item=item)
    for case_id in seen.case_ids[2:]:
        seen.ask(case_id, UpdateCase({seen.field: seen.value}))
    ports = seen._performer()
    assert act("cases", lambda: 900.0, ports) == 3
    assert house.counts["perform", "RecordsUnreadable"] == told + 2
    assert ports.effects.is_empty("cases")
    for item in (of_later, corrupt):
        kept = seen.dynamodb.get_item(TableName=house.case_table, Key={"pk": item["pk"], "sk": item["sk"]})["Item"]
        assert {**item, "bucket": {"S": UNREAD}, "aside_because": kept["aside_because"]} == kept
    [(status, detail)] = [(each.outcome and each.outcome.status, each.detail) for each in ports.effects.of_case(beheaded.case_id)]
    assert status == "failed"
    assert "format 99 cannot be read" in detail
    assert [seen.audits(case_id) for case_id in seen.case_ids] == [0, 0, 1, 1]

    aside = EffectsSetAside(seen.dynamodb, house.case_table)
    assert {(each.effect_key, each.bucket, each.due_at) for each in aside.each()} == {
        (each.key, None, seen.began) for each in (first, second)
    }
    seen.dynamodb.put_item(TableName=house.case_table, Item=kept | {"body": pack(second)})  # from a backup
    [readable] = [each for each in aside.each() if each.bucket]
    for _ in range(2):  # two operators
        aside.bring_back(readable)
    assert act("cases", lambda: 900.0, ports) == 1
    assert [each.effect_key for each in aside.each()] == [first.key]
    assert seen.audits(seen.case_ids[0]) == 1


def test_an_effect_that_changed_since_it_could_not_be_read_is_not_set_aside(house: House) -> None:
    seen = Storm(house)
    item = effect_item(seen.ask(seen.case_ids[0], UpdateCase({seen.field: seen.value})))
    stale = {**item, "urgency": {"S": f"2#{stamp(START)}#of-then"}}
    aside = EffectsSetAside(seen.dynamodb, house.case_table)
    aside.put(stale, UnreadableRecord("r", 99, (1,)))
    assert seen.perform() == 0
    aside.put(item, UnreadableRecord("r", 99, (1,)))
    assert Counter(status for status, _ in seen.ended) == {"done": 1}
    assert item["sk"]["S"] not in {f"effect#{each.effect_key}" for each in aside.each()}


def test_a_transaction_that_meets_another_is_made_again(house: House) -> None:
    seen = Storm(house).usual
    with Faults(seen.house.cloud) as faults:
        faults.at("dynamodb", "TransactWriteItems", CONFLICT, role="perform", calls={1, 2})
        assert seen.perform() == 0
        assert faults.happened["dynamodb", "TransactWriteItems", "TransactionCanceledException"] == 2
    seen.assert_done_once()


def test_a_batch_is_one_call_and_a_case_deleted_meanwhile_fails_alone(house: House) -> None:
    seen = Storm(house).usual
    seen.client.delete_case(domainId=seen.house.domain_id, caseId=seen.case_ids[1])
    with Faults(seen.house.cloud) as faults:
        seen.perform()
        assert faults.calls["connectcases", "BatchUpdateCase"] == 1
    assert sorted(status for status, _ in seen.ended) == ["done"] * (CASES + 1) + ["failed"]
    [reason] = [detail for status, detail in seen.ended if status == "failed"]
    assert reason.startswith("NotFound: BatchUpdateCase: CASE_NOT_FOUND")


def test_a_value_that_is_refused_fails_each_by_itself_and_takes_no_other_with_it(house: House) -> None:
    seen = Storm(house).usual
    for case_id in seen.case_ids[:2]:
        seen.ask(case_id, UpdateCase({"no-such-field": "x"}))
    seen.perform()
    assert Counter(status for status, _ in seen.ended) == {"done": CASES + 2, "failed": 2}
