# ruff: noqa: E501  # tables of what is refused, one row a line
"""Rules, emails and the actions of `then`: what they compile to, and what is refused where."""

import json
from datetime import timedelta
from textwrap import dedent

import pytest
from building import case_event, parsed
from small_directory import SMALL, Compile, Complain

from casewright.actions import PutEvent
from casewright.bundle import read
from casewright.cases.recipients import AssignedUser, ConnectUser, TaggedUsers
from casewright.cases.state import Case
from casewright.cases.values import User
from casewright.conditions.operators import Among
from casewright.conditions.subjects import Fact, Facts, Field
from casewright.conditions.texts import Variable, Verbatim
from casewright.conditions.tree import Leaf
from casewright.rules import instructions as do
from casewright.rules.resolving import resolve
from casewright.rules.rule import Budget, Rule, Schedule

RULE = "- {{rule: a, when: {when}, then: [{{{then}}}]}}\n"
TITLE = Variable(Field("title"))


@pytest.mark.parametrize(
    ("then", "meant"),
    [
        ("end_tasks: true", do.EndTasks()),
        ("assign_sla: by-hand", do.AssignSla("by-hand")),
        ("assign_sla: automatic", do.AssignSla("automatic")),
        ('add_comment: "Now {{ now }}."', do.AddComment((Verbatim("Now "), Variable(Fact("now")), Verbatim(".")))),
        ("send_email: {to: team-leads, template: hello}", do.SendEmail(("team-leads",), "hello")),
        ("send_email: {to: [team-leads, a@b.example], template: hello}", do.SendEmail(("team-leads", "a@b.example"), "hello")),
        ("send_email: {to: assigned_user, template: hello}", do.SendEmail((AssignedUser(),), "hello")),
        ("send_email: {to: {user: maya}, template: hello}", do.SendEmail((ConnectUser("maya"),), "hello")),
        (
            "send_email: {to: [team-leads, {users_tagged: {team: billing}}], template: hello}",
            do.SendEmail(("team-leads", TaggedUsers({"team": "billing"})), "hello"),
        ),
        (
            'send_email: {to: ["{{ case.customer_email }}"], template: hello}',
            do.SendEmail(((Variable(Field("customer_email")),),), "hello"),
        ),
        ('create_task: {flow: Escalations, name: "{{case.title}}"}', do.CreateTask("Escalations", (TITLE,))),
        (
            'create_task: {flow: Escalations, name: Call, description: "{{ case.id }}"}',
            do.CreateTask("Escalations", (Verbatim("Call"),), (Variable(Fact("case.id")),)),
        ),
        ("end_tasks: {only: ours}", do.EndTasks(ours_only=True)),
        (
            'create_task: {quick_connect: Leads, name: x, references: {Page: "https://x.example/{{ case.id }}", Sum: {number: 3}, Due: {date: "{{ case.due }}"}}, schedule: {in: 6d}}',
            do.CreateTask(
                "",
                (Verbatim("x"),),
                quick_connect="Leads",
                references=(
                    do.TaskReference("Page", "URL", (Verbatim("https://x.example/"), Variable(Fact("case.id")))),
                    do.TaskReference("Sum", "NUMBER", (Verbatim("3"),)),
                    do.TaskReference("Due", "DATE", (Variable(Field("due")),)),
                ),
                starts_in=timedelta(days=6),
            ),
        ),
        (
            'create_task: {task_template: Refund, name: x, schedule: {at: "{{ case.due }}"}}',
            do.CreateTask("", (Verbatim("x"),), task_template="Refund", starts_at=(Variable(Field("due")),)),
        ),
        ("update_case: {set: {priority: High}}", do.UpdateCase((do.Assignment(Field("priority"), "High"),))),
        ("update_case: {set: {amount: 3, vip: false}}", do.UpdateCase((do.Assignment(Field("amount"), 3.0), do.Assignment(Field("vip"), False)))),
        ('update_case: {set: {amount: ""}}', do.UpdateCase((do.Assignment(Field("amount"), ""),))),
        ("update_case: {set: {assigned_queue: Escalations}}", do.UpdateCase((do.Assignment(Field("assigned_queue"), "Escalations"),))),
        ("update_case: {set: {reviewer: maya}}", do.UpdateCase((do.Assignment(Field("reviewer"), User("arn:aws:connect:us-east-1:111122223333:instance/i/agent/u-1")),))),
        ('update_case: {set: {due: "2026-01-31T10:00:00+01:00"}}', do.UpdateCase((do.Assignment(Field("due"), "2026-01-31T09:00:00Z"),))),
        ('update_case: {set: {due: "{{ now }}"}}', do.UpdateCase((do.Assignment(Field("due"), (Variable(Fact("now")),)),))),
        ('update_case: {set: {summary: "{{ case.title }}!"}}', do.UpdateCase((do.Assignment(Field("summary"), (TITLE, Verbatim("!"))),))),
        (
            'put_event: {detail_type: Seen, detail: {n: 1, t: "{{ case.title }}", e: "", deep: {list: [true, null, {x: y}]}}}',
            do.PutEvent(
                "Seen",
                do.Members({
                    "n": 1,
                    "t": (TITLE,),
                    "e": (),
                    "deep": do.Members({"list": do.Items((True, None, do.Members({"x": (Verbatim("y"),)})))}),
                }),
            ),
        ),
    ],
)  # fmt: skip
def test_an_action_compiles(compiled: Compile, then: str, meant: object) -> None:
    [rule] = compiled({"rules/a.yaml": RULE.format(when="case_updated", then=then)}).bundle.rules
    assert rule.then == (meant,)


