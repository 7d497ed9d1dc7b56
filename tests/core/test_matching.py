"""The matcher gives what the plain reading of every rule gives, whatever the rules and the moment, and never raises."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from building import START, rule
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_reading import expected

from benchmarks import rule_workload
from casewright.bundle import Bundle, link
from casewright.cases import events
from casewright.cases.parsing import parse
from casewright.cases.performers import Performer
from casewright.cases.state import Case, apply
from casewright.cases.values import User
from casewright.conditions import operators as ask
from casewright.conditions.subjects import FACT_NAMES, ClockFact, Fact, Facts, Field
from casewright.conditions.tree import All, Leaf, Not
from casewright.conditions.tree import Any as AnyOf
from casewright.conditions.triggers import TRIGGERS, trigger_of
from casewright.errors import CalendarEnded
from casewright.rules import columns, matching, sieve
from casewright.rules.literals import MOST_ALTERNATIVES, Literals
from casewright.rules.matching import Matcher
from casewright.rules.rule import Rule

ITEM_TYPES: list[events.RelatedItemType] = ["comment", "contact", "sla", "unknown"]
ARN = "arn:aws:connect:us-east-1:1:instance/i/queue/q1"
HALF_A_PAIR = "\ud800x"
TEXTS = ["", "open", "Open", "OPEN door", "closed", "q1", "q2", ARN, "1", "ß", "SS", HALF_A_PAIR]
TIMES = [
    "2026-11-16T13:00:00Z",
    "2026-11-16T14:00:00+00:00",
    "2026-11-16T09:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
]
NUMBERS = [0.0, -0.0, 1.0, 1, 2.5, 500.0, 1e308, float("inf"), float("-inf"), float("nan"), 2**70, 10**400]
FIELDS = [
    Field("title", "title", "Text"),
    Field("status", "status", "SingleSelect"),
    Field("amount", "f-amount", "Number"),
    Field("vip", "f-vip", "Boolean"),
    Field("promised", "f-promised", "DateTime"),
    Field("assigned_queue", "assigned_queue", "Text"),
    Field("owner", "f-owner", "User"),
    Field("unseen", "f-unseen", "Text"),
]
INCLUDED = frozenset(field.id for field in FIELDS if field.name != "unseen")
INSTANTS = [START, START - timedelta(hours=1), datetime(2026, 11, 16, 13, 30), datetime.max.replace(tzinfo=UTC)]  # noqa: DTZ001  # a bundle may hold it
WHILES = [timedelta(), timedelta(hours=1), timedelta(days=-1), timedelta.max]


class HalfTime:
    """Open in even hours, and said to pass at half speed; nothing is known of other years."""

    def add(self, start: datetime, open_time: timedelta) -> datetime:
        raise NotImplementedError

    def between(self, start: datetime, end: datetime) -> timedelta:
        self._check(start)
        return (end - start) / 2

    def is_open(self, moment: datetime) -> bool:
        self._check(moment)
        return moment.hour % 2 == 0

    def _check(self, moment: datetime) -> None:
        if moment.year != START.year:
            raise CalendarEnded("half", moment, START, START)


ALL_VALUES = [*TEXTS, *TIMES, *NUMBERS, True, False, User(ARN), User("u1")]
OPERANDS = [
    ("open",),
    ("OPEN",),
    ("", "q1"),
    (1.0,),
    (True,),
    (True, "open", 0.0),
    (float("nan"),),
    ("t-billing", "user", "c1"),
    (ARN,),
    (),
]
AMONG = [ask.Among(values, negated, ignore_case) for values in OPERANDS for negated in (False, True) for ignore_case in (False, True)]
ORDERS: list[ask.Order] = ["greater_than", "greater_or_equal", "less_than", "less_or_equal"]
PARTS: list[ask.TextPart] = ["contains", "starts_with", "ends_with"]
FLAGS = (False, True)
TESTS: list[ask.Test] = [
    *AMONG,
    *(ask.HasText(part, text, negated, fold) for part in PARTS for text in ("open", "O", "ß", "") for negated in FLAGS for fold in FLAGS),
    *(ask.Compares(order, number=number) for order in ORDERS for number in (0.0, 1.0, 2.5, 500.0, float("nan"), 2**70)),
    *(ask.Compares(order, instant=instant) for order in ORDERS for instant in INSTANTS),
    ask.Compares("less_than"),
    ask.Between(),
    *(ask.Between(numbers=numbers) for numbers in [(0.0, 1.0), (1.0, 2.5), (2.5, 1.0), (float("nan"), 5.0), (1.0, float("inf"))]),
    *(ask.Between(instants=(low, high)) for low in INSTANTS for high in INSTANTS),
    *(ask.Matches(pattern, fold) for pattern in ("o.en", "^O", "s$", "[0-9]+", "(", HALF_A_PAIR) for fold in FLAGS),
    *(ask.Age(older, than, calendar) for older in FLAGS for than in WHILES for calendar in ("", "half", "missing")),
    *(ask.WithinHours(calendar) for calendar in ("half", "missing")),
    *(test(wanted) for test in (ask.Empty, ask.Absent, ask.Changed) for wanted in FLAGS),
    *(ask.Changed(wanted, before, after) for wanted in FLAGS for before in (None, *AMONG[:8]) for after in (None, *AMONG[:6])),
]
VALUES = st.sampled_from(ALL_VALUES)
FACTS = st.sampled_from(FACT_NAMES).map(Fact)  # type: ignore[arg-type]
LEAVES = st.builds(Leaf, st.sampled_from(FIELDS) | FACTS, st.integers(0, len(TESTS) - 1).map(lambda number: TESTS[number]))
TEMPLATE = st.builds(
    Leaf, st.just(Fact("template")), st.sampled_from([("t-billing",), ("t-technical",), ("t-billing", "t-technical")]).map(ask.Among)
)
CONDITIONS = st.recursive(
    LEAVES | TEMPLATE,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=4).map(lambda parts: All(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=8,
)
RULES = st.lists(
    st.builds(
        Rule,
        name=st.uuids().map(str),
        when=st.sets(st.sampled_from(TRIGGERS), min_size=1).map(lambda names: tuple(sorted(names))),
        condition=CONDITIONS,
        then=st.just(()),
        order=st.integers(0, 2),
        mode=st.sampled_from(["on", "on", "on", "shadow", "canary", "off"]),
        runs_on=st.sampled_from(["casewright", "casewright", "casewright", "connect"]),
    ),
    max_size=10,
)
CASE_FIELDS = st.none() | st.dictionaries(st.sampled_from([field.id for field in FIELDS]), VALUES)
CASES = st.builds(Case, st.just("c1"), st.sampled_from(["t-billing", "t-technical", ""]), fields=CASE_FIELDS)
ITEMS = st.builds(
    events.RelatedItem,
    id=st.just("i1"),
    type=st.sampled_from(ITEM_TYPES),
    comment_body=st.sampled_from(TEXTS),
    contact_channel=st.sampled_from(["", "CHAT"]),
)
CHANGES = st.one_of(
    st.just(events.CaseCreated("t-billing", START, None)),
    st.lists(st.sampled_from([field.id for field in FIELDS])).map(lambda ids: events.CaseUpdated("t-billing", START, None, tuple(ids))),
    st.just(events.CaseDeleted("t-billing")),
    ITEMS.map(events.RelatedItemAdded),
    ITEMS.map(events.RelatedItemUpdated),
    ITEMS.map(events.RelatedItemRemoved),
    st.just(events.ClockDue("first-response", 1, "breach")),
    st.just(events.ScheduleDue("r1")),
)
PERFORMERS = st.sampled_from([Performer(), Performer("arn:role"), Performer("arn:role", "user"), Performer("arn:role", "", "comment")])
CLOCKS = st.none() | st.builds(
    ClockFact, st.just("first-response"), st.sampled_from(["Active", "Overdue"]), st.sampled_from(["", "breach"])
)


def moment(change: events.Change, performer: Performer, before: Case, after: Case, clock: ClockFact | None) -> Facts:
    event = events.Event("e1", START, "c1", "d", "1", "us-east-1", "CASE.UPDATED", performer, change)
    return Facts(event, before, after, INCLUDED, clock, {"half": HalfTime()})


MOMENTS = st.lists(
    st.tuples(st.sampled_from(TRIGGERS), st.builds(moment, CHANGES, PERFORMERS, CASES, CASES, CLOCKS)), min_size=1, max_size=5
)


@contextmanager
def limits(few: int, shared: int, stretches: int) -> Iterator[None]:
    """The limits at which a rule set is large, set low, so that small ones go every way."""
    with patch.object(matching, "FEW", few), patch.object(sieve, "SHARED", shared), patch.object(columns, "MOST_STRETCHES", stretches):
        yield


@settings(max_examples=300)
@given(RULES, MOMENTS, st.sampled_from([-1, 48]), st.integers(1, 3), st.sampled_from([1, 64]))
def test_matching_is_what_a_plain_reading_of_every_rule_gives(
    rules: list[Rule], moments: list[tuple[Any, Facts]], few: int, shared: int, stretches: int
) -> None:
    with limits(few, shared, stretches):
        matcher = Matcher(rules)
        for trigger, facts in moments:
            assert matcher.matching(trigger, facts) == expected(rules, trigger, facts)


@pytest.mark.parametrize("subject", [*FIELDS, *(Fact(name) for name in FACT_NAMES)], ids=lambda subject: subject.name)  # type: ignore[arg-type]
def test_every_test_of_every_value_is_as_read_plainly(subject: Field | Fact) -> None:
    draw = Random(subject.name)
    leaves = [Leaf(subject, test) for test in TESTS]
    pairs = [group(tuple(draw.sample(leaves, 2))) for group in (All, AnyOf) for _ in range(50)]
    conditions = [*leaves, *map(Not, leaves), *pairs, *map(Not, pairs)]
    rules = [rule(f"r{number}", *TRIGGERS, condition=condition) for number, condition in enumerate(conditions)]
    many, few = Matcher(rules), Matcher(rules)
    for trigger, facts in moments_of(subject, draw):
        wanted = expected(rules, trigger, facts)
        with limits(-1, 2, 4):
            assert many.matching(trigger, facts) == wanted
        with limits(len(rules), 4, 64):
            assert few.matching(trigger, facts) == wanted


def moments_of(subject: Field | Fact, draw: Random) -> Iterator[tuple[Any, Facts]]:
    """Of a field: unknown, absent, and every value, before and after, changed and not. Of a fact: every sort of event."""
    if isinstance(subject, Field):
        states = [None, {}, *({subject.id: value} for value in ALL_VALUES)]
        for after in states:
            before = draw.choice(states)
            for ids in ((), ("f-other", subject.id)):
                change = events.CaseUpdated("t-billing", None, None, ids)
                yield "case_updated", moment(change, Performer("arn"), Case("c1", fields=before), Case("c1", fields=after), None)
        return
    items = [
        events.RelatedItem("i1", kind, comment_body=text, contact_channel=text.upper()) for kind in ITEM_TYPES for text in ("", "open")
    ]
    changes = [
        events.CaseCreated("", None, None),
        events.ScheduleDue("r1"),
        events.ClockDue("p", 1, "m"),
        *map(events.RelatedItemAdded, items),
    ]
    for change in changes:
        for clock in (None, ClockFact("open", "Active", ""), ClockFact("open", "Active", "", START)):
            for performer in (Performer(), Performer("arn", "user"), Performer("arn", "", "open")):
                after = Case("c1", draw.choice(["t-billing", ""]))
                yield draw.choice(TRIGGERS), moment(change, performer, Case("c1"), after, clock)


@pytest.mark.parametrize("count", [0, 1, 60, 600])
def test_sets_of_every_size_match_as_read_plainly(count: int) -> None:
    linked_bundle = link(Bundle(rules=rule_workload.rules(count)), rule_workload.CATALOG, bundle_hash="h")
    rules, included = list(linked_bundle.rules), linked_bundle.included_field_ids
    for body in rule_workload.events(60):
        event = parse(body)
        facts = Facts(event, Case(event.case_id), apply(Case(event.case_id), event), included)
        trigger = trigger_of(event.change)
        assert trigger is not None
        assert linked_bundle.matcher.matching(trigger, facts) == expected(rules, trigger, facts)


def test_memory_does_not_grow_with_what_is_read() -> None:
    column = columns.Column(2, {0: frozenset({"a"})}, {})
    assert [column[text] for text in ("a", "b", "c", "a")] == [0b11, 0b10, 0b10, 0b11]
    assert list(column) == ["a"]
    tested = columns.Column(1, {}, {frozenset[object]({1.0}): [0]})
    assert sum(tested[float(number)] for number in range(columns.MOST_MASKS * 2)) == 1
    assert 0 < len(tested) <= columns.MOST_MASKS


def test_groups_of_groups_do_not_multiply() -> None:
    branches = [AnyOf(tuple(Leaf(FIELDS[0], ask.HasText("contains", f"{group}-{branch}")) for branch in range(3))) for group in range(12)]
    literals = Literals()
    assert len(literals.alternatives(literals.of(All(tuple(branches))))) <= MOST_ALTERNATIVES


@pytest.mark.parametrize("few", [-1, 48])
def test_a_long_text_raises_nothing(few: int) -> None:
    with limits(few, 1, 64):
        matcher = Matcher([rule("r", condition=Leaf(FIELDS[0], test)) for test in TESTS])
        after = Case("c1", fields={FIELDS[0].id: "x" * 1_000_000})
        matcher.matching("case_updated", moment(events.CaseUpdated("", None, None, ()), Performer(), Case("c1"), after, None))
