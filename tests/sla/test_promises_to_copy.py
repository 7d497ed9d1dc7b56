"""The promises of docs/sla.md: they compile, check finds nothing in them, and cases live through them as the page says.

The case of these tests begins on Monday, 16 November 2026, at 14:00 UTC: 09:00 in New York, where support opens.
"""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from building import at, case_event, comment, envelope, parsed
from pages import blocks, page

from casewright.bundle import LinkedBundle, link
from casewright.decide import blank, decide
from casewright.decision import Head
from casewright.sla.clocks import Clock, Transition
from casewright_authoring import compile_directory, findings

TODAY = date(2026, 11, 1)
WORLD = {
    "catalog.yaml": """\
domain_id: d
fields:
  status: {id: status, type: SingleSelect, options: [open, waiting-on-customer, closed]}
  case_reason: {id: case_reason, type: SingleSelect, options: [Duplicate, Refund]}
  assigned_queue: {id: assigned_queue, type: Text}
  priority: {id: f-priority, type: SingleSelect, options: [normal, high]}
  refund_amount: {id: refund_amount, type: Number}
  refund_approved: {id: refund_approved, type: Boolean}
  refund_paid: {id: refund_paid, type: Boolean}
queues:
  Refunds: "arn:aws:connect:us-east-1:111122223333:instance/i/queue/q-r"
  Warehouse: "arn:aws:connect:us-east-1:111122223333:instance/i/queue/q-w"
""",
    "calendars.yaml": 'support: {time_zone: America/New_York, week: {mon-fri: ["09:00-12:00", "13:00-17:00"]}}\n',
    "slas.yaml": "".join(blocks(page("sla.md"), "yaml")),
}
REFUNDS, WAREHOUSE = ({"assigned_queue": f"arn:aws:connect:us-east-1:111122223333:instance/i/queue/q-{letter}"} for letter in "rw")
FLOW = {"user": {"customEntity": "a flow"}, "iamPrincipalArn": "arn:aws:iam::111122223333:role/flow"}
HOUR = 60


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("center")
    for name, text in WORLD.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def bundle(directory: Path) -> LinkedBundle:
    compiled = compile_directory(directory, today=TODAY)
    assert compiled.catalog is not None
    return link(compiled.bundle, compiled.catalog, bundle_hash=compiled.hash)


class Course:
    """A case and what its clocks do; every field stays as it was until it changes."""

    def __init__(self, bundle: LinkedBundle, **fields: object) -> None:
        self._bundle, self._fields = bundle, {"status": "open", "priority": "normal"}
        self._head: Head = blank("c1")
        self._number = 0
        self.did: list[Transition] = []
        self.ended: list[Clock] = []
        self._case(0, "CREATED", fields)

    def changes(self, minute: float, **fields: object) -> None:
        self._case(minute, "UPDATED", fields)

    def comment(self, minute: float, **more: object) -> None:
        self._take(comment(self._id(), minute, **more))  # type: ignore[arg-type]

    def contact(self, minute: float) -> None:
        item = {"relatedItemType": "Contact", "relatedItemId": "i", "caseId": "c1", "contact": {"channel": "EMAIL"}}
        self._take(envelope(self._id(), minute, "RELATED_ITEM.CREATED", {"relatedItem": item}))

    def clock(self, policy: str) -> Clock:
        return self._head.clocks[policy]

    def has(self, policy: str) -> bool:
        return policy in self._head.clocks

    def told(self, policy: str, *kinds: str) -> list[tuple[str, int, float]]:
        """What a clock did: kind or milestone, cycle, and minute."""
        mine = [each for each in self.did if each.policy == policy and (not kinds or each.kind in kinds)]
        return [(each.milestone or each.kind, each.cycle, (each.at - at(0)) / timedelta(minutes=1)) for each in mine]

    def used(self, policy: str) -> float:
        """The minutes that all cycles of a policy used, which have ended."""
        cycles = {clock.cycle: clock for clock in (*self.ended, self.clock(policy)) if clock.policy.name == policy}
        assert all(clock.ended_at for clock in cycles.values())
        lengths = (clock.ended_at - clock.started_at - clock.time_paused for clock in cycles.values() if clock.ended_at)
        return sum(lengths, timedelta()) / timedelta(minutes=1)

    def _case(self, minute: float, verb: str, fields: dict[str, object]) -> None:
        self._fields |= fields  # type: ignore[arg-type]
        changed = tuple(fields) if verb == "UPDATED" else ()
        self._take(case_event(self._id(), minute, verb, changed=changed, **self._fields))  # type: ignore[arg-type]

    def _id(self) -> str:
        self._number += 1
        return f"e{self._number:02}"

    def _take(self, body: str) -> None:
        decided = decide(self._head, parsed(body), self._bundle)
        self._head = decided.head
        self.did += decided.decision.transitions
        self.ended += decided.decision.closed


def test_check_finds_nothing_in_them(directory: Path) -> None:
    assert findings(directory, today=TODAY) == ()


