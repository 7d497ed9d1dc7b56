"""`casewright sla recompute`: running clocks under the version of their policy in force, shown, changed on demand, and told once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from building import case_event, comment, linked, parsed, rule
from clock_center import SLAS, ClockCenter
from core_case import policy
from fakes import FakeLog, deciding
from hypothesis import given, settings
from hypothesis import strategies as st

from casewright.bundle import LinkedBundle
from casewright.cases.events import ClockRecomputed
from casewright.cases.performers import Performer
from casewright.errors import VersionConflict
from casewright.recompute import Recomputation, recompute
from casewright.service.decide import take
from casewright.sla.policies import Target
from casewright_workbench.cli.main import run
from casewright_workbench.lake.opening import open_lake
from casewright_workbench.provisioning import BUNDLES, CASE_TABLE, STREAM

LONGER, SHORTER = SLAS.replace("within: 24m", "within: 48m"), SLAS.replace("within: 24m", "within: 12m")
P = ("--policy", "resolution")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClockCenter]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        center = ClockCenter(tmp_path_factory.mktemp("center"), monkeypatch)
        yield center
        center.close()


@pytest.fixture
def center(house: ClockCenter) -> ClockCenter:
    """The house with the policies that every test begins with."""
    house.publish(slas=SLAS)
    return house


def of_case(told: Any, case_id: str) -> Any:
    return next((each for each in told["changes"] if each["case_id"] == case_id), None)


def badge(center: ClockCenter, case_id: str) -> list[tuple[str, datetime]]:
    """The native SLA items of a case: how they stand, and by when."""
    client = center.house.session("agent").client("connectcases")
    found = client.search_related_items(domainId=center.house.domain_id, caseId=case_id, filters=[{"sla": {}}])["relatedItems"]
    items = [each["content"]["sla"]["slaConfiguration"] for each in found]
    return [(each["status"], each["targetTime"]) for each in items]


def test_a_running_clock_stays_is_shown_is_moved_and_stays_moved(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    case_id, before = center.opens(), center.in_force()
    started = center.clock(case_id).started_at
    after = center.publish(slas=LONGER)
    center.changes(case_id, started + timedelta(minutes=3), title="Tent, torn")
    assert center.clock(case_id).due_at == started + timedelta(minutes=24), "publishing changes no running clock"

    stored = center.file(case_id)
    told = center.asks(capsys, "recompute", *P)
    change = of_case(told, case_id)
    assert (told["bundle"], told["applied"]) == (after, False)
    assert (change["before"]["target_seconds"], change["after"]["target_seconds"]) == (24 * 60, 48 * 60)
    assert (change["after"]["status"], change["after"]["cycle"], change["not_told"]) == ("Active", 1, [])
    assert datetime.fromisoformat(change["after"]["due"]) == started + timedelta(minutes=48)
    assert center.file(case_id) == stored, "showing changes nothing"

    center.asks(capsys, "recompute", *P, "--yes")
    assert center.clock(case_id).due_at == started + timedelta(minutes=48)
    center.until(center.house.clock.now() + timedelta(minutes=2))
    assert badge(center, case_id) == [("Active", pytest.approx(started + timedelta(minutes=48), abs=timedelta(minutes=1)))]
    assert of_case(center.asks(capsys, "recompute", *P), case_id) is None, "it runs under the version in force"

    center.learns(case_id, started + timedelta(minutes=1), status="waiting-on-customer")
    clock = center.clock(case_id)
    assert (clock.status, clock.target) == ("Active", timedelta(minutes=48)), "a late event folds the change again with the rest"
    assert clock.due_at == clock.started_at + timedelta(minutes=48) + clock.time_paused
    assert clock.time_paused == pytest.approx(timedelta(minutes=2), abs=timedelta(seconds=1))
    cycle = next(each for each in center.asks(capsys, case_id)["clocks"] if each["policy"] == "resolution")["cycles"][0]
    assert [each["did"] for each in cycle["turns"]] == ["started", "paused", "resumed", "recomputed"]
    assert (cycle["bundle"], cycle["turns"][0]["target_seconds"]) == (after, 24 * 60)
    assert cycle["turns"][3]["event"]["by"] == "operator"
    assert before != after


def test_a_breach_is_told_once_whatever_the_versions(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = center.opens()
    started = center.clock(case_id).started_at
    center.until(started + timedelta(minutes=30))
    assert (center.clock(case_id).status, center.fired(case_id)) == ("Overdue", ["warn", "late"])

    center.publish(slas=LONGER)
    change = of_case(center.asks(capsys, "recompute", *P, "--yes"), case_id)
    assert (change["before"]["status"], change["after"]["status"], change["not_told_again"]) == ("Overdue", "Active", ["breach"])
    center.until(center.house.clock.now() + timedelta(minutes=2))
    assert [status for status, _ in badge(center, case_id)] == ["Active"], "the badge runs again"
    center.until(started + timedelta(minutes=54))
    assert (center.clock(case_id).status, center.fired(case_id)) == ("Overdue", ["warn", "late"])
    cycle = next(each for each in center.asks(capsys, case_id)["clocks"] if each["policy"] == "resolution")["cycles"][0]
    assert [(each["did"], each["silent"]) for each in cycle["turns"]][-3:] == [
        ("breached", False),
        ("recomputed", False),
        ("breached", True),
    ]

    center.roll_back()
    center.asks(capsys, "recompute", *P, "--yes", "--case", case_id)
    assert center.clock(case_id).target == timedelta(minutes=24)
    center.until(center.house.clock.now() + timedelta(minutes=54))
    assert center.fired(case_id) == ["warn", "late"]


def test_what_a_shorter_target_puts_into_the_past_sets_off_nothing(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = center.opens()
    started = center.clock(case_id).started_at
    center.until(started + timedelta(minutes=11))
    center.publish(slas=SHORTER)
    center.until(started + timedelta(minutes=18))
    assert center.fired(case_id) == ["warn"]
    change = of_case(center.asks(capsys, "recompute", *P, "--yes"), case_id)
    assert (change["after"]["status"], change["not_told"], change["not_told_again"]) == ("Overdue", ["breach"], [])
    assert datetime.fromisoformat(change["after"]["due"]) == started + timedelta(minutes=12)
    center.until(started + timedelta(minutes=36))
    assert center.fired(case_id) == ["warn"]
    assert [status for status, _ in badge(center, case_id)] == [], "no badge says there is time left"
    center.changes(case_id, started + timedelta(minutes=42), status="closed")
    assert (center.clock(case_id).status, center.fired(case_id)) == ("NotMet", ["warn"])


def test_paused_clocks_are_found_and_those_that_ended_are_left_alone(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    paused, ended = center.opens(), center.opens()
    at = center.house.clock.now() + timedelta(minutes=5)
    center.changes(paused, at, status="waiting-on-customer")
    center.changes(ended, at + timedelta(minutes=1), status="closed")
    center.publish(slas=LONGER)
    told = center.asks(capsys, "recompute", *P, "--yes")
    assert of_case(told, paused)["after"]["status"] == "Paused"
    assert of_case(told, ended) is None
    assert center.clock(ended).target == timedelta(minutes=24)
    assert center.clock(paused).target == timedelta(minutes=48)
    center.changes(paused, center.house.clock.now() + timedelta(minutes=5), status="open")
    clock = center.clock(paused)
    assert (clock.status, clock.due_at) == ("Active", clock.started_at + timedelta(minutes=48) + clock.time_paused)


def test_a_version_that_would_not_have_started_cancels_the_clock(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = center.opens()
    center.publish(slas=SLAS.replace("  start: case_created\n", "  start: case_created\n  if: {template: Billing}\n", 1))
    change = of_case(center.asks(capsys, "recompute", *P, "--yes"), case_id)
    assert change["after"]["status"] == "Cancelled"
    center.until(center.house.clock.now() + timedelta(minutes=2))
    assert badge(center, case_id) == []
    turn = next(each for each in center.asks(capsys, case_id)["clocks"] if each["policy"] == "resolution")["cycles"][0]["turns"][-1]
    assert turn["reasons"][0]["why"] == f"the policy as in bundle {center.in_force()} starts no clock here"


def test_the_lake_is_told_where_its_stream_is_given(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = center.opens()
    center.publish(slas=LONGER)
    center.asks(capsys, "recompute", *P, "--yes", "--case", case_id, "--stream", STREAM)
    center.house.flush_lake()
    lake = open_lake(center.house.lake)
    of_the_case = f"FROM facts WHERE case_id = '{case_id}' AND"  # noqa: S608 -- an id of our own
    assert lake.execute(f"SELECT clock_policy {of_the_case} kind = 'clock_recomputed'").fetchall() == [("resolution",)]
    told = lake.execute(f"SELECT clock_target_seconds FROM latest_clock_state WHERE case_id = '{case_id}'").fetchall()  # noqa: S608
    assert told == [(48 * 60.0,)]


def test_people_read_before_and_after_on_a_line(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = center.opens()
    started = center.clock(case_id).started_at
    bundle = center.publish(slas=LONGER)
    capsys.readouterr()
    assert run(["sla", "recompute", *P, "--case", case_id, *center.places]) == 0
    told = capsys.readouterr().out
    first, second = (f"{(started + timedelta(minutes=minutes)).isoformat().replace('+00:00', 'Z')}" for minutes in (24, 48))
    assert f"case {case_id}  Active due {first}, target 24m, cycle 1  →  Active due {second}, target 48m, cycle 1\n" in told
    assert f"1 open clock of resolution would change under bundle {bundle}; nothing is changed without --yes" in told
    assert run(["sla", "recompute", *P, "--case", case_id, *center.places, "--yes"]) == 0
    assert f"1 open clock of resolution recomputed under bundle {bundle}" in capsys.readouterr().out
    assert run(["sla", "recompute", *P, "--case", case_id, *center.places]) == 0
    assert capsys.readouterr().out == f"0 open clocks of resolution would change under bundle {bundle}\n"
    assert run(["why", case_id, *center.places]) == 0
    assert "Clock resolution recomputed by operator" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["--policy", "resolutoin", "--table", CASE_TABLE, "--bucket", BUNDLES],
            "which is in force: unknown policy 'resolutoin' (did you mean 'resolution'?)",
        ),
        ([*P, "--table", "elsewhere", "--bucket", BUNDLES], "table elsewhere, bucket casewright-bundles: "),
        ([*P, "--table", CASE_TABLE, "--bucket", BUNDLES, "--case", "7f1c"], f"table {CASE_TABLE} knows no case '7f1c'"),
    ],
)
def test_what_is_not_there_is_named(center: ClockCenter, capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    capsys.readouterr()
    assert run(["sla", "recompute", *words]) == 2
    assert message in " ".join(capsys.readouterr().err.split())
