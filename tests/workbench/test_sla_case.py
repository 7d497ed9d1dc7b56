"""`casewright sla CASE`: the timeline of a case's clocks, and why other policies have none."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from clock_center import OPENS, SLAS, ClockCenter
from pages import commands, page
from small_directory import QUEUE

from casewright_workbench.cli.main import run
from casewright_workbench.localcloud.connectcases.unsteady import Faults
from casewright_workbench.provisioning import BUNDLES, CASE_TABLE

MORE = (
    SLAS
    + """\
- {sla: in-hours, start: case_created, met_when: {vip: true}, target: [{within: 12m}], calendar: support, cancel: {title: Never mind}}
- sla: refunds
  if: {all: [{amount: {greater_than: 500}}, {vip: true}]}
  start: case_created
  met_when: {status: closed}
  target: [{within: 1h}]
- {sla: at-once, start: case_created, met_when: {status: open}, target: [{within: 1h}]}
- {sla: billing, start: case_created, met_when: {status: closed}, target: [{if: {template: Billing}, within: 1h}]}
- {sla: waiting, start: {becomes: {status: waiting-on-customer}}, met_when: {status: open}, target: [{within: 1d}]}
- {sla: comments, start: related_item_added, if: {related_item.type: comment}, met_when: {status: closed}, target: [{within: 1h}]}
- {sla: updated, start: related_item_updated, met_when: {status: closed}, target: [{within: 1h}]}
- {sla: by-rule, start: assigned, met_when: {status: closed}, target: [{within: 1h}]}
"""
)
ASSIGN = """\
- {rule: take-it, when: case_updated, if: {priority: {changed: {to: high}}}, then: [{assign_sla: by-rule}]}
- {rule: never, when: case_updated, if: {title: Nobody}, then: [{assign_sla: by-hand}]}
"""


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClockCenter]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        center = ClockCenter(tmp_path_factory.mktemp("center"), monkeypatch, {"slas.yaml": MORE, "rules/assign.yaml": ASSIGN})
        yield center
        center.close()


@pytest.fixture(scope="module")
def case_id(center: ClockCenter) -> str:
    """A case that goes to a queue, waits, comes back, turns urgent, runs out of time and is closed, and opened again."""
    case_id = center.opens(amount=700.0)
    center.changes(case_id, OPENS + timedelta(minutes=3), assigned_queue=QUEUE)
    center.changes(case_id, OPENS + timedelta(minutes=6), status="waiting-on-customer")
    center.changes(case_id, OPENS + timedelta(minutes=9), status="open")
    center.changes(case_id, OPENS + timedelta(minutes=10), priority="high")
    center.changes(case_id, OPENS + timedelta(minutes=18), status="closed")
    center.changes(case_id, OPENS + timedelta(minutes=24), status="open")
    center.until(OPENS + timedelta(minutes=26))
    return case_id


def minutes(text: str) -> int:
    """Whole minutes since the centre opened."""
    return round((datetime.fromisoformat(text) - OPENS) / timedelta(minutes=1))


def of_policy(told: Any, policy: str) -> Any:
    return next(each for each in told["clocks"] if each["policy"] == policy)


def without(told: Any, policy: str) -> Any:
    return next(each for each in told["without_clock"] if each["policy"] == policy)


def test_every_turn_has_its_time_its_event_and_what_is_used_and_left(
    center: ClockCenter, case_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = of_policy(center.asks(capsys, case_id), "resolution")["cycles"]
    turns = [
        (each["did"], minutes(each["at"]), each["status"], round(each["used_seconds"] / 60), round(each["left_seconds"] / 60))
        for each in first["turns"]
    ]
    assert turns == [
        ("started", 0, "Active", 0, 24),
        ("paused", 6, "Paused", 6, 18),
        ("resumed", 9, "Active", 6, 18),
        ("moved", 10, "Active", 7, -1),
        ("milestone", 10, "Active", 7, -1),
        ("breached", 10, "Overdue", 7, -1),
        ("not_met", 18, "NotMet", 15, -9),
    ]
    assert [each["event"]["what"] for each in first["turns"]][:3] == ["Case created", "Changed status", "Changed status"]
    assert {each["event"]["by"] for each in first["turns"]} == {"maya"}
    assert all(each["was_told"] and not each["silent"] for each in first["turns"])
    assert (first["status"], first["target_seconds"], first["bundle"]) == ("NotMet", 360, center.in_force())
    assert (second["status"], second["turns"][0]["did"], minutes(second["due"])) == ("Active", "reset", 30)
    assert round(second["used_seconds"] / 60), round(second["left_seconds"] / 60) == (2, 4)


def test_spans_cover_the_course_and_show_as_a_bar(center: ClockCenter, case_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = of_policy(center.asks(capsys, case_id), "resolution")["cycles"]
    spans = [(each["status"], minutes(each["from"]), minutes(each["to"])) for each in (*first["spans"], *second["spans"])]
    assert spans == [("Active", 0, 6), ("Paused", 6, 9), ("Active", 9, 10), ("Overdue", 10, 18), ("Active", 24, 26)]
    assert run(["sla", case_id, *center.places, "--policy", "resolution"]) == 0
    told = capsys.readouterr().out
    assert "█" * 20 + "░" * 10 + "█" * 3 + "▓" * 27 + "  █ Active 7m  ░ Paused 3m  ▓ Overdue 8m" in told
    assert "in-hours" not in told
    assert run(["sla", case_id, *center.places, "--policy", "in-hours"]) == 0
    assert "Clock in-hours: time is up\n" in capsys.readouterr().out, "an id of ours would only say it again"


def test_the_time_of_a_clock_is_shared_out_by_queue(center: ClockCenter, case_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = center.asks(capsys, case_id)
    first, second = of_policy(told, "resolution")["cycles"]
    assert [(each["queue"], round(each["seconds"] / 60)) for each in first["queues"]] == [("", 3), ("Escalations", 12)]
    assert [(each["queue"], round(each["seconds"] / 60)) for each in second["queues"]] == [("Escalations", 2)]
    assert sum(each["seconds"] for each in first["queues"]) == pytest.approx(first["used_seconds"])
    in_hours = of_policy(told, "in-hours")["cycles"][0]
    assert [(each["queue"], round(each["seconds"] / 60)) for each in in_hours["queues"]] == [("", 3), ("Escalations", 12)], "noon is closed"
    assert (minutes(in_hours["due"]), in_hours["status"]) == (12, "Overdue")


def test_each_turn_says_which_condition_turned_and_what_it_saw(
    center: ClockCenter, case_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = of_policy(center.asks(capsys, case_id), "resolution")["cycles"]
    why = [(each["did"], [(reason["part"], reason["why"]) for reason in each["reasons"]]) for each in (*first["turns"], second["turns"][0])]
    assert why == [
        (
            "started",
            [
                ("start", "case_created came"),
                ("target[0]", 'not 6m: priority equals "high" is false, it was absent'),
                ("target[1]", "within 24m"),
            ],
        ),
        ("paused", [("pause_while", 'status equals "waiting-on-customer" is true, it was "waiting-on-customer"')]),
        ("resumed", [("pause_while", 'status equals "waiting-on-customer" is false, it was "open"')]),
        ("moved", [("target[0]", 'within 6m: priority equals "high" is true, it was "high"')]),
        ("milestone", [("half", "50% of the target")]),
        ("breached", [("breach", "the time of the target was used up")]),
        ("not_met", [("met_when", 'status equals "closed" is true, it was "closed"')]),
        (
            "reset",
            [
                ("reset", 'status changed {from: "closed"} is true, it changed from "closed" to "open"'),
                ("target[0]", 'within 6m: priority equals "high" is true, it was "high"'),
            ],
        ),
    ]
    [leaf] = first["turns"][1]["reasons"][0]["conditions"]
    assert (leaf["subject"], leaf["operator"], leaf["value"], leaf["verdict"]) == ("status", "equals", "waiting-on-customer", True)
    by_rule = of_policy(center.asks(capsys, case_id), "by-rule")["cycles"][0]
    assert by_rule["turns"][0]["reasons"][0]["why"] == "assigned by take-it"


def test_a_policy_without_a_clock_says_why(center: ClockCenter, case_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = center.asks(capsys, case_id)
    why = {
        each["policy"]: [(attempt["part"], attempt["why"]) for attempt in each["attempts"]] or each["never"]
        for each in told["without_clock"]
    }
    assert why == {
        "refunds": [("if", "vip equals true is false, it was absent")],
        "at-once": [("met_when", 'status equals "open" is true, it was "open"')],
        "billing": [("target", 'no row held: target[0] not 1h: template equals "Billing" is false, it was "Shipping"')],
        "by-hand": "assigned by no rule; never would",
        "comments": [("if", 'related_item.type equals "comment" is false, it was "sla"')] * 3,
        "updated": "related_item_updated never came",
    }
    assert run(["sla", case_id, *center.places, "--policy", "refunds"]) == 0
    assert "if: vip equals true is false, it was absent" in capsys.readouterr().out


def test_a_start_that_never_turned_tells_what_it_reads_now(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = center.opens()
    told = without(center.asks(capsys, case_id, "--policy", "waiting"), "waiting")
    assert (
        told["never"] == 'its condition never became true; as the case is now, status equals "waiting-on-customer" is false, it was "open"'
    )


def test_a_deleted_case_cancels_its_clocks_and_says_so(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = center.opens()
    center.house.session("admin").client("connectcases").delete_case(domainId=center.house.domain_id, caseId=case_id)
    center.until(center.house.clock.now() + timedelta(minutes=1))
    told = center.asks(capsys, case_id)
    last = of_policy(told, "resolution")["cycles"][0]["turns"][-1]
    assert (last["did"], last["reasons"][0]["why"]) == ("cancelled", "the case was deleted")


def test_a_policy_published_after_the_start_and_a_version_that_changed_are_told(
    center: ClockCenter, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id, before = center.opens(), center.in_force()
    later = "- {sla: later, start: case_created, met_when: {status: closed}, target: [{within: 1h}]}\n"
    after = center.publish(slas=MORE.replace("within: 24m", "within: 48m") + later)
    center.changes(case_id, center.house.clock.now() + timedelta(minutes=1), status="closed")
    center.changes(case_id, center.house.clock.now() + timedelta(minutes=1), status="open")
    told = center.asks(capsys, case_id)
    assert without(told, "later")["attempts"][0]["why"] == f"bundle {before}, which decided this, does not have the policy"
    first, second = of_policy(told, "resolution")["cycles"]
    assert (first["bundle"], first["target_seconds"]) == (before, 24 * 60)
    assert (second["bundle"], second["target_seconds"]) == (after, 48 * 60)
    center.publish(slas=MORE)


def test_what_a_late_event_brought_to_light_is_told_apart(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    """The pause never came until the breach had been told; then its event did."""
    case_id = center.opens()
    opened = center.house.clock.now()
    center.until(opened + timedelta(minutes=25))
    assert center.fired(case_id) == ["warn", "late"]
    center.learns(case_id, opened + timedelta(minutes=3), status="waiting-on-customer")
    told = of_policy(center.asks(capsys, case_id), "resolution")
    [cycle] = told["cycles"]
    assert [(each["did"], each["was_told"], each["event"]["late"]) for each in cycle["turns"]] == [
        ("started", True, False),
        ("paused", True, True),
    ]
    assert (cycle["status"], round(cycle["used_seconds"] / 60)) == ("Paused", 3)
    assert [(each["did"], each["milestone"]) for each in told["untrue"]] == [("milestone", "half"), ("breached", "breach")]
    assert run(["sla", case_id, *center.places, "--policy", "resolution"]) == 0
    assert "Told then, and not so since a late event came: breached at" in capsys.readouterr().out


def test_a_bundle_that_is_gone_leaves_the_clocks_and_their_course(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    gone = center.publish(slas=MORE.replace("within: 24m", "within: 42m"))
    case_id = center.opens()
    center.publish(slas=MORE)
    center.house.session("admin").client("s3").delete_object(Bucket=BUNDLES, Key=f"bundles/{gone}.json")
    told = center.asks(capsys, case_id)
    [cycle] = of_policy(told, "resolution")["cycles"]
    assert (cycle["bundle"], cycle["target_seconds"], cycle["turns"][0]["did"]) == (gone, 42 * 60, "started")
    assert f"bundle {gone}, which decided this, cannot be had" in without(told, "refunds")["attempts"][0]["why"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["7f1c2f9e", "--table", CASE_TABLE, "--bucket", BUNDLES], f"table {CASE_TABLE} knows no case '7f1c2f9e'"),
        (
            ["CASE", "--table", CASE_TABLE, "--bucket", BUNDLES, "--policy", "resolutoin"],
            "unknown policy 'resolutoin' (did you mean 'resolution'?)",
        ),
        (["CASE", "--table", CASE_TABLE, "--bucket", "elsewhere"], f"table {CASE_TABLE}, bucket elsewhere: "),
        (["CASE"], "Missing option '--table'"),
        (["elapsd", "support"], "Did you mean 'elapsed'?"),
    ],
)
def test_what_is_not_there_is_named(
    center: ClockCenter, case_id: str, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert run(["sla", *[case_id if word == "CASE" else word for word in words]]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_the_commands_of_the_page_run(center: ClockCenter, case_id: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in commands(page("sla.md"), "sla"):
        assert run([case_id if word == "CASE" else word for word in words]) == 0
        assert "resolution" in capsys.readouterr().out


def test_a_case_stands_beside_the_commands_and_behind_options(
    center: ClockCenter, case_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sla", *center.places, case_id]) == 0
    plain = capsys.readouterr().out
    assert run(["sla", "case", case_id, *center.places]) == 0
    assert capsys.readouterr().out == plain
    assert "resolution" in plain


def test_a_queue_that_has_the_case_since_its_clock_last_did_something_is_counted(
    center: ClockCenter, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = center.opens()
    opened = center.house.clock.now()
    center.changes(case_id, opened + timedelta(minutes=3), assigned_queue=QUEUE)
    center.until(opened + timedelta(minutes=10))
    [cycle] = of_policy(center.asks(capsys, case_id), "resolution")["cycles"]
    assert [(each["queue"], round(each["seconds"] / 60)) for each in cycle["queues"]] == [("", 3), ("Escalations", 7)]


def test_the_clocks_of_an_adopted_case_are_told_as_they_were_started(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing was told while it was opened, turned urgent a minute later, and ran out of time."""
    stream = center.house.cloud.connectcases.stream
    stream.set(Faults(dropped=1.0))
    case_id = center.opens()
    opened = center.house.clock.now()
    center.changes(case_id, opened + timedelta(minutes=1), priority="high")
    stream.set(Faults())
    center.until(opened + timedelta(minutes=8))
    assert run(["adopt", *center.places, "--domain", center.house.domain_id, "--calls-a-second", "1000"]) == 0
    told = center.asks(capsys, case_id)
    [cycle] = (course := of_policy(told, "resolution"))["cycles"]
    assert [(each["did"], round((datetime.fromisoformat(each["at"]) - opened) / timedelta(minutes=1))) for each in cycle["turns"]] == [
        ("started", 0),
        ("milestone", 3),
        ("breached", 6),
    ]
    assert (cycle["status"], round(cycle["used_seconds"] / 60), course["untrue"]) == ("Overdue", 8, [])
    assert all(each["was_told"] for each in cycle["turns"])
    assert cycle["turns"][0]["reasons"][0]["why"] == "case_created is taken to have come, since the case was there before"
    assert without(told, "refunds")["attempts"][0]["part"] == "if"
    assert without(told, "comments")["never"] == "related_item_added never came"
