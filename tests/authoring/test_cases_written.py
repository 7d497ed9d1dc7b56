# ruff: noqa: E501  # tables of what is refused, one row a line
"""`assign`, `create_case`, `link_case`, `attach_contact` and `tag`: what they compile to, and what is refused where."""

import pytest
from small_directory import SMALL, USER, Compile, Complain

from casewright.cases.values import User
from casewright.conditions.subjects import Fact, Field
from casewright.conditions.texts import Variable, Verbatim
from casewright.rules import instructions as do
from casewright_authoring.analysis.analysing import analyse

RULE = "- {{rule: a, when: case_updated, then: [{{{then}}}]}}\n"
QUEUE_FIELD, USER_FIELD = Field("assigned_queue", "assigned_queue"), Field("assigned_user", "assigned_user")
OTHER = "arn:aws:connect:us-east-1:111122223333:instance/i/agent/u-2"
WITH_CUSTOMER = {"fields.yaml": SMALL["fields.yaml"] + "whose: {system_id: customer_id}\n"}
TITLE = do.Assignment(Field("title"), "Again")


@pytest.mark.parametrize(
    ("then", "meant"),
    [
        ("assign: {queue: Escalations}", do.Assign(QUEUE_FIELD, ("Escalations",))),
        ("assign: {user: maya}", do.Assign(USER_FIELD, ("maya",))),
        (f'assign: {{user: "{OTHER}"}}', do.Assign(USER_FIELD, (OTHER,))),
        (f'assign: {{round_robin: [maya, "{OTHER}"]}}', do.Assign(USER_FIELD, ("maya", OTHER))),
        ("assign: {round_robin: {queues: [Escalations, arn:aws:q]}}", do.Assign(QUEUE_FIELD, ("Escalations", "arn:aws:q"))),
        ("create_case: {template: Shipping, set: {title: Again}}", do.CreateCase("Shipping", (TITLE,))),
        ("create_case: {template: Shipping, set: {title: Again, reviewer: maya}, link: true, customer: none}", do.CreateCase("Shipping", (TITLE, do.Assignment(Field("reviewer"), User(USER))), link=True)),
        ("create_case: {template: Shipping, set: {title: Again}, customer: same}", do.CreateCase("Shipping", (TITLE, do.Assignment(Field("whose"), (Variable(Field("whose")),))))),
        ('link_case: {to: "{{ case.summary }}"}', do.LinkCase((Variable(Field("summary")),))),
        ('attach_contact: "{{ case.summary }}"', do.AttachContact((Variable(Field("summary")),))),
        ('tag: {line: billing, case: "{{ case.id }}"}', do.Tag({"line": (Verbatim("billing"),), "case": (Variable(Fact("case.id")),)})),
    ],
)  # fmt: skip
def test_an_action_compiles(compiled: Compile, then: str, meant: object) -> None:
    [rule] = compiled({**WITH_CUSTOMER, "rules/a.yaml": RULE.format(then=then)}).bundle.rules
    assert rule.then == (meant,)


@pytest.mark.parametrize(
    ("then", "message"),
    [
        ("assign: {queu: Escalations}", "50: unknown key of assign 'queu' (did you mean 'queue'?); accepted are queue, user, round_robin"),
        ("assign: {queue: Escalation}", "57: unknown queue 'Escalation' (did you mean 'Escalations'?); accepted is Escalations"),
        ("assign: {user: may}", "56: unknown user 'may' (did you mean 'maya'?); accepted is maya"),
        ("assign: {user: maya, queue: Escalations}", "49: assign has 2 keys (user, queue); exactly one is accepted, write one item each"),
        ("assign: {round_robin: [maya]}", "63: one user takes no turns; accepted are two or more, or assign: {user: NAME}"),
        ("assign: {round_robin: [maya, maya]}", "70: the user 'maya' is given twice; it stands at "),
        ("assign: {round_robin: {users: [maya]}}", "64: unknown key of round_robin 'users'; accepted is queues"),
        ("create_case: {template: Shippin, set: {title: x}}", "65: unknown template 'Shippin' (did you mean 'Shipping'?); accepted are Billing, Shipping"),
        ("create_case: {template: Shipping, set: {summary: x}}", "80: create_case needs a title: Cases creates none without the system field 'title'"),
        ("create_case: {template: Shipping, set: {title: x}, customer: some}", "102: unknown customer 'some' (did you mean 'same'?); accepted are same, none"),
        ("create_case: {template: Shipping, set: {title: x}, customer: same}", "102: no field stands for the customer; define one in fields.yaml, such as customer: {system_id: customer_id}"),
        ('link_case: {to: ""}', "57: a blank text is given for the id of a case"),
        ('attach_contact: "{{ case.call }}"', "58: unknown variable 'case.call'; accepted are"),
        ("tag: {}", "46: 0 tags are given; a case takes 1 to 50"),
        (f"tag: {{{', '.join(f't{number}: x' for number in range(51))}}}", "46: 51 tags are given; a case takes 1 to 50"),
        ("tag: {AWS:x: y}", "47: 'AWS:x' is given as the key of a tag; AWS keeps those that begin with aws: for itself"),
        (f"tag: {{{'k' * 129}: y}}", "47: the key of a tag has 129 characters; accepted are 1 to 128"),
        (f"tag: {{k: {'v' * 257}}}", "50: the tag 'k' has 257 characters; at most 256 are accepted"),
        ("update_case: {set: {page: example.com}}", "67: the text 'example.com' is given for 'page', of type Url; accepted is an address that begins with https:// or http://"),
        (f"update_case: {{set: {{title: {'t' * 501}}}}}", "68: the value of 'title' has 501 characters; at most 500 are accepted"),
        ("update_case: {set: {reviewer: may}}", "71: unknown user 'may' (did you mean 'maya'?); accepted is maya"),
    ],
)  # fmt: skip
def test_an_action_is_refused_at_its_place(complaints: Complain, then: str, message: str) -> None:
    [told] = complaints({"rules/a.yaml": RULE.format(then=then)})
    assert told.removeprefix("rules/a.yaml:1:").startswith(message)