def test_a_whole_number_in_the_detail_of_an_event_goes_out_without_a_point(compiled: Compile) -> None:
    numbers = "{n: 1, less: -20, point: 1.0, half: 0.5, far: 1e3, most: 999999999999999999, more: 1000000000000000000000, list: [7]}"
    then = f"put_event: {{detail_type: Seen, detail: {numbers}}}"
    bundle = read(compiled({"rules/a.yaml": RULE.format(when="case_updated", then=then)}).written)
    [instruction] = bundle.rules[0].then
    action = resolve(instruction, Facts(parsed(case_event("a", 0)), Case("c"), Case("c"), frozenset()))
    assert isinstance(action, PutEvent)
    assert json.dumps(action.detail) == (
        '{"far": 1000.0, "half": 0.5, "less": -20, "list": [7], "more": 1e+21, "most": 999999999999999999, "n": 1, "point": 1.0}'
    )


@pytest.mark.parametrize(
    ("then", "column", "message"),
    [
        ("send_mail: {}", 41, "unknown action 'send_mail' (did you mean 'send_email'?); accepted are send_email, create_task, end_tasks, update_case, assign, assign_sla, add_comment, create_case, link_case, attach_contact, tag, put_event, call_webhook"),
        ("end_tasks: true, assign_sla: by-hand", 40, "an item of 'then' has 2 keys (end_tasks, assign_sla); exactly one is accepted, write one item each"),
        ("end_tasks: false", 52, "end_tasks: false says nothing; accepted are true and {only: ours}"),
        ("assign_sla: by-hnd", 53, "unknown SLA 'by-hnd' (did you mean 'by-hand'?); accepted are by-hand, automatic"),
        ('add_comment: ""', 54, "a blank text is given for the comment"),
        ("add_comment: 12", 54, "the number 12 is given for the comment; accepted is a text; quote it if the text itself is meant"),
        ('add_comment: "about {{ case.titel }}"', 61, "unknown variable 'case.titel' (did you mean 'case.title'?); accepted are case.title, case.summary, case.status, case.assigned_queue, case.assigned_user, case.opened, case.opened_by, case.priority, case.amount, case.vip, case.due, case.page, case.reviewer, case.customer_email, template, case.id, now, performed_by.kind, performed_by.id, related_item.type, comment.body, contact.channel, sla.name, sla.status, sla.milestone, sla.due_at"),
        ('add_comment: "{{ title }}"', 55, "a text names a case field with 'case.': {{ case.title }}"),
        ('add_comment: "{{ now }} and {{ now"', 69, "'{{' opens a variable that no '}}' closes"),
        ('add_comment: "{{ sla.name }}"', 55, "'sla.name' has no value in a rule set off by case_updated; it comes with sla_milestone or sla_breached or sla_met"),
        ("send_email: {to: team-leads}", 53, "send_email needs the key 'template'; it has to"),
        ("send_email: {to: team-lead, template: hello}", 58, "unknown mailbox 'team-lead' (did you mean 'team-leads'?); accepted is team-leads"),
        ("send_email: {to: a@b, template: hello}", 58, "'a@b' is no mail address; accepted are an address, a mailbox of catalog.yaml, a variable, and people"),
        ("send_email: {to: jürgen@a.example, template: hello}", 58, "SES does not take 'jürgen@a.example': accepted is ASCII before the @, and a domain that Punycode can write (xn--...)"),
        ("send_email: {to: {usr: maya}, template: hello}", 59, "unknown kind of recipient 'usr' (did you mean 'user'?); accepted are user, users_tagged"),
        ("send_email: {to: {users_tagged: {}}, template: hello}", 73, "0 tags are given; accepted are 1 to 10, which a user has to carry all"),
        ("send_email: {to: customer, template: hello}", 58, "'customer' is who the system field customer_id says, which no field that events carry stands for; define one"),
        ("send_email: {to: [], template: hello}", 58, "an empty list is given for 'to'; at least one is needed"),
        ('send_email: {to: "{{ case.amount }}", template: hello}', 58, "a variable that is a number cannot give a mail address; accepted is one that is a text"),
        ("send_email: {to: team-leads, template: helo}", 80, "unknown email 'helo' (did you mean 'hello'?); accepted is hello"),
        ("create_task: {flow: Escalation, name: x}", 61, "unknown flow 'Escalation' (did you mean 'Escalations'?); accepted is Escalations"),
        ("create_task: {flow: Escalations, name: x, priority: 1}", 83, "unknown key of create_task 'priority'; accepted are name, flow, quick_connect, task_template, description, references, schedule"),
        ("end_tasks: {only: theirs}", 52, "'theirs' is given for only; accepted is ours: the tasks that rules made"),
        ("create_task: {name: x}", 54, "create_task takes exactly one of flow, quick_connect, task_template; it has none"),
        ("create_task: {flow: Escalations, quick_connect: Leads, name: x}", 54, "create_task takes exactly one of flow, quick_connect, task_template; it has flow and quick_connect"),
        ("create_task: {task_template: Refnd, name: x}", 70, "unknown task template 'Refnd' (did you mean 'Refund'?); accepted is Refund"),
        ("create_task: {flow: Escalations, name: x, schedule: {in: 6d1s}}", 98, "a task is scheduled 6d1s ahead; Connect takes at most 6 days"),
        ('create_task: {flow: Escalations, name: x, schedule: {at: "2026-11-20T09:00:00Z"}}', 98, "the text '2026-11-20T09:00:00Z' is given for when a task starts; accepted is one variable that is a date and time"),
        ('create_task: {flow: Escalations, name: x, schedule: {at: "{{ case.title }}"}}', 98, "the text '{{ case.title }}' is given for when a task starts; accepted is one variable that is a date and time"),
        ("create_task: {flow: Escalations, name: x, schedule: {after: 2h}}", 94, "unknown key of the schedule of a task 'after'; accepted are in, at"),
        ("create_task: {flow: Escalations, name: x, references: {Page: http://x.example}}", 102, "'http://x.example' is given for the reference 'Page'; accepted is an address that begins with https://"),
        ('create_task: {flow: Escalations, name: x, references: {Page: "x {{ case.page }}"}}', 102, "'x {{ case.page }}' is given for the reference 'Page'; accepted is an address that begins with https://"),
        ("create_task: {flow: Escalations, name: x, references: {Sum: {nmber: 3}}}", 102, "unknown type of reference 'nmber' (did you mean 'number'?); accepted are url, number, text, date, email"),
        ("create_task: {flow: Escalations, name: x, references: {Sum: {number: many}}}", 110, "'many' is given for the reference 'Sum'; accepted is a number, or a text with variables"),
        ("create_task: {flow: Escalations, name: x, references: {Who: {email: nobody}}}", 109, "'nobody' is given for the reference 'Who'; accepted is a mail address"),
        (f"create_task: {{flow: Escalations, name: x, references: {{A: {{text: {'x' * 2047}}}, BB: {{text: {'é' * 1024}}}}}}}", 95, "the references of a task take 4098 bytes, without their variables; at most 4096 are accepted"),
        ("update_case: {set: {}}", 60, "'set' is empty; accepted is at least one field with its value"),
        ("update_case: {set: {prioritty: high}}", 61, "unknown field 'prioritty' (did you mean 'priority'?); accepted are title, summary, status, assigned_queue, assigned_user, opened, opened_by, priority, amount, vip, due, page, reviewer, customer_email"),
        ("update_case: {set: {priority: hgih}}", 71, "unknown option of priority 'hgih' (did you mean 'high'?); accepted are Low, low, High, high"),
        ('update_case: {set: {priority: "{{ case.title }}"}}', 71, "the text '{{ case.title }}' is given for 'priority', of type SingleSelect; accepted is a value without variables"),
        ('update_case: {set: {due: "{{ case.title }}"}}', 66, "the text '{{ case.title }}' is given for 'due', of type DateTime; accepted is a date and time, or one variable that is one"),
        ('update_case: {set: {amount: "3"}}', 69, "the text '3' is given; accepted is a number, without quotes"),
        ('update_case: {set: {status: ""}}', 69, "'status' cannot be cleared"),
        ("update_case: {set: {opened: x}}", 61, "'opened' is kept by Cases itself and cannot be set"),
        ("put_event: {detail_type: x, detail: [1]}", 77, "a list is given for 'detail'; accepted is a mapping"),
        ('put_event: {detail_type: "{{ now }}", detail: {}}', 66, "the detail type of an event cannot hold variables: subscribers match it exactly"),
    ],
)  # fmt: skip
def test_an_action_is_refused_at_its_place(complaints: Complain, then: str, column: int, message: str) -> None:
    told = complaints({"rules/a.yaml": RULE.format(when="case_updated", then=then)})
    assert told == [f"rules/a.yaml:1:{column}: {message}"]


