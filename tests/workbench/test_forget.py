"""`casewright forget` against the local cloud: nothing of a case stays in the table, nothing comes back, and what follows begins anew."""

import json
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from damaging import JUNK, LATER, Stored
from faults import Faults, Refused
from serving import leads_commands_into
from small_center import opened
from small_directory import SMALL

import lambdas.perform.handler
from casewright.aws.erasing import CaseErasure
from casewright.cases.values import as_wire
from casewright.errors import Throttled
from casewright_workbench.cli.main import run
from casewright_workbench.deployment.records import CaseRecords
from casewright_workbench.explain.words import instant as as_instant
from casewright_workbench.provisioning import BUNDLES

PLANTED = ("Wilhelmina", "wilhelmina.planted@example.com", "0123456789abcdef0123456789abcdef")
NAME, ADDRESS, PROFILE = PLANTED
CUSTOMER = f"arn:aws:profile:us-east-1:111122223333:domains/shop/profiles/{PROFILE}"
FILES = SMALL | {
    "fields.yaml": dedent(SMALL["fields.yaml"]) + "customer: {system_id: customer_id}\n",
    "rules/greeting.yaml": """\
        - rule: greet
          when: case_created
          then:
            - send_email: {to: "{{ case.customer_email }}", template: hello}
            - add_comment: "{{ case.title }} has written"
        - rule: watch
          when: case_updated
          if: {summary: {equals: again}}
          then: [{add_comment: "Once more"}]
        """,
}


class Center:
    """A house with rules that write to customers and about them."""

    def __init__(self, folder: Path) -> None:
        self.house = opened(folder, FILES)
        admin = self.house.session("admin")
        self.cases, self.dynamodb, self.sqs = (admin.client(name) for name in ("connectcases", "dynamodb", "sqs"))
        self.records = CaseRecords(self.dynamodb, self.house.case_table)

    def after(self, **passed: float) -> None:
        self.house.run_until(self.house.clock.now() + timedelta(**passed))

    def opens(self, **fields: Any) -> str:
        template = self.house.catalog.templates["Shipping"]
        created = self.cases.create_case(domainId=self.house.domain_id, templateId=template, fields=self.entries(**fields))
        return str(created["caseId"])

    def entries(self, **fields: Any) -> Any:
        return [{"id": self.house.catalog.fields[name].id, "value": as_wire(value)} for name, value in fields.items()]

    def items(self, case_id: str) -> list[Any]:
        found = self.dynamodb.query(
            TableName=self.house.case_table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"case#{case_id}"}},
        )
        return [each["sk"]["S"].partition("#")[0] for each in found["Items"]]

    def planted(self) -> list[str]:
        """What of the customer stands anywhere in the table, packed or not."""
        files = [self.dynamodb.scan(TableName=self.house.case_table)["Items"]]
        text = json.dumps(files, default=lambda value: _read(bytes(value)))
        return [each for each in PLANTED if each in text]


def _read(packed: bytes) -> str:
    return zlib.decompress(packed).decode()


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    center = Center(tmp_path_factory.mktemp("center"))
    with pytest.MonkeyPatch.context() as patched:
        leads_commands_into(center.house, patched)
        yield center
    center.house.close()


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    capsys.readouterr()
    assert run(["forget", "--json", *arguments]) == code
    return json.loads(capsys.readouterr().out)


