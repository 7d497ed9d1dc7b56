"""Taking one message: duplicates, waiting, hydration, malformed and unknown events, conflicts."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from building import at, case_event, comment, envelope, equals, linked, rule
from core_case import CREATED, policy, updated
from fakes import FakeLog, clock_due, deciding, ours
from msgspec.structs import replace

from casewright.cases.events import CaseRead, Event
from casewright.decide import Decided
from casewright.decision import LOG_KEPT
from casewright.errors import Throttled, Unavailable, VersionConflict
from casewright.ports.log import DueClock
from casewright.rules.rule import Schedule
from casewright.service.decide import TRIES, take
from casewright.service.returning import WAITS


def tick(policy_name: str, cycle: int, milestone: str, minutes: float) -> str:
    return clock_due(DueClock("c1", policy_name, cycle, milestone, at(minutes)))


def scheduled(rule_name: str, minutes: float) -> str:
    detail: dict[str, object] = {"caseId": "c1", "rule": rule_name, "at": at(minutes).isoformat()}
    return ours(f"schedule/{rule_name}/{minutes}", "Casewright Schedule Due", detail)


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


@pytest.mark.parametrize("cut_off", ["after the reading was logged", "after the event was logged"])
@pytest.mark.parametrize("meanwhile", [(), (updated("y", 9),)], ids=["nothing", "a later change"])
def test_rows_of_a_reading_are_delivered_again_with_its_event(cut_off: str, meanwhile: tuple[str, ...]) -> None:
    """A function may die with the rows of a batch in hand, which are delivered at its end."""
    ports = deciding(linked(rule("on-comment", "related_item_added")))
    ports.reader.cases["c1"] = CaseRead("t-billing", None, {"status": "open"})
    if cut_off == "after the reading was logged":
        cut = replace(ports, log=CutOff(ports.log))
        with pytest.raises(Unavailable):
            take(comment("x", 5), WAITS, cut)
    else:
        take(comment("x", 5), WAITS, ports)
    ports.lake.rows.clear()
    for body in (*meanwhile, comment("x", 5)):
        take(body, WAITS, ports)
    told = [row["event_id"] for row in ports.lake.rows]
    assert set(told) == {event_id for _, event_id in ports.log.log}
    assert told.count("w~") == 1


class CutOff:
    """A log that records one event, and no other."""

    def __init__(self, log: FakeLog) -> None:
        self.log, self.left = log, 1

    def __getattr__(self, name: str) -> object:
        return getattr(self.log, name)

    def record(self, decided: Decided, event: Event, *, version: int, armed: bool) -> None:
        self.left -= 1
        if self.left < 0:
            raise Unavailable("cut off")
        self.log.record(decided, event, version=version, armed=armed)


def test_an_item_of_a_case_that_is_gone_leaves_its_fields_unknown() -> None:
    ports = deciding(linked(rule("r", "related_item_added", condition=equals("status", "open")), rule("any", "related_item_added")))
    take(comment("x", 5), WAITS, ports)
    assert [effect.rule for effect in ports.log.effects] == ["any"]


class FailingReader:
    """CaseReader that fails so many times."""

    def __init__(self, times: int, error: Exception) -> None:
        self.left, self.error = times, error

    def read(self, case_id: str, field_ids: Sequence[str]) -> CaseRead:
        self.left -= 1
        if self.left >= 0:
            raise self.error
        return CaseRead("t-billing", None, {"status": "open"})


ON_SCHEDULE = rule("nudge", "schedule", condition=equals("status", "open"), schedule=Schedule(every=timedelta(hours=1)))


@pytest.mark.parametrize("error", [Throttled("words of a customer"), Unavailable("words of a customer")])
@pytest.mark.parametrize(("body", "first"), [(comment("x", 5), WAITS), (scheduled("nudge", 5), 0)], ids=["comment", "schedule"])
def test_a_case_that_cannot_be_read_is_read_later_and_later(body: str, first: int, error: Exception) -> None:
    """The queue gives a message up after five receives: each of these is another message."""
    rules = linked(rule("on-comment", "related_item_added"), ON_SCHEDULE)
    ports, waited = replace(deciding(rules), reader=FailingReader(9, error)), first
    for _ in range(9):
        take(body, waited, ports)
        _, waited, seconds = ports.queue.sent_back[-1]
        longest = min(900, 20 * 2 ** (len(ports.queue.sent_back) - 1))
        assert longest / 2 <= seconds <= longest
    assert (ports.log.heads, ports.dead_letters.buried) == ({}, [])
    take(body, waited, ports)
    assert len(ports.log.effects) == 1
    assert ports.log.heads["c1"].head.case.hydrated


def test_a_case_that_can_never_be_read_ends_with_its_reason_after_hours() -> None:
    ports, waited = replace(deciding(linked(rule("r"))), reader=FailingReader(99, Throttled("words of a customer"))), WAITS
    while not ports.dead_letters.buried:
        take(comment("x", 5), waited, ports)
        waited = ports.queue.sent_back[-1][1]
    [(body, reason)] = ports.dead_letters.buried
    assert (body, reason) == (comment("x", 5), "case c1 is not known, and could not be read (Throttled); tried 24 times")
    assert 2 * 3600 <= sum(seconds for *_, seconds in ports.queue.sent_back) <= 5 * 3600
    assert ports.telemetry.counts["CasesNotRead"] == 1


@pytest.mark.parametrize(("ahead", "decided"), [(14.9, True), (15.1, False), (3 * 24 * 60, False)])
def test_an_event_dated_far_ahead_is_buried_with_its_reason_and_makes_no_other_late(ahead: float, decided: bool) -> None:
    ports = deciding(linked(policy(), rule("late", "sla_breached")), now=at(10))
    take(CREATED, 0, ports)
    early = updated("b", 10 + ahead, title="x")
    take(early, 0, ports)
    assert (("c1", "b") in ports.log.log) == decided
    if not decided:
        [(body, reason)] = ports.dead_letters.buried
        assert (body, reason.partition(",")[0]) == (early, f"CASE.UPDATED is dated {at(10 + ahead).isoformat()}")
        assert ports.telemetry.counts["EventsAhead"] == 1
    take(updated("c", 11, title="y"), 0, ports)
    assert (ports.log.log["c1", "c"].decision.late, ports.log.effects) == (decided, [])
    ports.time.moment = at(10 + ahead)
    take(early, 0, ports)
    assert ("c1", "b") in ports.log.log, "brought back when its time has come"


def test_a_milestone_that_is_sent_too_early_waits_until_it_is_due() -> None:
    ports = deciding(linked(policy()), now=at(119))
    take(CREATED, 0, ports)
    half = tick("resolve", 1, "half", 120)
    take(half, 0, ports)
    assert ports.queue.sent_back == [(half, 0, 60)]
    ports.time.moment = at(30)
    take(half, 0, ports)
    assert (len(ports.queue.sent_back), ports.dead_letters.buried, len(ports.log.log)) == (1, [], 1)
    assert ports.telemetry.counts["EventsAhead"] == 1
    ports.time.moment = at(120)
    take(half, 0, ports)
    assert len(ports.log.log) == 2


def test_a_report_about_mail_that_is_dated_ahead_tells_of_now() -> None:
    ports = deciding(linked(), now=at(10))
    take(CREATED, 0, ports)
    told = {"caseId": "c1", "at": at(9999).isoformat(), "told": {"effect_key": "k", "fate": "bounced", "recipients": 1}}
    body = ours("mail/1", "Casewright Mail Reported", told)
    take(body, 0, ports)
    ports.time.moment = at(11)
    take(body, 0, ports)
    assert ports.log.log["c1", "mail/1"].event.at == at(10)
    assert [row["event_id"] for row in ports.lake.rows] == ["a", "mail/1", "mail/1"]


def test_closing_and_opening_a_case_is_followed_by_its_log_and_so_are_their_duplicates() -> None:
    ports = deciding(linked(policy()))
    closing, opening = updated("b", 5, status="closed"), updated("d", 7, status="open")
    for body in (CREATED, updated("t", 4, title="x"), closing, comment("c", 6)):
        take(body, 0, ports)
    until = at(5) + LOG_KEPT
    assert (ports.log.kept, ports.log.heads["c1"].head.kept_until) == ([until], until)
    for body in (closing, comment("c", 6), opening, closing):
        take(body, 0, ports)
    assert ports.log.kept == [until, until, None, None]
    take(case_event("z", 8, "DELETED"), 0, ports)
    take(case_event("y", 6.5, "DELETED"), 0, ports)
    assert ports.log.kept[-2:] == [at(8) + LOG_KEPT, until], "deleted before it was opened again"


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