def test_the_customer_cannot_be_cleared_since_cases_has_no_empty_form_of_it(complaints: Complain) -> None:
    files = {"fields.yaml": dedent(SMALL["fields.yaml"]) + "customer: {system_id: customer_id}\n"}
    told = complaints(files | {"rules/a.yaml": RULE.format(when="case_updated", then='update_case: {set: {customer: ""}}')})
    assert told == ["rules/a.yaml:1:71: 'customer' cannot be cleared"]


@pytest.mark.parametrize("then", ["end_tasks: true", "assign_sla: by-hand", "add_comment: x", "update_case: {set: {vip: true}}"])
def test_a_deleted_case_cannot_be_acted_on(complaints: Complain, then: str) -> None:
    [told] = complaints({"rules/a.yaml": RULE.format(when="[case_updated, case_deleted]", then=then)})
    action = then.split(":", maxsplit=1)[0]
    assert told.endswith(
        f"{action!r} cannot be done for a deleted case; with case_deleted accepted are send_email, put_event, call_webhook"
    )


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("{}", ["1:1: a mapping is given for a file of rules; accepted is a list"]),
        ("- {rule: A, when: case_created, then: [{end_tasks: true}]}", ["1:10: 'A' is given for the name of a rule; accepted are 1 to 64 of a-z, 0-9 and -"]),
        ("- {rule: a, when: case_create, then: [{end_tasks: true}]}", ["1:19: unknown trigger 'case_create' (did you mean 'case_created'?); accepted are case_created, case_updated, case_deleted, related_item_added, related_item_updated, related_item_removed, sla_milestone, sla_breached, sla_met, schedule"]),
        ("- {rule: a, when: [case_created, case_created], then: [{end_tasks: true}]}", ["1:34: the trigger 'case_created' is given twice; it stands at DIR/rules/a.yaml:1:20 already"]),
        ("- {rule: a, when: case_created, then: []}", ["1:39: an empty list is given for 'then'; at least one is needed"]),
        ("- {rule: a, then: [{end_tasks: true}]}", ["1:3: a rule needs the key 'when'; it has rule, then"]),
        ("- {rule: a, when: case_created, mood: shadow, then: [{end_tasks: true}]}", ["1:33: unknown key of a rule 'mood' (did you mean 'mode'?); accepted are rule, when, then, if, order, stop, reacts_to, mode, budget, expires_after, schedule, runs_on"]),
        ("- {rule: a, when: case_created, order: 1.5, stop: yes, then: [{end_tasks: true}]}", ["1:40: the number 1.5 is given for order; accepted is a whole number", "1:51: the text 'yes' is given for stop; accepted are true and false"]),
        ("- {rule: a, when: case_created, reacts_to: all, then: [{end_tasks: true}]}", ["1:44: 'all' is given for reacts_to; accepted is casewright: our own writes set the rule off too"]),
        ("- {rule: a, when: schedule, then: [{end_tasks: true}]}", ["1:3: a rule set off by schedule needs the key 'schedule' to say when"]),
    ],
)  # fmt: skip
def test_a_rule_is_refused_at_its_place(complaints: Complain, tmp_path: object, rules: str, expected: list[str]) -> None:
    told = [each.replace(str(tmp_path), "DIR") for each in complaints({"rules/a.yaml": rules})]
    assert told == [f"rules/a.yaml:{each}" for each in expected]


