"""A small contact centre in a house, whose clocks tests look at with the command line."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any
from uuid import uuid4

import pytest
from serving import leads_commands_into
from small_directory import SMALL

from casewright.cases.events import CaseCreated, CaseUpdated
from casewright.cases.subscriptions import domain_arn
from casewright.cases.values import as_wire
from casewright.service.load import FRESH_FOR
from casewright.sla.clocks import Clock
from casewright_workbench.cli.main import run
from casewright_workbench.deployment.records import CaseFile, CaseRecords
from casewright_workbench.house import House
from casewright_workbench.provisioning import BUNDLES, CASE_TABLE, STREAM

OPENS = datetime(2026, 11, 16, 16, 45, tzinfo=UTC)
"""A Monday, a quarter to twelve in New York: the support closes at noon."""

SLAS = """\
- sla: resolution
  start: case_created
  pause_while: {status: waiting-on-customer}
  met_when: {status: closed}
  reset: {status: {changed: {from: closed}}}
  target: [{if: {priority: high}, within: 6m}, {within: 24m}]
  milestones: [{name: half, at: 50%}]
  native: true
- {sla: by-hand, start: assigned, met_when: {status: closed}, target: [{within: 1h}]}
"""
RULES = """\
- rule: warn
  when: sla_milestone
  if: {sla.name: resolution}
  then: [{put_event: {detail_type: Half, detail: {}}}]
- rule: late
  when: sla_breached
  if: {sla.name: resolution}
  then: [{put_event: {detail_type: Late, detail: {}}}]
"""
CALENDARS = """\
support: {time_zone: America/New_York, week: {mon-fri: ["09:00-12:00", "13:00-17:00"]}}
"""


class ClockCenter:
    """A house, the people of its centre, and an operator at the terminal."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, files: Mapping[str, str] | None = None) -> None:
        self.directory = folder / "center"
        self.write({**SMALL, "slas.yaml": SLAS, "rules/clocks.yaml": RULES, "calendars.yaml": CALENDARS, **(files or {})})
        self.house = House.open(self.directory, start=OPENS, folder=folder)
        leads_commands_into(self.house, monkeypatch)
        self.records = CaseRecords(self.house.session("reader").client("dynamodb"), CASE_TABLE)

    def close(self) -> None:
        self.house.close()

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))

    def publish(self, **files: str) -> str:
        """Put a directory in force where these files have other texts (`slas` is slas.yaml); answers its hash."""
        self.write({f"{name}.yaml": text for name, text in files.items()})
        return self._in_force_after(str(self.directory))

    def roll_back(self) -> str:
        return self._in_force_after("--rollback")

    def _in_force_after(self, *words: str) -> str:
        assert run(["publish", *words, "--bucket", BUNDLES]) == 0
        self.until(self.house.clock.now() + 2 * FRESH_FOR)
        return self.in_force()

    def in_force(self) -> str:
        body = self.house.session("reader").client("s3").get_object(Bucket=BUNDLES, Key="current.json")["Body"].read()
        return str(json.loads(body)["bundle"])

    def opens(self, template: str = "Shipping", **fields: Any) -> str:
        """A new case; it is decided on within a minute."""
        given = {"templateId": self.house.catalog.templates[template], "fields": self._entries({"title": "Tent", **fields})}
        case_id = str(self._cases().create_case(domainId=self.house.domain_id, **given)["caseId"])
        self.until(self.house.clock.now() + timedelta(seconds=1))
        return case_id

    def changes(self, case_id: str, at: datetime, **fields: Any) -> None:
        """Change a case at that time; it is decided on."""
        self.until(at)
        self._cases().update_case(domainId=self.house.domain_id, caseId=case_id, fields=self._entries(fields))
        self.until(at + timedelta(seconds=1))

    def learns(self, case_id: str, at: datetime, **fields: Any) -> None:
        """The event of a change comes now that happened at that time, which nothing was heard of since."""
        entries = [entry.event for entry in self.file(case_id).log if isinstance(entry.event.change, CaseCreated | CaseUpdated)]
        before = [event for event in entries if event.at < at][-1]
        assert isinstance(before.change, CaseCreated | CaseUpdated)
        carried = {field_id: as_wire(value) for field_id, value in (before.change.fields or {}).items()}
        changed = {entry["id"]: entry["value"] for entry in self._entries(fields)}
        wire = {field_id: {"value": value} for field_id, value in (carried | changed).items()}
        detail = {
            "eventType": "CASE.UPDATED",
            "approximateChangeTime": at.isoformat(),
            "performedBy": {"iamPrincipalArn": "arn:aws:iam::111122223333:user/maya"},
            "changedFieldIds": list(changed),
            "case": {"caseId": case_id, "templateId": before.change.template_id, "fields": wire},
        }
        envelope = {"id": str(uuid4()), "source": "aws.cases", "detail-type": "Amazon Connect Cases Change", "detail": detail}
        place = {"account": before.account, "region": before.region, "time": at.isoformat()}
        domain = domain_arn(region=before.region, account=before.account, domain_id=before.domain_id)
        self.house.cloud.events.deliver({**envelope, **place, "resources": [domain]})
        self.until(self.house.clock.now() + timedelta(seconds=1))

    def until(self, moment: datetime) -> None:
        self.house.run_until(moment)

    def file(self, case_id: str) -> CaseFile:
        found = self.records.case(case_id)
        assert found is not None
        return found

    def clock(self, case_id: str, policy: str = "resolution") -> Clock:
        return self.file(case_id).head.clocks[policy]

    def fired(self, case_id: str) -> list[str]:
        """The rules that fired on a case, in the order of its log."""
        return [match.rule for entry in self.file(case_id).log for match in entry.decision.matched]

    def asks(self, capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
        """What a command of `casewright sla` answers as JSON."""
        capsys.readouterr()
        assert run(["sla", *words, *self.places, "--json"]) == code, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    @property
    def places(self) -> list[str]:
        return ["--table", CASE_TABLE, "--bucket", BUNDLES]

    def _cases(self) -> Any:
        return self.house.cloud.session(principal_arn=f"arn:aws:iam::{self.house.cloud.account}:user/maya").client("connectcases")

    def _entries(self, fields: Mapping[str, Any]) -> Any:
        return [{"id": self.house.catalog.fields[name].id, "value": as_wire(value)} for name, value in fields.items()]


STREAM_OPTION = ["--stream", STREAM]
