"""`casewright doctor --live`: a probe case against the local cloud, what is told when AWS does otherwise, and what is left behind."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import Served, leads_commands

from casewright.aws.control import ControlTable
from casewright.cases.parsing import parse
from casewright_workbench.cli.main import run
from casewright_workbench.doctor import checks
from casewright_workbench.doctor.probe import running as running_module
from casewright_workbench.doctor.probe.saving import scrubbed
from casewright_workbench.doctor.probe.steps import EXPECTED
from casewright_workbench.doctor.probe.twin import LocalCases
from casewright_workbench.provisioning import CASE_TABLE

ASK = ("doctor", "--live", "--json", "--wait", "30")
"""A slow machine may need some of these seconds; all are waited for only where something is missing."""


@pytest.fixture(autouse=True)
def operator(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials, and nothing to do but the probe."""
    leads_commands(served.url, monkeypatch)
    monkeypatch.setattr(running_module, "_PAUSE", 0.1)
    monkeypatch.setattr(checks, "CHECKS", {})  # they have tests of their own


@pytest.fixture
def recording(served: Served) -> Iterator[Served]:
    """The house, not armed."""
    control = ControlTable(served.house.session("admin").client("dynamodb"), CASE_TABLE)
    control.arm(armed=False)
    yield served
    control.arm(armed=True)


def asked(served: Served, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, dict[str, str]]]:
    code = run([*ASK, *more])
    told = json.loads(capsys.readouterr().out)["findings"]
    return code, {each["check"]: each for each in told}


def left_behind(served: Served) -> tuple[list[str], list[str], int]:
    """Queues and rules of probes, and how many cases there are."""
    admin = served.house.session("admin")
    queues = [url for url in admin.client("sqs").list_queues()["QueueUrls"] if "probe" in url]
    rules = [each["Name"] for each in admin.client("events").list_rules()["Rules"] if "probe" in each["Name"]]
    found = admin.client("connectcases").search_cases(domainId=served.house.domain_id, searchTerm="probe")
    return queues, rules, len(found["cases"])


@pytest.mark.parametrize("folder", ["{file}/envelopes", "/proc"], ids=["a file stands there", "nobody may write there"])
def test_a_folder_that_cannot_be_written_is_told_before_the_probe(
    recording: Served, capsys: pytest.CaptureFixture[str], tmp_path: Path, folder: str
) -> None:
    before = left_behind(recording)
    (tmp_path / "file").touch()
    assert run([*ASK, "--save", folder.format(file=tmp_path / "file")]) == 2
    assert "give --save a folder to write into" in capsys.readouterr().err
    assert left_behind(recording) == before