def test_a_rule_compiles_with_everything_it_says(compiled: Compile) -> None:
    text = "- {rule: a, when: case_updated, then: [{end_tasks: true}], order: -3, stop: true, reacts_to: casewright}"
    [rule] = compiled({"rules/a.yaml": text}).bundle.rules
    assert (rule.when, rule.order, rule.stop, rule.reacts_to_casewright) == (("case_updated",), -3, True, True)


SCHEDULED = "- {{rule: a, when: schedule, then: [{{end_tasks: true}}], schedule: {schedule}}}"
ZONE = "accepted is a name of the IANA database such as America/New_York"
BETWEEN = "* for all, and of these lists (1,2), ranges (1-5) and steps (*/2)"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("mode: off", Rule(name="a", when=("case_updated",), then=(do.EndTasks(),), mode="off")),
        ("mode: on", Rule(name="a", when=("case_updated",), then=(do.EndTasks(),))),
        ("mode: shadow", Rule(name="a", when=("case_updated",), then=(do.EndTasks(),), mode="shadow")),
        ("mode: canary 10%", Rule(name="a", when=("case_updated",), then=(do.EndTasks(),), mode="canary", canary_percent=10.0)),
        ("mode: canary 0.5%", Rule(name="a", when=("case_updated",), then=(do.EndTasks(),), mode="canary", canary_percent=0.5)),
        ("expires_after: 90m", Rule(name="a", when=("case_updated",), then=(do.EndTasks(),), expires_after=timedelta(minutes=90))),
        ("budget: {effects: 50, per: 1h}", Rule(name="a", when=("case_updated",), then=(do.EndTasks(),), budget=Budget(50, timedelta(hours=1)))),
        ("runs_on: connect, reacts_to: casewright, if: {template: Billing}", Rule(name="a", when=("case_updated",), condition=Leaf(Fact("template"), Among(("Billing",))), then=(do.EndTasks(),), reacts_to_casewright=True, runs_on="connect")),
        ("runs_on: casewright", Rule(name="a", when=("case_updated",), then=(do.EndTasks(),))),
    ],
)  # fmt: skip
def test_how_far_a_rule_is_let_loose(compiled: Compile, said: str, meant: Rule) -> None:
    text = f"- {{rule: a, when: case_updated, then: [{{end_tasks: true}}], {said}}}"
    assert compiled({"rules/a.yaml": text}).bundle.rules == (meant,)


