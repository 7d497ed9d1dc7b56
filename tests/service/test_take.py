"""Taking one message: duplicates, waiting, hydration, malformed and unknown events, conflicts."""

import pytest
from building import at, case_event, comment, envelope, equals, linked, rule
from core_case import CREATED, policy, updated
from fakes import FakeLog, deciding

from casewright.cases.events import CaseRead
from casewright.errors import VersionConflict
from casewright.service.decide import TRIES, take
from casewright.service.returning import WAITS


def test_a_duplicate_changes_nothing_and_delivers_the_rows_again() -> None:
    ports = deciding(linked(rule("r", "case_created")))
    take(CREATED, 0, ports)
    heads, effects = dict(ports.log.heads), list(ports.log.effects)
    take(CREATED, 0, ports)
    assert (ports.log.heads, ports.log.effects) == (heads, effects)
    assert len(effects) == 1
    assert ports.lake.rows == [{"kind": "decision", "event_id": "a", "effects": 1}] * 2
    assert ports.wake.rung == ["events", "events"]


def test_a_malformed_message_is_buried_with_its_reason() -> None:
    ports = deciding(linked())
    take('{"id": 1}', 0, ports)
    [(body, reason)] = ports.dead_letters.buried
    assert body == '{"id": 1}'
    assert "$" in reason
    assert ports.telemetry.counts["EventsMalformed"] == 1


def test_an_unknown_event_type_is_counted_and_decides_nothing() -> None:
    ports = deciding(linked(rule("r", "case_created")))
    take(envelope("x", 0, "CASE.MERGED", {"case": {"caseId": "c1"}}), 0, ports)
    assert ports.telemetry.counts["EventsUnrecognised"] == 1
    assert ports.log.heads == {}


def test_an_item_of_an_unknown_case_waits_and_then_the_case_is_read() -> None:
    rules = rule("on-comment", "related_item_added", condition=equals("status", "open"))
    ports = deciding(linked(rules))
    ports.reader.cases["c1"] = CaseRead("t-billing", None, {"status": "open"})
    for waited in range(WAITS):
        take(comment("x", 5), waited, ports)
    assert [waited for _, waited, _ in ports.queue.sent_back] == [1, 2, 3]
    assert ports.log.heads == {}
    take(comment("x", 5), WAITS, ports)
    assert [effect.rule for effect in ports.log.effects] == ["on-comment"]
    assert ports.log.heads["c1"].head.case.hydrated


def test_an_item_of_a_case_that_is_gone_leaves_its_fields_unknown() -> None:
    ports = deciding(linked(rule("r", "related_item_added", condition=equals("status", "open")), rule("any", "related_item_added")))
    take(comment("x", 5), WAITS, ports)
    assert [effect.rule for effect in ports.log.effects] == ["any"]


def test_a_version_conflict_is_decided_again_on_the_new_state() -> None:
    log = FakeLog()
    ports = deciding(linked(rule("r", condition=equals("status", "open"))), log=log)
    take(CREATED, 0, ports)

    def somebody_else_comes_first() -> None:
        log.before_record = lambda: None
        take(updated("b", 1, title="x"), 0, ports)

    log.before_record = somebody_else_comes_first
    take(updated("c", 2, title="y"), 0, ports)
    assert sorted(event_id for _, event_id in log.log) == ["a", "b", "c"]
    assert log.heads["c1"].version == 3


def test_a_conflict_that_does_not_end_sends_the_message_back() -> None:
    log = FakeLog()
    tries: list[int] = []

    def always() -> None:
        tries.append(1)
        raise VersionConflict("c1")

    log.before_record = always
    with pytest.raises(VersionConflict):
        take(CREATED, 0, deciding(linked(), log=log))
    assert len(tries) == TRIES


def test_a_deployment_that_is_not_armed_records_and_asks_for_nothing() -> None:
    log = FakeLog()
    take(CREATED, 0, deciding(linked(rule("r", "case_created")), log=log, armed=False))
    assert log.effects == []
    assert [match.rule for match in log.log["c1", "a"].decision.matched] == ["r"]


def test_a_late_event_is_decided_in_its_place_and_says_what_its_absence_changed() -> None:
    from building import changed

    moved = rule("moved", condition=changed("priority", "low", "high"))
    ports = deciding(linked(moved))
    take(CREATED, 0, ports)
    take(case_event("c", 20, changed=("priority",), status="open", priority="high"), 0, ports)
    assert ports.log.effects == []
    take(case_event("b", 10, changed=("priority",), status="open", priority="low"), 0, ports)
    decision = ports.log.log["c1", "b"].decision
    assert decision.late
    [correction] = decision.corrections
    assert (correction.event_id, [name.rule for name in correction.missing], correction.surplus) == ("c", ["moved"], ())
    assert ports.log.heads["c1"].head.case.fields["f-priority"] == "high"


def test_a_clock_event_that_is_no_longer_due_is_dropped_unlogged() -> None:
    ports = deciding(linked(policy()))
    take(CREATED, 0, ports)
    take(updated("b", 10, priority="high"), 0, ports)
    take(tick("resolve", 1, "breach", 240), 0, ports)
    assert len(ports.log.log) == 2
    take(tick("resolve", 1, "half", 60), 0, ports)
    take(tick("resolve", 1, "soon", 60), 0, ports)
    take(tick("resolve", 1, "breach", 120), 0, ports)
    assert ports.log.heads["c1"].head.clocks["resolve"].status == "Overdue"


def tick(policy_name: str, cycle: int, milestone: str, minutes: float) -> str:
    import json

    body = json.loads(envelope(f"clock/{milestone}/{minutes}", minutes, "-", {}))
    due = at(minutes).isoformat()
    return json.dumps(
        body
        | {
            "source": "casewright",
            "detail-type": "Casewright Clock Due",
            "detail": {"caseId": "c1", "policy": policy_name, "cycle": cycle, "milestone": milestone, "due": due},
        }
    )


def test_a_row_that_was_cut_off_is_given_again_for_a_clock_event_too() -> None:
    ports = deciding(linked(policy(), rule("late", "sla_milestone")))
    take(CREATED, 0, ports)
    for _ in range(2):
        take(tick("resolve", 1, "half", 120), 0, ports)
    ids = [row["event_id"] for row in ports.lake.rows]
    assert len(ids) == 3
    assert ids[1] == ids[2]
    assert len(ports.log.effects) == 1


def test_publishing_never_changes_a_running_clock_not_even_by_a_late_event() -> None:
    from datetime import timedelta

    from fakes import FakePrograms
    from msgspec.structs import replace

    from casewright.sla.policies import Target

    log = FakeLog()
    before = deciding(linked(policy()), log=log)
    take(CREATED, 0, before)
    take(updated("c", 20, title="x"), 0, before)
    stricter = policy(target=(Target(timedelta(minutes=30)),))
    after = replace(before, programs=FakePrograms(linked(stricter, policy(name="new"))))
    take(updated("b", 10, title="y"), 0, after)
    clocks = log.heads["c1"].head.clocks
    assert clocks["resolve"].due_at == at(240)
    assert "new" not in clocks


def test_a_deleted_case_stays_deleted() -> None:
    ports = deciding(linked())
    for body in (CREATED, case_event("b", 5, "DELETED"), updated("c", 6, title="x")):
        take(body, 0, ports)
    assert ports.log.heads["c1"].head.case.deleted
