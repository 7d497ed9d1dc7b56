"""`casewright sla list`, and the same lists on the pages: what is overdue or due soon, first due first."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from clock_center import OPENS, ClockCenter
from damaging import JUNK, LATER, Stored
from small_directory import QUEUE, SMALL

from casewright_workbench.cli.main import run
from casewright_workbench.console.clock_list import clock_lists
from casewright_workbench.console.desk import Desk
from casewright_workbench.console.live import Changed
from casewright_workbench.console.site import Site
from casewright_workbench.day.hours import NEW_YORK
from casewright_workbench.explain.words import instant
from casewright_workbench.localcloud.wire.messages import HttpRequest

NOW = OPENS + timedelta(minutes=33)
SLAS = """\
- sla: resolution
  start: case_created
  pause_while: {status: waiting-on-customer}
  met_when: {status: closed}
  target: [{if: {priority: high}, within: 6m}, {if: {template: Billing}, within: 5h}, {within: 24m}]
  milestones: [{name: half, at: 50%}]
"""
Cases = dict[str, str]


def after(minutes: int) -> datetime:
    return OPENS + timedelta(minutes=minutes)


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClockCenter]:
    fields = f"{SMALL['fields.yaml']}number: {{system_id: reference_number}}\n"
    with pytest.MonkeyPatch.context() as monkeypatch:
        center = ClockCenter(
            tmp_path_factory.mktemp("center"), monkeypatch, {"fields.yaml": fields, "slas.yaml": SLAS, "rules/clocks.yaml": ""}
        )
        yield center
        center.close()


@pytest.fixture(scope="module")
def cases(center: ClockCenter) -> Cases:
    """Cases by how they stand in the end. A resolution may take 24 minutes, one of high priority 6, and a bill 5 hours."""
    cases = {"overdue": center.opens(assigned_queue=QUEUE, title="<b>Lost</b>")}
    center.until(after(1))
    cases |= {"paused": center.opens(), "closed late": center.opens()}
    center.changes(cases["paused"], after(2), status="waiting-on-customer")
    center.until(after(12))
    cases["soon"] = center.opens(title="Tent poles")
    center.until(after(29))
    cases |= {"later": center.opens("Billing", amount=1.0), "sooner": center.opens(priority="high")}
    center.changes(cases["closed late"], after(31), status="closed")
    center.until(NOW)
    return cases


def listed(center: ClockCenter, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    return [each["case_id"] for each in center.asks(capsys, "list", *words)["clocks"]]


def test_what_is_overdue_or_due_within_two_hours_comes_in_the_order_of_due_times(
    center: ClockCenter, cases: Cases, capsys: pytest.CaptureFixture[str]
) -> None:
    told = center.asks(capsys, "list")
    assert [each["case_id"] for each in told["clocks"]] == [cases[name] for name in ("overdue", "sooner", "soon")]
    now, head = datetime.fromisoformat(told["now"]), center.file(cases["overdue"]).head
    assert now == center.house.clock.now().replace(microsecond=0)
    assert told["clocks"][0] == {
        "case_id": cases["overdue"],
        "reference_number": (head.case.fields or {})["reference_number"],
        "policy": "resolution",
        "cycle": 1,
        "status": "Overdue",
        "due": instant(head.clocks["resolution"].due_at),
        "left_seconds": (head.clocks["resolution"].due_at - now).total_seconds(),
        "queue": "Escalations",
    }
    assert [each["status"] for each in told["clocks"][1:]] == ["Active", "Active"]
    assert [round(each["left_seconds"] / 60) for each in told["clocks"]] == [-9, 2, 3]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--overdue"], ["overdue"]),
        (["--within", "1m"], ["overdue"]),
        (["--within", "2m30s"], ["overdue", "sooner"]),
        (["--within", "1d"], ["overdue", "sooner", "soon", "later"]),
    ],
)
def test_how_far_to_look_ahead(
    center: ClockCenter, cases: Cases, capsys: pytest.CaptureFixture[str], words: list[str], expected: list[str]
) -> None:
    assert listed(center, capsys, *words) == [cases[name] for name in expected]


def test_people_read_the_same(center: ClockCenter, cases: Cases, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["sla", "list", "--overdue", *center.places]) == 0
    title, _, line = capsys.readouterr().out.splitlines()
    assert title.startswith(f"1 clock at {NOW:%Y-%m-%dT%H:%M:}")
    due = f"{after(24):%Y-%m-%d %H:%M:%S}"
    assert re.fullmatch(rf"\d{{8}} +{cases['overdue']} +resolution +Overdue +{due} +-9m +Escalations *", line)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--within", "soon"], "'soon' is given for --within; accepted is a duration such as 45s, 90m, 4h, 1h30m or 2d, up to 3650d"),
        (["--within", "99999d"], "'99999d' is given for --within; accepted is a duration"),
        (["--within", "1h", "--overdue"], "--within is given beside --overdue; accepted is one of them"),
    ],
)
def test_what_cannot_be_asked_is_refused(center: ClockCenter, capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    assert run(["sla", "list", *center.places, *words]) == 2
    assert message in capsys.readouterr().err


def test_a_case_that_cannot_be_read_is_named_and_the_others_are_shown(
    center: ClockCenter, cases: Cases, capsys: pytest.CaptureFixture[str]
) -> None:
    stored = Stored(center.house)
    intact = [stored.damage(cases[name], **damage)[0] for name, damage in (("overdue", {"format": LATER}), ("soon", {"body": JUNK}))]
    told = center.asks(capsys, "list", code=1)
    assert [each["case_id"] for each in told["clocks"]] == [cases["sooner"]]
    assert [each.split(":")[0] for each in told["unread"]] == sorted(f"record case#{cases[name]} head" for name in ("overdue", "soon"))
    assert run(["sla", "list", *center.places]) == 1
    assert capsys.readouterr().out.count("not shown: record case#") == 2
    for item in intact:
        stored.put(item)


def test_the_pages_show_the_same_lists_and_the_paused_ones(center: ClockCenter, cases: Cases) -> None:
    changed = Changed()
    for case_id in cases.values():
        changed.listen("decide", "event taken", {"case_id": case_id})
    site = Site(Desk.of(center.house, changed, NEW_YORK))
    found = {path: site.answer(HttpRequest("GET", path)).body.decode() for path in ("/", "/clocks")}
    for path, order in (("/", ["overdue", "sooner", "soon"]), ("/clocks", ["overdue", "sooner", "soon", "later", "paused"])):
        lists = found[path].split("Latest effects")[0]
        assert re.findall(r'href="/cases/([^"]+)"', lists) == [cases[name] for name in order], path
        assert "&lt;b&gt;Lost&lt;/b&gt;" in lists
        assert ">9m over<" in lists
    assert "5 open clocks" in found["/clocks"]
    assert ">paused for 31m<" in found["/clocks"]


def test_an_empty_list_says_so(center: ClockCenter, cases: Cases, capsys: pytest.CaptureFixture[str]) -> None:
    for at, name in enumerate(("overdue", "sooner", "soon", "later"), 1):
        center.changes(cases[name], NOW + timedelta(seconds=10 * at), status="closed")
    assert listed(center, capsys, "--within", "1d") == []
    assert run(["sla", "list", *center.places]) == 0
    assert capsys.readouterr().out.strip() == "No clock is overdue or due within 2h."


def test_a_clock_that_is_overdue_is_listed_wherever_its_due_time_moved(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = center.opens("Billing", priority="high", amount=1.0)
    opened = center.house.clock.now()
    center.changes(case_id, opened + timedelta(minutes=7), priority="low")
    [told] = center.asks(capsys, "list", "--overdue")["clocks"]
    assert (told["case_id"], told["status"], round(told["left_seconds"] / 60)) == (case_id, "Overdue", 293)
    assert listed(center, capsys) == [case_id]
    changed = Changed()
    changed.listen("decide", "event taken", {"case_id": case_id})
    lists = clock_lists(Desk.of(center.house, changed, NEW_YORK))
    assert ([each.left for each in lists.overdue], lists.soon, lists.later) == (["4h 53m"], (), ())
