# ruff: noqa: E501  # tables of what is refused, one row a line
"""Conditions as operators write them: what they compile to, and what is refused where."""

from datetime import UTC, datetime, timedelta
from textwrap import dedent

import pytest
from small_directory import SMALL, Compile, Complain

from casewright.conditions.operators import Absent, Age, Among, Between, Changed, Compares, Empty, HasText, Matches, Test, WithinHours
from casewright.conditions.subjects import Fact, Field
from casewright.conditions.tree import All, Any, Leaf, Not
from casewright_authoring.suggestions import MOST_SHOWN

RULE = """\
- rule: a
  when: [case_created, case_updated]
  if: {}
  then: [{{end_tasks: true}}]
"""

SUPPORT = 'support: {time_zone: America/New_York, week: {mon-fri: ["09:00-17:00"]}}'


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
        (
            "{summary: {changed: {from: x, to: [y]}, ignore_case: true}}",
            on("summary", Changed(before=Among(("x",), ignore_case=True), after=Among(("y",), ignore_case=True))),
        ),
        ("{amount: {greater_than: 5}}", on("amount", Compares("greater_than", number=5.0))),
        (
            "{amount: {greater_or_equal: 5, less_than: 9.5}}",
            All((on("amount", Compares("greater_or_equal", number=5.0)), on("amount", Compares("less_than", number=9.5)))),
        ),
        (
            '{due: {less_or_equal: "2026-01-31T10:00:00+01:00"}}',
            on("due", Compares("less_or_equal", instant=datetime(2026, 1, 31, 9, tzinfo=UTC))),
        ),
        ("{summary: {matches: '(?i)refund|chargeback'}}", on("summary", Matches("(?i)refund|chargeback"))),
        ("{page: {matches: '^https://', ignore_case: true}}", on("page", Matches("^https://", ignore_case=True))),
        ("{amount: {between: [5, 9.5]}}", on("amount", Between(numbers=(5.0, 9.5)))),
        ("{amount: {between: [5, 5]}}", on("amount", Between(numbers=(5.0, 5.0)))),
        (
            '{due: {between: ["2026-01-31T09:00:00Z", "2026-01-31T11:00:00+01:00"]}}',
            on("due", Between(instants=(datetime(2026, 1, 31, 9, tzinfo=UTC), datetime(2026, 1, 31, 10, tzinfo=UTC)))),
        ),
        ("{due: {older_than: 4h}}", on("due", Age(older=True, than=timedelta(hours=4)))),
        ("{opened: {newer_than: {for: 1h30m}}}", on("opened", Age(older=False, than=timedelta(hours=1, minutes=30)))),
        (
            "{due: {older_than: {for: 4h, calendar: support}}}",
            on("due", Age(older=True, than=timedelta(hours=4), calendar="support")),
        ),
        ("{due: {within_hours: support}}", on("due", WithinHours("support"))),
        ("{now: {within_hours: support}}", Leaf(Fact("now"), WithinHours("support"))),
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
    [rule] = compiled({"calendars.yaml": SUPPORT, "rules/a.yaml": RULE.format(written)}).bundle.rules
    assert rule.condition == meant