def test_a_first_answer_is_one_that_a_user_gives(bundle: LinkedBundle) -> None:
    case = Course(bundle)
    case.comment(10, performed_by=FLOW)
    case.comment(20, verb="DELETED")
    assert case.clock("first-response").status == "Active"
    case.comment(30)
    assert (case.clock("first-response").status, case.clock("first-response").ended_at) == ("Met", at(30))
    assert case.told("first-response") == [("started", 1, 0), ("met", 1, 30)]


def test_a_call_is_a_first_answer_too(bundle: LinkedBundle) -> None:
    case = Course(bundle, priority="high")
    case.contact(60)
    assert case.clock("first-response").status == "Met"


def test_a_first_answer_is_late_in_open_time(bundle: LinkedBundle) -> None:
    case = Course(bundle)
    assert case.clock("first-response").due_at == at(5 * HOUR), "an hour of lunch does not count"
    case.comment(6 * HOUR)
    assert case.told("first-response") == [("started", 1, 0), ("soon", 1, 270), ("breach", 1, 300), ("not_met", 1, 360)]


def test_a_case_closed_without_an_answer_is_no_answer(bundle: LinkedBundle) -> None:
    case = Course(bundle)
    case.changes(5, status="closed")
    assert case.clock("first-response").status == "Cancelled"


def test_each_silence_that_is_too_long_is_a_breach_of_its_own(bundle: LinkedBundle) -> None:
    case = Course(bundle)
    for minute in (2 * HOUR, 11 * HOUR, 12 * HOUR):
        case.comment(minute)
    case.comment(25 * HOUR, performed_by=FLOW)
    assert case.told("customer-update", "breached", "met", "not_met") == [
        ("met", 1, 120), ("breach", 2, 600), ("not_met", 2, 660), ("met", 3, 720), ("breach", 4, 1200),
    ]  # fmt: skip
    assert [(clock.cycle, clock.status) for clock in case.ended if clock.policy.name == "customer-update"] == [
        (1, "Met"),
        (2, "NotMet"),
        (3, "Met"),
    ]


def test_nobody_waits_for_a_word_on_a_closed_case(bundle: LinkedBundle) -> None:
    case = Course(bundle)
    case.changes(60, status="closed")
    case.comment(70)
    assert (case.clock("customer-update").status, case.clock("customer-update").cycle) == ("Cancelled", 1)
    case.changes(80, status="open")
    case.comment(90)
    assert (case.clock("customer-update").status, case.clock("customer-update").cycle) == ("Active", 2)


def test_a_solution_waits_for_the_customer_and_begins_anew_when_opened_again(bundle: LinkedBundle) -> None:
    case = Course(bundle, priority="high")
    case.changes(60, status="waiting-on-customer")
    case.changes(24 * HOUR, status="open")
    clock = case.clock("resolution")
    assert (clock.time_paused, clock.due_at) == (timedelta(hours=6), at(32 * HOUR)), "it rested for the six hours left of Monday"
    case.changes(25 * HOUR, status="closed")
    case.changes(26 * HOUR, status="open", priority="normal")
    assert case.told("resolution", "met", "reset") == [("met", 1, 1500), ("reset", 2, 1560)]
    assert (case.clock("resolution").target, case.clock("resolution").time_paused) == (timedelta(hours=24), timedelta())


def test_a_duplicate_is_neither_solved_nor_late(bundle: LinkedBundle) -> None:
    case = Course(bundle)
    case.changes(60, case_reason="Duplicate")
    assert case.clock("resolution").status == "Cancelled"


def test_the_time_in_a_queue_is_told_team_by_team(bundle: LinkedBundle) -> None:
    case = Course(bundle, **REFUNDS)
    assert not case.has("with-warehouse")
    case.changes(30, **WAREHOUSE)
    case.changes(100, status="waiting-on-customer")
    case.changes(400, status="open")
    case.changes(430, **REFUNDS)
    case.changes(610, status="closed")
    used = Counter({team: case.used(f"with-{team}") for team in ("refunds", "warehouse")})
    assert used == {"refunds": 30 + 180, "warehouse": 70 + 30}
    assert used.total() == 610 - 300, "together they used all the time but that of the customer"
    assert [(clock.cycle, clock.status) for clock in (*case.ended, case.clock("with-refunds"))] == [(1, "Met"), (2, "NotMet")]
    assert case.clock("with-warehouse").status == "Met"


def test_a_case_opened_again_counts_for_the_queue_that_has_it(bundle: LinkedBundle) -> None:
    case = Course(bundle, **REFUNDS)
    case.changes(10, status="closed")
    case.changes(50, status="open")
    assert case.told("with-refunds") == [("started", 1, 0), ("met", 1, 10), ("reset", 2, 50)]


def test_any_field_may_reach_its_value_in_time(bundle: LinkedBundle) -> None:
    small, large = Course(bundle, refund_amount=20.0), Course(bundle, refund_amount=900.0)
    for case in (small, large):
        case.changes(30, refund_approved=True)
        case.changes(30 + 25 * HOUR, refund_paid=True)
    assert [case.clock("refund-paid").status for case in (small, large)] == ["Met", "NotMet"]
    assert not Course(bundle, refund_amount=0.0, refund_approved=True).has("refund-paid")
