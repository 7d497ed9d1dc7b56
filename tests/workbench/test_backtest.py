"""What `casewright backtest` counts, and how two configurations differ."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from backtested import RULES, SLAS, Told, archive, configuration, totals
from building import AGENT, OWN_PRINCIPAL, OWN_ROLE, case_event, comment, envelope

from casewright_workbench.cli.main import run

DAY = 24 * 60
HELD = {"title": "a refund please", "amount": 200.0, "status": "open"}
BODIES = (
    case_event("a1", 0, "CREATED", **HELD),
    comment("a2", 5),
    case_event("a3", DAY, changed=("status",), **(HELD | {"status": "closed"})),
    case_event("b1", 10, "CREATED", case_id="c2", title="where is it", status="open", amount=5.0),
    case_event("b2", 70, case_id="c2", changed=("status",), title="where is it", status="closed", amount=5.0),
    case_event("e1", DAY + 30, "CREATED", case_id="c3", title="refund", status="open", amount=1.0),
    comment("e2", DAY + 151, case_id="c3"),
)


@pytest.fixture
def told(capfdbinary: pytest.CaptureFixture[bytes]) -> Told:
    return Told(capfdbinary)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return configuration(tmp_path / "config")


def test_everything_is_counted(told: Told, tmp_path: Path, config: Path) -> None:
    answer = told("--events", archive(tmp_path / "events.jsonl", BODIES), "--config", config)
    assert answer["rules"] == {
        "refunds": {"total": 3, "days": {"2026-11-16": 1, "2026-11-17": 2}},
        "big": {"total": 2, "days": {"2026-11-16": 1, "2026-11-17": 1}},
        "late": {"total": 2, "days": {"2026-11-16": 1, "2026-11-17": 1}},
    }
    assert answer["effects"] == {"add_comment": 2, "put_event": 3, "update_case": 3}
    assert answer["slas"] == {"resolve": {"started": 3, "met": 1, "not_met": 1, "breached": 2, "cancelled": 0}}
    assert answer["shadowed"] == {"quiet": 2}
    assert answer["overruled"] == {"refunds": 2}
    assert (answer["looped"], answer["imported"], answer["broken"]) == ({}, 0, 0)
    assert answer["decided"] == len(BODIES) + 2, "two clocks came due by themselves"
    events = answer["events"]
    assert (events["taken"], events["cases"], events["files"]) == (len(BODIES), 3, 1)
    assert (events["from"], events["to"]) == ("2026-11-16T14:00:00Z", "2026-11-17T16:31:00Z")
    assert "against" not in answer
    assert "differences" not in answer


def test_time_runs_to_the_last_event_and_no_further(told: Told, tmp_path: Path, config: Path) -> None:
    answer = told("--events", archive(tmp_path / "events.jsonl", BODIES[:6]), "--config", config)
    assert answer["slas"]["resolve"]["breached"] == 1, "the clock of c3 is due after the last event"


def test_the_order_of_the_archive_makes_no_difference(told: Told, tmp_path: Path, config: Path) -> None:
    first = told("--events", archive(tmp_path / "in-order.jsonl", BODIES), "--config", config)
    for seed in range(3):
        folder = tmp_path / f"shuffled-{seed}"
        folder.mkdir()
        bodies = random.Random(seed).sample([*BODIES, *BODIES[::2]], k=len(BODIES) + 4)
        archive(folder / "1.jsonl", bodies[:5])
        archive(folder / "2.jsonl", bodies[5:])
        again = told("--events", folder, "--config", config)
        assert again["events"] == first["events"] | {"files": 2, "duplicates": 4}
        del again["events"]
        assert again == {name: value for name, value in first.items() if name != "events"}


def test_a_configuration_differs_from_itself_in_nothing(told: Told, tmp_path: Path, config: Path) -> None:
    answer = told("--events", archive(tmp_path / "events.jsonl", BODIES), "--config", config, "--against", config)
    assert answer["difference"] == {"cases": 0, "rules": {}, "effects": {}, "breaches": {}}
    assert answer["differences"] == []
    assert answer["against"] == {name: value for name, value in answer.items() if name in answer["against"]}
    assert totals(answer["against"]) == {"refunds": 3, "big": 2, "late": 2}


def test_two_configurations_differ_case_by_case(told: Told, tmp_path: Path, config: Path) -> None:
    rules = RULES.replace("greater_than: 100", "greater_than: 300").replace('"Late: ', '"Too late: ')
    other = configuration(tmp_path / "other", rules=rules, slas=SLAS.replace("2h", "50m"))
    answer = told("--events", archive(tmp_path / "events.jsonl", BODIES), "--config", config, "--against", other)
    difference = answer["difference"]
    assert difference["cases"] == 3
    assert difference["rules"] == {"big": {"config": 2}, "late": {"config": 2, "against": 3}}
    assert difference["effects"] == {"update_case": {"config": 2, "against": 2}, "add_comment": {"config": 2, "against": 3}}
    assert difference["breaches"] == {"resolve": {"config": 2, "against": 3}}
    listed = answer["differences"]
    assert len(listed) == sum(
        count
        for part in (difference[name] for name in ("rules", "effects", "breaches"))
        for each in part.values()
        for count in each.values()
    )
    assert [each["case_id"] for each in listed] == sorted(
        (each["case_id"] for each in listed), key=[each["case_id"] for each in listed].index
    )
    [comes] = [each for each in listed if each["case_id"] == "c2" and each["what"] == "breach"]
    assert (comes["only_in"], comes["name"], comes["at"]) == ("against", "resolve", "2026-11-16T15:00:00Z")
    [asked] = [each for each in listed if each["event_id"] == "a1" and each["what"] == "effect" and each["only_in"] == "against"]
    assert (asked["name"], asked["index"], asked["asked"]) == ("refunds", 1, {"type": "update_case", "fields": {"f-priority": "high"}})


def test_other_words_of_the_same_rule_are_a_difference(told: Told, tmp_path: Path, config: Path) -> None:
    other = configuration(tmp_path / "other", rules=RULES.replace('"Late: ', '"Too late: '))
    answer = told("--events", archive(tmp_path / "events.jsonl", BODIES), "--config", config, "--against", other)
    assert answer["difference"] == {"cases": 2, "rules": {}, "effects": {"add_comment": {"config": 2, "against": 2}}, "breaches": {}}
    said = [(each["only_in"], each["asked"]["body"]) for each in answer["differences"] if each["case_id"] == "c1"]
    assert said == [("against", "Too late: a refund please"), ("config", "Late: a refund please")]


def test_a_reset_counts_as_a_start(told: Told, tmp_path: Path) -> None:
    slas = SLAS + "  reset: {status: {changed: {from: closed, to: open}}}\n"
    again = case_event("b3", 80, case_id="c2", changed=("status",), title="where is it", status="open", amount=5.0)
    path = archive(tmp_path / "events.jsonl", [*BODIES, again])
    answer = told("--events", path, "--config", configuration(tmp_path / "reset", slas=slas))
    assert answer["slas"]["resolve"]["started"] == 4


def test_a_further_clock_that_is_due_at_the_same_instant_is_no_difference(told: Told, tmp_path: Path, config: Path) -> None:
    """Its tick may come first and tell what the other clock did."""
    further = "- {sla: another, start: case_created, met_when: {status: closed}, target: [{within: 2h}]}\n"
    other = configuration(tmp_path / "other", slas=further + SLAS)
    answer = told("--events", archive(tmp_path / "events.jsonl", BODIES), "--config", config, "--against", other)
    assert answer["difference"] == {"cases": 2, "rules": {}, "effects": {}, "breaches": {"another": {"against": 2}}}


def test_the_same_words_asked_again_are_no_difference(told: Told, tmp_path: Path, config: Path) -> None:
    other = configuration(tmp_path / "other", rules=RULES.replace("{contains: refund}", '{matches: "ref.nd"}'))
    answer = told("--events", archive(tmp_path / "events.jsonl", BODIES), "--config", config, "--against", other)
    assert answer["differences"] == []


def test_what_is_no_event_is_told_with_its_place_and_does_not_stop_the_run(told: Told, tmp_path: Path, config: Path) -> None:
    clock = {
        "id": "~clock/c1/resolve/1/breach/x", "source": "casewright", "detail-type": "Casewright Clock Due", "account": "1", "region": "r",
        "resources": ["arn:aws:cases:us-east-1:111122223333:domain/d"],
        "detail": {"caseId": "c1", "policy": "resolve", "cycle": 1, "milestone": "breach", "due": "2026-11-16T16:00:00Z"},
    }  # fmt: skip
    wrong = case_event("w", 3, "CREATED", title="x").replace('"stringValue": "x"', '"stringValue": 5')
    lines = [
        BODIES[0],
        "{ not json",
        "",
        json.dumps(clock),
        wrong,
        envelope("u", 1, "CASE.MERGED", {"case": {"caseId": "c1", "templateId": "t"}}),
        json.dumps({"source": "aws.cases", "detail-type": "Elsewhere"}),
        *BODIES[1:],
    ]
    path = archive(tmp_path / "events.jsonl", lines)
    answer = told("--events", path, "--config", config)
    events = answer["events"]
    assert (events["taken"], events["malformed"], events["unrecognised"], events["clock_and_schedule_events"]) == (len(BODIES), 3, 1, 1)
    assert [(each["file"], each["line"]) for each in events["problems"]] == [(str(path), 2), (str(path), 5), (str(path), 7)]
    assert "accepted is exactly one of stringValue" in events["problems"][1]["problem"]
    assert totals(answer) == {"refunds": 3, "big": 2, "late": 2}


def test_the_first_twenty_problems_are_told_and_all_are_counted(told: Told, tmp_path: Path, config: Path) -> None:
    path = archive(tmp_path / "events.jsonl", [*["{}"] * 15, BODIES[0], *['{"detail": 1}'] * 15])
    events = told("--events", path, "--config", config)["events"]
    assert (events["malformed"], events["taken"]) == (30, 1)
    assert [each["line"] for each in events["problems"]] == [*range(1, 16), *range(17, 22)]


def test_writes_of_our_own_count_as_own_when_the_role_is_told(told: Told, tmp_path: Path, config: Path) -> None:
    ours = {"user": {"customEntity": f"casewright/{'0' * 32}/1"}, "iamPrincipalArn": OWN_PRINCIPAL}
    echo = case_event("a9", 20, changed=("priority",), performed_by=ours, **(HELD | {"priority": "normal"}))
    path = archive(tmp_path / "events.jsonl", [BODIES[0], echo])
    unclaimed = told("--events", path, "--config", config)
    assert totals(unclaimed) == {"refunds": 2, "big": 2}
    assert unclaimed["events"]["unclaimed_roles"] == {OWN_ROLE: 1}
    claimed = told("--events", path, "--config", config, "--own-role", OWN_ROLE)
    assert totals(claimed) == {"refunds": 1, "big": 1}
    assert claimed["events"]["unclaimed_roles"] == {}


def test_someone_who_takes_our_name_claims_nothing(told: Told, tmp_path: Path, config: Path) -> None:
    other = AGENT | {"user": {"customEntity": "casewright/hello"}}
    path = archive(tmp_path / "events.jsonl", [BODIES[0], case_event("x", 1, performed_by=other, **HELD)])
    assert told("--events", path, "--config", config)["events"]["unclaimed_roles"] == {}


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("COLUMNS", "200")

    def printed(*arguments: object) -> str:
        assert run(["backtest", *map(str, arguments)]) == 0
        return capsys.readouterr().out

    return printed


def rows(out: str) -> list[list[str]]:
    return [line.split() for line in out.splitlines()]


def test_the_tables_show_the_same_counts(printed: Any, tmp_path: Path, config: Path) -> None:
    shown = rows(printed("--events", archive(tmp_path / "events.jsonl", [*BODIES, "{}"]), "--config", config))
    assert ["rule", "times", "2026-11-16", "2026-11-17"] in shown
    assert ["refunds", "3", "1", "2"] in shown
    assert ["update_case", "3"] in shown
    assert ["resolve", "3", "1", "1", "2", "0"] in shown
    assert ["quiet", "shadowed", "2"] in shown
    assert ["malformed", "1"] in shown
    assert any(f"{tmp_path}/events.jsonl:8:" in cell for line in shown for cell in line)


def test_a_long_archive_is_shown_as_a_course(printed: Any, tmp_path: Path, config: Path) -> None:
    bodies = [case_event(f"m{day}", day * DAY, "CREATED", case_id=f"m{day}", title="refund", status="closed") for day in (0, 0, 1, 9)]
    shown = rows(printed("--events", archive(tmp_path / "events.jsonl", bodies), "--config", config))
    assert ["refunds", "3", "1", "on", "2026-11-25", "██", "█"] in shown


def test_days_leave_room_for_the_names_of_rules(printed: Any, tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = [case_event(f"m{day}", day * DAY, "CREATED", case_id=f"m{day}", title="refund", status="closed") for day in range(6)]
    events = archive(tmp_path / "events.jsonl", bodies)
    assert ["refunds", "6", "1", "1", "1", "1", "1", "1"] in rows(printed("--events", events, "--config", config))
    monkeypatch.setenv("COLUMNS", "80")
    assert ["refunds", "6", "1", "on", "2026-11-21", "██████"] in rows(printed("--events", events, "--config", config))


def test_the_table_tells_in_what_an_effect_differs(printed: Any, tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    events = archive(tmp_path / "events.jsonl", [case_event("b1", 10, "CREATED", case_id="c2", title="where is it", status="open")])
    mirrored = configuration(tmp_path / "mirrored", slas=SLAS + "  native: true\n")
    sooner = configuration(tmp_path / "sooner", slas=SLAS.replace("2h", "50m") + "  native: true\n")
    out = printed("--events", events, "--config", mirrored, "--against", sooner)
    assert "mirror_sla: due 2026-11-16T16:10:00Z" in out
    assert "mirror_sla: due 2026-11-16T15:00:00Z" in out
    assert "then[" not in out
    assert "1 case differs; in all:" in out
    long = "x" * 100
    one, two = (configuration(tmp_path / name, rules=RULES.replace('"Late: ', f'"{long} {name}: ')) for name in ("one", "two"))
    said = printed("--events", archive(tmp_path / "more.jsonl", BODIES), "--config", one, "--against", two)
    assert "add_comment (then[0]): body …xxxxxxxxxxx one: a refund please" in said
    assert "add_comment (then[0]): body …xxxxxxxxxxx two: a refund please" in said


def test_the_table_of_differences_shows_the_first_cases_and_the_number_of_all(printed: Any, tmp_path: Path, config: Path) -> None:
    other = configuration(tmp_path / "other", rules=RULES.replace("contains: refund", "contains: nothing"))
    bodies = [case_event(f"m{n}", n, "CREATED", case_id=f"case-{n:02}", title="refund", status="closed") for n in range(25)]
    out = printed("--events", archive(tmp_path / "events.jsonl", bodies), "--config", config, "--against", other)
    assert "25 cases differ, 20 of them are shown; in all:" in out
    assert {f"case-{n:02}" in out for n in range(20)} == {True}
    assert {f"case-{n:02}" in out for n in range(20, 25)} == {False}
    assert ["rule", "refunds", "fires", "25", "0"] in rows(out)
    assert ["refunds", "25", "0", "25"] in rows(out), "fired: config, against, and the day"
    assert "differ in nothing" in printed("--events", tmp_path / "events.jsonl", "--config", config, "--against", config)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--events", "nowhere/*.jsonl", "--config", "CONFIG"], "nowhere/*.jsonl: no file is there; accepted are files, folders, globs"),
        (["--events", "EVENTS", "--config", "no/directory"], "no/directory is not a directory"),
        (["--events", "EVENTS", "--config", "CONFIG", "--against", "no/directory"], "no/directory is not a directory"),
        (["--events", "EVENTS", "--config", "contact_center"], "give --catalog"),
        (["--events", "EVENTS", "--config", "contact_center", "--catalog", "EVENTS"], "no catalog"),
        (["--config", "CONFIG"], "--events"),
    ],
)
def test_wrong_usage_is_refused(arguments: list[str], said: str, tmp_path: Path, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = {"EVENTS": str(archive(tmp_path / "events.jsonl", BODIES)), "CONFIG": str(config)}
    assert run(["backtest", *(known.get(each, each) for each in arguments)]) == 2
    assert said in capsys.readouterr().err
