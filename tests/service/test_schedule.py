"""The sweep's second half: rules whose schedule has come are asked about the cases they may be for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from building import START, at, case_event, changed, equals, linked, rule
from fakes import FakePrograms, FakeTelemetry, FakeTime, deciding
from msgspec.structs import replace

from casewright.bundle import LinkedBundle
from casewright.cases.events import CaseRead
from casewright.cases.values import FieldValue
from casewright.errors import Refused, Throttled
from casewright.ports.schedules import FoundCases, ScheduleMark
from casewright.rules.rule import Schedule
from casewright.service.decide import take
from casewright.service.schedule import SECONDS_KEPT, Scheduling, schedule

HOURLY = Schedule(every=timedelta(hours=1))


class Found:
    """CaseFinder, CaseEvents and ScheduleMarks; pages of two cases."""

    def __init__(self, *case_ids: str) -> None:
        self.case_ids = case_ids
        self.asked: list[Mapping[str, Sequence[FieldValue]]] = []
        self.sent: list[tuple[str, datetime, str]] = []
        self.marks: dict[str, ScheduleMark] = {}
        self.fail_at_page = ""
        self.refused: list[tuple[object, str]] = []

    def find(self, fields: Mapping[str, Sequence[FieldValue]], *, page: str) -> FoundCases:
        self.asked.append(fields)
        if page and page == self.fail_at_page:
            raise Throttled("SearchCases")
        if (fields.get("status"), page) in self.refused:
            raise Refused("SearchCases: ValidationException")
        start = int(page or 0)
        more = start + 2 < len(self.case_ids)
        return FoundCases(self.case_ids[start : start + 2], str(start + 2) if more else "")

    def send_scheduled(self, rule: str, at: datetime, case_ids: Sequence[str]) -> None:
        self.sent += [(rule, at, case_id) for case_id in case_ids]

    def get(self, rule: str) -> ScheduleMark | None:
        return self.marks.get(rule)

    def put(self, rule: str, mark: ScheduleMark) -> None:
        self.marks[rule] = mark


def scheduling(found: Found, bundle: LinkedBundle, time: FakeTime) -> Scheduling:
    return Scheduling(programs=FakePrograms(bundle), marks=found, finder=found, queue=found, time=time, telemetry=FakeTelemetry())  # type: ignore[arg-type]


def plenty() -> float:
    return 60.0


def nudge(**more: object) -> LinkedBundle:
    return linked(rule("nudge", "schedule", condition=equals("status", "waiting"), schedule=HOURLY, **more))


def test_a_rule_begins_when_it_is_first_seen_and_comes_once_an_hour_for_every_case() -> None:
    found, time = Found("c1", "c2", "c3"), FakeTime(at(30))
    ports = scheduling(found, nudge(), time)
    assert schedule(ports, plenty) == 0
    time.moment = at(59)
    assert schedule(ports, plenty) == 0
    time.moment = at(60.5)
    assert schedule(ports, plenty) == 3
    assert found.sent == [("nudge", at(60), case) for case in ("c1", "c2", "c3")]
    assert found.asked[0] == {"status": ("waiting",)}
    assert schedule(ports, plenty) == 0


def test_an_interrupted_search_goes_on_where_it_stopped() -> None:
    found, time = Found(*(f"c{number}" for number in range(5))), FakeTime(at(30))
    ports = scheduling(found, nudge(), time)
    schedule(ports, plenty)
    time.moment = at(61)
    left = iter([60.0, SECONDS_KEPT - 1])
    assert schedule(ports, lambda: next(left)) == 2
    time.moment = at(62)
    assert schedule(ports, plenty) == 3
    assert [case for _, _, case in found.sent] == ["c0", "c1", "c2", "c3", "c4"]
    assert {moment for _, moment, _ in found.sent} == {at(60)}


def test_a_page_that_fails_is_asked_again_the_next_minute() -> None:
    found, time = Found(*(f"c{number}" for number in range(3))), FakeTime(at(30))
    ports = scheduling(found, nudge(), time)
    schedule(ports, plenty)
    time.moment, found.fail_at_page = at(61), "2"
    try:
        schedule(ports, plenty)
    except Throttled:
        found.fail_at_page = ""
    assert schedule(ports, plenty) == 1
    assert [case for _, _, case in found.sent] == ["c0", "c1", "c2"]


def test_a_page_of_a_search_that_is_no_longer_made_begins_the_search_again() -> None:
    found, time = Found(*(f"c{number}" for number in range(5))), FakeTime(at(30))
    ports = scheduling(found, nudge(), time)
    schedule(ports, plenty)
    time.moment = at(61)
    left = iter([60.0, SECONDS_KEPT - 1])
    assert schedule(ports, lambda: next(left)) == 2
    found.refused = [(("open",), "2")]
    changed = linked(rule("nudge", "schedule", condition=equals("status", "open"), schedule=HOURLY))
    ports = replace(ports, programs=FakePrograms(changed))
    with pytest.raises(Refused):
        schedule(ports, plenty)
    assert len(found.sent) == 2 + 2, "begun again once, and not for ever"
    found.marks["nudge"], found.refused = ScheduleMark(at(60), "stale"), [(("open",), "stale")]
    assert schedule(ports, plenty) == 5
    assert found.marks["nudge"] == ScheduleMark(at(60))


def test_a_rule_whose_search_is_refused_keeps_no_other_from_its_turn() -> None:
    found, time = Found("c1"), FakeTime(at(30))
    bad = rule("bad", "schedule", condition=equals("status", "closed"), schedule=HOURLY, order=-1)
    good = rule("nudge", "schedule", condition=equals("status", "waiting"), schedule=HOURLY)
    found.refused = [(("closed",), "")]
    ports = scheduling(found, linked(bad, good), time)
    schedule(ports, plenty)
    time.moment = at(61)
    with pytest.raises(Refused):
        schedule(ports, plenty)
    assert found.sent == [("nudge", at(60), "c1")]


def test_after_an_outage_the_last_firing_is_made_up_for_and_the_others_are_counted() -> None:
    found, time = Found("c1"), FakeTime(at(30))
    ports = scheduling(found, nudge(), time)
    schedule(ports, plenty)
    time.moment = at(200)
    schedule(ports, plenty)
    assert found.sent == [("nudge", at(180), "c1")]
    assert ports.telemetry.counts["SchedulesMissed"] == 2  # type: ignore[attr-defined]


def test_a_rule_that_is_off_or_runs_on_connect_is_not_asked() -> None:
    for more in ({"mode": "off"}, {"runs_on": "connect"}):
        found, time = Found("c1"), FakeTime(at(30))
        ports = scheduling(found, nudge(**more), time)
        schedule(ports, plenty)
        time.moment = at(61)
        assert schedule(ports, plenty) == 0
        assert found.marks == {}


def scheduled(case_id: str, minutes: float, name: str = "nudge") -> str:
    moment = at(minutes).isoformat()
    resources = '["arn:aws:cases:us-east-1:111122223333:domain/d"]'
    return (
        f'{{"id": "~schedule/{name}/{moment}/{case_id}", "source": "casewright", "detail-type": "Casewright Schedule Due", "account": "1",'
        f'"region": "us-east-1", "resources": {resources}, "detail": {{"caseId": "{case_id}", "rule": "{name}", "at": "{moment}"}}}}'
    )


def test_only_the_rule_whose_schedule_came_is_asked_and_only_what_it_concerns_is_recorded() -> None:
    other = rule("other", "schedule", schedule=HOURLY)
    nudges = rule("nudge", "schedule", condition=equals("status", "waiting"), schedule=HOURLY)
    ports = deciding(linked(nudges, other, rule("on-change", "case_updated", condition=changed("status"))))
    take(case_event("a", 0, "CREATED", status="waiting"), 0, ports)
    take(case_event("b", 1, "CREATED", case_id="c2", status="open"), 0, ports)
    take(scheduled("c1", 60), 0, ports)
    take(scheduled("c2", 60), 0, ports)
    take(scheduled("c1", 60), 0, ports)
    assert [(effect.rule, effect.case_id) for effect in ports.log.effects] == [("nudge", "c1")]  # type: ignore[attr-defined]
    assert ("c2", f"~schedule/nudge/{at(60).isoformat()}/c2") not in ports.log.log  # type: ignore[attr-defined]
    assert ports.log.effects[0].position.at == at(60)  # type: ignore[attr-defined]


def test_a_case_whose_events_never_came_is_read_at_once() -> None:
    ports = deciding(linked(rule("nudge", "schedule", condition=equals("status", "waiting"), schedule=HOURLY)))
    ports.reader.cases["c9"] = CaseRead("t-billing", START, {"status": "waiting"})  # type: ignore[attr-defined]
    take(scheduled("c9", 60), 0, ports)
    assert [effect.rule for effect in ports.log.effects] == ["nudge"]  # type: ignore[attr-defined]
