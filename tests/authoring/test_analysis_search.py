"""What the search calls impossible is impossible, and what it can tell apart exactly it does: compared with trying every reading."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from typing import Any as Whatever

import pytest
from building import START
from hypothesis import given, settings
from hypothesis import strategies as st

from casewright.cases.events import CaseUpdated, Event
from casewright.cases.performers import Performer
from casewright.cases.state import Case
from casewright.conditions.operators import (
    Absent,
    Age,
    Among,
    Between,
    Changed,
    Compares,
    Empty,
    HasText,
    Matches,
    Test,
    ValueTest,
    WithinHours,
)
from casewright.conditions.subjects import Facts, Field
from casewright.conditions.tree import All, Any, Condition, Leaf, Not, evaluate
from casewright.errors import CalendarEnded
from casewright.rules.rule import Rule
from casewright_authoring.analysis.formulas import Every
from casewright_authoring.analysis.moments import Moment, of_field
from casewright_authoring.analysis.needs import needs_of, plainly_apart
from casewright_authoring.analysis.relations import Relations
from casewright_authoring.analysis.rule_sets import PlacedRule
from casewright_authoring.analysis.search import possible
from casewright_authoring.analysis.texts import text_passes
from casewright_authoring.analysis.verdicts import FALSE, NOT_FALSE, NOT_TRUE, TRUE, Verdicts, verdict_of
from casewright_authoring.conditions import subjects_of
from casewright_authoring.findings import Place
from casewright_authoring.nodes import Mapping

CHOICE, AMOUNT, VIP = Field("choice", "choice", "SingleSelect"), Field("amount", "amount", "Number"), Field("vip", "vip", "Boolean")
TITLE, DUE = Field("title", "title", "Text"), Field("due", "due", "DateTime")
NOW = START
UNKNOWN = object()
ABSENT = object()


class HalfDays:
    """A calendar of which the afternoons are open, and nothing is known of more than a day away."""

    def add(self, start: datetime, open_time: timedelta) -> datetime:
        return start + 2 * open_time

    def between(self, start: datetime, end: datetime) -> timedelta:
        self._known(start)
        return (end - start) / 2

    def is_open(self, moment: datetime) -> bool:
        self._known(moment)
        return moment.hour >= 12

    def _known(self, moment: datetime) -> None:
        if abs(moment - NOW) > timedelta(days=1):
            raise CalendarEnded("support", moment, timedelta(), NOW, NOW)


def instant(hours: float) -> str:
    return (NOW + timedelta(hours=hours)).isoformat()


VALUES: dict[Field, tuple[object, ...]] = {
    CHOICE: ("a", "b", "other", "", ABSENT, UNKNOWN),
    AMOUNT: (0.0, 1.0, 1.5, 2.0, 3.0, "", ABSENT, UNKNOWN),
    VIP: (True, False, "", ABSENT, UNKNOWN),
    TITLE: ("ab", "AB", "Ab", "abc", "ABc", "b", "ba", "c", "cab", "x", "", ABSENT, UNKNOWN),
    DUE: (*map(instant, (-48, -4, -2.5, -2, -1, 0, 0.5, 1, 2)), "", ABSENT, UNKNOWN),
}
BEFORE = {CHOICE: ("a", "b", "other", "", UNKNOWN), VIP: (True, ABSENT), AMOUNT: (1.0, ABSENT), TITLE: ("ab", "x"), DUE: (ABSENT,)}

flags = st.booleans()
choices = st.lists(st.sampled_from(("a", "b", "")), min_size=1, max_size=2).map(tuple)
numbers = st.lists(st.sampled_from((1.0, 2.0, "")), min_size=1, max_size=2).map(tuple)
words = st.sampled_from(("a", "b", "ab", "AB", "c", "bc"))
orders = st.sampled_from(("greater_than", "greater_or_equal", "less_than", "less_or_equal"))
instants = st.sampled_from((-2, 0, 1)).map(lambda hours: NOW + timedelta(hours=hours))
lengths = st.sampled_from((timedelta(hours=1), timedelta(hours=3)))
calendars = st.sampled_from(("", "support"))
everywhere = st.one_of(st.builds(Empty, flags), st.builds(Absent, flags))

EXACT: dict[Field, st.SearchStrategy[Test]] = {
    CHOICE: everywhere
    | st.builds(Among, choices, flags)
    | st.builds(Changed, flags)
    | st.builds(
        lambda before, after: Changed(before=before, after=after),
        st.none() | st.builds(Among, choices),
        st.none() | st.builds(Among, choices),
    ),
    AMOUNT: everywhere
    | st.builds(Among, numbers, flags)
    | st.builds(lambda order, number: Compares(order, number=number), orders, st.sampled_from((1.0, 2.0)))
    | st.sampled_from((Between(numbers=(1.0, 2.0)), Between(numbers=(2.0, 2.0)))),
    VIP: everywhere | st.builds(Among, st.lists(flags | st.just(""), min_size=1, max_size=2).map(tuple), flags),
}
ANY: dict[Field, st.SearchStrategy[Test]] = EXACT | {
    TITLE: everywhere
    | st.builds(Among, st.lists(words | st.just(""), min_size=1, max_size=2).map(tuple), flags, flags)
    | st.builds(HasText, st.sampled_from(("contains", "starts_with", "ends_with")), words, flags, flags)
    | st.builds(Matches, st.sampled_from(("^a", "b$", "[AB]")), flags),
    DUE: everywhere
    | st.builds(lambda order, at: Compares(order, instant=at), orders, instants)
    | st.just(Between(instants=(NOW - timedelta(hours=2), NOW)))
    | st.builds(Age, flags, lengths, calendars)
    | st.just(WithinHours("support")),
}


def conditions(tests: dict[Field, st.SearchStrategy[Test]]) -> st.SearchStrategy[Condition]:
    def about(fields: tuple[Field, ...]) -> st.SearchStrategy[Condition]:
        leaves = st.one_of(*(tests[field].map(lambda test, field=field: Leaf(field, test)) for field in fields))
        return st.recursive(
            leaves,
            lambda inner: st.one_of(
                st.builds(Not, inner),
                st.builds(All, st.lists(inner, min_size=1, max_size=4).map(tuple)),
                st.builds(Any, st.lists(inner, min_size=1, max_size=4).map(tuple)),
            ),
            max_leaves=8,
        )

    pairs = [(one, other) for one in tests for other in tests]
    return st.sampled_from(pairs).flatmap(about)


def several(tests: dict[Field, st.SearchStrategy[Test]]) -> st.SearchStrategy[Condition]:
    """Some tests of one field, each upright or behind not."""

    def of(field: Field) -> st.SearchStrategy[Condition]:
        leaves = tests[field].map(lambda test: Leaf(field, test))
        return st.lists(st.one_of(leaves, leaves.map(Not)), min_size=2, max_size=4).map(lambda parts: All(tuple(parts)))

    return st.sampled_from(list(tests)).flatmap(of)


def asked(condition: Condition) -> Iterator[Leaf]:
    match condition:
        case Leaf():
            yield condition
        case Not(part=part):
            yield from asked(part)
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from asked(part)


def every_moment(*conditions: Condition) -> Iterator[Facts]:
    """Every way in which the fields that the conditions ask about can stand, before and after an event."""
    leaves = [leaf for condition in conditions for leaf in asked(condition)]
    fields = list(dict.fromkeys(leaf.subject for leaf in leaves))
    changes = list(dict.fromkeys(leaf.subject for leaf in leaves if isinstance(leaf.test, Changed)))
    for after in product(*(VALUES[field] for field in fields)):
        for before in product(*(BEFORE[field] for field in changes)):
            for ids in product(*(("", field.id) for field in changes)):
                yield moment(dict(zip(fields, after, strict=True)), dict(zip(changes, before, strict=True)), tuple(filter(None, ids)))


def moment(after: dict[Field, object], before: dict[Field, object], ids: tuple[str, ...]) -> Facts:
    included = frozenset(field.id for field, value in after.items() if value is not UNKNOWN)
    event = Event("e", NOW, "c", "d", "1", "r", "CASE.UPDATED", Performer(user_arn="u"), CaseUpdated("t", NOW, {}, ids))
    return Facts(event, case(before), case(after), included, None, {"support": HalfDays()})


def case(fields: dict[Field, object]) -> Case:
    if UNKNOWN in fields.values() and len(fields) == 1:
        return Case("c")
    held: Whatever = {field.id: value for field, value in fields.items() if value is not ABSENT and value is not UNKNOWN}
    return Case("c", "t", NOW, held)


def never_wrong(condition: Condition) -> None:
    happening = {evaluate(condition, facts) for facts in every_moment(condition)}
    for verdicts in (TRUE, FALSE, NOT_TRUE, NOT_FALSE):
        if happening & verdicts:
            assert possible(Moment("case_updated").asks(condition, verdicts))


def never_unsure(condition: Condition) -> None:
    happening = {evaluate(condition, facts) for facts in every_moment(condition)}
    for verdicts in (TRUE, FALSE, NOT_TRUE, NOT_FALSE):
        if not happening & verdicts:
            assert not possible(Moment("case_updated").asks(condition, verdicts))


@settings(max_examples=600)
@given(condition=several(ANY))
def test_what_is_called_impossible_of_one_field_never_happens(condition: Condition) -> None:
    never_wrong(condition)


@settings(max_examples=100)
@given(condition=conditions(ANY))
def test_what_is_called_impossible_of_any_condition_never_happens(condition: Condition) -> None:
    never_wrong(condition)


@settings(max_examples=500)
@given(condition=several(EXACT))
def test_of_options_numbers_and_booleans_everything_impossible_is_seen(condition: Condition) -> None:
    never_unsure(condition)


@settings(max_examples=100)
@given(condition=conditions(EXACT))
def test_everything_impossible_is_seen_in_groups_too(condition: Condition) -> None:
    never_unsure(condition)


def rule(name: str, condition: Condition) -> PlacedRule:
    written = Rule(name=name, when=("case_updated",), then=(), condition=condition)
    return PlacedRule(written, Mapping(Place("a.yaml", 1, 1), ()), subjects_of(condition))


pairs = st.one_of(
    st.tuples(several(ANY), several(ANY)), st.tuples(several(EXACT), several(EXACT)), st.tuples(conditions(ANY), conditions(ANY))
)


@settings(max_examples=300)
@given(pair=pairs)
def test_what_is_said_of_two_conditions_is_so(pair: tuple[Condition, Condition]) -> None:
    one, other = (rule(name, condition) for name, condition in zip("ab", pair, strict=True))
    happening = {(evaluate(pair[0], facts), evaluate(pair[1], facts)) for facts in every_moment(*pair)}
    relations = Relations()
    if (True, True) in happening:
        assert relations.both_may_fire(one, other, "case_updated")
    if happening & {(True, False), (True, None)}:
        assert not relations.follows(one, other, "case_updated")


@settings(max_examples=300)
@given(pair=st.tuples(several(EXACT), several(EXACT)))
def test_of_options_numbers_and_booleans_all_is_said_that_is_so(pair: tuple[Condition, Condition]) -> None:
    one, other = (rule(name, condition) for name, condition in zip("ab", pair, strict=True))
    happening = {(evaluate(pair[0], facts), evaluate(pair[1], facts)) for facts in every_moment(*pair)}
    relations = Relations()
    assert relations.both_may_fire(one, other, "case_updated") is ((True, True) in happening)
    follows = (True, True) in happening and not happening & {(True, False), (True, None)}
    assert relations.follows(one, other, "case_updated") is (follows and other.subjects <= one.subjects)


@settings(max_examples=200)
@given(one=several(ANY), other=several(ANY), changing=st.sets(st.sampled_from([field.id for field in ANY])))
def test_what_is_plainly_apart_is_impossible_by_the_whole_search_too(one: Condition, other: Condition, changing: set[str]) -> None:
    first, following = Moment("case_updated"), Moment("case_updated", 1, dict.fromkeys(changing, 1), {}, frozenset(changing))
    needs = needs_of(first.asks(one)), needs_of(Moment("case_updated", 1).asks(other))
    if plainly_apart(*needs, changing=frozenset(map(of_field, changing))):
        assert not possible(Every((first.asks(one), following.asks(other))))


@pytest.mark.parametrize(
    ("test", "may_be_unknown"),
    [
        (WithinHours("support"), True),
        (Age(older=True, than=timedelta(hours=1), calendar="support"), True),
        (Age(older=True, than=timedelta(hours=1)), False),
        (Compares("greater_than", instant=NOW), False),
    ],
)
def test_of_a_time_that_is_known_only_a_calendar_can_make_a_test_unknown(test: Test, *, may_be_unknown: bool) -> None:
    known, asking = All((Leaf(DUE, Absent(False)), Leaf(DUE, Empty(False)))), Leaf(DUE, test)
    moment = Moment("case_updated")
    assert possible(Every((moment.asks(known), moment.asks(Any((asking, Not(asking))), NOT_TRUE)))) is may_be_unknown


EVERY_TEXT = tuple("".join(letters) for length in range(5) for letters in product("aAbB", repeat=length))
short_texts = st.text("aAbB", min_size=1, max_size=3)
text_tests = st.one_of(
    st.builds(Among, st.lists(short_texts, min_size=1, max_size=2).map(tuple), flags, flags),
    st.builds(HasText, st.sampled_from(("contains", "starts_with", "ends_with")), short_texts, flags, flags),
    st.builds(Matches, st.sampled_from(("^a", "b$", "ab")), flags),
)


@settings(max_examples=600)
@given(wanted=st.lists(st.tuples(text_tests, st.sampled_from((TRUE, FALSE, NOT_TRUE, NOT_FALSE))), min_size=2, max_size=4))
def test_no_text_passes_what_is_called_impossible(wanted: list[tuple[ValueTest, Verdicts]]) -> None:
    if not text_passes(wanted):
        passing = (text for text in EVERY_TEXT if all(verdict_of(test, text) in verdicts for test, verdicts in wanted))
        assert next(passing, None) is None
