"""`casewright sla recompute`: running clocks under the version of their policy in force, shown, changed on demand, and told once."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from building import at, case_event, comment, equals, field, linked, rule
from clock_center import SLAS, ClockCenter
from core_case import HOUR, policy, updated
from damaging import JUNK, LATER, Stored
from fakes import FakeLake, FakeLog, FakeSwitch, deciding, sweep
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from casewright.actions import MirrorSla
from casewright.bundle import LinkedBundle
from casewright.cases.events import ClockRecomputed, Position
from casewright.cases.performers import Performer
from casewright.decision import Recomputed
from casewright.errors import VersionConflict
from casewright.recompute import Recomputation, recompute
from casewright.service.decide import take
from casewright.sla.clocks import Clock
from casewright.sla.policies import Milestone, Mirror, Target
from casewright_workbench.cli.main import run
from casewright_workbench.deployment.caller import Asking
from casewright_workbench.lake.opening import open_lake
from casewright_workbench.provisioning import BUNDLES, CASE_TABLE, STREAM
from casewright_workbench.sla.recomputing import Recomputing

CREATED = case_event("e0", 0, "CREATED", status="open", priority="normal")
RULES = (rule("late", "sla_breached"), rule("warn", "sla_milestone"), rule("met", "sla_met"))
VERSIONS = (
    linked(policy(), *RULES),
    linked(policy(target=(Target(7 * HOUR),)), *RULES),
    linked(policy(target=(Target(HOUR, equals("priority", "high")), Target(2 * HOUR))), *RULES),
    linked(policy(pause_while=None, reset=None), *RULES),
    linked(
        policy(pause_while=equals("priority", "low"), milestones=(Milestone("soon", offset=-HOUR), Milestone("last", offset=2 * HOUR))),
        *RULES,
    ),
)
OPERATOR = Performer(iam_principal_arn="arn:aws:iam::111122223333:user/operator")
LONGER, SHORTER = SLAS.replace("within: 24m", "within: 48m"), SLAS.replace("within: 24m", "within: 12m")
P = ("--policy", "resolution")


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[int, str]]:
    """What happens to a case after its creation, minute by minute."""
    fields: dict[str, str] = {"status": "open", "priority": "normal"}
    day = list[tuple[int, str]]()
    for number, minute in enumerate(sorted(draw(st.lists(st.integers(1, 900), min_size=1, max_size=8, unique=True)))):
        name = draw(st.sampled_from(["status", "status", "priority", ""]))
        if not name:
            day.append((minute, comment(f"c{number}", minute)))
            continue
        fields[name] = draw(st.sampled_from({"status": ["open", "waiting", "closed"], "priority": ["low", "normal", "high"]}[name]))
        day.append((minute, case_event(f"e{number + 1}", minute, changed=(name,), **fields)))
    return day


class Desk:
    """A case in memory, and the version of its policy that is in force."""

    def __init__(self) -> None:
        self.log = FakeLog()
        self.publish(VERSIONS[0])
        self.takes(CREATED)

    def publish(self, bundle: LinkedBundle) -> None:
        self.bundle, self.ports = bundle, deciding(bundle, log=self.log)

    def takes(self, body: str) -> None:
        take(body, 3, self.ports)

    def recomputes(self, minute: float) -> Recomputation | None:
        """Put the clock under the version in force; None where it has ended or nothing would change."""
        stored = self.log.head("c1")
        if not stored.head.clocks["resolve"].is_open:
            return None
        [present] = self.bundle.policies
        found = recompute(self.log.entries("c1"), stored.head, present, self.bundle, at=at(minute), performer=OPERATOR)
        if found:
            self.log.record(found.decided, found.event, version=stored.version, armed=True)
        return found

    @property
    def clock(self) -> Clock:
        """The clock, apart from what was told, with what fired in the order of names."""
        clock = self.log.heads["c1"].head.clocks["resolve"]
        return replace(clock, told=(), fired=tuple(sorted(clock.fired)))


@given(changes(), st.integers(10, 890), st.sampled_from(VERSIONS[1:]), st.data())
@settings(max_examples=150)
def test_a_recomputed_clock_is_as_if_its_version_had_always_been_in_force(
    day: list[tuple[int, str]], minute: int, version: LinkedBundle, data: st.DataObject
) -> None:
    """Whatever of the log comes late: before the version was published, before the clock was recomputed, or long after."""
    desk, earlier = Desk(), [body for at_minute, body in day if at_minute < minute]
    known = [body for body in earlier if data.draw(st.booleans())]
    for body in known:
        desk.takes(body)
    desk.publish(version)
    if desk.recomputes(minute + 0.5) is None:
        return
    rest = [body for body in earlier if body not in known] + [body for at_minute, body in day if at_minute >= minute]
    for body in data.draw(st.permutations(rest)):
        desk.takes(body)
    sweep(desk.log, at(2000), desk.ports)
    oracle = Desk.__new__(Desk)
    oracle.log = FakeLog()
    oracle.publish(version)
    for body in [CREATED, *(body for _, body in day)]:
        oracle.takes(body)
    sweep(oracle.log, at(2000), oracle.ports)
    assert desk.clock == oracle.clock


@given(changes(), st.lists(st.tuples(st.integers(1, 899), st.sampled_from(VERSIONS)), min_size=1, max_size=5))
@settings(max_examples=150)
def test_however_often_a_clock_is_recomputed_each_milestone_is_told_once_a_cycle(
    day: list[tuple[int, str]], versions: list[tuple[int, LinkedBundle]]
) -> None:
    desk = Desk()
    steps: list[tuple[float, str | LinkedBundle]] = [*day, *((minute + 0.5, bundle) for minute, bundle in versions)]
    for minute, step in sorted(steps, key=lambda each: each[0]):
        sweep(desk.log, at(minute), desk.ports)
        if isinstance(step, str):
            desk.takes(step)
        else:
            desk.publish(step)
            told = len(desk.log.effects)
            desk.recomputes(minute)
            assert len(desk.log.effects) == told, "recomputing sets off no rule"
    sweep(desk.log, at(2000), desk.ports)
    told = [
        (did.cycle, did.milestone)
        for entry in desk.log.entries("c1")
        for did in entry.decision.transitions
        if did.milestone and not did.silent
    ]
    assert len(told) == len(set(told))
    matched = [match for entry in desk.log.entries("c1") for match in entry.decision.matched if match.rule in ("late", "warn")]
    assert len(matched) == len(told), "what is silent is not told, and what is not silent is"


def test_an_event_on_its_way_while_a_clock_is_recomputed_tells_nothing_of_the_version_before() -> None:
    """Its time is past under the old version, and no more under the new one."""
    desk = Desk()
    desk.publish(VERSIONS[1])
    assert desk.recomputes(241) is not None
    desk.takes(comment("late", 240.5))
    assert (desk.clock.status, desk.clock.due_at) == ("Active", at(420))
    assert desk.log.effects == []
    sweep(desk.log, at(600), desk.ports)
    assert [effect.rule for effect in desk.log.effects] == ["warn", "late", "warn"]


def test_a_clock_that_recomputing_cancelled_is_there_whatever_comes_late() -> None:
    """Its first cycle began under a version that is gone, and the one in force would never have begun it."""
    desk = Desk()
    desk.takes(updated("b", 60, status="closed"))
    desk.publish(linked(policy(condition=equals("priority", "high"))))
    desk.takes(updated("c", 70, status="open"))
    assert desk.recomputes(80) is not None
    cancelled = desk.clock
    assert (cancelled.status, cancelled.cycle) == ("Cancelled", 2)
    desk.takes(comment("late", 50))
    assert desk.clock == cancelled


def test_an_entry_of_the_log_says_who_put_what_in_force() -> None:
    desk = Desk()
    before = desk.bundle.policies[0]
    desk.publish(VERSIONS[1])
    found = desk.recomputes(30)
    assert found is not None
    [entry] = [entry for entry in desk.log.entries("c1") if isinstance(entry.event.change, ClockRecomputed)]
    assert (entry.event.performer, entry.event.at, entry.decision.bundle_hash) == (OPERATOR, at(30), VERSIONS[1].hash)
    assert entry.decision.recomputed == Recomputed(VERSIONS[1].policies[0], before)
    assert [(did.kind, did.due_at) for did in entry.decision.transitions] == [("recomputed", at(420))]
    assert desk.recomputes(31) is None, "it runs under the version in force"
    desk.publish(VERSIONS[2])
    assert desk.recomputes(-5) is not None
    assert desk.log.heads["c1"].head.last == Position(at(30) + timedelta(microseconds=1), desk.log.heads["c1"].head.last.event_id)  # type: ignore[union-attr]


def test_a_calendar_that_cannot_tell_the_time_leaves_the_clock_as_it_is() -> None:
    desk = Desk()
    nowhere = replace(VERSIONS[1], policies=(policy(target=(Target(HOUR),), calendar="nowhere"),))
    found = recompute(desk.log.entries("c1"), desk.log.head("c1").head, nowhere.policies[0], nowhere, at=at(30), performer=OPERATOR)
    assert found is not None
    assert [(stalled.step, stalled.reason.partition(":")[0]) for stalled in found.stalled] == [("start", "calendar nowhere")]
    assert found.after == found.before


def test_the_item_in_the_workspace_waits_for_what_the_recomputed_clock_waits_for() -> None:
    desk = Desk()
    desk.publish(linked(policy(mirror=Mirror(field("status"), "closed"))))
    found = desk.recomputes(10)
    assert found is not None
    assert [effect.action for effect in found.decided.decision.effects] == [MirrorSla("resolve", "status", "closed", at(240))]
    desk.publish(linked(policy(mirror=Mirror(field("priority"), "low"), met_when=equals("priority", "low"))))
    found = desk.recomputes(20)
    assert found is not None
    assert [effect.action for effect in found.decided.decision.effects] == [MirrorSla("resolve", "f-priority", "low", at(240))]


def recomputing(desk: Desk, *, armed: bool = True, lake: FakeLake | None = None) -> Recomputing:
    """The use case over the case in memory."""
    return Recomputing(
        policy=desk.bundle.policies[0],
        bundle=desk.bundle,
        asking=Asking(OPERATOR, at(30)),
        known=None,  # type: ignore[arg-type]  # only open_cases reads them
        log=desk.log,
        arming=FakeSwitch(armed=armed),
        lake=lake,
    )


def test_a_case_written_meanwhile_is_recomputed_as_it_is_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casewright_workbench.sla.recomputing.time.sleep", lambda _seconds: None)
    desk, lake = Desk(), FakeLake()
    desk.publish(VERSIONS[1])
    desk.log.before_record = once(desk, case_event("e1", 20, changed=("status",), status="waiting", priority="normal"))
    found = recomputing(desk, lake=lake).apply("c1")
    assert found is not None
    assert (found.after.status, found.after.paused_at, desk.clock.target) == ("Paused", at(20), timedelta(hours=7))
    assert [(row["kind"], row.get("clock_status")) for row in lake.rows] == [
        ("clock_recomputed", None),
        ("decision", None),
        ("clock", "Paused"),
    ]

    desk = Desk()
    desk.publish(VERSIONS[1])
    desk.log.before_record = once(desk, case_event("e1", 20, changed=("status",), status="closed", priority="normal"))
    assert recomputing(desk).apply("c1") is None, "it ended meanwhile"
    assert (desk.clock.status, desk.clock.target) == ("Met", timedelta(hours=4))


def test_a_case_that_others_write_all_the_time_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casewright_workbench.sla.recomputing.time.sleep", lambda _seconds: None)
    desk = Desk()
    desk.publish(VERSIONS[1])

    def conflict() -> None:
        raise VersionConflict("c1")

    desk.log.before_record = conflict
    with pytest.raises(VersionConflict):
        recomputing(desk).apply("c1")
    assert desk.clock.target == timedelta(hours=4)


def once(desk: Desk, body: str) -> Callable[[], None]:
    """Somebody writes the case just before the next record."""

    def come_between() -> None:
        desk.log.before_record = lambda: None
        desk.takes(body)

    return come_between


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


def test_a_case_that_cannot_be_read_is_named_and_the_others_are_recomputed(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    no_head, no_entry, intact = (center.opens() for _ in range(3))
    stored, entry = Stored(center.house), f"event#{center.file(no_entry).log[0].event.id}"
    center.publish(slas=LONGER)
    before = [stored.damage(no_head, format=LATER)[0], stored.damage(no_entry, entry, event=JUNK)[0]]
    told = center.asks(capsys, "recompute", *P, "--yes", code=1)
    assert of_case(told, intact) is not None
    assert sorted(each.split(":")[0] for each in told["unread"]) == sorted(
        [f"record case#{no_head} head", f"record case#{no_entry} {entry}"]
    )
    assert run(["sla", "recompute", *P, *center.places]) == 1
    assert capsys.readouterr().out.count("not looked at: record case#") == 2
    for item in before:
        stored.put(item)


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
    of_the_case = f"FROM facts WHERE case_id = '{case_id}' AND"
    assert lake.execute(f"SELECT clock_policy {of_the_case} kind = 'clock_recomputed'").fetchall() == [("resolution",)]
    told = lake.execute(f"SELECT clock_target_seconds FROM latest_clock_state WHERE case_id = '{case_id}'").fetchall()
    assert told == [(48 * 60.0,)]


def test_people_read_before_and_after_on_a_line(center: ClockCenter, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = center.opens()
    started = center.clock(case_id).started_at.replace(microsecond=0)
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

    other = center.publish(slas=LONGER.replace("name: half", "name: halfway"))
    capsys.readouterr()
    assert run(["sla", "recompute", *P, "--case", case_id, *center.places]) == 0
    same = "not listed: 1 clock of another version, whose times stay the same"
    assert capsys.readouterr().out == f"0 open clocks of resolution would change under bundle {other}; {same}\n"


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
