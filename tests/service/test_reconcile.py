"""Events that never came, through the real handlers: found in the audit history, and fed in once."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from textwrap import dedent
from typing import Any

import msgspec
import pytest
from fakes import FakeLog, deciding, sweep
from small_directory import SMALL

from casewright.aws.marks import MarkTable
from casewright.aws.repairs import RepairsQueue
from casewright.bundle import link
from casewright.cases.events import Event
from casewright.cases.values import as_wire
from casewright.decision import Head
from casewright.ports.audit import ReconcileMark
from casewright.service.decide import take
from casewright_workbench.console.records import CaseFile, CaseRecords
from casewright_workbench.house import House
from casewright_workbench.localcloud.connectcases.unsteady import Faults

START = datetime(2026, 11, 16, 14, tzinfo=UTC)
FILES = SMALL | {
    "slas.yaml": """\
        - sla: answer
          start: case_created
          pause_while: {priority: low}
          met_when: {status: closed}
          reset: {status: {changed: {from: closed}}}
          target: [{within: 6h}]
        - sla: urgent
          start: {becomes: {priority: high}}
          met_when: {status: closed}
          target: [{within: 2h}]
        """,
    "rules/rules.yaml": """\
        - rule: hello
          when: case_created
          then: [{put_event: {detail_type: Hello, detail: {}}}]
        - rule: raised
          when: case_updated
          if: {priority: {changed: {to: high}}}
          then: [{put_event: {detail_type: Raised, detail: {}}}]
        - rule: flag
          when: case_updated
          if: {priority: {changed: {to: high}}}
          then: [{update_case: {set: {vip: true}}}]
        - rule: talk
          when: related_item_added
          if: {comment.body: {contains: help}}
          then: [{put_event: {detail_type: Talk, detail: {}}}]
        - rule: gone
          when: related_item_removed
          then: [{put_event: {detail_type: Removed, detail: {}}}]
        - rule: deleted
          when: case_deleted
          then: [{put_event: {detail_type: Deleted, detail: {}}}]
        """,
}


class Center:
    """A house, an agent at work in it, and the faults of its stream."""

    def __init__(self, folder: Path) -> None:
        for name, text in FILES.items():
            path = folder / "center" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        self.house = House.open(folder / "center", start=START, folder=folder)
        self.cases: Any = self.house.session("maya").client("connectcases")
        dynamodb = self.house.session("reader").client("dynamodb")
        self.records, self.marks = CaseRecords(dynamodb, self.house.case_table), MarkTable(dynamodb, self.house.case_table)
        self.stream = self.house.cloud.connectcases.stream
        self.after(minutes=16)

    def after(self, **passed: float) -> None:
        """Time passes; of the minutes of a longer time, the functions see the end."""
        moment = self.house.clock.now() + timedelta(**passed)
        self.house.clock.skip_to(moment - timedelta(seconds=5))
        self.house.run_until(moment)

    def opens(self, **fields: Any) -> str:
        template = self.house.catalog.templates["Shipping"]
        answer = self.cases.create_case(domainId=self.house.domain_id, templateId=template, fields=self._entries(fields))
        self.after(seconds=5)
        return str(answer["caseId"])

    def changes(self, case_id: str, **fields: Any) -> None:
        self.cases.update_case(domainId=self.house.domain_id, caseId=case_id, fields=self._entries(fields))
        self.after(seconds=5)

    def remarks(self, case_id: str, body: str) -> str:
        content = {"comment": {"body": body, "contentType": "Text/Plain"}}
        answer = self.cases.create_related_item(domainId=self.house.domain_id, caseId=case_id, type="Comment", content=content)
        self.after(seconds=5)
        return str(answer["relatedItemId"])

    def takes_back(self, case_id: str, item_id: str) -> None:
        self.cases.delete_related_item(domainId=self.house.domain_id, caseId=case_id, relatedItemId=item_id)
        self.after(seconds=5)

    @contextmanager
    def deaf(self) -> Iterator[list[dict[str, Any]]]:
        """Nothing that happens inside is told; what was lost can be told later."""
        self.stream.set(Faults(dropped=1.0))
        before = len(self.stream.lost)
        lost: list[dict[str, Any]] = []
        yield lost
        lost += self.stream.lost[before:]
        self.stream.set(Faults())

    def tells(self, envelope: dict[str, Any]) -> None:
        """A lost event comes after all."""
        self.house.cloud.events.deliver(envelope)
        self.after(seconds=5)

    def reconciled(self) -> None:
        """After the grace all walks are walked, and what they fed in is decided."""
        self.after(minutes=16)
        self.marks.put("round", ReconcileMark(at=START - timedelta(days=2)))
        self.house.runtime.invoke("reconcile", {})
        self.after(minutes=15, seconds=10)

    def file(self, case_id: str) -> CaseFile:
        found = self.records.case(case_id)
        assert found is not None
        return found

    def fired(self, case_id: str) -> list[tuple[str, str]]:
        return [(each.effect.rule, each.status) for each in self.file(case_id).effects]

    def count(self, name: str) -> int:
        return sum(value for (_, counter), value in self.house.counts.items() if counter == name)

    def act(self, case_id: str, chance: Random) -> None:
        """Something an agent might do, after a while."""
        self.after(seconds=chance.randint(6, 600))
        match chance.randrange(4):
            case 0:
                self.changes(case_id, priority=chance.choice(["low", "high"]))
            case 1:
                self.changes(case_id, status=chance.choice(["open", "closed"]))
            case 2:
                self.changes(case_id, amount=float(chance.randint(1, 5)))
            case _:
                self.remarks(case_id, chance.choice(["help", "thanks"]))

    def undisturbed(self, envelopes: Iterable[dict[str, Any]]) -> FakeLog:
        """What the same events lead to in their true order, all told once."""
        compiled = self.house.compiled
        bundle = link(compiled.bundle, self.house.catalog, bundle_hash=compiled.hash)
        ports = msgspec.structs.replace(deciding(bundle), own_role="perform")
        for each in sorted(envelopes, key=lambda each: each["detail"]["approximateChangeTime"]):
            take(json.dumps(each), 3, ports)
        sweep(ports.log, self.house.clock.now(), ports)  # type: ignore[arg-type]
        return ports.log  # type: ignore[return-value]

    def close(self) -> None:
        self.house.close()

    def _entries(self, fields: dict[str, Any]) -> Any:
        return [{"id": self.house.catalog.fields[name].id, "value": as_wire(value)} for name, value in fields.items()]


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
    assert entry.event.change.fields["title"] == "one"  # type: ignore[union-attr]
    assert center.count("EventsLost") == lost + 1
    assert center.count("EventsRepaired") >= 1


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
    center.stream._publish = lambda envelope: (told.append(envelope), publish(envelope))[1]  # type: ignore[assignment]
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
