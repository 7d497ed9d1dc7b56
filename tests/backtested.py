"""Archives and configurations for backtests, small enough to be counted by hand."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from building import CATALOG

from casewright_workbench.cli.main import run

RULES = """\
- rule: refunds
  when: [case_created, case_updated]
  if: {title: {contains: refund}}
  then:
    - put_event: {detail_type: Refund, detail: {title: "{{ case.title }}"}}
    - update_case: {set: {priority: high}}
  order: 1
- rule: big
  when: [case_created, case_updated]
  if: {amount: {greater_than: 100}}
  then: [{update_case: {set: {priority: normal}}}]
  order: 2
- rule: late
  when: [sla_breached]
  if: {sla.name: resolve}
  then: [{add_comment: "Late: {{ case.title }}"}]
- rule: quiet
  when: [related_item_added]
  if: {related_item.type: comment}
  then: [{put_event: {detail_type: Quiet, detail: {}}}]
  mode: shadow
"""
SLAS = """\
- sla: resolve
  start: case_created
  met_when: {status: closed}
  target: [{within: 2h}]
"""


def configuration(folder: Path, *, rules: str = RULES, slas: str = SLAS) -> Path:
    """A directory with the ids of `building.CATALOG`."""
    (folder / "rules").mkdir(parents=True)
    fields = {
        name: {"id": entry.id, "type": entry.type} | ({"options": list(entry.options)} if entry.options else {})
        for name, entry in CATALOG.fields.items()
    }
    written = {"domain_id": CATALOG.domain_id, "fields": fields, "templates": dict(CATALOG.templates)}
    (folder / "catalog.yaml").write_text(json.dumps(written), encoding="utf-8")
    (folder / "rules" / "all.yaml").write_text(dedent(rules), encoding="utf-8")
    if slas:
        (folder / "slas.yaml").write_text(dedent(slas), encoding="utf-8")
    return folder


def archive(path: Path, bodies: Iterable[str]) -> Path:
    """Envelopes, one a line."""
    path.write_text("".join(f"{body}\n" for body in bodies), encoding="utf-8")
    return path


class Told:
    """Runs `casewright backtest --json` and reads what it prints."""

    def __init__(self, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
        self._captured = capfdbinary

    def __call__(self, *arguments: object) -> Any:
        self._captured.readouterr()
        assert run(["backtest", *map(str, arguments), "--json"]) == 0
        return json.loads(self._captured.readouterr().out)


def totals(answer: Mapping[str, Any]) -> dict[str, int]:
    """How often each rule fired."""
    return {rule: each["total"] for rule, each in answer["rules"].items()}
