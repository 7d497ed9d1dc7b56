"""`casewright sla due` and `sla elapsed`, by hand and line by line, and calendars imported from Amazon Connect."""

import io
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from botocore.stub import Stubber

from casewright.calendars.hours import Resolved
from casewright.errors import BadInput
from casewright_authoring.calendars import calendars_of
from casewright_workbench.cli.main import run
from casewright_workbench.connect_hours import AHEAD, ConnectHours, calendar_yaml, read_hours

CALENDARS = """\
support:
  time_zone: America/New_York
  week: {mon-fri: ["09:00-12:00", "13:00-17:30"]}
"""
YEAR = datetime.now(UTC).year + 1
JUNE = date(YEAR, 6, 1)
MONDAY = JUNE + timedelta(days=-JUNE.weekday() % 7)
"""A Monday that calendars resolved today reach; New York is four hours behind UTC."""


@pytest.fixture
def directory(tmp_path: Path) -> str:
    (tmp_path / "calendars.yaml").write_text(CALENDARS)
    return str(tmp_path)


def piped(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO("\n".join(lines).encode())))


def line(**query: object) -> str:
    return json.dumps({"calendar": "support", **query})


def test_due_and_elapsed_of_one_question(directory: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sla", "due", "support", f"{MONDAY}T11:00-04:00", "90.5", "--config", directory]) == 0
    assert capsys.readouterr().out == f"{MONDAY}T17:30:30+00:00\n"
    assert run(["sla", "elapsed", "support", f"{MONDAY}T11:00-04:00", f"{MONDAY}T17:30:30Z", "--config", directory]) == 0
    assert capsys.readouterr().out == "90.5 minutes\n"
    assert run(["sla", "due", "support", f"{MONDAY}T11:00-04:00", "90", "--config", directory, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"due": f"{MONDAY}T17:30:00+00:00"}


def test_every_line_gets_its_answer(directory: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    piped(monkeypatch, line(start=f"{MONDAY}T13:00:00Z", minutes=180), line(start=f"{MONDAY}T16:10:00", minutes=0), "")
    assert run(["sla", "due", "--config", directory, "--stdin", "--json"]) == 0
    assert capsys.readouterr().out == f'{{"due":"{MONDAY}T16:00:00+00:00"}}\n{{"due":"{MONDAY}T16:10:00+00:00"}}\n'
    piped(monkeypatch, line(start=f"{MONDAY}T13:00:00Z", end=f"{MONDAY}T18:00:30Z"))
    assert run(["sla", "elapsed", "--config", directory, "--stdin", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"minutes": 240.5}


def test_a_line_is_answered_before_the_next_is_asked(directory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out, answered = io.BytesIO(), list[bytes]()

    def asked() -> Iterator[bytes]:
        yield line(start=f"{MONDAY}T13:00:00Z", minutes=180).encode()
        answered.append(out.getvalue())

    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=asked()))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out))
    assert run(["sla", "due", "--config", directory, "--stdin", "--json"]) == 0
    assert answered == [f'{{"due":"{MONDAY}T16:00:00+00:00"}}\n'.encode()]


def test_the_page_gives_the_answer_that_the_command_gives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "calendars.md").read_text(encoding="utf-8")
    (tmp_path / "calendars.yaml").write_text(page.split("```yaml\n", maxsplit=1)[1].split("```", maxsplit=1)[0])
    [(question, answer)] = re.findall(r"A question is a line such as `(.+?)`, its answer `(.+?)`", page)
    piped(monkeypatch, question)
    assert run(["sla", "due", "--config", str(tmp_path), "--stdin", "--json"]) == 0
    assert capsys.readouterr().out == f"{answer}\n"


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("nonsense", "line 2: JSON is malformed"),
        ('{"calendar": "support"}', "line 2: Object missing required field `start`"),
        (line(start=f"{MONDAY}T13:00:00Z", minutes="9"), "line 2: Expected `float`, got `str` - at `$.minutes`"),
        (line(start="tomorrow", minutes=9), "line 2: 'tomorrow' is no moment; accepted is ISO 8601, such as 2026-11-20T21:00:00Z"),
        (line(calendar="suport", start=f"{MONDAY}T13:00:00Z", minutes=9), "line 2: unknown calendar 'suport' (did you mean 'support'?)"),
        (line(start="1999-01-01T00:00:00Z", minutes=9), "line 2: calendar support: 1999-01-01T00:00:00+00:00 lies outside"),
        (line(start=f"{MONDAY}T13:00:00Z", minutes=1e9), "line 2: calendar support: 694444 days, 10:40:00 of open time from"),
        (line(start=f"{MONDAY}T13:00:00Z", minutes=1e30), "line 2: this leads outside the years of any calendar"),
    ],
)
def test_a_line_that_has_no_answer_says_so_in_its_place_and_the_others_are_answered(
    directory: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, bad: str, said: str
) -> None:
    good = line(start=f"{MONDAY}T13:00:00Z", minutes=1)
    piped(monkeypatch, good, bad, "  ", good)
    assert run(["sla", "due", "--config", directory, "--stdin", "--json"]) == 1
    told = capsys.readouterr()
    first, second, third = map(json.loads, told.out.splitlines())
    assert first == third == {"due": f"{MONDAY}T13:01:00+00:00"}
    assert list(second) == ["error"]
    assert second["error"].startswith(said)
    assert told.err == ""