OPERATORS = (
    "accepted are equals, not_equals, in, not_in, contains, not_contains, starts_with, ends_with, matches, greater_than, greater_or_equal, "
    "less_than, less_or_equal, between, empty, absent, changed, older_than, newer_than, within_hours"
)
ON_TEXT = "accepted are equals, not_equals, in, not_in, contains, not_contains, starts_with, ends_with, matches, empty, absent, changed"
ON_OPTION = "accepted are equals, not_equals, in, not_in, empty, absent, changed"
ON_MOMENT = (
    "accepted are greater_than, greater_or_equal, less_than, less_or_equal, between, empty, absent, changed, older_than, newer_than, "
    "within_hours"
)
RE2 = "accepted is what https://github.com/google/re2/wiki/Syntax lists"
DURATION = "accepted is a duration such as 45s, 90m, 4h, 1h30m or 2d, up to 3650d"
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
        ("{summary: {match: x}}", 18, f"unknown operator 'match' (did you mean 'matches'?); {OPERATORS}, ignore_case"),
        ("{amount: {matches: x}}", 17, "'matches' cannot be asked of 'amount', a number; accepted are equals, not_equals, in, not_in, greater_than, greater_or_equal, less_than, less_or_equal, between, empty, absent, changed"),
        ("{summary: {matches: 5}}", 27, "the number 5 is given for matches; accepted is a regular expression; quote it if the text itself is meant"),
        ("{summary: {matches: [a]}}", 27, "a list is given for matches; accepted is a regular expression"),
        ('{summary: {matches: ""}}', 27, "the empty text is given for matches; it is found in every text, so accepted is at least one character"),
        ("{summary: {matches: '(a)x\\1'}}", 32, "'\\\\1' is a backreference, which cannot be found in linear time; accepted is the text written out a second time, or alternatives with |"),
        ("{summary: {matches: '(?P<n>a)(?P=n)'}}", 36, "'(?P=' is a backreference, which cannot be found in linear time; accepted is the text written out a second time, or alternatives with |"),
        ("{summary: {matches: 'a(?=b)'}}", 29, "'(?=' is a look-around, which cannot be found in linear time; accepted is the text itself, and for what must not stand there a condition of its own under not"),
        ("{summary: {matches: '(?<!a)b'}}", 28, "'(?<!' is a look-around, which cannot be found in linear time; accepted is the text itself, and for what must not stand there a condition of its own under not"),
        ("{summary: {matches: 'a++b'}}", 29, "'++' is a possessive repetition, which cannot be found in linear time; accepted is the repetition without the second +"),
        ("{summary: {matches: 'a{2,3}+b'}}", 29, "'{2,3}+' is a possessive repetition, which cannot be found in linear time; accepted is the repetition without the second +"),
        ("{summary: {matches: '(?>a)'}}", 28, "'(?>' is an atomic group, which cannot be found in linear time; accepted is a plain group, (?:...)"),
        ("{summary: {matches: '(?(1)a|b)'}}", 28, "'(?(' is a conditional group, which cannot be found in linear time; accepted is alternatives with |"),
        ("{summary: {matches: '(?R)'}}", 28, "'(?R' is a recursion, which cannot be found in linear time; accepted is the pattern written out as often as it may nest"),
        ("{summary: {matches: 'refund|(charge'}}", 27, f"this is no regular expression of RE2: missing ) 'refund|(charge'; {RE2}"),
        ("{summary: {matches: '[z-a]'}}", 29, f"this is no regular expression of RE2: invalid character class range 'z-a'; {RE2}"),
        ("{summary: {matches: 'a**'}}", 29, f"this is no regular expression of RE2: bad repetition operator '**'; {RE2}"),
        ("{summary: {matches: 'ab\\'}}", 27, f"this is no regular expression of RE2: trailing \\; {RE2}"),
        ("{amount: {between: 5}}", 26, "the number 5 is given for between; accepted is a list of two: the least and the most"),
        ("{amount: {between: [5]}}", 26, "a list of 1 is given for between; accepted is a list of two: the least and the most"),
        ("{amount: {between: [5, x]}}", 30, "the text 'x' is given for between; accepted is a number"),
        ("{amount: {between: [5, 4]}}", 26, "between goes from the number 5 to the number 4, which is less; accepted is the least before the most"),
        ('{due: {between: ["2026-01-31T09:00:00Z", "2026-01-31T10:00:00+02:00"]}}', 23, "between goes from the text '2026-01-31T09:00:00Z' to the text '2026-01-31T10:00:00+02:00', which is less; accepted is the least before the most"),
        ('{due: {between: ["2026-01-31T09:00:00Z", 5]}}', 48, f"the number 5 is given; {MOMENT}"),
        ("{summary: {between: [a, b]}}", 18, f"'between' cannot be asked of 'summary', a text; {ON_TEXT}"),
        ("{due: {older_then: 4h}}", 14, f"unknown operator 'older_then' (did you mean 'older_than'?); {OPERATORS}, ignore_case"),
        ("{due: {older_than: 4}}", 26, f"the number 4 is given for older_than; {DURATION}"),
        ("{due: {newer_than: {for: 4h, calender: support}}}", 36, "unknown key of 'newer_than' 'calender' (did you mean 'calendar'?); accepted are for, calendar"),
        ("{due: {newer_than: {calendar: support}}}", 26, "'newer_than' needs the key 'for'; it has calendar"),
        ("{due: {older_than: {for: 4h, calendar: suport}}}", 46, "unknown calendar 'suport' (did you mean 'support'?); accepted is support"),
        ("{due: {older_than: {for: 2d, calendar: support}}}", 32, "2d is given for older_than; the calendar 'support' closes, so that a day of open time is not a day; accepted are hours, minutes and seconds such as 16h"),
        ("{now: {older_than: 4h}}", 14, "'older_than' cannot be asked of 'now', a date and time; accepted are greater_than, greater_or_equal, less_than, less_or_equal, between, within_hours"),
        ("{amount: {newer_than: 4h}}", 17, "'newer_than' cannot be asked of 'amount', a number; accepted are equals, not_equals, in, not_in, greater_than, greater_or_equal, less_than, less_or_equal, between, empty, absent, changed"),
        ("{now: {within_hours: office}}", 28, "unknown calendar 'office'; accepted is support"),
        ("{now: {within_hours: [support]}}", 28, "a list is given for the name of a calendar; accepted is a text"),
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
        ("{summary: {changed: true, ignore_case: true}}", 46, "'ignore_case' stands beside no comparison"),
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
    assert complaints({"calendars.yaml": SUPPORT, "rules/a.yaml": RULE.format(written)}) == [f"rules/a.yaml:3:{column}: {message}"]


def test_an_unknown_subject_is_told_with_every_subject_there_is(complaints: Complain) -> None:
    [told] = complaints({"rules/a.yaml": RULE.format("{prioritty: high}")})
    assert told.startswith("rules/a.yaml:3:8: unknown subject 'prioritty' (did you mean 'priority'?); accepted are title, summary,")
    assert told.endswith(", sla.due_at"), "none is left out"


def test_of_more_names_than_anyone_reads_those_most_like_the_one_given_are_told(complaints: Complain) -> None:
    fields = dedent(SMALL["fields.yaml"]) + "".join(f"part_{number}: {{type: Text}}\n" for number in range(100))
    [told] = complaints({"fields.yaml": fields, "rules/a.yaml": RULE.format("{prioritty: high}")})
    unknown, _, named = told.partition(" those most like it first: ")
    assert unknown.startswith("rules/a.yaml:3:8: unknown subject 'prioritty' (did you mean 'priority'?); accepted are 12")
    assert named.startswith("priority, ")
    assert len(named.split(", ")) == MOST_SHOWN
    [told] = complaints({"fields.yaml": fields, "rules/a.yaml": RULE.format("{PRIORITTY: high}")})
    assert told.partition(" those most like it first: ")[2] == named, "the case of letters makes nothing less like another"


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
