"""Records as the first release that stored any wrote them: today's handlers decide on them, perform them and write them anew.

`format_1.json` holds a case table, a bucket of bundles and what was in flight, as that release left them in the local cloud: a case whose
effects are done, one that is decided on and not performed, and what its sweep sent. Records of a format to come are refused.
"""

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from serving import leads_commands_into
from small_center import opened
from small_directory import SMALL

import lambdas.reconcile.handler
from casewright.aws import records
from casewright.aws.bundles import CATALOG, CURRENT
from casewright.aws.case_log import CaseTable
from casewright.aws.records import FORMAT, READS, key, pack
from casewright.aws.set_aside import UNREAD
from casewright.bundle import read
from casewright_workbench.cli.main import run
from casewright_workbench.deployment.records import CaseFile, CaseRecords
from casewright_workbench.provisioning import BUNDLES

WRITTEN = json.loads((Path(__file__).parent / "format_1.json").read_text())
AT = datetime.fromisoformat(WRITTEN["at"])
PERFORMED, PENDING = WRITTEN["cases"]["performed"], WRITTEN["cases"]["pending"]


class Upgraded:
    """Today's house over the table and the bucket of then. Its domain has other cases: to Cases, those of then are gone."""

    def __init__(self, folder: Path, *, begins: datetime) -> None:
        self.house = opened(folder, SMALL, start=begins)
        admin = self.house.session("admin")
        self.dynamodb, self.sqs, s3 = (admin.client(name) for name in ("dynamodb", "sqs", "s3"))
        for item in WRITTEN["items"]:
            self.put({name: _item(value) for name, value in item.items()})
        for name, body in WRITTEN["objects"].items():
            s3.put_object(Bucket=BUNDLES, Key=name, Body=body.encode())
        self.records = CaseRecords(self.dynamodb, self.house.case_table)

    def put(self, item: Any) -> None:
        self.dynamodb.put_item(TableName=self.house.case_table, Item=item)

    def item(self, case_id: str, sort: str) -> Any:
        return self.dynamodb.get_item(TableName=self.house.case_table, Key=key(f"case#{case_id}", sort))["Item"]

    def send(self, body: str) -> None:
        self.sqs.send_message(QueueUrl=self.house.places.case_events_url, MessageBody=body)

    def after(self, **passed: float) -> None:
        self.house.run_until(self.house.clock.now() + timedelta(**passed))

    def file(self, case_id: str) -> CaseFile:
        file = self.records.case(case_id)
        assert file is not None
        return file

    def breached(self, case_id: str) -> list[str]:
        """The clocks of a case whose breach was told, at the time it was due."""
        file = self.file(case_id)
        told = [(did.policy, did.at) for entry in file.log for did in entry.decision.transitions if did.kind == "breached"]
        return sorted(policy for policy, at in told if at == file.head.clocks[policy].due_at)

    def statuses(self, case_id: str) -> dict[str, str]:
        return {each.effect.rule: each.status for each in self.file(case_id).effects}


def _item(value: dict[str, Any]) -> Any:
    return {"B": base64.b64decode(value["B"])} if "B" in value else value


@pytest.fixture
def upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Upgraded]:
    monkeypatch.setattr(lambdas.reconcile.handler, "handle", lambda _event, _context: {})  # it would find that the cases are gone
    begins = datetime.fromisoformat("2026-11-16T15:28:30+00:00")
    upgraded = Upgraded(tmp_path, begins=begins)
    leads_commands_into(upgraded.house, monkeypatch)
    yield upgraded
    upgraded.house.close()


def test_bundle_and_catalog_of_then_are_in_force() -> None:
    assert {CURRENT, CATALOG} < set(WRITTEN["objects"])
    bundles = [body for name, body in WRITTEN["objects"].items() if name.startswith("bundles/")]
    assert all(read(body.encode()).rules for body in bundles)


def test_what_was_pending_is_performed_or_ends_visibly(upgraded: Upgraded) -> None:
    before = upgraded.statuses(PENDING)
    assert "pending" in before.values()
    upgraded.after(minutes=5)
    after = upgraded.statuses(PENDING)
    assert after["acknowledge"] == "done"
    assert "pending" not in after.values(), after
    assert upgraded.house.runtime.failed_invocations == []


def test_clocks_of_then_breach_in_time_although_their_index_knows_less(upgraded: Upgraded) -> None:
    due = list(CaseTable(upgraded.dynamodb, upgraded.house.case_table).due_before(AT + timedelta(days=9)))
    assert {(each.case_id, each.policy) for each in due} >= {(PERFORMED, "first-reply"), (PENDING, "first-reply"), (PENDING, "resolution")}
    upgraded.after(minutes=10)
    for case_id in (PERFORMED, PENDING):
        file = upgraded.file(case_id)
        told = [(did.policy, did.kind, did.at) for entry in file.log for did in entry.decision.transitions]
        assert ("call-back", "breached", file.head.clocks["call-back"].due_at) in told
        assert upgraded.item(case_id, "head")["format"] == {"N": str(FORMAT)}, "written anew"


