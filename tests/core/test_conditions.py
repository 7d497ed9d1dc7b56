"""Every operator, with yes, no and unknown examples, and the groups over three values."""

from datetime import datetime

import pytest
from building import CATALOG, START, case_event, linked, parsed, rule
from hypothesis import given
from hypothesis import strategies as st

from casewright.cases.state import Case, apply
from casewright.conditions.holding import holds
from casewright.conditions.operators import Absent, Among, Changed, Compares, Empty, HasText, Test
from casewright.conditions.subjects import Facts, Field
from casewright.conditions.tree import All, Any, Condition, Leaf, Not, became_true, evaluate

BEFORE = {"status": "open", "priority": "low"}
NOW = {
    "status": "open",
    "priority": "high",
    "amount": 500.0,
    "vip": True,
    "title": "Refund my Order",
    "email": "",
    "promised": "2026-11-17T09:00:00Z",
}


def facts(*, known_before: bool = True) -> Facts:
    first = parsed(case_event("e1", 0, "CREATED", **BEFORE))
    event = parsed(case_event("e2", 1, changed=("priority",), **NOW))
    before = apply(Case("c1"), first) if known_before else Case("c1")
    return Facts(event, before, apply(before, event), CATALOG.included_field_ids)


def leaf(name: str, test: Test) -> Leaf:
    [compiled] = linked(rule("r", condition=Leaf(Field(name), test))).rules
    assert isinstance(compiled.condition, Leaf)
    return compiled.condition


YES, NO = True, False


@pytest.mark.parametrize(
    ("name", "test", "verdict"),
    [
        ("priority", Among(("high",)), YES),
        ("priority", Among(("low",)), NO),
        ("priority", Among(("low",), negated=True), YES),
        ("amount", Among((500.0,)), YES),
        ("amount", Among(("500",)), NO),
        ("amount", Among(("500",), negated=True), NO),
        ("vip", Among((True,)), YES),
        ("vip", Among((1.0,)), NO),
        ("title", Among(("refund my order",)), NO),
        ("title", Among(("refund my order",), ignore_case=True), YES),
        ("title", HasText("contains", "Refund"), YES),
        ("title", HasText("contains", "Refund", negated=True), NO),
        ("title", HasText("contains", "refund"), NO),
        ("title", HasText("contains", "refund", ignore_case=True), YES),
        ("title", HasText("starts_with", "Refund"), YES),
        ("title", HasText("ends_with", "Order"), YES),
        ("title", HasText("ends_with", "Refund"), NO),
        ("amount", HasText("contains", "5"), NO),
        ("amount", Compares("greater_than", 499.0), YES),
        ("amount", Compares("greater_than", 500.0), NO),
        ("amount", Compares("greater_or_equal", 500.0), YES),
        ("amount", Compares("less_than", 500.0), NO),
        ("amount", Compares("less_or_equal", 500.0), YES),
        ("title", Compares("greater_than", 1.0), NO),
        ("vip", Compares("greater_than", 0.0), NO),
        ("promised", Compares("greater_than", instant=START), YES),
        ("promised", Compares("less_than", instant=START), NO),
        ("email", Empty(True), YES),
        ("title", Empty(True), NO),
        ("title", Empty(False), YES),
        ("assigned_queue", Absent(True), YES),
        ("assigned_queue", Absent(False), NO),
        ("title", Absent(True), NO),
        ("assigned_queue", Among(("Escalations",)), NO),
        ("assigned_queue", Among(("Escalations",), negated=True), NO),
        ("assigned_queue", Empty(True), NO),
        ("priority", Changed(), YES),
        ("status", Changed(), NO),
        ("status", Changed(wanted=False), YES),
        ("priority", Changed(before=Among(("low",)), after=Among(("high",))), YES),
        ("priority", Changed(before=Among(("normal",))), NO),
        ("priority", Changed(after=Among(("normal",))), NO),
    ],
)
def test_an_operator_says_yes_or_no(name: str, test: Test, verdict: bool) -> None:
    compiled = leaf(name, test)
    assert holds(compiled.test, compiled.subject, facts()) is verdict


@pytest.mark.parametrize(
    "test", [Among(("x",)), Among(("x",), negated=True), HasText("contains", "x"), Compares("less_than", 1.0), Empty(True), Absent(True)]
)
def test_every_test_of_an_unknown_field_is_unknown_and_so_is_its_negation(test: Test) -> None:
    unseen = Leaf(Field("unseen", "f-not-in-the-event-configuration"), test)
    assert evaluate(unseen, facts()) is None
    assert evaluate(Not(unseen), facts()) is None


def test_from_is_unknown_after_a_gap() -> None:
    moved = leaf("priority", Changed(before=Among(("low",)), after=Among(("high",))))
    assert evaluate(moved, facts()) is True
    assert evaluate(moved, facts(known_before=False)) is None


def test_a_queue_matches_by_arn_and_by_bare_id() -> None:
    wanted = leaf("assigned_queue", Among(("Escalations",)))
    for held in ("q-esc", CATALOG.queues["Escalations"]):
        event = parsed(case_event("e", 0, "CREATED", assigned_queue=held))
        case = apply(Case("c1"), event)
        assert evaluate(wanted, Facts(event, Case("c1"), case, CATALOG.included_field_ids)) is True


def test_becoming_true_needs_the_condition_to_have_been_false() -> None:
    high, still_open = leaf("priority", Among(("high",))), leaf("status", Among(("open",)))
    assert became_true(high, facts())
    assert not became_true(still_open, facts())


VALUES: st.SearchStrategy[tuple[bool | None, Condition]] = st.sampled_from(
    [
        (True, leaf("priority", Among(("high",)))),
        (False, leaf("priority", Among(("low",)))),
        (None, Leaf(Field("unseen", "f-unseen"), Among(("x",)))),
    ]
)
TREES = st.recursive(
    VALUES,
    lambda inner: st.one_of(
        inner.map(lambda part: (None if part[0] is None else not part[0], Not(part[1]))),
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: (_all(parts), All(tuple(tree for _, tree in parts)))),
        st.lists(inner, min_size=1, max_size=4).map(lambda parts: (_any(parts), Any(tuple(tree for _, tree in parts)))),
    ),
    max_leaves=12,
)


def _all(parts: list[tuple[bool | None, Condition]]) -> bool | None:
    return min((verdict for verdict, _ in parts), key=lambda verdict: {False: 0, None: 1, True: 2}[verdict])


def _any(parts: list[tuple[bool | None, Condition]]) -> bool | None:
    return max((verdict for verdict, _ in parts), key=lambda verdict: {False: 0, None: 1, True: 2}[verdict])


@given(TREES)
def test_groups_follow_kleene(tree: tuple[bool | None, Condition]) -> None:
    expected, condition = tree
    assert evaluate(condition, facts()) is expected


@pytest.mark.parametrize("promised", ["soon", "2026-02-30T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_datetime_fields_that_are_no_datetimes_are_unknown(promised: str) -> None:
    event = parsed(case_event("e", 0, "CREATED", promised=promised))
    moment = Facts(event, Case("c1"), apply(Case("c1"), event), CATALOG.included_field_ids)
    assert evaluate(leaf("promised", Compares("less_than", instant=datetime.fromisoformat("2030-01-01T00:00:00+00:00"))), moment) is None