@pytest.mark.parametrize(
    ("said", "column", "message"),
    [
        ("mode: of", 66, "the text 'of' is given for mode (did you mean 'off'?); accepted are off, shadow, canary with the share of cases (canary 10%), and on"),
        ("mode: shadwo", 66, "the text 'shadwo' is given for mode (did you mean 'shadow'?); accepted are off, shadow, canary with the share of cases (canary 10%), and on"),
        ("runs_on: conect", 69, "'conect' is given for runs_on (did you mean 'connect'?); accepted are casewright and connect: a rule of Amazon Connect itself"),
        ("mode: true", 66, "true is given for mode; accepted are off, shadow, canary with the share of cases (canary 10%), and on"),
        ("mode: canary", 66, "the text 'canary' is given for mode; accepted are off, shadow, canary with the share of cases (canary 10%), and on"),
        ("mode: canary 0%", 66, "'canary 0%' is given for mode; a canary acts on more than 0% and less than 100% of cases: off and on say the rest"),
        ("mode: canary 100%", 66, "'canary 100%' is given for mode; a canary acts on more than 0% and less than 100% of cases: off and on say the rest"),
        ("expires_after: 0h", 75, "0h is given for expires_after; accepted is a duration such as 45s, 90m, 4h, 1h30m or 2d, up to 3650d, and longer than nothing"),
        ("budget: 50", 68, "the number 50 is given for 'budget'; accepted is a mapping"),
        ("budget: {effects: 50}", 68, "'budget' needs the key 'per'; it has effects"),
        ("budget: {effects: 0, per: 1h}", 78, "the number 0 is given for effects; accepted is 1 or more (mode: off lets a rule do nothing)"),
        ("budget: {effects: 1.5, per: 1h}", 78, "the number 1.5 is given for effects; accepted is a whole number"),
        ("budget: {effects: 5, per: hour}", 86, "the text 'hour' is given for per; accepted is a duration such as 45s, 90m, 4h, 1h30m or 2d, up to 3650d"),
        ("runs_on: lambda", 69, "'lambda' is given for runs_on; accepted are casewright and connect: a rule of Amazon Connect itself"),
        ("schedule: {rate: 1h}", 70, "'schedule' says when the trigger schedule comes; this rule is set off by case_updated"),
    ],
)  # fmt: skip
def test_what_cannot_let_a_rule_loose_is_refused(complaints: Complain, said: str, column: int, message: str) -> None:
    text = f"- {{rule: a, when: case_updated, then: [{{end_tasks: true}}], {said}}}"
    assert complaints({"rules/a.yaml": text}) == [f"rules/a.yaml:1:{column}: {message}"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('{cron: "0 9 * * mon-fri", time_zone: America/New_York}', Schedule("0 9 * * mon-fri", "America/New_York")),
        ('{cron: "*/15  8-18 L * MON#1"}', Schedule("*/15 8-18 L * MON#1")),
        ("{rate: 4h}", Schedule(every=timedelta(hours=4))),
        ("{rate: 1m, time_zone: Asia/Kolkata}", Schedule(time_zone="Asia/Kolkata", every=timedelta(minutes=1))),
    ],
)
def test_a_schedule_compiles(compiled: Compile, said: str, meant: Schedule) -> None:
    [rule] = compiled({"rules/a.yaml": SCHEDULED.format(schedule=said)}).bundle.rules
    assert rule.schedule == meant


