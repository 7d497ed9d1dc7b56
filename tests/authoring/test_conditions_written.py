# ruff: noqa: E501  # tables of what is refused, one row a line
"""Conditions as operators write them: what they compile to, and what is refused where."""

from datetime import UTC, datetime

import pytest
from small_directory import Compile, Complain

from casewright.conditions.operators import Absent, Among, Changed, Compares, Empty, HasText, Test
from casewright.conditions.subjects import Fact, Field
from casewright.conditions.tree import All, Any, Leaf, Not

RULE = """\
- rule: a
  when: [case_created, case_updated]
  if: {}
  then: [{{end_tasks: true}}]
"""


def on(name: str, test: Test) -> Leaf:
    return Leaf(Field(name), test)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{priority: high}", on("priority", Among(("high",)))),
        ("{priority: Low}", on("priority", Among(("Low",)))),
        ("{amount: 5}", on("amount", Among((5.0,)))),
        ("{vip: true}", on("vip", Among((True,)))),
        ('{summary: ""}', on("summary", Among(("",)))),
        ('{amount: {changed: {from: ""}}}', on("amount", Changed(before=Among(("",))))),
        ("{priority: {equals: high}}", on("priority", Among(("high",)))),
        ("{priority: {not_equals: high}}", on("priority", Among(("high",), negated=True))),
        ("{status: {in: [closed, Waiting]}}", on("status", Among(("closed", "Waiting")))),
        ("{status: {not_in: [closed]}}", on("status", Among(("closed",), negated=True))),
        ("{summary: {contains: x}}", on("summary", HasText("contains", "x"))),
        ("{summary: {not_contains: x}}", on("summary", HasText("contains", "x", negated=True))),
        ("{summary: {starts_with: x, ignore_case: true}}", on("summary", HasText("starts_with", "x", ignore_case=True))),
        ("{summary: {ends_with: x, ignore_case: false}}", on("summary", HasText("ends_with", "x"))),
        ("{summary: {equals: x, ignore_case: true}}", on("summary", Among(("x",), ignore_case=True))),
        ("{amount: {greater_than: 5}}", on("amount", Compares("greater_than", number=5.0))),
        (
            "{amount: {greater_or_equal: 5, less_than: 9.5}}",
            All((on("amount", Compares("greater_or_equal", number=5.0)), on("amount", Compares("less_than", number=9.5)))),
        ),
        (
            '{due: {less_or_equal: "2026-01-31T10:00:00+01:00"}}',
            on("due", Compares("less_or_equal", instant=datetime(2026, 1, 31, 9, tzinfo=UTC))),
        ),
        ("{summary: {empty: true}}", on("summary", Empty(True))),
        ("{summary: {absent: false}}", on("summary", Absent(False))),
        ("{due: {changed: true}}", on("due", Changed())),
        ("{due: {changed: false}}", on("due", Changed(wanted=False))),
        (
            "{priority: {changed: {from: [low], to: high}}}",
            on("priority", Changed(before=Among(("low",)), after=Among(("high",)))),
        ),
        ("{assigned_queue: Escalations}", on("assigned_queue", Among(("Escalations",)))),
        ("{assigned_user: arn:aws:connect:x:agent/u}", on("assigned_user", Among(("arn:aws:connect:x:agent/u",)))),
        ("{reviewer: maya}", on("reviewer", Among(("u-1",)))),
        ("{template: Billing}", Leaf(Fact("template"), Among(("Billing",)))),
        ("{performed_by.kind: user}", Leaf(Fact("performed_by.kind"), Among(("user",)))),
        ("{vip: true, priority: high}", All((on("vip", Among((True,))), on("priority", Among(("high",)))))),
        ("{any: [{vip: true}, {not: {priority: high}}]}", Any((on("vip", Among((True,))), Not(on("priority", Among(("high",))))))),
        ("{all: [{vip: true}]}", All((on("vip", Among((True,))),))),
    ],
)
def test_a_condition_compiles(compiled: Compile, written: str, meant: object) -> None:
    [rule] = compiled({"rules/a.yaml": RULE.format(written)}).bundle.rules
    assert rule.condition == meant


OPERATORS = (
    "accepted are equals, not_equals, in, not_in, contains, not_contains, starts_with, ends_with, greater_than, greater_or_equal, "
    "less_than, less_or_equal, empty, absent, changed"
)
ON_TEXT = "accepted are equals, not_equals, in, not_in, contains, not_contains, starts_with, ends_with, empty, absent, changed"
ON_OPTION = "accepted are equals, not_equals, in, not_in, empty, absent, changed"
ON_MOMENT = "accepted are greater_than, greater_or_equal, less_than, less_or_equal, empty, absent, changed"
MOMENT = 'accepted is an ISO 8601 date and time with a zone, such as "2026-01-31T09:00:00Z"'