def test_a_probe_of_a_deployment_that_records(recording: Served, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, told = asked(recording, capsys, "--save", str(tmp_path / "envelopes"))
    live = {name: each["status"] for name, each in told.items() if name.startswith("live.")}
    assert live == dict.fromkeys(live, "ok"), told
    assert set(live) == {
        "live.probe", "live.events", "live.reading", "live.shape", "live.log", "live.echo", "live.audit", "live.delay", "live.effects",
        "live.clean",
    }  # fmt: skip
    saved = [path.read_text() for path in sorted((tmp_path / "envelopes").iterdir())]
    assert [parse(each).event_type for each in saved] == list(EXPECTED)
    assert not any("user/ops" in each for each in saved), "who asked is not in a fixture"
    assert left_behind(recording) == ([], [], 0)


def test_an_armed_deployment_is_left_alone(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    before = len(served.house.cloud.calls)
    assert run([*ASK]) == 2
    assert "--armed-is-fine" in capsys.readouterr().err
    made = {call.operation for call in served.house.cloud.calls[before:]}
    assert not made & {"CreateCase", "CreateQueue", "PutRule"}


def test_a_template_that_is_not_there_is_wrong_usage(recording: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*ASK, "--template", "Nonsense"]) == 2
    assert "no active template 'Nonsense'" in capsys.readouterr().err


def other_member(envelope: dict[str, Any]) -> None:
    envelope["detail"]["traceId"] = "1-2-3"


def another_entity(envelope: dict[str, Any]) -> None:
    envelope["detail"]["performedBy"].pop("user", None)


def a_new_type(envelope: dict[str, Any]) -> None:
    if envelope["detail"]["eventType"] == "CASE.UPDATED":
        envelope["detail"]["eventType"] = "CASE.AMENDED"


@pytest.mark.parametrize(
    ("change", "told_of", "said"),
    [
        (other_member, "live.shape", "$.detail.traceId is a text"),
        (another_entity, "live.echo", "asked as casewright/"),
        (a_new_type, "live.reading", "CASE.AMENDED: not known"),
    ],
)
def test_what_aws_does_otherwise_is_told(
    change: Callable[[dict[str, Any]], None],
    told_of: str,
    said: str,
    recording: Served,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = recording.house.cloud.connectcases._context
    publish = context.publish

    def otherwise(envelope: dict[str, Any]) -> None:
        change(envelope)
        publish(envelope)

    object.__setattr__(context, "publish", otherwise)
    try:
        code, told = asked(recording, capsys, *(("--wait", "1") if change is a_new_type else ()))
    finally:
        object.__setattr__(context, "publish", publish)
    assert code == 1
    assert told[told_of]["status"] in ("warn", "fail")
    assert said in told[told_of]["found"]
    assert left_behind(recording) == ([], [], 0)


def test_an_interruption_leaves_nothing(recording: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C after Cases made the case, and before its id was known."""
    created = running_module.Probe.create
    calls = list[str]()

    def interrupted(probe: Any, cases: Any) -> str:
        if isinstance(cases, LocalCases):
            return created(probe, cases)
        calls.append(created(probe, cases))
        if len(calls) == 1:
            raise KeyboardInterrupt
        return calls[-1]

    monkeypatch.setattr(running_module.Probe, "create", interrupted)
    assert run([*ASK]) == 130
    told = {each["check"]: each for each in json.loads(capsys.readouterr().out)["findings"]}
    assert told["live.clean"]["status"] == "ok"
    assert calls[0] == calls[1], "the client token gave the case again"
    assert left_behind(recording) == ([], [], 0)


def test_what_cannot_be_removed_is_told_with_the_command(
    recording: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from casewright_workbench.localcloud.service import ServiceError

    service = recording.house.cloud.connectcases

    def refuse(*_: object) -> Any:
        raise ServiceError("AccessDeniedException", "not you")

    with monkeypatch.context() as patched:
        patched.setattr(service, "delete_case", refuse)
        code, told = asked(recording, capsys)
    assert code == 1
    assert told["live.probe"]["status"] == "fail"
    assert "aws connectcases delete-case --domain-id" in told["live.clean"]["wrong"]
    cases = recording.house.session("admin").client("connectcases")
    found = cases.search_cases(domainId=recording.house.domain_id, searchTerm="probe")["cases"]
    for each in found:
        cases.delete_case(domainId=recording.house.domain_id, caseId=each["caseId"])


def test_who_may_make_no_rule_sees_the_log_only(
    recording: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from casewright_workbench.localcloud.service import ServiceError

    def refuse(*_: object) -> Any:
        raise ServiceError("AccessDeniedException", "not you")

    monkeypatch.setattr(recording.house.cloud.events, "put_rule", refuse)
    _, told = asked(recording, capsys)
    assert {name: told[name]["status"] for name in ("live.shape", "live.reading", "live.delay")} == dict.fromkeys(
        ("live.shape", "live.reading", "live.delay"), "warn"
    )
    assert told["live.shape"]["found"].startswith("not checked: ")
    assert {name: told[name]["status"] for name in ("live.events", "live.log", "live.echo", "live.audit", "live.clean")} == dict.fromkeys(
        ("live.events", "live.log", "live.echo", "live.audit", "live.clean"), "ok"
    )


def test_fixtures_name_nobody() -> None:
    agent = "arn:aws:connect:us-east-1:999988887777:instance/i/agent/x"
    text = json.dumps({"a": "arn:aws:sts::999988887777:assumed-role/Admin/jo@example.com", "b": agent})
    assert "jo@" not in scrubbed(text, "999988887777")
    assert "999988887777" not in scrubbed(text, "999988887777")
    assert "agent/x" not in scrubbed(text, "999988887777")
