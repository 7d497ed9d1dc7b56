# ruff: noqa: E501  # tables of what is refused, one row a line
"""Rules, emails and the actions of `then`: what they compile to, and what is refused where."""

import pytest
from small_directory import Compile, Complain

from casewright.cases.values import User
from casewright.conditions.subjects import Fact, Field
from casewright.conditions.texts import Variable, Verbatim
from casewright.rules import instructions as do

RULE = "- {{rule: a, when: {when}, then: [{{{then}}}]}}\n"
TITLE = Variable(Field("title"))


@pytest.mark.parametrize(
    ("then", "meant"),
    [
        ("end_tasks: true", do.EndTasks()),
        ("assign_sla: by-hand", do.AssignSla("by-hand")),
        ('add_comment: "Now {{ now }}."', do.AddComment((Verbatim("Now "), Variable(Fact("now")), Verbatim(".")))),
        ("send_email: {to: team-leads, template: hello}", do.SendEmail(("team-leads",), "hello")),
        ("send_email: {to: [team-leads, a@b.example], template: hello}", do.SendEmail(("team-leads", "a@b.example"), "hello")),
        (
            'send_email: {to: ["{{ case.customer_email }}"], template: hello}',
            do.SendEmail(((Variable(Field("customer_email")),),), "hello"),
        ),
        ('create_task: {flow: Escalations, name: "{{case.title}}"}', do.CreateTask("Escalations", (TITLE,))),
        (
            'create_task: {flow: Escalations, name: Call, description: "{{ case.id }}"}',
            do.CreateTask("Escalations", (Verbatim("Call"),), (Variable(Fact("case.id")),)),
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
                    "n": 1.0,
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


@pytest.mark.parametrize(
    ("then", "column", "message"),
    [
        ("send_mail: {}", 41, "unknown action 'send_mail' (did you mean 'send_email'?); accepted are send_email, create_task, end_tasks, update_case, assign_sla, add_comment, put_event"),
        ("end_tasks: true, assign_sla: by-hand", 40, "an item of 'then' has 2 keys (end_tasks, assign_sla); exactly one is accepted, write one item each"),
        ("end_tasks: false", 52, "end_tasks: false says nothing; accepted is true"),
        ("assign_sla: by-hnd", 53, "unknown SLA 'by-hnd' (did you mean 'by-hand'?); accepted are by-hand, automatic"),
        ("assign_sla: automatic", 53, "the SLA 'automatic' does not say 'start: assigned', so no rule can start it; accepted is by-hand"),
        ('add_comment: ""', 54, "a blank text is given for the comment"),
        ("add_comment: 12", 54, "the number 12 is given for the comment; accepted is a text; quote it if the text itself is meant"),
        ('add_comment: "about {{ case.titel }}"', 61, "unknown variable 'case.titel' (did you mean 'case.title'?); accepted are case.title, case.summary, case.status, case.assigned_queue, case.assigned_user, case.opened, case.opened_by, case.priority, case.amount, case.vip, case.due, case.page, case.reviewer, case.customer_email, template, case.id, now, performed_by.kind, performed_by.id, related_item.type, comment.body, contact.channel, sla.name, sla.status and 1 more"),
        ('add_comment: "{{ title }}"', 55, "a text names a case field with 'case.': {{ case.title }}"),
        ('add_comment: "{{ now }} and {{ now"', 69, "'{{' opens a variable that no '}}' closes"),
        ('add_comment: "{{ sla.name }}"', 55, "'sla.name' has no value in a rule set off by case_updated; it comes with sla_milestone or sla_breached or sla_met"),
        ("send_email: {to: team-leads}", 53, "send_email needs the key 'template'; it has to"),
        ("send_email: {to: team-lead, template: hello}", 58, "unknown mailbox 'team-lead' (did you mean 'team-leads'?); accepted is team-leads"),
        ("send_email: {to: a@b, template: hello}", 58, "'a@b' is no mail address; accepted are an address, a mailbox of catalog.yaml and a variable"),
        ("send_email: {to: [], template: hello}", 58, "an empty list is given for 'to'; at least one is needed"),
        ('send_email: {to: "{{ case.amount }}", template: hello}', 58, "a variable that is a number cannot give a mail address; accepted is one that is a text"),
        ("send_email: {to: team-leads, template: helo}", 80, "unknown email 'helo' (did you mean 'hello'?); accepted is hello"),
        ("create_task: {flow: Escalation, name: x}", 61, "unknown flow 'Escalation' (did you mean 'Escalations'?); accepted is Escalations"),
        ("create_task: {flow: Escalations, name: x, priority: 1}", 83, "unknown key of create_task 'priority'; accepted are flow, name, description"),
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


@pytest.mark.parametrize("then", ["end_tasks: true", "assign_sla: by-hand", "add_comment: x", "update_case: {set: {vip: true}}"])
def test_a_deleted_case_cannot_be_acted_on(complaints: Complain, then: str) -> None:
    [told] = complaints({"rules/a.yaml": RULE.format(when="[case_updated, case_deleted]", then=then)})
    action = then.split(":", maxsplit=1)[0]
    assert told.endswith(f"{action!r} cannot be done for a deleted case; with case_deleted accepted are send_email, put_event")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("{}", ["1:1: a mapping is given for a file of rules; accepted is a list"]),
        ("- {rule: A, when: case_created, then: [{end_tasks: true}]}", ["1:10: 'A' is given for the name of a rule; accepted are 1 to 64 of a-z, 0-9 and -"]),
        ("- {rule: a, when: case_create, then: [{end_tasks: true}]}", ["1:19: unknown trigger 'case_create' (did you mean 'case_created'?); accepted are case_created, case_updated, case_deleted, related_item_added, related_item_updated, related_item_removed, sla_milestone, sla_breached, sla_met, schedule"]),
        ("- {rule: a, when: [case_created, case_created], then: [{end_tasks: true}]}", ["1:34: the trigger 'case_created' is given twice; it stands at DIR/rules/a.yaml:1:20 already"]),
        ("- {rule: a, when: case_created, then: []}", ["1:39: an empty list is given for 'then'; at least one is needed"]),
        ("- {rule: a, then: [{end_tasks: true}]}", ["1:3: a rule needs the key 'when'; it has rule, then"]),
        ("- {rule: a, when: case_created, mood: shadow, then: [{end_tasks: true}]}", ["1:33: unknown key of a rule 'mood' (did you mean 'mode'?); accepted are rule, when, then, if, order, stop, reacts_to, mode, budget, schedule, runs_on"]),
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