@pytest.mark.parametrize(
    ("written", "column", "message"),
    [
        ("{}", 7, "a condition is empty; accepted is a subject with its test, or a group: all, any, not"),
        ("[{vip: true}]", 7, "a list is given for a condition; write {all: [...]} or {any: [...]} to say how its parts are joined"),
        ("vip", 7, "the text 'vip' is given for a condition; accepted is a mapping such as {status: open}"),
        ("{all: []}", 13, "an empty list is given for the group 'all'; at least one is needed"),
        ("{any: {vip: true}}", 13, "a mapping is given for the group 'any'; accepted is a list"),
        ("{not: [{vip: true}]}", 13, "a list is given for a condition; write {all: [...]} or {any: [...]} to say how its parts are joined"),
        ("{priority: hihg}", 18, "unknown option of priority 'hihg' (did you mean 'high'?); accepted are Low, low, High, high"),
        ("{priority: {}}", 18, f"the test of 'priority' is empty; {OPERATORS}"),
        ("{priority: [low]}", 18, "a list is given as the test of 'priority'; write {in: [...]} for one of several values"),
        ("{priority: {in: low}}", 23, "the text 'low' is given; accepted is a list of values, at least one"),
        ("{priority: {in: []}}", 23, "an empty list is given; accepted is a list of values, at least one"),
        ("{priority: {equals: [low]}}", 27, "a list is given; one value is compared here, write in for a list"),
        ("{priority: {contains: lo}}", 19, f"'contains' cannot be asked of 'priority', an option of priority; {ON_OPTION}"),
        ("{priority: {equal: low}}", 19, f"unknown operator 'equal' (did you mean 'equals'?); {OPERATORS}, ignore_case"),
        ("{summary: {matches: x}}", 18, f"unknown operator 'matches'; {OPERATORS}, ignore_case"),
        ("{amount: {between: [1, 2]}}", 17, f"unknown operator 'between'; {OPERATORS}, ignore_case"),
        ("{due: {older_than: 4h}}", 14, f"unknown operator 'older_than'; {OPERATORS}, ignore_case"),
        ("{due: {newer_than: 4h}}", 14, f"unknown operator 'newer_than'; {OPERATORS}, ignore_case"),
        ("{now: {within_hours: support}}", 14, f"unknown operator 'within_hours'; {OPERATORS}, ignore_case"),
        ("{summary: {greater_than: 5}}", 18, f"'greater_than' cannot be asked of 'summary', a text; {ON_TEXT}"),
        ("{summary: 5}", 17, "the number 5 is given; accepted is a text; quote it if the text itself is meant"),
        ("{summary: true}", 17, "true is given; accepted is a text; quote it if the text itself is meant"),
        ("{summary: }", 16, "nothing is given; accepted is a text; for no value, ask {absent: true} or {empty: true}"),
        ('{summary: {contains: ""}}', 28, "the empty text is given; every text contains it, so accepted is at least one character"),
        ('{amount: "5"}', 16, "the text '5' is given; accepted is a number, without quotes"),
        ("{amount: {greater_than: much}}", 31, "the text 'much' is given for greater_than; accepted is a number"),
        ("{vip: yes}", 13, "the text 'yes' is given; accepted is a boolean: true or false, without quotes"),
        ("{summary: {empty: 1}}", 25, "the number 1 is given for empty; accepted are true and false"),
        ("{priority: {equals: low, ignore_case: true}}", 45, "'ignore_case' stands beside a comparison of text; 'priority' is compared with an option of priority"),
        ("{summary: {empty: true, ignore_case: true}}", 44, "'ignore_case' stands beside no comparison"),
        ('{due: "2026-01-31T09:00:00Z"}', 13, f"'equals' cannot be asked of 'due', a date and time; {ON_MOMENT}"),
        ("{due: {less_than: 2026-01-31}}", 25, f"the text '2026-01-31' is given; {MOMENT}"),
        ('{due: {less_than: "2026-01-31T09:00:00"}}', 25, f"the text '2026-01-31T09:00:00' is given; {MOMENT}"),
        ("{due: {less_than: 5}}", 25, f"the number 5 is given; {MOMENT}"),
        ("{due: {changed: {to: x}}}", 28, "'due' is a date and time, which cannot be narrowed by from and to; write changed: true"),
        ("{priority: {changed: {form: low}}}", 29, "unknown key of 'changed' 'form' (did you mean 'from'?); accepted are from, to"),
        ("{priority: {changed: {}}}", 28, "'changed' is empty; accepted are true, false and a mapping of from and to"),
        ("{template: Biling}", 18, "unknown template 'Biling' (did you mean 'Billing'?); accepted are Billing, Shipping"),
        ("{assigned_queue: Escalation}", 24, "unknown queue 'Escalation' (did you mean 'Escalations'?); accepted is Escalations"),
        ("{reviewer: mayra}", 18, "unknown user 'mayra' (did you mean 'maya'?); accepted is maya"),
        ("{performed_by.kind: iamm}", 27, "unknown kind of performer 'iamm' (did you mean 'iam'?); accepted are user, custom_entity, iam"),
        ("{template: {absent: true}}", 19, "'absent' cannot be asked of 'template', a template; accepted are equals, not_equals, in, not_in"),
        ("{case.title: x}", 8, "a condition names a case field without 'case.': 'title'"),
        ("{comment.body: x}", 8, "'comment.body' has no value in a rule set off by case_created or case_updated; it comes with related_item_added or related_item_updated or related_item_removed"),
        ("{sla.name: by-hand}", 8, "'sla.name' has no value in a rule set off by case_created or case_updated; it comes with sla_milestone or sla_breached or sla_met"),
    ],
)  # fmt: skip
def test_a_condition_is_refused_at_its_place(complaints: Complain, written: str, column: int, message: str) -> None:
    assert complaints({"rules/a.yaml": RULE.format(written)}) == [f"rules/a.yaml:3:{column}: {message}"]


