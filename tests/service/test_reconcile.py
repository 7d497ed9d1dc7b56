"""Events that never came, through the real handlers: found in the audit history, and fed in once."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from damaging import JUNK, LATER, Stored
from lossy import Center
from small_center import START

from casewright.aws.repairs import RepairsQueue
from casewright.cases.events import Event
from casewright.decision import Head
from casewright.ports.audit import ReconcileMark
from casewright.service.reconcile_case import GRACE
from casewright_workbench.deployment.records import CaseFile
from casewright_workbench.lake.opening import open_lake
from casewright_workbench.localcloud.connectcases.unsteady import Faults


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    center = Center(tmp_path_factory.mktemp("center"))
    yield center
    center.close()


def test_a_lost_change_is_found_told_once_and_marked(center: Center) -> None:
    case_id = center.opens(title="one", priority="low")
    with center.deaf():
        center.changes(case_id, priority="high")
    center.after(minutes=9)
    assert ("raised", "done") not in center.fired(case_id)
    lost = center.count("EventsLost")
    center.reconciled()
    assert center.fired(case_id).count(("raised", "done")) == 1
    [entry] = [each for each in center.file(case_id).log if each.event.repair]
    assert entry.event.change.fields["title"] == "one"  # type: ignore[union-attr, index]
    assert center.count("EventsLost") == lost + 1
    assert center.count("EventsRepaired") >= 1


def test_cases_that_nobody_can_read_are_told_of_and_the_marks_move(center: Center) -> None:
    stored, failed = Stored(center.house), len(center.house.runtime.failed_invocations)
    broken, other = center.opens(title="a head"), center.opens(title="other", priority="low")
    logged = center.opens(title="a log")
    [created] = [entry.event.id for entry in center.file(logged).log]
    with center.deaf():
        for case_id in (broken, logged, other):
            center.changes(case_id, priority="high")
            center.remarks(case_id, "help")
    intact = [stored.damage(broken, format=LATER)[0], stored.damage(logged, f"event#{created}", event=JUNK)[0]]
    began, told = center.house.clock.now(), center.count("RecordsUnreadable")
    center.reconciled()
    assert {("raised", "done"), ("talk", "done")} <= set(center.fired(other))
    assert center.count("RecordsUnreadable") >= told + 2
    assert len(center.house.runtime.failed_invocations) == failed
    marks = [center.marks.get("cases"), center.marks.get("items"), center.marks.get("round")]
    assert all(mark is not None and mark.at > began - GRACE and not mark.page for mark in marks), marks

    for item in intact:
        stored.put(item)
    center.reconciled()
    for case_id in (broken, logged):
        assert {("raised", "done"), ("talk", "done")} <= set(center.fired(case_id)), "the round finds what was passed over"


def test_its_own_event_that_comes_after_all_changes_nothing(center: Center) -> None:
    case_id = center.opens(title="two", priority="low")
    with center.deaf() as lost:
        center.changes(case_id, priority="high")
        item = center.remarks(case_id, "help")
        center.takes_back(case_id, item)
    center.reconciled()
    before = center.file(case_id)
    assert Counter(center.fired(case_id))["raised", "done"] == 1
    assert Counter(center.fired(case_id))["talk", "done"] == Counter(center.fired(case_id))["gone", "done"] == 1
    for envelope in lost:
        center.tells(envelope)
    assert center.file(case_id) == before
    center.house.flush_lake()
    lake = open_lake(center.house.lake)
    counted = f"SELECT event_type, count(*) FROM {{}} WHERE {{}} = '{case_id}' GROUP BY event_type ORDER BY event_type"
    cases = lake.execute(counted.format("case_events", "case_id")).fetchall()
    items = lake.execute(counted.format("case_related_item_events", "associated_case_id")).fetchall()
    assert cases == [("CASE.CREATED", 1), ("CASE.UPDATED", 2)], "the one that was lost, and that of the rule flag"
    assert items == [("CASE.RELATED_ITEM.CREATED", 1), ("CASE.RELATED_ITEM.DELETED", 1)]
    repaired = lake.execute(f"SELECT DISTINCT kind FROM facts WHERE repaired AND case_id = '{case_id}' ORDER BY kind").fetchall()
    assert [kind for (kind,) in repaired] == ["case_event", "clock", "decision", "related_item_event"]


def test_within_the_grace_nothing_counts_as_lost(center: Center) -> None:
    center.after(minutes=16)
    with center.deaf() as lost:
        case_id = center.opens(title="three")
    before = center.count("EventsLost")
    center.after(minutes=14)
    assert center.count("EventsLost") == before
    for envelope in lost:
        center.tells(envelope)
    center.reconciled()
    assert center.count("EventsLost") == before
    assert center.fired(case_id) == [("hello", "done")]


def test_a_case_that_is_gone_and_an_item_that_was_taken_back_are_found(center: Center) -> None:
    case_id, other = center.opens(title="four"), center.opens(title="five")
    item = center.remarks(other, "a note")
    with center.deaf() as lost:
        center.cases.delete_case(domainId=center.house.domain_id, caseId=case_id)
        center.takes_back(other, item)
    center.reconciled()
    assert center.file(case_id).head.case.deleted
    assert ("deleted", "done") in center.fired(case_id)
    assert ("gone", "done") in center.fired(other)
    before = center.file(case_id)
    center.tells(lost[0])
    assert center.file(case_id) == before


def test_a_merge_of_which_nothing_was_told(center: Center) -> None:
    primary, secondary = center.opens(title="six"), center.opens(title="seven", priority="high")
    center.remarks(secondary, "help")
    with center.deaf():
        center.cases.start_merge_cases(
            domainId=center.house.domain_id,
            caseId=primary,
            secondaryCaseIds=[secondary],
            fieldsConfiguration=[],
            relatedItemsConfiguration={"comment": True},
        )
        center.after(seconds=30)
    center.reconciled()
    for case_id in (primary, secondary):
        case = center.cases.get_case(domainId=center.house.domain_id, caseId=case_id, fields=[{"id": "status"}])
        assert center.file(case_id).head.case.fields["status"] == case["fields"][0]["value"]["stringValue"]  # type: ignore[index]
    assert ("talk", "done") in center.fired(primary)


def test_an_effect_of_a_change_found_too_late_expires(center: Center) -> None:
    case_id = center.opens(title="eight", priority="low")
    center.marks.put("cases", ReconcileMark(at=center.house.clock.now() + timedelta(hours=7)))
    center.marks.put("round", ReconcileMark(at=center.house.clock.now() + timedelta(hours=7)))
    with center.deaf():
        center.changes(case_id, priority="high")
    center.after(hours=8)
    center.marks.put("cases", ReconcileMark(at=START))
    center.reconciled()
    assert ("flag", "expired") in center.fired(case_id)
    assert "urgent" in center.file(case_id).head.clocks


def test_cut_off_in_the_middle_it_goes_on_and_tells_everything_once(center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    case_ids = [center.opens(title=f"cut {number}", priority="low") for number in range(3)]
    with center.deaf():
        for case_id in case_ids:
            center.changes(case_id, priority="high")
            center.remarks(case_id, "help")
    send, sent = RepairsQueue.send, list[str]()

    def cut(queue: RepairsQueue, events: Iterable[Event], *, seconds: int) -> None:
        for event in events:
            if len(sent) == 3:
                raise KeyboardInterrupt
            sent.append(event.id)
            send(queue, [event], seconds=seconds)

    center.after(minutes=12)
    monkeypatch.setattr(RepairsQueue, "send", cut)
    center.house.clock.skip_to(center.house.clock.now() + timedelta(minutes=4))
    with pytest.raises(KeyboardInterrupt):
        center.house.runtime.invoke("reconcile", {})
    monkeypatch.undo()
    center.reconciled()
    for case_id in case_ids:
        assert Counter(center.fired(case_id)) == Counter([("hello", "done"), ("raised", "done"), ("flag", "done"), ("talk", "done")])


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_whatever_is_lost_the_state_is_that_of_a_stream_that_lost_nothing(center: Center, seed: int) -> None:
    chance, told = Random(seed), list[dict[str, Any]]()
    publish, lost_before = center.stream._publish, len(center.stream.lost)

    def overheard(envelope: dict[str, Any]) -> None:
        told.append(envelope)
        publish(envelope)

    center.stream._publish = overheard
    center.stream.set(Faults(dropped=0.1, doubled=0.1, delayed=0.2, longest_delay=timedelta(minutes=3), seed=seed))
    case_ids = [center.opens(title=f"{seed}-{number}", priority="low") for number in range(3)]
    for _ in range(16):
        center.act(chance.choice(case_ids), chance)
    center.stream.set(Faults())
    center.reconciled()
    center.stream._publish = publish
    envelopes = {each["id"]: each for each in [*told, *center.stream.lost[lost_before:]]}
    assert len(center.stream.lost) > lost_before
    true = center.undisturbed(envelopes.values())
    for case_id in case_ids:
        file = center.file(case_id)
        assert plain(file.head) == plain(true.heads[case_id].head)
        expected = {(each.rule, each.position.at) for each in true.effects if each.case_id == case_id}
        done = Counter((each.effect.rule, each.effect.position.at) for each in file.effects)
        assert max(done.values()) == 1
        assert set(done) - expected <= corrected(file, "surplus")
        assert expected - set(done) <= corrected(file, "missing")


def plain(head: Head) -> tuple[object, ...]:
    """What must be equal: not the ids of events, which differ where one was repaired."""
    clocks = {name: msgspec.structs.replace(clock, started_by="", fired=tuple(sorted(clock.fired))) for name, clock in head.clocks.items()}
    changes = {field_id: (change.position.at, change.ours) for field_id, change in head.field_changes.items()}
    return head.case.fields, head.case.template_id, head.case.deleted, changes, clocks


def corrected(file: CaseFile, which: str) -> set[tuple[str, datetime]]:
    """What later events are listed to have asked for too much, or not to have asked for, since one came late."""
    at = {entry.event.id: entry.event.at for entry in file.log}
    listed = (each for entry in file.log for each in entry.decision.corrections)
    return {(name.rule, at[each.event_id]) for each in listed for name in getattr(each, which)}