SHIPPING = """\
    Billing: {required: [amount, whose, status], conditions: [dear, quiet]}
    Shipping: {conditions: [dear, waits, begins, unseen]}
    """
CONDITIONS = """\
    - {condition: dear, field: due, required_when: {priority: high}}
    - {condition: waits, field: summary, required_when: {status: waiting-on-customer}}
    - {condition: begins, field: vip, required_when: {status: open}}
    - {condition: quiet, field: due, hidden_when: {vip: true}}
    - {condition: unseen, field: page, hidden_when: {vip: false}}
    """
NEEDS = WITH_CUSTOMER | {"templates.yaml": SHIPPING, "conditions.yaml": CONDITIONS}


@pytest.mark.parametrize(
    ("new", "lacking"),
    [
        ("Billing, set: {title: x}", ["amount", "whose"]),
        ("Billing, set: {title: x, amount: 1}, customer: none", ["whose"]),
        ("Billing, set: {title: x, amount: ''}, customer: same", ["amount"]),
        ("Billing, set: {title: x, amount: 1, priority: High}, customer: same", ["due"]),
        ("Billing, set: {title: x, amount: 1, priority: High, vip: true}, customer: same", []),
        ("Billing, set: {title: x, amount: 1, priority: High, vip: false}, customer: same", ["due"]),
        ("Shipping, set: {title: x, vip: false}", []),
        ("Shipping, set: {title: x}", ["vip"]),
        ("Shipping, set: {title: x, status: Waiting, priority: low}", ["summary"]),
        ("Shipping, set: {title: x, status: Waiting, summary: '{{ case.summary }}'}", []),
    ],
)  # fmt: skip
def test_what_a_new_case_lacks_is_refused_as_far_as_constants_tell(complaints: Complain, new: str, lacking: list[str]) -> None:
    told = complaints({**NEEDS, "rules/a.yaml": RULE.format(then=f"create_case: {{template: {new}}}")})
    assert [message.split("'")[3] for message in told] == lacking


def test_a_refusal_says_who_requires_the_field_and_what_would_do(complaints: Complain) -> None:
    new = "create_case: {template: Billing, set: {title: x, amount: 1, priority: High}}"
    told = complaints({**NEEDS, "rules/a.yaml": RULE.format(then=new)})
    lacks, accepted = "rules/a.yaml:1:79: a new case of 'Billing' has no value for", "requires; accepted is a value in 'set'"
    assert told == [
        f"{lacks} 'due', which the field condition 'dear' ('priority' is 'high') {accepted} that is not empty",
        f"{lacks} 'whose', which the template {accepted} or 'customer: same'",
    ]


@pytest.mark.parametrize(("vip", "warned"), [("false", True), ("true", False)])
def test_a_field_that_a_condition_hides_in_a_new_case_is_warned_of(compiled: Compile, vip: str, warned: bool) -> None:
    new = f"create_case: {{template: Shipping, set: {{title: x, vip: {vip}, page: 'https://example.com'}}}}"
    told = [str(each).rpartition("/")[2] for each in analyse(compiled({**NEEDS, "rules/a.yaml": RULE.format(then=new)}))]
    seen = "a.yaml:1:103: 'a' gives a new case of 'Shipping' the field 'page', which no agent sees: "
    assert told == ([f"{seen}the field condition 'unseen' ('vip' is false) hides it"] if warned else [])


@pytest.mark.parametrize(
    ("first", "second", "conflict"),
    [
        ("assign: {queue: Escalations}", "update_case: {set: {assigned_queue: Escalations}}", False),
        ("assign: {queue: Escalations}", "update_case: {set: {assigned_queue: 'arn:aws:q'}}", True),
        (f"assign: {{round_robin: [maya, '{OTHER}']}}", "assign: {user: maya}", True),
        ("assign: {user: maya}", "assign: {queue: Escalations}", False),
    ],
)
def test_an_assignment_is_a_write_of_its_field(compiled: Compile, first: str, second: str, conflict: bool) -> None:
    rules = "\n".join(f"- {{rule: {name}, when: case_updated, then: [{{{then}}}]}}" for name, then in (("a", first), ("b", second)))
    told = [finding.message for finding in analyse(compiled({"rules/a.yaml": rules}))]
    assert any("'b' sets 'assigned_" in message for message in told) is conflict


def test_an_assignment_can_set_off_the_rule_that_makes_it(compiled: Compile) -> None:
    rule = f"""\
        - rule: again
          when: case_updated
          if: {{assigned_user: {{changed: true}}}}
          reacts_to: casewright
          then: [{{assign: {{round_robin: [maya, "{OTHER}"]}}}}]
        """
    told = [finding.message for finding in analyse(compiled({"rules/a.yaml": rule}))]
    assert any("'again' can set itself off: again -> again through assigned_user" in message for message in told)