def test_an_unknown_subject_is_told_with_every_subject_there_is(complaints: Complain) -> None:
    [told] = complaints({"rules/a.yaml": RULE.format("{prioritty: high}")})
    assert told.startswith("rules/a.yaml:3:8: unknown subject 'prioritty' (did you mean 'priority'?); accepted are title, summary,")
    assert "and 1 more" in told


def test_every_wrong_leaf_of_a_condition_is_told_in_one_go(complaints: Complain) -> None:
    told = complaints({"rules/a.yaml": RULE.format("{any: [{vip: 1}, {amount: x}, {not: {priority: no}}]}")})
    assert [each.split(": ")[0] for each in told] == ["rules/a.yaml:3:20", "rules/a.yaml:3:33", "rules/a.yaml:3:54"]


@pytest.mark.parametrize("trigger", ["case_created", "case_deleted", "related_item_added", "sla_milestone", "sla_breached"])
def test_changed_is_refused_where_nothing_can_have_changed(complaints: Complain, trigger: str) -> None:
    rule = f"- {{rule: a, when: {trigger}, if: {{vip: {{changed: true}}}}, then: [{{put_event: {{detail_type: x, detail: {{}}}}}}]}}"
    [told] = complaints({"rules/a.yaml": rule})
    assert told.endswith(f"'changed' is never true in a rule set off by {trigger}; fields change with case_updated or sla_met")


@pytest.mark.parametrize(
    ("trigger", "condition"),
    [
        ("related_item_added", "{related_item.type: comment, comment.body: {contains: help}}"),
        ("related_item_updated", "{related_item.type: {not_in: [file, contact]}}"),
        ("related_item_removed", "{contact.channel: {in: [VOICE, EMAIL]}}"),
        ("[case_updated, related_item_added]", "{comment.body: {absent: true}}"),
        ("sla_milestone", "{sla.milestone: soon}"),
        ("sla_breached", "{sla.milestone: breach, sla.name: automatic, sla.status: Overdue}"),
        ("sla_met", "{sla.status: Met, vip: {changed: true}}"),
    ],
)
def test_a_subject_is_accepted_with_the_triggers_that_tell_it(compiled: Compile, trigger: str, condition: str) -> None:
    rule = f"- {{rule: a, when: {trigger}, if: {condition}, then: [{{put_event: {{detail_type: x, detail: {{}}}}}}]}}"
    assert len(compiled({"rules/a.yaml": rule}).bundle.rules) == 1


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("{contact.channel: email}", "unknown contact channel 'email' (did you mean 'EMAIL'?); accepted are VOICE, CHAT, TASK, EMAIL"),
        ("{related_item.type: {absent: 1}}", "the number 1 is given for absent; accepted are true and false"),
    ],
)
def test_facts_of_related_items_are_spelled_as_events_spell_them(complaints: Complain, condition: str, message: str) -> None:
    [told] = complaints({"rules/a.yaml": f"- {{rule: a, when: related_item_added, if: {condition}, then: [{{end_tasks: true}}]}}"})
    assert told.endswith(message)