def test_what_was_in_flight_is_decided_on(upgraded: Upgraded) -> None:
    for body in WRITTEN["messages"]:
        upgraded.send(body)
    upgraded.after(minutes=1)
    assert upgraded.file(PENDING).head.clocks["resolution"].status == "Paused", "the event of then, decided now"
    assert upgraded.house.counts["decide", "EventsMalformed"] == upgraded.house.counts["decide", "RecordsFailed"] == 0


def test_a_late_event_folds_the_log_of_then_again(upgraded: Upgraded) -> None:
    event = json.loads(WRITTEN["messages"][0])
    event["id"] = "late-1"
    event["detail"]["approximateChangeTime"] = "2026-11-16T14:07:00.500Z"
    upgraded.send(json.dumps(event))
    for body in WRITTEN["messages"]:
        upgraded.send(body)
    event["id"], event["detail"]["approximateChangeTime"] = "late-2", "2026-11-16T14:07:00.250Z"
    upgraded.after(minutes=1)
    upgraded.send(json.dumps(event))
    upgraded.after(minutes=1)
    assert [entry.event.id for entry in upgraded.file(PENDING).log if entry.decision.late] == ["late-2"]


def test_a_record_of_a_format_to_come_is_refused_and_stays_as_it_is_until_a_release_reads_it(
    upgraded: Upgraded, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    later = {**upgraded.item(PENDING, "head"), "format": {"N": str(FORMAT + 1)}, "body": pack(upgraded.file(PENDING).head)}
    upgraded.put(later)
    upgraded.send(WRITTEN["messages"][0])
    upgraded.after(minutes=10)
    url = upgraded.house.places.dead_letter_url
    given = f"format {FORMAT + 1} cannot be read; this release reads {', '.join(map(str, READS))}"
    [message] = upgraded.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])["Messages"]
    assert message["MessageAttributes"]["reason"]["StringValue"] == f"record case#{PENDING} head: {given}"
    assert message["Body"] == WRITTEN["messages"][0]
    assert upgraded.house.counts["decide", "RecordsUnreadable"] == 1
    assert upgraded.house.counts["sweep", "RecordsUnreadable"] > 1, "every minute, as long as a clock stands still"
    assert (upgraded.breached(PERFORMED), upgraded.item(PENDING, "head")) == (["call-back"], later), "the clocks of the others go on"
    assert upgraded.house.runtime.failed_invocations == []

    monkeypatch.setattr(records, "READS", (*READS, FORMAT + 1))
    upgraded.after(minutes=2)
    assert "call-back" in upgraded.breached(PENDING), "by themselves"
    assert run(["redrive", "--yes", "--reason", "cannot be read", "--json"]) == 0
    assert [group["moved"] for group in json.loads(capsys.readouterr().out)["groups"]] == [1]
    upgraded.after(minutes=1)
    assert upgraded.file(PENDING).head.clocks["resolution"].status == "Paused", "the event of then, decided after all"


def test_an_effect_of_a_format_to_come_is_set_aside_and_redriven_by_a_release_that_reads_it(
    upgraded: Upgraded, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [mail] = [each.effect for each in upgraded.file(PENDING).effects if each.effect.rule == "acknowledge"]
    later = {**upgraded.item(PENDING, f"effect#{mail.key}"), "format": {"N": str(FORMAT + 1)}, "body": pack(mail)}
    upgraded.put(later)
    upgraded.after(minutes=2)
    reason = f"format {FORMAT + 1} cannot be read; this release reads {', '.join(map(str, READS))}"
    kept = upgraded.item(PENDING, f"effect#{mail.key}")
    assert kept == {**later, "bucket": {"S": UNREAD}, "aside_because": {"S": reason}}
    assert upgraded.house.counts["perform", "RecordsUnreadable"] == 1

    def redriven(*options: str, code: int) -> Any:
        capsys.readouterr()
        assert run(["redrive", "--queue", "set-aside", "--reason", "cannot be read", "--json", *options]) == code
        [group] = json.loads(capsys.readouterr().out)["groups"]
        return group

    group = redriven("--yes", code=1)
    assert (group["reason"], group["way"], group["sample"], group["case_id"]) == (reason, f"stays, {reason}", mail.key, PENDING)
    assert (group["moved"], group["stayed"], group["trouble"]) == (0, 1, reason)
    assert upgraded.item(PENDING, f"effect#{mail.key}") == kept

    monkeypatch.setattr(records, "READS", (*READS, FORMAT + 1))
    assert redriven(code=1)["way"] == "back into the queue ses"
    assert upgraded.item(PENDING, f"effect#{mail.key}") == kept, "it was only shown"
    before = len(upgraded.house.outbox.messages())
    assert redriven("--yes", code=0)["moved"] == 1
    assert upgraded.item(PENDING, f"effect#{mail.key}") == later
    upgraded.after(minutes=3)
    assert upgraded.statuses(PENDING)["acknowledge"] == "done"
    assert len(upgraded.house.outbox.messages()) == before + 1
    assert upgraded.house.counts["perform", "RecordsUnreadable"] == 1
    assert run(["redrive", "--queue", "set-aside"]) == 0
