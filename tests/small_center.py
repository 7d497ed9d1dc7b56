"""A small contact centre in a house: the directory of a test, compiled and running, and an agent at work in it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

from casewright.cases.values import as_wire
from casewright_workbench.deployment.records import CaseFile, CaseRecords
from casewright_workbench.house import House
from casewright_workbench.house_telemetry import Listen

START = datetime(2026, 11, 16, 14, tzinfo=UTC)


def opened(folder: Path, files: Mapping[str, str], *, start: datetime = START, listen: Listen | None = None) -> House:
    """A house of these files."""
    for name, text in files.items():
        path = folder / "center" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return House.open(folder / "center", start=start, folder=folder, listen=listen)


class SmallCenter:
    """A house of these files, from the start of a morning on."""

    def __init__(self, folder: Path, files: Mapping[str, str], listen: Listen | None = None) -> None:
        self.house = opened(folder, files, listen=listen)
        self.cases: Any = self.house.session("maya").client("connectcases")
        self.records = CaseRecords(self.house.session("reader").client("dynamodb"), self.house.case_table)

    def opens(self, template: str = "Shipping", **fields: Any) -> str:
        template_id = self.house.catalog.templates[template]
        return str(self.cases.create_case(domainId=self.house.domain_id, templateId=template_id, fields=self.entries(fields))["caseId"])

    def changes(self, case_id: str, **fields: Any) -> None:
        self.cases.update_case(domainId=self.house.domain_id, caseId=case_id, fields=self.entries(fields))

    def after(self, **passed: float) -> None:
        self.house.run_until(self.house.clock.now() + timedelta(**passed))

    def file(self, case_id: str) -> CaseFile:
        found = self.records.case(case_id)
        assert found is not None
        return found

    def entries(self, fields: Mapping[str, Any]) -> Any:
        """Values by name, as the API takes them."""
        return [{"id": self.house.catalog.fields[name].id, "value": as_wire(value)} for name, value in fields.items()]
