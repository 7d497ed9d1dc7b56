"""`casewright adopt` and `casewright reconcile` on a house: cases that were there before, and what an operator sees of lost events."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from lossy import Center
from serving import leads_commands_into

from casewright.ports.audit import ReconcileMark
from casewright_workbench.cli.main import run
from casewright_workbench.provisioning import BUNDLES


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    center = Center(tmp_path_factory.mktemp("center"))
    yield center
    center.close()


@pytest.fixture
def say(center: Center, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    leads_commands_into(center.house, monkeypatch)

    def said(command: str, *more: str) -> tuple[int, dict[str, Any]]:
        where = ["--table", center.house.case_table, "--domain", center.house.domain_id, "--bucket", BUNDLES]
        code = run([command, *where, "--calls-a-second", "1000", "--json", *more])
        return code, json.loads(capsys.readouterr().out)

    return said


def test_open_cases_get_their_clocks_and_nothing_is_set_off(center: Center, say: Any, capsys: pytest.CaptureFixture[str]) -> None:
    now = center.house.clock.now
    center.marks.put("began", ReconcileMark(at=now() + timedelta(days=30)))
    with center.deaf():
        old = center.opens(title="old", priority="high")
        created = now()
        center.after(hours=3)
        paused, closed = center.opens(title="paused", priority="low"), center.opens(title="closed", status="closed")
        center.after(hours=1)
    live = center.opens(title="live")
    code, told = say("adopt")
    assert (code, told["adopted"], told["overdue"]) == (0, 2, 1)
    assert {each["case_id"]: (each["clocks"], each["overdue"]) for each in told["cases"]} == {
        old: (["answer", "urgent"], ["urgent"]),
        paused: (["answer"], []),
    }
    clocks = center.file(old).head.clocks
    assert abs(clocks["answer"].started_at - created) < timedelta(seconds=10)
    assert clocks["urgent"].status == "Overdue"
    assert [each.kind for each in center.file(old).log[0].decision.transitions] == ["started", "started", "breached"]
    assert center.records.case(closed) is None
    assert center.fired(old) == center.fired(paused) == []
    assert center.file(live).head.clocks["answer"].status == "Active"
    assert say("adopt")[1] | {"cases": []} == {"adopted": 0, "known": 3, "clocks": 0, "overdue": 0, "cases": []}
    where = ["--table", center.house.case_table, "--domain", center.house.domain_id, "--bucket", BUNDLES]
    assert run(["adopt", *where, "--calls-a-second", "1000"]) == 0
    assert capsys.readouterr().out == "no case to adopt; 3 known before\n"
    center.marks.put("began", ReconcileMark(at=now()))
    center.reconciled()
    assert center.fired(old) == []
    center.changes(old, status="closed")
    assert {name: clock.status for name, clock in center.file(old).head.clocks.items()} == {"answer": "Met", "urgent": "NotMet"}


def test_an_operator_sees_what_would_be_fed_in_and_feeds_it_in(center: Center, say: Any) -> None:
    center.marks.put("began", ReconcileMark(at=center.house.clock.now()))
    case_id = center.opens(title="shown", priority="low")
    with center.deaf():
        center.changes(case_id, priority="high")
    code, told = say("reconcile", "--dry-run")
    assert (code, told["lost"], told["too_young"]) == (0, [], {"younger_than_minutes": 15, "cases": 1})
    center.house.clock.skip_to(center.house.clock.now() + timedelta(minutes=16))
    code, told = say("reconcile", "--dry-run")
    assert (code, told["fed"], told["too_young"]["cases"]) == (1, False, 0)
    [lost] = told["lost"]
    assert (lost["case_id"], lost["type"], lost["hydrated"]) == (case_id, "CASE.UPDATED", False)
    url = center.house.places.case_events_url
    assert say("reconcile", "--queue-url", url)[0] == 0
    center.after(seconds=30)
    assert center.fired(case_id).count(("raised", "done")) == 1
    code, told = say("reconcile", "--all", "--dry-run")
    assert (code, told["lost"], told["through"]) == (0, [], True)