@pytest.mark.parametrize(
    ("said", "column", "message"),
    [
        ("daily", 66, "the text 'daily' is given for 'schedule'; accepted is a mapping"),
        ("{}", 66, "a schedule needs exactly one of cron and rate; it has none"),
        ('{cron: "0 9 * * *", rate: 4h}', 66, "a schedule needs exactly one of cron and rate; it has cron and rate"),
        ("{time_zone: Europe/Paris}", 66, "a schedule needs exactly one of cron and rate; it has none"),
        ('{corn: "0 9 * * *", rate: 4h}', 67, "unknown key of 'schedule' 'corn' (did you mean 'cron'?); accepted are cron, rate, time_zone"),
        ('{cron: "0 9 * *"}', 73, "'0 9 * *' has 4 parts; accepted are 5 parts: minute, hour, day-of-month, month, day-of-week"),
        ('{cron: "0 0 9 * * *"}', 73, "'0 0 9 * * *' has 6 parts; accepted are 5 parts: minute, hour, day-of-month, month, day-of-week (seconds are not among them: the least interval is a minute)"),
        ('{cron: "@daily"}', 73, "'@daily' has 1 parts; accepted are 5 parts: minute, hour, day-of-month, month, day-of-week"),
        ('{cron: "60 9 * * *"}', 74, f"'60' is given as the minute of '60 9 * * *'; accepted are 0 to 59, {BETWEEN}"),
        ('{cron: "24 24 * * *"}', 77, f"'24' is given as the hour of '24 24 * * *'; accepted are 0 to 23, {BETWEEN}"),
        ('{cron: "9 9-9 9 9 9"}', 84, f"'9' is given as the day-of-week of '9 9-9 9 9 9'; accepted are 0 to 7 (both are Sunday) or sun to sat, {BETWEEN}"),
        ('{cron: "0 9 * * monday"}', 82, f"'monday' is given as the day-of-week of '0 9 * * monday'; accepted are 0 to 7 (both are Sunday) or sun to sat, {BETWEEN}"),
        ('{cron: "0 9 31 2 *"}', 78, f"'31' is given as the day-of-month of '0 9 31 2 *'; accepted are 1 to 31, or L for the last one, {BETWEEN}"),
        ("{rate: 90s}", 73, "the text '90s' is given for rate; accepted are whole minutes, at least 1m"),
        ("{rate: 30s}", 73, "the text '30s' is given for rate; accepted are whole minutes, at least 1m"),
        ("{rate: hourly}", 73, "the text 'hourly' is given for rate; accepted is a duration such as 45s, 90m, 4h, 1h30m or 2d, up to 3650d"),
        ("{rate: 4h, time_zone: America/New York}", 88, f"unknown time zone 'America/New York' (did you mean 'America/New_York'?); {ZONE}"),
        ("{rate: 4h, time_zone: -5}", 88, "the number -5 is given for a time zone; accepted is a text; quote it if the text itself is meant"),
    ],
)  # fmt: skip
def test_a_schedule_is_refused_at_its_place(complaints: Complain, said: str, column: int, message: str) -> None:
    assert complaints({"rules/a.yaml": SCHEDULED.format(schedule=said)}) == [f"rules/a.yaml:1:{column}: {message}"]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("{vip: {changed: true}}", "'changed' is never true in a rule set off by schedule; fields change with case_updated or sla_met"),
        ("{performed_by.kind: user}", "'performed_by.kind' has no value in a rule set off by schedule; it comes with case_created or case_updated or case_deleted or related_item_added or related_item_updated or related_item_removed or sla_milestone or sla_breached or sla_met"),
        ("{related_item.type: comment}", "'related_item.type' has no value in a rule set off by schedule; it comes with related_item_added or related_item_updated or related_item_removed"),
        ("{sla.name: by-hand}", "'sla.name' has no value in a rule set off by schedule; it comes with sla_milestone or sla_breached or sla_met"),
    ],
)  # fmt: skip
def test_a_schedule_knows_only_the_case_and_the_time(complaints: Complain, condition: str, message: str) -> None:
    rule = f"- {{rule: a, when: schedule, schedule: {{rate: 1h}}, then: [{{end_tasks: true}}], if: {condition}}}"
    [told] = complaints({"rules/a.yaml": rule})
    assert told.endswith(message)