def test_a_case_is_gone_and_what_comes_later_begins_anew(
    center: Center, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lambdas.perform.handler, "handle", lambda _event, _context: {"batchItemFailures": []})
    case_id = center.opens(title=NAME, customer_email=ADDRESS, customer=CUSTOMER)
    other = center.opens(title="Somebody else")
    center.after(minutes=2)
    before = center.records.case(case_id)
    assert before is not None
    [created] = [entry.event for entry in before.log if entry.event.event_type == "CASE.CREATED"]
    assert center.planted() == list(PLANTED), "or the test looks in the wrong place"

    shown = told(capsys, case_id)
    assert (shown["erased"], [(each["case_id"], each["pending"]) for each in shown["cases"]]) == (False, [(case_id, 2)])
    assert center.planted(), "without --yes nothing is erased"
    assert told(capsys, case_id, "--yes")["cases"] == shown["cases"]
    assert center.planted() == []
    assert center.items(case_id) == ["head"]
    assert center.records.case(other) is not None
    assert told(capsys, case_id, "--yes")["cases"] == [], "once more changes nothing"
    why = ["why", case_id, "--table", center.house.case_table, "--bucket", BUNDLES]
    assert run(why) == 2
    said = capsys.readouterr().err
    assert f"knows of case {case_id!r} only that it was forgotten at 2026-" in said
    assert "knows no case" not in said

    monkeypatch.undo()
    late = {
        "version": "0",
        "id": created.id,
        "detail-type": "Amazon Connect Cases Change",
        "source": "aws.cases",
        "account": "111122223333",
        "time": "2026-11-16T14:00:00Z",
        "region": "us-east-1",
        "resources": [f"arn:aws:cases:us-east-1:111122223333:domain/{center.house.domain_id}"],
        "detail": {
            "eventType": "CASE.CREATED",
            "approximateChangeTime": "2026-11-16T14:00:00.000Z",
            "changedFieldIds": [],
            "performedBy": {"iamPrincipalArn": "arn:aws:iam::111122223333:user/admin"},
            "case": {"caseId": case_id, "templateId": "t", "createdDateTime": "2026-11-16T14:00:00.000Z", "fields": {}},
        },
    }
    center.sqs.send_message(QueueUrl=center.house.places.case_events_url, MessageBody=json.dumps(late))
    center.after(minutes=20)
    assert center.items(case_id) == ["head"], "neither the archive, nor reconcile, nor what was pending brings it back"
    assert center.planted() == []
    assert center.house.counts["decide", "EventsMalformed"] == 0

    center.cases.update_case(domainId=center.house.domain_id, caseId=case_id, fields=center.entries(summary="again"))
    center.after(minutes=2)
    file = center.records.case(case_id)
    assert file is not None
    assert file.head.forgotten_at is not None
    assert {each.effect.rule for each in file.effects} == {"watch"}, "rules fire on what happens, not on what was"
    assert run(why) == 0
    assert "Forgotten at 2026-" in capsys.readouterr().out
    assert run([*why, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["forgotten_at"] == as_instant(file.head.forgotten_at)
    assert told(capsys, case_id, "--yes")["cases"]
    assert center.items(case_id) == ["head"]


@pytest.mark.parametrize("name", [CUSTOMER, PROFILE])
def test_the_cases_of_a_customer_are_found_by_arn_and_by_id(center: Center, capsys: pytest.CaptureFixture[str], name: str) -> None:
    of_customer = {center.opens(title="One", customer=CUSTOMER), center.opens(title="Two", customer=CUSTOMER)}
    elsewhere = center.opens(title="Three", customer=CUSTOMER.replace(PROFILE, "f" * 32))
    center.after(minutes=2)
    assert {each["case_id"] for each in told(capsys, name)["cases"]} == of_customer
    deleted = next(iter(of_customer))
    center.cases.delete_case(domainId=center.house.domain_id, caseId=deleted)
    center.after(minutes=2)
    assert {each["case_id"] for each in told(capsys, name, "--yes")["cases"]} == of_customer, "also one that Cases has deleted"
    assert PROFILE not in center.planted()
    assert center.records.case(elsewhere) is not None


def test_what_was_cut_off_is_gone_on_with(center: Center, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = center.opens(title=NAME)
    center.after(minutes=2)

    class Tired:
        """DynamoDB that deletes nothing."""

        def __getattr__(self, name: str) -> Any:
            return getattr(center.dynamodb, name)

        def batch_write_item(self, RequestItems: Any) -> Any:  # noqa: N803 -- boto3's name
            return {"UnprocessedItems": RequestItems}

    with pytest.raises(Throttled):
        CaseErasure(Tired(), center.house.case_table).erase(case_id, center.house.clock.now())
    [left] = told(capsys, case_id)["cases"]
    assert left["events"] > 0
    told(capsys, case_id, "--yes")
    assert center.items(case_id) == ["head"]


def dated_ahead(center: Center, case_id: str, event_id: str) -> Any:
    """The message that the customer's name will be written ten minutes from now."""
    ahead = (center.house.clock.now() + timedelta(minutes=10)).isoformat()
    case = {"caseId": case_id, "templateId": "t", "fields": {center.house.catalog.fields["title"].id: {"value": as_wire(NAME)}}}
    detail = {"eventType": "CASE.UPDATED", "approximateChangeTime": ahead, "changedFieldIds": ["title"], "performedBy": {}, "case": case}
    domain = f"arn:aws:cases:us-east-1:111122223333:domain/{center.house.domain_id}"
    envelope = {
        "version": "0", "id": event_id, "detail-type": "Amazon Connect Cases Change", "source": "aws.cases", "account": "111122223333",
        "time": ahead, "region": "us-east-1", "resources": [domain], "detail": detail,
    }  # fmt: skip
    return {"QueueUrl": center.house.places.case_events_url, "MessageBody": json.dumps(envelope)}


def test_an_event_that_is_dated_ahead_of_the_clock_is_erased_and_does_not_come_back(
    center: Center, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = center.opens(title="Lamp")
    center.after(minutes=1)
    told_twice = dated_ahead(center, case_id, "ahead")
    center.sqs.send_message(**told_twice)
    center.after(minutes=1)
    assert NAME in center.planted()
    told(capsys, case_id, "--yes")
    assert (center.items(case_id), NAME in center.planted()) == (["head"], False)
    CaseErasure(center.dynamodb, center.house.case_table).erase(case_id, center.house.clock.now())
    center.sqs.send_message(**told_twice)
    center.after(minutes=1)
    assert center.items(case_id) == ["head"], "nor once it was forgotten again"


def test_an_event_dated_ahead_that_is_logged_while_its_case_is_forgotten_is_erased_with_it(center: Center) -> None:
    case_id = center.opens(title="Lamp")
    center.after(minutes=1)
    coming = [dated_ahead(center, case_id, "meanwhile")]

    class Slow:
        """DynamoDB, which takes so long for the first head that an event comes first."""

        def __getattr__(self, name: str) -> Any:
            return getattr(center.dynamodb, name)

        def put_item(self, **request: Any) -> Any:
            while coming:
                center.sqs.send_message(**coming.pop())
                center.after(minutes=1)
                assert NAME in center.planted()
            return center.dynamodb.put_item(**request)

    CaseErasure(Slow(), center.house.case_table).erase(case_id, center.house.clock.now())
    assert (center.items(case_id), NAME in center.planted()) == (["head"], False)


def test_a_case_that_is_not_known_is_refused(center: Center, capsys: pytest.CaptureFixture[str]) -> None:
    assert center.house.case_table
    assert run(["forget", "nosuch", "--yes"]) == 2
    assert "knows no case 'nosuch'" in capsys.readouterr().err


def test_what_nobody_can_read_is_erased_with_its_case(center: Center, capsys: pytest.CaptureFixture[str]) -> None:
    stored, case_id = Stored(center.house), center.opens(title=NAME, customer_email=ADDRESS, customer=CUSTOMER)
    center.after(minutes=2)
    file = center.records.case(case_id)
    assert file is not None
    later, junk = (f"effect#{each.effect.key}" for each in file.effects)
    stored.damage(case_id, later, format=LATER)
    stored.damage(case_id, junk, body=JUNK)
    stored.damage(case_id, body=JUNK)
    [held] = told(capsys, case_id)["cases"]
    assert (held["case_id"], held["effects"]) == (case_id, 2)
    told(capsys, case_id, "--yes")
    assert center.items(case_id) == ["head"]
    assert told(capsys, case_id, "--yes")["cases"] == [], "its head can be read again, and says that it was forgotten"


def test_a_head_that_nobody_can_read_hides_no_other_case_of_a_customer(center: Center, capsys: pytest.CaptureFixture[str]) -> None:
    stored, gone = Stored(center.house), [center.opens(title=title, customer=CUSTOMER) for title in ("One", "Two", "Three")]
    named = center.opens(title="Four", customer=CUSTOMER)
    center.after(minutes=2)
    for case_id in gone:
        center.cases.delete_case(domainId=center.house.domain_id, caseId=case_id)
    center.after(minutes=2)
    unread = sorted(gone[:2])
    for case_id in (*unread, named):
        stored.damage(case_id, format=LATER)
    answer = told(capsys, PROFILE, "--yes", code=1)
    assert ({each["case_id"] for each in answer["cases"]}, answer["unread"]) == ({gone[2], named}, unread)
    assert [center.items(case_id) for case_id in (gone[2], named)] == [["head"], ["head"]]
    assert run(["forget", PROFILE]) == 1
    assert "2 cases could not be looked into" in capsys.readouterr().out
    for case_id in unread:
        told(capsys, case_id, "--yes")
    assert told(capsys, PROFILE)["unread"] == []
    assert PROFILE not in center.planted()


def test_where_functions_cannot_be_listed_nothing_is_said_of_fields_that_nobody_knows(
    center: Center, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id, table = center.opens(title="Lamp"), ["--table", center.house.case_table]
    center.after(minutes=1)
    with Faults(center.house.cloud) as faults:
        faults.at("lambda", "ListFunctions", Refused("AccessDeniedException"), calls=range(9))
        assert run(["forget", case_id, *table]) == 0
        told = capsys.readouterr().out
        assert "lists no field" not in told
        assert "listed_fields of the stage, if it has any" in told
        assert run(["forget", PROFILE, *table]) == 2
        assert "give --domain" in capsys.readouterr().err
        assert run(["forget", PROFILE, *table, "--domain", center.house.domain_id]) == 0
    run(["forget", case_id])
    assert "since the stage lists no field" in capsys.readouterr().out
