"""What a person is told where AWS refuses or does not answer, by whichever command."""

import re
from pathlib import Path

import pytest
from serving import Served, leads_commands

from casewright_workbench.cli.main import run

NAMES = ["--table", "casewright-cases", "--bucket", "casewright-bundles"]
DOMAIN = ["--domain", "d-1", *NAMES]
COMMANDS = {
    "arm": ["arm", "--table", "t"],
    "publish": ["publish", "--bucket", "b", "--rollback"],
    "why": ["why", "c-1", *NAMES],
    "sla": ["sla", "c-1", *NAMES],
    "sla list": ["sla", "list", *NAMES],
    "sla recompute": ["sla", "recompute", "--policy", "p", *NAMES],
    "sla import-hours": ["sla", "import-hours", "h-1", "--instance-id", "i-1"],
    "unsuppress": ["email", "unsuppress", "ann@example.com", "--table", "t"],
    "doctor": ["doctor"],
    "adopt": ["adopt", *DOMAIN],
    "reconcile": ["reconcile", *DOMAIN, "--dry-run"],
    "redrive": ["redrive", "--queue", "effects-set-aside"],
    "forget": ["forget", "c-1"],
    "init": ["init", "NEW", "--from-domain", "d-1"],
}
"""Every command that asks AWS."""


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A laptop where nothing is set up."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "DEFAULT_REGION", "REGION", "PROFILE", "ENDPOINT_URL"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert run([str(tmp_path / "new") if word == "NEW" else word for word in COMMANDS[name]]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    return told.err


@pytest.mark.parametrize("name", COMMANDS)
def test_without_region_credentials_or_profile_it_says_what_to_set(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "set AWS_REGION" in refused(name, tmp_path, capsys)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    assert "no credentials were found; set AWS_PROFILE" in refused(name, tmp_path, capsys)
    monkeypatch.setenv("AWS_PROFILE", "nosuch")
    assert "aws configure list-profiles" in refused(name, tmp_path, capsys)


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"doctor"}))  # which test_doctor.py asks
def test_every_command_goes_where_the_environment_says(
    name: str, served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    leads_commands(served.url, monkeypatch)
    before = len(served.house.cloud.calls)
    run([str(tmp_path / "new") if word == "NEW" else word for word in COMMANDS[name]])
    asked = any(call.principal_arn.endswith("ops") for call in served.house.cloud.calls[before:])
    assert asked or "the local cloud does not perform" in capsys.readouterr().err


def test_nobody_answers_at_an_endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    leads_commands("http://127.0.0.1:9", monkeypatch)
    told = refused("arm", tmp_path, capsys)
    assert "http://127.0.0.1:9" in told
    assert "`make run` must be running" in told


def test_a_table_that_is_not_there_is_told_with_its_call_and_where_its_name_is_found(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    leads_commands(served.url, monkeypatch)
    told = refused("arm", tmp_path, capsys)
    assert told.startswith("casewright: table t: PutItem answered ResourceNotFoundException: ")
    assert "an output of the stacks" in told


@pytest.mark.parametrize("name", ["doctor", "redrive", "forget"])
def test_every_option_that_a_refusal_names_is_one_of_the_command(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    named = set(re.findall(r"--[a-z][a-z-]*", refused(name, tmp_path, capsys)))
    assert "--table" in named
    run([name, "--help"])
    assert named <= set(re.findall(r"--[a-z][a-z-]*", capsys.readouterr().out))


def test_a_region_that_is_empty_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("AWS_REGION", "")
    assert "set AWS_REGION" in refused("arm", tmp_path, capsys)


@pytest.mark.parametrize(("variable", "value"), [("ENDPOINT_URL", "localhost"), ("REGION", "us east")])
def test_an_endpoint_or_a_region_that_is_none_is_told(
    variable: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    leads_commands("http://127.0.0.1:9", monkeypatch)
    monkeypatch.setenv(f"AWS_{variable}", value)
    told = refused("redrive", tmp_path, capsys)
    assert value in told
    assert "look at AWS_REGION and AWS_ENDPOINT_URL" in told


@pytest.mark.parametrize("written", ["{bad", "[]", '{"context": {"stages": {"main": 3}}}'])
def test_a_cdk_json_that_cannot_be_read_is_told(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cdk.json").write_text(written)
    monkeypatch.chdir(tmp_path)
    assert run(["redrive", "--stage", "main"]) == 2
    assert capsys.readouterr().err.startswith("casewright: cdk.json cannot be read: ")


@pytest.mark.parametrize("hours", ["inf", "nan", "1e9"])
def test_hours_that_no_log_reaches_back_are_refused(hours: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*COMMANDS["reconcile"], "--hours", hours]) == 2
    assert "Invalid value for '--hours'" in capsys.readouterr().err