def test_an_email_that_names_who_acted_cannot_be_sent_by_a_schedule(complaints: Complain) -> None:
    email = 'email: who\nsubject: "{{ performed_by.id }}"\ntext: Hello\n'
    rule = "- {rule: a, when: schedule, schedule: {rate: 1h}, then: [{send_email: {to: team-leads, template: who}}]}"
    [told] = complaints({"emails/who.yaml": email, "rules/a.yaml": rule})
    assert "the email 'who' cannot be sent here: 'performed_by.id' has no value in a rule set off by schedule" in told


@pytest.mark.parametrize(
    "condition",
    [
        "{vip: true, due: {older_than: 2d}}",
        "{template: Billing}",
        "{case.id: {starts_with: a}}",
        "{now: {less_than: '2030-01-01T00:00:00Z'}}",
    ],
)
def test_a_schedule_asks_about_fields_template_case_and_time(compiled: Compile, condition: str) -> None:
    rule = f"- {{rule: a, when: schedule, schedule: {{rate: 1h}}, then: [{{add_comment: '{{{{ case.title }}}}, {{{{ now }}}}'}}], if: {condition}}}"
    assert len(compiled({"rules/a.yaml": rule}).bundle.rules) == 1


def test_names_of_rules_are_unique_over_all_files(complaints: Complain) -> None:
    rule = "- {rule: a, when: case_created, then: [{end_tasks: true}]}"
    [told] = complaints({"rules/a.yaml": rule, "rules/deep/b.yaml": rule})
    assert told.startswith("rules/deep/b.yaml:1:10: the rule 'a' is given twice; it stands at ")
    assert told.endswith("rules/a.yaml:1:10 already")


