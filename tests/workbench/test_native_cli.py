"""`casewright native`: what it prints, where, and how it ends."""

import json
from pathlib import Path

import msgspec
import pytest
from native_directory import compiled, write
from serving import CONTACT_CENTER

from casewright_authoring import compile_directory
from casewright_workbench.cli.main import run

RULES = """\
- rule: sayable
  when: case_created
  if: {template: Billing, priority: High}
  then:
    - update_case: {set: {note: seen}}
- rule: unsayable
  when: case_created
  if: {amount: {greater_than: 5}}
  then:
    - add_comment: hi
"""
REASONS = [
    {"where": "amount", "why": "a native rule compares custom fields as texts; how it compares a Number field is not documented"},
    {"where": "add_comment", "why": "a native rule cannot comment"},
]
MADE = {
    "fields.yaml": "priority: {type: SingleSelect, options: {High: high}}\nnote: {type: Text}\nstatus: {system_id: status}\n",
    "templates.yaml": "Billing: {}\n",
    "rules/a.yaml": RULES.split("- rule: unsayable", maxsplit=1)[0],
}
"""A directory of a domain yet to be made."""


@pytest.fixture
def config(tmp_path: Path) -> str:
    return str(write(tmp_path / "existing", {"rules/a.yaml": RULES}))


@pytest.fixture
def made(tmp_path: Path) -> str:
    for name, text in MADE.items():
        path = tmp_path / "made" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return str(tmp_path / "made")


def test_export_prints_what_can_be_said_and_why_not_and_is_fine(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["native", "export", "--config", config]) == 0
    out = capsys.readouterr().out
    assert out.startswith('sayable\n{\n  "Name": "sayable",\n')
    assert "\nunsayable\n  amount: a native rule compares custom fields as texts" in out


def test_export_as_json_can_be_read_by_a_program(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["native", "export", "--config", config, "--json"]) == 0
    said, unsaid = json.loads(capsys.readouterr().out)["rules"]
    assert (said["rule"], [native["TriggerEventSource"]["EventSourceName"] for native in said["native"]]) == ("sayable", ["OnCaseCreate"])
    assert unsaid == {"rule": "unsayable", "reasons": REASONS}


def test_a_named_rule_that_cannot_be_said_ends_with_1(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["native", "export", "sayable", "--config", config]) == 0
    assert run(["native", "export", "sayable", "unsayable", "--config", config, "--json"]) == 1
    assert "a native rule cannot comment" in capsys.readouterr().out


def test_a_rule_that_is_not_there_is_wrong_usage(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["native", "export", "saiable", "--config", config]) == 2
    assert "unknown rule 'saiable' (did you mean 'sayable'?)" in capsys.readouterr().err


def test_a_directory_with_findings_tells_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = str(write(tmp_path, {"rules/a.yaml": "- {rule: a}\n"}))
    assert run(["native", "export", "--config", config]) == 1
    assert "rules/a.yaml:1:3:" in capsys.readouterr().err


def test_ids_that_are_not_known_are_placeholders_until_the_catalog_of_a_deployment_is_given(
    made: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["native", "export", "--config", made, "--json"]) == 0
    assert "$.Case.Fields.${field:priority}" in capsys.readouterr().out
    catalog = tmp_path / "catalog.json"
    catalog.write_bytes(msgspec.json.encode(compiled().catalog))
    assert run(["native", "export", "--config", made, "--catalog", str(catalog), "--json"]) == 0
    out = capsys.readouterr().out
    assert "$.Case.Fields.f-priority" in out
    assert "${" not in out


def test_a_catalog_that_is_none_or_lacks_a_name_is_wrong_usage(made: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalog = tmp_path / "catalog.json"
    catalog.write_text("{}", encoding="utf-8")
    assert run(["native", "export", "--config", made, "--catalog", str(catalog)]) == 2
    assert "accepted is the catalog.json of a bucket of bundles" in capsys.readouterr().err
    catalog.write_text('{"domain_id": "d", "fields": {}}', encoding="utf-8")
    assert run(["native", "export", "--config", made, "--catalog", str(catalog)]) == 2
    assert "rule sayable" in capsys.readouterr().err


def test_import_prints_a_file_of_rules_that_compiles_to_what_was_exported(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["native", "export", "sayable", "--config", config, "--json"])
    [native] = json.loads(capsys.readouterr().out)["rules"][0]["native"]
    described = tmp_path / "described.json"
    described.write_text(json.dumps({"Rule": native}), encoding="utf-8")
    assert run(["native", "import", str(described), "--config", config]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    [rule] = compile_directory(write(tmp_path / "again", {"rules/a.yaml": printed.out})).bundle.rules
    assert (rule.name, rule.runs_on) == ("sayable", "connect")


def test_import_tells_what_cannot_be_said_by_json_path_and_ends_with_1(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["native", "export", "sayable", "--config", config, "--json"])
    [native] = json.loads(capsys.readouterr().out)["rules"][0]["native"]
    other = {**native, "Name": "other", "Actions": [{"ActionType": "SEND_NOTIFICATION", "SendNotificationAction": {}}]}
    described = tmp_path / "described.json"
    described.write_text(json.dumps([{"Rule": native}, {"Rule": other}]), encoding="utf-8")
    assert run(["native", "import", str(described), "--config", config]) == 1
    printed = capsys.readouterr()
    assert f"{described}: $[1].Rule.Actions[0].ActionType: SEND_NOTIFICATION has no counterpart" in printed.err
    assert printed.out.startswith("- rule: sayable\n")
    assert "other" not in printed.out


@pytest.mark.parametrize(("content", "told"), [("{", "this is not JSON"), ("[]", "no rule of Connect is here")])
def test_a_file_that_holds_no_native_rule_is_wrong_usage(
    content: str, told: str, config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "described.json"
    path.write_text(content, encoding="utf-8")
    assert run(["native", "import", str(path), "--config", config]) == 2
    assert f"{path}: {told}" in capsys.readouterr().err


def test_the_rules_of_the_example_that_run_on_connect_can_be_said(capsys: pytest.CaptureFixture[str]) -> None:
    names = [rule.name for rule in compile_directory(CONTACT_CENTER).bundle.rules if rule.runs_on == "connect"]
    assert names
    assert run(["native", "export", *names, "--config", str(CONTACT_CENTER)]) == 0
