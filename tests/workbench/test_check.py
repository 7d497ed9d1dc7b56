"""`casewright check` in its three formats, and what it ends with."""

import json
import re
from pathlib import Path

import pytest
from serving import CONTACT_CENTER
from small_directory import SMALL

from casewright_authoring.findings import Finding
from casewright_workbench.cli.github import annotation
from casewright_workbench.cli.main import run

NEVER = "- {rule: never, when: case_updated, if: {amount: {greater_than: 2, less_than: 1}}, then: [{end_tasks: true}]}\n"
VAIN = "- {rule: vain, when: [case_created, case_updated], if: {vip: {changed: true}}, then: [{end_tasks: true}]}\n"
REFUSED = "- {rule: refused, when: case_updatet, then: [{end_tasks: true}]}\n"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name, text in SMALL.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "rules").mkdir()
    return tmp_path


def write(directory: Path, *rules: str) -> str:
    (directory / "rules" / "a.yaml").write_text("".join(rules), encoding="utf-8")
    return str(directory)


@pytest.mark.parametrize(
    ("rules", "strict", "code"),
    [
        ((), False, 0),
        ((), True, 0),
        ((VAIN,), False, 0),
        ((VAIN,), True, 1),
        ((NEVER,), False, 1),
        ((VAIN, NEVER), False, 1),
        ((REFUSED,), False, 1),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_errors_end_with_1_and_warnings_only_when_strict(
    directory: Path, rules: tuple[str, ...], strict: bool, code: int, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", write(directory, *rules), "--format", form, *(["--strict"] if strict else [])]) == code
    assert capsys.readouterr().err == ""


def test_the_example_has_nothing_suspicious_either(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(CONTACT_CENTER), "--strict"]) == 0
    assert "nothing wrong" in capsys.readouterr().out


def test_text_tells_place_severity_and_code(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["check", write(directory, VAIN, NEVER)])
    warning, error = (line.removeprefix(f"{directory}/") for line in capsys.readouterr().out.splitlines())
    assert re.fullmatch(r"rules/a\.yaml:1:23: warning: with case_created .* \[vain-trigger\]", warning)
    assert re.fullmatch(r"rules/a\.yaml:2:42: error: this is never true, .* \[never-true\]", error)


def test_json_tells_the_same_by_either_switch(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(directory, NEVER)
    run(["check", path, "--json"])
    by_switch = capsys.readouterr().out
    run(["check", path, "--format", "json"])
    assert capsys.readouterr().out == by_switch
    assert json.loads(by_switch) == [
        {
            "path": f"{path}/rules/a.yaml",
            "line": 1,
            "column": 42,
            "message": "this is never true, so 'never' never fires: nothing passes every test of 'amount'",
            "severity": "error",
            "code": "never-true",
        }
    ]


def test_json_and_another_format_are_wrong_usage(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", write(directory), "--json", "--format", "github"]) == 2
    assert "--json and --format github cannot stand together" in capsys.readouterr().err


def test_annotations_are_commands_of_github_actions(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(directory, VAIN, NEVER)
    run(["check", path, "--format", "github"])
    warning, error = capsys.readouterr().out.splitlines()
    assert warning.startswith(f"::warning file={path}/rules/a.yaml,line=1,col=23,title=casewright vain-trigger::with case_created ")
    assert error.startswith(f"::error file={path}/rules/a.yaml,line=2,col=42,title=casewright never-true::this is never true, ")


def test_what_a_command_means_is_escaped() -> None:
    finding = Finding("a,b:c%.yaml", 1, 2, "50%: one, two\r\nthree", "error", "refused")
    assert annotation(finding) == "::error file=a%2Cb%3Ac%25.yaml,line=1,col=2,title=casewright refused::50%25: one, two%0D%0Athree"


def test_nothing_to_tell_is_no_annotation(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", write(directory), "--format", "github"]) == 0
    assert capsys.readouterr().out == ""