def test_a_variable_in_a_block_text_is_refused_at_its_own_line(complaints: Complain) -> None:
    email = """\
        email: other
        subject: Hi
        text: |
          Hello {{ case.title }},

            and {{ case.nonsense }}.
        """
    [told] = complaints({"emails/other.yaml": email})
    assert told.startswith("emails/other.yaml:6:9: unknown variable 'case.nonsense'")


@pytest.mark.parametrize(
    "then",
    [
        'add_comment: "{{ case.nonsense }}"',
        'create_task: {flow: Escalations, name: "{{ case.nonsense }}"}',
        'create_task: {flow: Escalations, name: x, description: "{{ case.nonsense }}"}',
        'create_task: {flow: Escalations, name: x, references: {Page: {text: "{{ case.nonsense }}"}}}',
        'create_task: {flow: Escalations, name: x, schedule: {at: "{{ case.nonsense }}"}}',
        'update_case: {set: {summary: "{{ case.nonsense }}"}}',
        'put_event: {detail_type: x, detail: {a: [{b: "{{ case.nonsense }}"}]}}',
        'send_email: {to: "{{ case.nonsense }}", template: hello}',
    ],
)
def test_no_text_of_a_rule_takes_an_unknown_variable(complaints: Complain, then: str) -> None:
    [told] = complaints({"rules/a.yaml": RULE.format(when="case_updated", then=then)})
    assert f":{RULE.format(when='case_updated', then=then).index('{{ case.') + 1}: unknown variable 'case.nonsense'" in told


@pytest.mark.parametrize("line", ['subject: "{{ case.nonsense }}"\ntext: x', 'subject: x\ntext: "{{ case.nonsense }}"'])
def test_no_text_of_an_email_takes_an_unknown_variable(complaints: Complain, line: str) -> None:
    [told] = complaints({"emails/other.yaml": f"email: other\n{line}\n"})
    assert "unknown variable 'case.nonsense'" in told


def test_an_email_is_refused_where_its_variables_have_no_value(complaints: Complain) -> None:
    email = 'email: breach\nsubject: "{{ sla.name }}"\ntext: Late\n'
    rule = "- {rule: a, when: case_created, then: [{send_email: {to: team-leads, template: breach}}]}"
    [told] = complaints({"emails/breach.yaml": email, "rules/a.yaml": rule})
    assert told.startswith("rules/a.yaml:1:80: the email 'breach' cannot be sent here: 'sla.name' has no value in a rule set off by")


def test_what_cannot_be_read_is_told_once_and_not_again_by_its_users(complaints: Complain) -> None:
    rule = "- {rule: a, when: case_created, if: {colour: red}, then: [{update_case: {set: {colour: red}}}]}"
    assert complaints({"fields.yaml": "colour: {type: Color}\n", "rules/a.yaml": rule, "templates.yaml": "{}", "slas.yaml": "", "emails/hello.yaml": ""}) == [
        "fields.yaml:1:16: unknown field type 'Color'; accepted are Text, Number, Boolean, DateTime, SingleSelect, Url, User"
    ]  # fmt: skip


def test_a_file_that_is_no_yaml_is_told_once_and_not_again_by_its_users(complaints: Complain) -> None:
    rule = "- {rule: a, when: case_created, if: {priority: high}, then: [{end_tasks: true}]}"
    [told] = complaints({"fields.yaml": "title: {", "rules/a.yaml": rule})
    assert told.startswith("fields.yaml:1:9: this is not YAML")


def test_findings_of_all_files_come_together_in_order(complaints: Complain) -> None:
    told = complaints({"rules/b.yaml": "- {rule: B}", "rules/a.yaml": "[1]", "catalog.yaml": "quues: {}", "emails/x.yaml": "1"})
    assert [each.split(": ")[0] for each in told if each.startswith(("rules", "catalog.yaml:1:1", "emails/x"))] == [
        "catalog.yaml:1:1",
        "emails/x.yaml:1:1",
        "rules/a.yaml:1:2",
        "rules/b.yaml:1:3",
        "rules/b.yaml:1:3",
        "rules/b.yaml:1:10",
    ]