def test_a_line_without_an_answer_stands_among_plain_answers(
    directory: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    piped(monkeypatch, "", line(start=f"{MONDAY}", end="later"), line(start=f"{MONDAY}T13:00:00Z", end=f"{MONDAY}T13:01:00Z"))
    assert run(["sla", "elapsed", "--config", directory, "--stdin"]) == 1
    assert capsys.readouterr().out == (
        "error: line 2: 'later' is no moment; accepted is ISO 8601, such as 2026-11-20T21:00:00Z\n1 minutes\n"
    )
    assert run(["sla", "elapsed", "support", f"{MONDAY}", "later", "--config", directory]) == 2


def test_wrong_usage_says_what_would_do(directory: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sla", "due", "--config", directory]) == 2
    assert "give CALENDAR START MINUTES, or --stdin" in capsys.readouterr().err
    assert run(["sla", "due", "support", f"{MONDAY}", "nan", "--config", directory]) == 2
    assert "nan is given for minutes; accepted is a number such as 90" in capsys.readouterr().err
    assert run(["sla", "elapsed", "support", "--stdin", "--config", directory]) == 2
    assert "arguments are given beside --stdin" in capsys.readouterr().err
    assert run(["sla", "due", "--config", str(tmp_path / "nowhere")]) == 2
    assert "calendars.yaml is not a file" in capsys.readouterr().err


def test_a_calendar_that_is_wrong_is_a_finding(directory: str, capsys: pytest.CaptureFixture[str]) -> None:
    (Path(directory) / "calendars.yaml").write_text("support: {time_zone: UTC, week: {}}")
    assert run(["sla", "due", "support", f"{MONDAY}", "1", "--config", directory]) == 1
    assert "calendars.yaml:1:10: " in capsys.readouterr().err


def slice_of(start: tuple[int, int], end: tuple[int, int]) -> dict[str, dict[str, int]]:
    return {"Start": {"Hours": start[0], "Minutes": start[1]}, "End": {"Hours": end[0], "Minutes": end[1]}}


def hours_on(day: date) -> list[dict[str, dict[str, int]]]:
    """Weekdays in two parts, Saturday nights, all of Sunday; closed at Christmas and half of its eve."""
    if (day.month, day.day) == (12, 25):
        return []
    if (day.month, day.day) == (12, 24):
        return [slice_of((9, 0), (12, 0))]
    if day.weekday() == 5:
        return [slice_of((22, 0), (2, 0))]
    return [slice_of((0, 0), (0, 0))] if day.weekday() == 6 else [slice_of((13, 0), (17, 30)), slice_of((9, 0), (12, 0))]


def imported(today: date) -> ConnectHours:
    client = boto3.Session().client("connect", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="s")
    asked = {"InstanceId": "i", "HoursOfOperationId": "h"}
    with Stubber(client) as stub:
        stub.add_response(
            "describe_hours_of_operation", {"HoursOfOperation": {"Name": "Late Shift (EU)", "TimeZone": "Europe/Berlin"}}, asked
        )
        days = [today + timedelta(days=step) for step in range(AHEAD.days)]
        for month in (days[at : at + 31] for at in range(0, len(days), 31)):
            told = [{"Date": day.isoformat(), "OperationalHours": hours_on(day)} for day in month if hours_on(day)]
            period = {"FromDate": month[0].isoformat(), "ToDate": month[-1].isoformat()}
            answer = {"EffectiveHoursOfOperationList": told, "TimeZone": "Europe/Berlin"}
            stub.add_response("get_effective_hours_of_operations", answer, {**asked, **period})
        found = read_hours(client, instance_id="i", hours_id="h", today=today)
        stub.assert_no_pending_responses()
    return found


def test_hours_of_operation_become_a_calendar() -> None:
    assert calendar_yaml(imported(date(2026, 11, 21))) == (
        "late-shift-eu:\n"
        "  time_zone: Europe/Berlin\n"
        "  week:\n"
        '    mon-fri: ["09:00-12:00", "13:00-17:30"]\n'
        '    sat: ["22:00-02:00"]\n'
        '    sun: ["00:00-24:00"]\n'
        "  holidays:\n"
        '    - {date: "2026-12-24", open: ["09:00-12:00"]}\n'
        '    - {date: "2026-12-25"}\n'
    )


def test_an_imported_calendar_is_read_and_opens_as_connect_told(tmp_path: Path) -> None:
    today = date(2026, 11, 21)
    path = tmp_path / "calendars.yaml"
    path.write_text(calendar_yaml(imported(today), "late"))
    hours = Resolved("late", calendars_of(path, today=today)["late"])
    assert hours.is_open(datetime(2026, 12, 24, 8, tzinfo=UTC))
    assert not hours.is_open(datetime(2026, 12, 24, 13, tzinfo=UTC))
    assert not hours.is_open(datetime(2026, 12, 25, 9, tzinfo=UTC))
    assert hours.is_open(datetime(2026, 12, 6, 22, 59, tzinfo=UTC))
    assert not hours.is_open(datetime(2026, 12, 6, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("days", "problem"),
    [({}, "no day of the week is usually open"), ({date(2026, 11, 23): ("09:00-10:00",)}, "no day of the week is usually open")],
)
def test_hours_that_never_open_are_refused(days: dict[date, tuple[str, ...]], problem: str) -> None:
    all_days: dict[date, tuple[str, ...]] = {date(2026, 11, 21) + timedelta(days=step): () for step in range(30)}
    with pytest.raises(BadInput, match=problem):
        calendar_yaml(ConnectHours("x", "UTC", all_days | days))
