"""Random rules: a native rule is true of the same cases as ours, and comes back from Connect as the rule it was.

`true_of` is a plain reading of the function language: an absent field meets no condition, and Negate turns whatever came out.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import msgspec
from building import START, case_event, parsed
from hypothesis import event, given, settings
from native_directory import OTHER_QUEUE, QUEUE, USER, compiled

from casewright.cases.state import Case, apply
from casewright.conditions.operators import Absent, Among, Between, Changed, Compares, Empty, HasText, Order, Test
from casewright.conditions.subjects import Fact, Facts, Field, bare_id
from casewright.conditions.texts import Verbatim
from casewright.conditions.tree import All, Condition, Leaf, Not, evaluate
from casewright.conditions.tree import Any as AnyOf
from casewright.linking.linker import Linker
from casewright.rules import instructions as do
from casewright.rules.rule import Rule
from casewright_authoring.findings import Report
from casewright_authoring.known import names_in
from casewright_authoring.native import create_rule, import_rules, native_of
from casewright_authoring.reading import read
from casewright_authoring.rules import Rules

BUNDLE, CATALOG = compiled().bundle, compiled().catalog
assert CATALOG is not None
LINKER = Linker(CATALOG, BUNDLE.emails, frozenset(policy.name for policy in BUNDLE.policies))
ALWAYS_THERE = {"status", "created_datetime", "last_updated_datetime", "reference_number"}
TEXTS = st.sampled_from(["refund", "call back", "a refund now", "x"])
MOMENTS = st.integers(-3, 3).map(lambda days: START + timedelta(days=days, microseconds=1))


def leaves(subject: Field | Fact, tests: st.SearchStrategy[Test]) -> st.SearchStrategy[Condition]:
    return tests.map(lambda test: Leaf(subject, test))


def among(values: list[str], *, negated: bool | None = None) -> st.SearchStrategy[Test]:
    flags = st.booleans() if negated is None else st.just(negated)
    return st.builds(Among, st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(tuple), flags)


def ordered(*orders: Order) -> st.SearchStrategy[Test]:
    return st.builds(Compares, st.sampled_from(orders), number=st.none(), instant=MOMENTS)


def part(negated: bool) -> st.SearchStrategy[Test]:
    return st.builds(HasText, st.just("contains"), TEXTS, st.just(negated))


ranges = st.tuples(MOMENTS, MOMENTS).map(lambda ends: Between(instants=(min(ends), max(ends))))
PRIORITIES, REASONS = ["low", "high", "urgent"], ["refund", "duplicate"]
TEMPLATES, QUEUES = ["Billing", "Technical"], ["Escalations", "Billing"]
EVERY_ORDER: tuple[Order, ...] = ("greater_than", "greater_or_equal", "less_than", "less_or_equal")

askable_leaves = st.one_of(
    leaves(Fact("template"), among(TEMPLATES)),
    leaves(Field("assigned_queue"), among(QUEUES, negated=False)),
    leaves(Field("assigned_user"), among(["maya"], negated=False)),
    leaves(Field("case_reason"), among(REASONS, negated=False)),
    leaves(Field("status"), among(["open", "closed"], negated=False)),
    leaves(Field("summary"), part(negated=False)),
    leaves(Field("priority"), among(PRIORITIES, negated=False)),
    leaves(Field("note"), part(negated=False)),
    leaves(Field("opened"), st.one_of(ordered(*EVERY_ORDER), ranges)),
    leaves(Field("last_closed"), ordered("greater_or_equal", "less_or_equal")),
)
other_leaves = st.one_of(
    leaves(Field("priority"), among(PRIORITIES, negated=True)),
    leaves(Field("note"), part(negated=True)),
    leaves(Field("last_closed"), ordered("greater_than", "less_than")),
    leaves(Field("updated"), ordered(*EVERY_ORDER)),
    leaves(Field("note"), st.sampled_from([Absent(True), Empty(True), Changed()])),
    leaves(Field("vip"), st.just(Among((True,)))),
)
few_leaves = st.one_of(
    leaves(Field("priority"), among(PRIORITIES[:2])),
    leaves(Field("case_reason"), among(REASONS)),
    leaves(Field("opened"), ordered(*EVERY_ORDER)),
    leaves(Field("note"), st.booleans().flatmap(part)),
)
nots = askable_leaves.map(Not)
lists = st.lists(st.one_of(askable_leaves, nots), min_size=1, max_size=4).map(tuple)
flat = st.one_of(lists.map(All), lists.map(AnyOf), askable_leaves, nots)


def grouped(base: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    return st.recursive(
        base,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(tuple).map(All),
            st.lists(inner, min_size=1, max_size=3).map(tuple).map(AnyOf),
            inner.map(Not),
        ),
        max_leaves=6,
    )


wild = grouped(st.one_of(askable_leaves, askable_leaves, other_leaves))
conditions = st.one_of(flat, wild, grouped(few_leaves), grouped(few_leaves))

FIELDS: Mapping[str, st.SearchStrategy[str]] = {
    "assigned_queue": st.sampled_from([QUEUE, OTHER_QUEUE]),
    "assigned_user": st.just(USER),
    "case_reason": st.sampled_from(REASONS),
    "status": st.sampled_from(["open", "closed", "waiting"]),
    "summary": TEXTS,
    "reference_number": st.just("1"),
    "f-priority": st.sampled_from(PRIORITIES),
    "f-note": TEXTS,
    "created_datetime": MOMENTS.map(datetime.isoformat),
    "last_updated_datetime": MOMENTS.map(datetime.isoformat),
    "last_closed_datetime": MOMENTS.map(datetime.isoformat),
}
field_values = st.fixed_dictionaries(
    {name: values for name, values in FIELDS.items() if name in ALWAYS_THERE},
    optional={name: values for name, values in FIELDS.items() if name not in ALWAYS_THERE},
)


def rule_of(condition: Condition, *, when: Any = ("case_created",), then: tuple[do.Instruction, ...] | None = None) -> Rule:
    steps = then or (do.CreateTask("Call back", (Verbatim("Call"),)),)
    return Rule(name="it", when=when, condition=condition, then=steps, reacts_to_casewright="case_updated" in when, runs_on="connect")


def true_of(document: Mapping[str, Any], template_id: str, fields: Mapping[str, str]) -> bool:
    if document["Operator"] in ("AND", "OR"):
        verdicts = [true_of(each, template_id, fields) for each in document["Operands"]]
        return all(verdicts) if document["Operator"] == "AND" else any(verdicts)
    path, operands = document["ComparisonValue"], document["Operands"]
    value = template_id if path == "$.Case.TemplateId" else fields.get(path.removeprefix("$.Case.Fields."))
    met = value is not None and _meets(document["Operator"], value, operands)
    return met is not document["Negate"]


def _meets(operator: str, value: str, operands: list[str]) -> bool:
    match operator:
        case "EQUALS":
            return value == operands[0]
        case "CONTAINS":
            return operands[0] in value
        case "CONTAINS_ANY":
            return bare_id(value) in operands
        case "NumberLessOrEqualTo":
            return datetime.fromisoformat(value) <= datetime.fromisoformat(operands[0])
        case "NumberGreaterOrEqualTo":
            return datetime.fromisoformat(value) >= datetime.fromisoformat(operands[0])
    raise AssertionError(operator)


@settings(max_examples=1000)
@given(condition=conditions, template=st.sampled_from(["t-billing", "t-technical"]), fields=field_values)
def test_a_native_rule_is_true_of_the_same_cases(condition: Condition, template: str, fields: dict[str, str]) -> None:
    found = native_of(rule_of(condition), bundle=BUNDLE, catalog=CATALOG)
    event("said" if found.rules else "not said")
    if found.reasons:
        return
    document = json.loads(create_rule(found.rules[0])["Function"])["RuleFunction"]
    created = parsed(case_event("e", 0, "CREATED", template_id=template, **fields))
    facts = Facts(created, Case("c1"), apply(Case("c1"), created), CATALOG.included_field_ids)
    assert true_of(document, template, fields) is evaluate(LINKER.condition(condition, "it"), facts)


values = st.fixed_dictionaries(
    {},
    optional={
        "priority": st.sampled_from(PRIORITIES),
        "amount": st.floats(-1e6, 1e6).map(lambda number: round(number, 2) + 0.0),
        "vip": st.booleans(),
        "note": st.one_of(st.just(""), st.text(st.characters(codec="utf-8", exclude_characters="{$"), min_size=1, max_size=20)),
        "assigned_queue": st.sampled_from(QUEUES),
    },
).filter(lambda chosen: bool(chosen) and str(chosen.get("note", "x")).strip() == chosen.get("note", "x"))
updates = values.map(lambda chosen: do.UpdateCase(tuple(do.Assignment(Field(name), value) for name, value in chosen.items())))
words = st.text(st.characters(codec="utf-8", exclude_characters="{$"), min_size=1, max_size=30).filter(lambda text: bool(text.strip()))
verbatim = words.map(lambda text: (Verbatim(text),))
tasks = st.builds(do.CreateTask, st.just("Call back"), verbatim, st.one_of(st.just(()), verbatim))
actions = st.tuples(tasks, updates, st.just(do.AssignSla("first-response")), st.just(do.EndTasks())).flatmap(
    lambda all_of_them: st.lists(st.sampled_from(all_of_them), min_size=1, unique_by=type).map(tuple)
)
rules = st.builds(
    lambda condition, when, then, mode: msgspec.structs.replace(rule_of(condition, when=when, then=then), mode=mode),
    st.one_of(flat, conditions),
    st.sampled_from([("case_created",), ("case_updated",), ("case_created", "case_updated"), ("case_updated", "case_created")]),
    actions,
    st.sampled_from(["on", "off"]),
)


def there_and_back(rule: Rule) -> tuple[Rule, str] | None:
    """The rule as it comes back from Connect, and the file it is written to; None for one that cannot be said."""
    form = native_of(rule, bundle=BUNDLE, catalog=CATALOG)
    if form.reasons:
        return None
    printed = json.dumps([{"Rule": create_rule(native)} for native in form.rules]).encode()
    found = import_rules(printed, bundle=BUNDLE, catalog=CATALOG)
    assert found.unsaid == ()
    [back] = found.rules
    return back, found.yaml


@settings(max_examples=500)
@given(rule=rules)
def test_a_rule_comes_back_as_it_was(rule: Rule) -> None:
    """Exactly, once it is written as an import writes it: a list of tests, each one value, with `not` before what is negated."""
    once = there_and_back(rule)
    event("said" if once else "not said")
    if once is None:
        return
    back, _ = once
    assert msgspec.structs.replace(LINKER.rule(back), condition=All(())) == msgspec.structs.replace(LINKER.rule(rule), condition=All(()))
    twice = there_and_back(back)
    assert twice is not None
    assert twice[0] == back
    assert native_of(back, bundle=BUNDLE, catalog=CATALOG) == native_of(rule, bundle=BUNDLE, catalog=CATALOG)


one_test = st.one_of(
    leaves(Fact("template"), among(TEMPLATES, negated=False)),
    leaves(Field("case_reason"), st.sampled_from(REASONS).map(lambda value: Among((value,)))),
    leaves(Field("priority"), st.sampled_from(PRIORITIES).map(lambda value: Among((value,)))),
    leaves(Field("note"), st.one_of(part(negated=False), TEXTS.map(lambda text: Among((text,))))),
    leaves(Field("opened"), ordered("greater_or_equal", "less_or_equal")),
)
written_lists = st.lists(st.one_of(one_test, one_test.map(Not)), min_size=2, max_size=5).map(tuple)
written = st.one_of(one_test, one_test.map(Not), written_lists.map(All), written_lists.map(AnyOf))


@settings(max_examples=300)
@given(condition=written, when=st.sampled_from([("case_created",), ("case_updated", "case_created")]), then=st.tuples(tasks))
def test_a_rule_that_says_one_thing_at_a_time_comes_back_equal(condition: Condition, when: Any, then: Any) -> None:
    rule = rule_of(condition, when=when, then=then)
    once = there_and_back(rule)
    assert once is not None
    assert LINKER.rule(once[0]) == LINKER.rule(rule)


@settings(max_examples=200)
@given(rule=rules)
def test_the_file_that_an_import_writes_reads_as_the_same_rule(rule: Rule) -> None:
    once = there_and_back(rule)
    if once is None:
        return
    report = Report()
    node = read(once[1], "rules/imported.yaml", report)
    assert node is not None
    assert Rules(names_in(BUNDLE, CATALOG), report).read_file(node) == (once[0],)
    assert report.findings == ()


def test_a_moment_is_written_to_the_microsecond() -> None:
    moment = datetime(2026, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)
    once = there_and_back(rule_of(Leaf(Field("opened"), Compares("less_or_equal", instant=moment))))
    assert once is not None
    assert once[0].condition == Leaf(Field("opened"), Compares("less_or_equal", instant=moment))
