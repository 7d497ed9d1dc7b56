"""The walks of reconcile where the house is too orderly: searches that shift, time that ends, throttling, silent histories."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import Any

import pytest
from building import at, case_event, linked
from fakes import FakeLog, FakePrograms, FakeReader, FakeTelemetry, FakeTime, deciding
from msgspec.structs import replace

from casewright.aws.audit import CasesAudit
from casewright.aws.repairs import envelope_of
from casewright.cases.events import CaseCreated, CaseRead, CaseUpdated, Event, RelatedItem, RelatedItemAdded, Repair
from casewright.cases.parsing import parse
from casewright.cases.performers import Performer
from casewright.errors import NotFound, Refused, Throttled, Unavailable
from casewright.ports.audit import AuditChange, AuditEntry, FoundItem, FoundItems, KnownPage, ReconcileMark, TimedCase, TimedCases
from casewright.service.decide import take
from casewright.service.reconcile import SECONDS_KEPT, reconcile
from casewright.service.reconcile_case import Reconciling
from casewright.service.reconcile_events import Place
from casewright_workbench.cli.reconcile_young import too_young

PLACE = Place("d", "111122223333", "us-east-1")


class Cases:
    """AuditHistory, KnownCases, ReconcileMarks and Repairs: cases that were each created with a title; pages of two."""

    def __init__(self, updated: dict[str, datetime]) -> None:
        self.updated, self.marks = updated, {"began": ReconcileMark(at=at(0))}
        self.audited, self.sent, self.asked = list[str](), list[Event](), 0
        self.meanwhile: list[tuple[str, datetime]] = []
        self.found_items: tuple[FoundItem, ...] = ()
        self.throttled_at = -1

    def entries(self, case_id: str) -> tuple[AuditEntry, ...]:
        self.audited.append(case_id)
        if case_id not in self.updated:
            raise NotFound(case_id)
        change = AuditChange("title", None, case_id)
        return (AuditEntry(id=f"a-{case_id}", type="Case.Created", at=at(1), performer=Performer("arn:iam"), changes=(change,)),)

    def changed(self, since: datetime, until: datetime, page: str = "") -> TimedCases:
        if self.asked == self.throttled_at:
            raise Throttled("SearchCases")
        self.asked += 1
        found = sorted((moment, case_id) for case_id, moment in self.updated.items() if since <= moment <= until)
        if self.meanwhile:
            case_id, moment = self.meanwhile.pop(0)
            self.updated[case_id] = moment
        begin, end = int(page or 0), int(page or 0) + 2
        return TimedCases(tuple(TimedCase(case_id, moment) for moment, case_id in found[begin:end]), str(end) if end < len(found) else "")

    def newest_items(self, page: str) -> FoundItems:
        return FoundItems(self.found_items, "")

    def items(self, case_id: str) -> tuple[FoundItem, ...]:
        return self.found_items

    def heads(self, after: str) -> KnownPage:
        return KnownPage()

    def get(self, walk: str) -> ReconcileMark | None:
        return self.marks.get(walk)

    def put(self, walk: str, mark: ReconcileMark) -> None:
        self.marks[walk] = mark

    def send(self, events: Iterable[Event], *, seconds: int) -> None:
        self.sent += events


def reconciling(cases: Cases, minutes: float, log: FakeLog | None = None) -> Reconciling:
    reader = FakeReader()
    reader.cases = {case_id: CaseRead("t", None, {"title": case_id, "status": "open"}) for case_id in cases.updated}
    ports: Any = {"history": cases, "known": cases, "marks": cases, "repairs": cases, "reader": reader}
    programs, time = FakePrograms(linked()), FakeTime(at(minutes))
    return Reconciling(log=log or FakeLog(), programs=programs, time=time, telemetry=FakeTelemetry(), place=PLACE, rate=1.0, **ports)


def forever() -> float:
    return 1000.0


def test_cases_that_change_between_two_pages_hide_no_other() -> None:
    cases = Cases({f"c{number}": at(number) for number in range(2, 9)})
    cases.meanwhile = [("c2", at(59)), ("c4", at(59.5))]
    assert reconcile(reconciling(cases, 60), forever).is_through
    assert {f"c{number}" for number in (2, 3, 5, 6, 7, 8)} <= set(cases.audited)
    reconcile(reconciling(cases, 80), forever)
    assert set(cases.audited) == set(cases.updated)


def test_a_page_without_items_ends_no_walk() -> None:
    cases = Cases({"c1": at(1)})
    cases.marks["cases"] = ReconcileMark(at=at(44))
    item = FoundItem("c1", RelatedItem(id="i1", type="comment", created_at=at(2)), at(2))
    pages = {"": FoundItems((), "1"), "1": FoundItems((item,), "")}
    cases.newest_items = pages.__getitem__  # type: ignore[method-assign,assignment]
    assert reconcile(reconciling(cases, 60), forever).is_through
    assert cases.audited == ["c1"]


def test_many_cases_of_one_instant_are_all_found_and_do_not_hold_the_walk() -> None:
    cases = Cases({"earlier": at(4)} | {f"c{number}": at(5) for number in range(6)} | {"later": at(6)})
    assert reconcile(reconciling(cases, 60), forever).is_through
    assert sorted(cases.audited) == sorted(cases.updated)


@pytest.mark.parametrize("times", [1, 3, 6, 9])
def test_when_time_ends_the_next_goes_on(times: int) -> None:
    cases = Cases({f"c{number}": at(number) for number in range(2, 8)})
    left = chain(repeat(1000.0, times), repeat(SECONDS_KEPT))
    assert not reconcile(reconciling(cases, 60), lambda: next(left)).is_through
    assert len(set(cases.audited)) < len(cases.updated)
    assert reconcile(reconciling(cases, 60), forever).is_through
    assert {event.case_id for event in cases.sent} == set(cases.updated)


def test_throttling_ends_the_run_and_not_the_walk() -> None:
    cases = Cases({f"c{number}": at(number) for number in range(2, 8)})
    cases.throttled_at = 2
    assert not reconcile(reconciling(cases, 60), forever).is_through
    cases.throttled_at = -1
    assert reconcile(reconciling(cases, 60), forever).is_through
    assert {event.case_id for event in cases.sent} == set(cases.updated)


def test_a_case_that_is_known_is_audited_only_as_long_as_there_is_spare() -> None:
    cases, log = Cases({"c1": at(5), "c2": at(6)}), FakeLog()
    decide = deciding(linked(), log=log)
    for number, case_id in enumerate(("c1", "c2"), 5):
        take(case_event(f"x{number}", number, "CREATED", case_id=case_id), 0, decide)
        take(case_event(f"y{number}", number, changed=("title",), case_id=case_id), 0, decide)
    reconcile(reconciling(cases, 60, log), forever, spare=1)
    assert cases.audited == ["c1"]


def test_before_its_first_run_nothing_counts_as_lost() -> None:
    cases = Cases({"c1": at(5)})
    cases.marks = {}
    reconcile(reconciling(cases, 60), forever)
    assert cases.marks["began"].at >= at(60)
    assert cases.audited == []


def test_what_the_history_is_silent_about_is_as_it_is_now_and_says_so() -> None:
    cases = Cases({"c1": at(5)})
    bundle = replace(linked(), included_field_ids=frozenset({"title", "status"}))
    reconcile(replace(reconciling(cases, 60), programs=FakePrograms(bundle)), forever)
    [lost] = cases.sent
    assert lost.change == CaseCreated("t", at(1), {"title": "c1", "status": "open"})
    assert lost.repair == Repair("a-c1", hydrated=True)


def with_history(cases: Cases, *later: AuditEntry) -> None:
    """Let the history of every case go on so."""
    created = cases.entries
    cases.entries = lambda case_id: (*created(case_id), *later)  # type: ignore[method-assign]


def test_an_entry_of_a_type_that_is_not_known_stops_nothing_and_is_told() -> None:
    cases, telemetry = Cases({"c1": at(5), "c2": at(6)}), FakeTelemetry()
    old, new = (
        AuditEntry(id=name, type="unknown", at=at(minute), performer=Performer("arn:iam")) for name, minute in (("a-old", -6), ("a-new", 6))
    )
    with_history(cases, old, new)
    assert reconcile(replace(reconciling(cases, 60), telemetry=telemetry), forever).is_through
    assert [event.id for event in cases.sent] == ["repaired-a-c1", "repaired-a-c2"]
    told = [facts for message, facts in telemetry.lines if message == "audit entry not known"]
    assert told == [{"case_id": case_id, "audit_id": "a-new"} for case_id in ("c1", "c2")], "not what happened before the first run"


def test_a_case_deleted_after_its_history_was_read_stops_nothing() -> None:
    cases = Cases({"c1": at(5), "c2": at(6)})
    added = AuditEntry(id="a-item", type="RelatedItem.Created", at=at(4), performer=Performer("arn:iam"), item_type="Comment")
    with_history(cases, added)

    def items(case_id: str) -> tuple[FoundItem, ...]:
        if case_id == "c1":
            raise NotFound(case_id)
        return ()

    cases.items = items  # type: ignore[method-assign]
    assert reconcile(reconciling(cases, 60), forever).is_through
    assert {event.case_id for event in cases.sent} == {"c2"}


def test_what_aws_refuses_of_one_case_stops_no_other_and_fails_the_run_in_the_end() -> None:
    cases, telemetry = Cases({f"c{number}": at(number) for number in range(3, 7)}), FakeTelemetry()
    entries = cases.entries

    def refused(case_id: str) -> tuple[AuditEntry, ...]:
        if case_id == "c4":
            raise Refused("GetCaseAuditEvents: ValidationException")
        return entries(case_id)

    cases.entries = refused  # type: ignore[method-assign]
    done = reconcile(replace(reconciling(cases, 60), telemetry=telemetry), forever)
    assert done.is_through
    assert {event.case_id for event in cases.sent} == {"c3", "c5", "c6"}
    assert cases.marks["cases"].at >= at(6), "the next run does not begin with it again"
    assert [facts["case_id"] for message, facts in telemetry.lines if message == "case not audited"] == ["c4"]
    with pytest.raises(Refused, match="ValidationException"):
        done.raise_refused()


def test_a_case_whose_last_change_is_that_of_an_item_waits_for_nothing() -> None:
    cases = Cases({"c1": at(9)})
    with_history(cases, AuditEntry(id="a-item", type="RelatedItem.Deleted", at=at(9), performer=Performer("arn:iam"), item_type="Comment"))
    ports = reconciling(cases, 60)
    now = CaseRead("t", None, {"title": "c1", "last_updated_datetime": at(9).isoformat()})
    ports.reader.cases["c1"] = now  # type: ignore[attr-defined]
    reconcile(ports, forever)
    assert [event.event_type for event in cases.sent] == ["CASE.CREATED", "RELATED_ITEM.DELETED"]


def test_the_history_of_a_case_is_read_page_by_page_at_the_pace_of_calls() -> None:
    class Client:
        """GetCaseAuditEvents: four pages, with an entry of a type that AWS added since."""

        def get_case_audit_events(self, nextToken: str = "0", **_rest: Any) -> dict[str, Any]:  # noqa: N803 -- theirs
            place = int(nextToken)
            kind = "Case.Frozen" if place == 2 else "Case.Updated"
            entry = {"eventId": f"a{place}", "type": kind, "performedTime": at(place), "fields": []}
            return {"auditEvents": [entry], "nextToken": str(place + 1) if place < 3 else None}

    pauses = list[None]()
    entries = CasesAudit(Client(), "d", lambda: pauses.append(None)).entries("c1")
    assert [each.type for each in entries] == ["Case.Updated", "Case.Updated", "unknown", "Case.Updated"]
    assert len(pauses) == 3


ITEM = RelatedItem("i", "comment", at(3), comment_body="hello")


@pytest.mark.parametrize(
    ("event_type", "change"),
    [
        ("CASE.CREATED", CaseCreated("t", at(1), {"title": "x", "f-amount": 3.0, "f-vip": True})),
        ("CASE.UPDATED", CaseUpdated("t", at(1), {}, ("title",))),
        ("RELATED_ITEM.CREATED", RelatedItemAdded(ITEM)),
        ("RELATED_ITEM.CREATED", RelatedItemAdded(RelatedItem("i", "contact", at(3), contact_arn="arn", contact_channel="TASK"))),
        ("RELATED_ITEM.CREATED", RelatedItemAdded(RelatedItem("i", "case", at(3), connected_case_id="c9"))),
        ("RELATED_ITEM.CREATED", RelatedItemAdded(RelatedItem("i", "custom", at(3), fields={"f": "v"}))),
        (
            "RELATED_ITEM.CREATED",
            RelatedItemAdded(
                RelatedItem("i", "sla", at(3), sla_name="n", sla_status="Active", sla_target_at=at(9) + timedelta(microseconds=1))
            ),
        ),
    ],
)
def test_a_lost_event_is_read_back_as_it_was_written(event_type: str, change: Any) -> None:
    by = Performer("arn:aws:iam::1:role/agent", "arn:user")
    event = Event("repaired-1", at(7), "c1", "d", "1", "us-east-1", event_type, by, change, repair=Repair("1", hydrated=True))
    assert parse(json.dumps(envelope_of(event))) == event


@pytest.mark.parametrize("failure", [Throttled("slow down"), Unavailable("no answer"), Refused("another page")])
def test_what_is_too_young_is_counted_unless_cases_fails(failure: Exception) -> None:
    cases = Cases({f"c{number}": at(40 + number) for number in range(9)})
    young = RelatedItem(id="i1", type="comment", created_at=at(46))
    pages = {"": FoundItems((), "1"), "1": FoundItems((FoundItem("c0", young, at(46)), FoundItem("c1", young, at(45))), "2")}
    cases.newest_items = pages.__getitem__  # type: ignore[method-assign,assignment]
    assert too_young(reconciling(cases, 60), at(45)) == 4

    def fails(_page: str) -> FoundItems:
        raise failure

    cases.newest_items = fails  # type: ignore[method-assign,assignment]
    assert too_young(reconciling(cases, 60), at(45)) is None
