"""The command line: exit codes, findings, and errors that say what to do."""

import errno
import fcntl
import json
import shutil
import socket
from pathlib import Path
from unittest.mock import Mock

import pytest
from serving import CONTACT_CENTER

from casewright_workbench.cli.local_inbox import clear, own_inbox
from casewright_workbench.cli.main import run
from casewright_workbench.deployment.usage import WrongUsage


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    directory = tmp_path / "contact_center"
    shutil.copytree(CONTACT_CENTER, directory)
    rules = directory / "rules" / "intake.yaml"
    rules.write_text(rules.read_text().replace("priority: Normal", "priority: Medium"))
    return directory


def test_the_example_has_nothing_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(CONTACT_CENTER)]) == 0
    assert "nothing wrong" in capsys.readouterr().out


def test_findings_are_printed_with_their_place_and_end_with_1(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(broken)]) == 1
    [line] = capsys.readouterr().out.splitlines()
    assert "rules/intake.yaml:8:" in line
    assert "Medium" in line
    assert "Normal" in line


def test_findings_as_json_can_be_read_by_a_program(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(broken), "--json"]) == 1
    [finding] = json.loads(capsys.readouterr().out)
    assert (finding["line"], sorted(finding)) == (8, ["code", "column", "line", "message", "path", "severity"])
    assert run(["check", str(CONTACT_CENTER), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_local_does_not_begin_with_a_directory_that_does_not_compile(
    broken: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["local", "--once", "--config", str(broken), "--folder", str(tmp_path)]) == 1
    assert "rules/intake.yaml:8:" in capsys.readouterr().err


def test_a_taken_port_is_named_before_the_day_is_played(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert run(["local", "--port", str(port), "--config", str(CONTACT_CENTER), "--folder", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert f"port {port} of 127.0.0.1 is not free" in said.err
    assert f"--port {port + 1} (make run ARGS='--port {port + 1}')" in said.err
    assert said.out == ""


MAIL = "000001933a1b2c3d-0f8fad5b-d9cb-469f-a165-70867728950e-000000.eml"


def test_the_mail_of_the_run_before_is_deleted_and_nothing_else(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "kept").mkdir(parents=True)
    for name in (MAIL, "letter.eml", "notes.txt", f"kept/{MAIL}"):
        (inbox / name).write_text("mine")
    clear(inbox)
    left = {str(each.relative_to(inbox)) for each in inbox.rglob("*")}
    assert left == {"letter.eml", "notes.txt", "kept", f"kept/{MAIL}"}


def test_a_second_run_leaves_the_mail_of_the_first_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    inbox = tmp_path / "x" / "inbox"
    with own_inbox(inbox):
        (inbox / MAIL).write_text("of the first")
        assert run(["local", "--once", "--config", str(CONTACT_CENTER), "--folder", str(inbox.parent)]) == 2
    assert f"--folder {inbox.parent}-2" in capsys.readouterr().err
    assert (inbox / MAIL).exists()
    with own_inbox(inbox):
        pass


def test_a_file_system_without_locks_is_not_taken_for_another_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fcntl, "flock", Mock(side_effect=OSError(errno.ENOLCK, "No locks available")))
    with pytest.raises(WrongUsage, match="inbox cannot be locked: No locks available"), own_inbox(tmp_path / "inbox"):
        pass


def test_local_does_not_begin_a_day_whose_cases_the_directory_does_not_know(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["init", str(tmp_path / "own")]) == 0
    assert run(["local", "--once", "--config", str(tmp_path / "own"), "--folder", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "no template Billing, template Shipping" in said
    assert "field refund_amount" in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["check", "no/such/directory"], "no/such/directory is not a directory"),
        (["local", "--port", "seventy"], "'--port': Input should be a valid integer"),
        (["local", "--port", "70000"], "'--port': Input should be less than or equal to 65535"),
        (["local", "--twice"], "(casewright local --help says what is accepted)"),
        (["sla", "list", "--table", "cases"], "'--bucket'. (casewright sla list --help says what is accepted)"),
        (["dance"], "dance"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_was_wrong(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("group", [[], ["sla"], ["email"], ["native"]])
def test_without_a_command_the_help_is_printed_and_no_empty_error(group: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(group) == 2
    said = capsys.readouterr()
    assert "Usage: casewright" in said.out
    assert said.err == ""


def test_help_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    assert run(["local", "--help"]) == 0
    out = capsys.readouterr().out
    assert "--once" in out
    assert "check" in out
