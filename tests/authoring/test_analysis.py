# tables of conditions, one row a line
"""What `check` finds in rules that compile: what can never be, what is never reached, what undoes itself, what goes round."""

from collections.abc import Callable
from textwrap import dedent

import pytest
from small_directory import Write

from casewright_authoring.checking import findings
from casewright_authoring.findings import Finding

Check = Callable[[str], list[Finding]]
SLAS = {"slas.yaml": ""}


@pytest.fixture
def check(write: Write) -> Check:
    """The findings of the small directory with these rules."""
    return lambda rules: list(findings(write({"rules/a.yaml": rules})))


def codes(found: list[Finding]) -> list[str]:
    return [each.code for each in found]


def places(found: list[Finding]) -> list[tuple[str, int, int]]:
    return [(each.code, each.line, each.column) for each in found]


def rule(name: str, when: str, condition: str, then: str = "", more: str = "") -> str:
    action = then or f"add_comment: by {name}"
    return f"- {{rule: {name}, when: {when}, if: {{{condition}}}, then: [{{{action}}}]{more}}}\n"


@pytest.mark.parametrize(
    ("when", "condition"),
    [
        ("case_updated", "all: [{priority: high}, {priority: low}]"),
        ("case_updated", "all: [{priority: High}, {priority: {in: [low]}}]"),
        ("case_updated", "priority: {equals: high, not_in: [high, low]}"),
        ("case_updated", "priority: {equals: high, empty: true}"),
        ("case_updated", "priority: {absent: true, not_equals: high}"),
        ("case_updated", "priority: {absent: true, empty: true}"),
        ("case_updated", 'priority: {equals: "", empty: false}'),
        ("case_updated", "priority: {changed: {to: high}, equals: low}"),
        ("case_updated", "priority: {changed: {from: high}}, not: {priority: {changed: true}}"),
        ("case_updated", "all: [{template: Billing}, {template: Shipping}]"),
        (
            "case_updated",
            "all: [{assigned_queue: Escalations}, {not: {assigned_queue: 'arn:aws:connect:us-east-1:111122223333:instance/i/queue/q-1'}}]",
        ),
        ("case_updated", "amount: {greater_than: 5, less_or_equal: 5}"),
        ("case_updated", "amount: {between: [1, 2], greater_than: 2}"),
        ("case_updated", "amount: {in: [1, 2], greater_than: 2}"),
        ("case_updated", "all: [{amount: {greater_than: 5}}, {not: {amount: {greater_or_equal: 5}}}]"),
        ("case_updated", "vip: {not_equals: true}, not: {vip: false}"),
        ("case_updated", "not: {any: [{vip: {absent: true}}, {vip: {absent: false}}]}, vip: true"),
        ("case_updated", 'due: {less_than: "2026-01-01T00:00:00Z", greater_than: "2026-01-01T01:00:00+01:00"}'),
        ("case_updated", "due: {older_than: 4h, newer_than: 4h}"),
        ("case_updated", "title: {equals: Refund, starts_with: Re, ends_with: x}"),
        ("case_updated", "all: [{title: {starts_with: Re}}, {title: {starts_with: Ra}}]"),
        ("case_updated", "all: [{title: {starts_with: RE, ignore_case: true}}, {title: {starts_with: ra}}]"),
        ("case_updated", "all: [{title: {contains: refund}}, {title: {not_contains: fun}}]"),
        ("case_updated", "all: [{title: {ends_with: refund}}, {not: {title: {contains: REFUND, ignore_case: true}}}]"),
        ("case_updated", "all: [{title: {matches: '^a'}}, {not: {title: {matches: '^a'}}}]"),
        ("case_updated", "all: [{title: {equals: abc, ignore_case: true}}, {title: {contains: x}}]"),
        ("case_updated", "any: [{all: [{priority: high}, {priority: low}]}, {amount: {greater_than: 2, less_than: 1}}]"),
        ("case_updated", "priority: high, any: [{priority: low}, {vip: true}], vip: false"),
        ("related_item_added", "related_item.type: file, comment.body: {contains: x}"),
        ("related_item_added", "contact.channel: VOICE, comment.body: {absent: false}"),
        ("related_item_added", "related_item.type: contact, contact.channel: {absent: true}"),
        ("related_item_added", "related_item.type: {absent: true}"),
        ("[sla_met, sla_breached]", "sla.status: Active"),
        ("sla_breached", "sla.milestone: {absent: true}"),
        ("sla_met", "sla.status: NotMet"),
        ("[schedule, case_created], schedule: {rate: 1h}", "priority: high, performed_by.kind: {absent: true, equals: user}"),
    ],
)
def test_a_condition_nothing_fulfils_is_an_error(check: Check, when: str, condition: str) -> None:
    found = check(rule("a", when, condition))
    assert codes(found) == ["never-true"]
    assert found[0].severity == "error"


@pytest.mark.parametrize(
    ("when", "condition"),
    [
        ("case_updated", "priority: {not_in: [high, low]}"),  # empty, or an option that is no longer offered
        ("case_updated", "not: {priority: high}, priority: {absent: true}"),
        ("case_updated", "all: [{not: {vip: true}}, {not: {vip: false}}]"),  # absent
        ("case_updated", "priority: {changed: {from: high, to: high}}"),  # after a gap
        ("case_updated", "all: [{title: {contains: a}}, {title: {contains: b}}, {title: {not_contains: ab}}, {title: {not_contains: ba}}]"),
        ("case_updated", "all: [{title: {starts_with: Re}}, {title: {starts_with: Ref}}]"),
        ("case_updated", "all: [{title: {starts_with: a}}, {title: {not_contains: A}}]"),
        ("case_updated", "all: [{title: {contains: abc, ignore_case: true}}, {title: {not_contains: abc}}]"),
        ("case_updated", "all: [{title: {equals: abc, ignore_case: true}}, {title: {not_equals: abc}}]"),
        ("case_updated", "all: [{title: {matches: '^a'}}, {not: {title: {matches: '(?i)^a'}}}]"),
        ("case_updated", "amount: {greater_or_equal: 5, less_or_equal: 5}"),
        ("case_updated", "amount: {greater_than: 5, less_than: 5.000000000001}"),
        ("case_updated", "due: {older_than: 4h, newer_than: 5h}"),
        ("case_updated", "due: {older_than: 4h, less_than: '2026-01-01T00:00:00Z'}"),
        ("related_item_added", "related_item.type: comment, comment.body: {not_contains: x}"),
        ("[sla_met, sla_breached]", "sla.status: Met"),
        ("sla_met", "status: {changed: {to: closed}}, related_item.type: {absent: true}"),
    ],
)
def test_a_condition_that_something_fulfils_is_none(check: Check, when: str, condition: str) -> None:
    assert "never-true" not in codes(check(rule("a", when, condition)))


def test_the_finding_stands_at_the_smallest_part_that_is_never_true(check: Check) -> None:
    found = check(
        dedent("""\
            - rule: a
              when: case_updated
              if:
                vip: true
                all:
                  - status: open
                  - priority: high
                    amount:
                      greater_than: 2
                      less_than: 1
              then:
                - add_comment: hello
            """)
    )
    assert places(found) == [("never-true", 8, 9)]
    assert found[0].message == "this is never true, so 'a' never fires: nothing passes every test of 'amount'"


def test_a_part_of_any_that_the_rest_rules_out_is_a_warning(check: Check) -> None:
    found = check(
        dedent("""\
            - rule: a
              when: case_updated
              if:
                template: Billing
                any:
                  - template: Shipping
                    vip: true
                  - priority: {changed: {to: high}}
              then:
                - add_comment: hello
            """)
    )
    assert places(found) == [("dead-part", 6, 9)]
    assert found[0].severity == "warning"


def test_alternatives_behind_not_are_no_dead_parts(check: Check) -> None:
    assert check(rule("a", "case_updated", "priority: high, not: {any: [{priority: low}, {vip: true}]}")) == []


def test_a_trigger_that_the_condition_rules_out_is_a_warning(check: Check) -> None:
    found = check(rule("a", "[case_created, case_updated]", "priority: {changed: {to: high}}"))
    assert places(found) == [("vain-trigger", 1, 20)]
    assert "with case_created the condition of 'a' is never true" in found[0].message


def test_a_rule_that_is_off_is_not_looked_at(check: Check) -> None:
    assert check(rule("a", "case_updated", "amount: {greater_than: 2, less_than: 1}", more=", mode: off")) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("vip: true", "vip: true, priority: high"),
        ("priority: {in: [low, high]}", "priority: high"),
        ("amount: {greater_than: 5}", "amount: {between: [6, 7]}"),
        ("any: [{priority: high}, {vip: true}]", "vip: true, priority: low"),
        ("not: {priority: high}", "priority: {absent: true}"),
        ("title: {contains: refund, ignore_case: true}", "title: {starts_with: REFUND}"),
        ("priority: {changed: true}", "priority: {changed: {to: high}}"),
    ],
)
def test_a_rule_whose_condition_means_that_a_stopping_one_is_true_is_unreachable(check: Check, first: str, second: str) -> None:
    stopping = (
        rule("a", "[case_updated, case_created]", first, more=", stop: true")
        if "changed" not in first
        else rule("a", "case_updated", first, more=", stop: true")
    )
    found = check(stopping + rule("b", "case_updated", second))
    assert places(found) == [("unreachable", 2, 10)]
    assert "whenever it is true so is 'a'" in found[0].message


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (rule("a", "case_updated", "vip: true", more=", stop: true"), rule("b", "case_updated", "not: {vip: {absent: true}}")),
        (rule("a", "case_updated", "not: {priority: high}", more=", stop: true"), rule("b", "case_updated", "vip: true")),
        (rule("a", "case_updated", "vip: true", more=", stop: true, order: 2"), rule("b", "case_updated", "vip: true", more=", order: 1")),
        (rule("a", "case_updated", "vip: true", more=", stop: true, mode: shadow"), rule("b", "case_updated", "vip: true")),
        (rule("a", "case_updated", "vip: true", more=", stop: true, mode: canary 50%"), rule("b", "case_updated", "vip: true")),
        (
            rule("a", "case_updated", "vip: true", more=", stop: true"),
            rule("b", "case_updated", "vip: true, not: {vip: false}, priority: high", more=", reacts_to: casewright"),
        ),
        (
            rule("a", "schedule, schedule: {rate: 1h}", "vip: true", more=", stop: true"),
            rule("b", "schedule, schedule: {rate: 1h}", "vip: true"),
        ),
        (rule("a", "case_updated", "vip: true"), rule("b", "case_updated", "vip: true")),
    ],
)
def test_a_rule_that_may_be_asked_is_not_unreachable(check: Check, first: str, second: str) -> None:
    assert "unreachable" not in codes(check(first + second))


def test_a_trigger_with_which_a_rule_is_always_stopped_is_a_warning(check: Check) -> None:
    found = check(
        rule("a", "case_created", "vip: true", more=", stop: true") + rule("b", "[case_created, case_updated]", "vip: true, priority: high")
    )
    assert places(found) == [("vain-trigger", 2, 20)]


def test_two_rules_that_write_one_field_are_a_warning_that_names_the_winner(check: Check) -> None:
    found = check(
        rule("b", "case_updated", "vip: true", "update_case: {set: {priority: low}}", ", order: 10")
        + rule("a", "[case_created, case_updated]", "amount: {greater_than: 5}", "update_case: {set: {priority: high}}", ", order: 20")
    )
    assert codes(found) == ["write-conflict"]
    assert (found[0].line, found[0].severity) == (2, "warning")
    assert (
        found[0].message
        == "'a' sets 'priority', and on the same case_updated so may 'b', to another value; 'a' wins, for its order 20 comes after 10"
    )


def test_of_the_same_order_the_name_decides_and_the_finding_says_so(check: Check) -> None:
    found = check(
        rule("a", "case_updated", "vip: true", "update_case: {set: {priority: low}}")
        + rule("b", "case_updated", "amount: {greater_than: 5}", "update_case: {set: {priority: high}}")
    )
    assert "'b' wins, for of rules with the same order (0) the name that sorts last does" in found[0].message


@pytest.mark.parametrize(
    "rules",
    [
        # the same value
        rule("a", "case_updated", "vip: true", "update_case: {set: {priority: high}}")
        + rule("b", "case_updated", "amount: 1", "update_case: {set: {priority: High}}"),
        # never on one event
        rule("a", "case_updated", "vip: true", "update_case: {set: {priority: high}}")
        + rule("b", "case_updated", "vip: false", "update_case: {set: {priority: low}}"),
        rule("a", "case_created", "vip: true", "update_case: {set: {priority: high}}")
        + rule("b", "case_updated", "amount: 1", "update_case: {set: {priority: low}}"),
        rule("a", "case_updated", "template: Billing", "update_case: {set: {priority: high}}")
        + rule("b", "case_updated", "template: Shipping", "update_case: {set: {priority: low}}"),
        # the first stops the second
        rule("a", "case_updated", "vip: true", "update_case: {set: {priority: high}}", ", stop: true")
        + rule("b", "case_updated", "amount: 1", "update_case: {set: {priority: low}}"),
        # a default, overruled
        rule("a", "case_created", "priority: {absent: true}", "update_case: {set: {priority: low}}")
        + rule("b", "case_created", "vip: true", "update_case: {set: {priority: high}}"),
        # a shadow writes nothing
        rule("a", "case_updated", "vip: true", "update_case: {set: {priority: high}}")
        + rule("b", "case_updated", "amount: 1", "update_case: {set: {priority: low}}", ", mode: shadow"),
    ],
)
def test_writes_that_do_not_meet_are_no_conflict(check: Check, rules: str) -> None:
    assert check(rules) == []


def test_a_default_that_overrules_is_a_conflict(check: Check) -> None:
    found = check(
        rule("b", "case_created", "priority: {absent: true}", "update_case: {set: {priority: low}}")
        + rule("a", "case_created", "vip: true", "update_case: {set: {priority: high}}")
    )
    assert [(each.code, each.line) for each in found] == [("write-conflict", 1)]


def test_one_rule_that_sets_a_field_twice_is_a_conflict(check: Check) -> None:
    found = check(rule("a", "case_created", "vip: true", "update_case: {set: {priority: low}}}, {update_case: {set: {priority: high}}"))
    assert [(each.code, each.message) for each in found] == [("write-conflict", "'a' sets 'priority' twice; the later of its actions wins")]


def test_rules_that_fire_only_where_another_does_the_same_are_duplicates(check: Check) -> None:
    then = 'create_task: {flow: Escalations, name: "Call back"}'
    found = check(
        rule("a", "case_updated", "vip: true, amount: 5", then) + rule("b", "[case_created, case_updated]", "amount: {in: [5, 6]}", then)
    )
    assert [(each.code, each.line, each.severity) for each in found] == [("duplicate", 1, "warning")]
    assert "whenever 'a' fires so does 'b'" in found[0].message


def test_of_two_equal_rules_the_later_is_the_duplicate(check: Check) -> None:
    found = check(
        rule("a", "case_updated", "vip: true, amount: 5", "add_comment: x")
        + rule("b", "case_updated", "amount: 5, vip: true", "add_comment: x")
    )
    assert [(each.code, each.line) for each in found] == [("duplicate", 2)]


def test_rules_that_fire_apart_are_no_duplicates(check: Check) -> None:
    assert (
        check(rule("a", "case_updated", "vip: true", "add_comment: x") + rule("b", "case_updated", "vip: {absent: true}", "add_comment: x"))
        == []
    )


A_WRITES_QUEUE = "update_case: {set: {assigned_queue: Escalations}}"
REACTS = ", reacts_to: casewright"


def test_rules_that_set_each_other_off_are_named_with_what_they_go_through(check: Check) -> None:
    found = check(
        rule("a", "case_updated", "priority: {changed: {to: high}}", A_WRITES_QUEUE, REACTS)
        + rule("b", "case_updated", "assigned_queue: {changed: {to: Escalations}}", "update_case: {set: {priority: high}}", REACTS)
    )
    assert [(each.code, each.severity, each.line) for each in found] == [("loop", "error", 1)]
    assert found[0].message == (
        "'a' and 'b' can set each other off: a -> b -> a through assigned_queue, priority; only the guard stops this, after 3 writes"
    )


def test_a_rule_that_sets_itself_off_and_goes_through_another_is_told_of_both(check: Check) -> None:
    found = check(
        rule("a", "case_updated", "priority: high", A_WRITES_QUEUE, REACTS)
        + rule("b", "case_updated", "assigned_queue: Escalations", "update_case: {set: {priority: high}}", REACTS)
    )
    assert sorted(each.message.partition(": ")[2].partition(" through")[0] for each in found) == ["a -> a", "a -> b -> a", "b -> b"]


def test_a_loop_goes_through_every_rule_on_its_way(check: Check) -> None:
    found = check(
        rule("a", "case_updated", "amount: {changed: true}", "update_case: {set: {title: x}}", REACTS)
        + rule("b", "case_updated", "title: {changed: true}", "update_case: {set: {summary: y}}", REACTS)
        + rule("c", "case_updated", "summary: {changed: true}", "update_case: {set: {amount: 3}}", REACTS)
    )
    assert len(found) == 1
    assert "a -> b -> c -> a through title, summary, amount" in found[0].message


@pytest.mark.parametrize(
    ("condition", "then", "through"),
    [
        ("vip: true", "update_case: {set: {amount: 3}}", "amount"),
        ("priority: high", "update_case: {set: {priority: high}}", "priority"),
        ("title: {not_contains: VIP}", 'update_case: {set: {title: "{{ case.title }}!"}}', "title"),
        ("due: {absent: true}", 'update_case: {set: {due: ""}}', "due"),
        ("performed_by.kind: custom_entity", "update_case: {set: {amount: 3}}", "amount"),
        (
            "assigned_user: maya",
            "update_case: {set: {assigned_user: 'arn:aws:connect:us-east-1:111122223333:instance/i/agent/u-1'}}",
            "assigned_user",
        ),
        ("due: {older_than: 4h}", "update_case: {set: {amount: 3}}", "amount"),
    ],
)
def test_a_rule_that_its_own_write_leaves_true_sets_itself_off(check: Check, condition: str, then: str, through: str) -> None:
    found = check(rule("a", "case_updated", condition, then, REACTS))
    assert codes(found) == ["loop"]
    assert f"'a' can set itself off: a -> a through {through};" in found[0].message


@pytest.mark.parametrize(
    "condition_and_then",
    [
        ("priority: {absent: true}", "update_case: {set: {priority: low}}"),
        ("priority: {not_equals: high}", "update_case: {set: {priority: High}}"),
        ("not: {priority: high}, vip: true", "update_case: {set: {priority: high}}"),
        ("amount: {less_than: 5}", "update_case: {set: {amount: 5}}"),
        ("due: {less_than: '2026-01-01T00:00:00Z'}", "update_case: {set: {due: '2026-01-01T00:00:00Z'}}"),
        ("vip: {changed: true}", "update_case: {set: {amount: 5}}"),
        ("priority: {changed: {to: high}}", "update_case: {set: {priority: low}}"),
        ("priority: {changed: {from: low}, equals: high}", "update_case: {set: {amount: 3}}"),
        ("assigned_queue: {not_equals: Escalations}", A_WRITES_QUEUE),
        ("assigned_user: {not_equals: maya}", "update_case: {set: {assigned_user: maya}}"),
        ("reviewer: {not_equals: maya}", "update_case: {set: {reviewer: maya}}"),
        ('title: {not_contains: "VIP "}', 'update_case: {set: {title: "VIP {{ case.title }}"}}'),
        ("any: [{vip: {changed: true}}, {due: {changed: true}}]", "update_case: {set: {amount: 5}}"),
        ("performed_by.kind: user", "update_case: {set: {amount: 5}}"),
        ("performed_by.id: {not_contains: casewright}", "update_case: {set: {amount: 5}}"),
        ("title: {empty: false}", "add_comment: hello"),
        ("title: {empty: false}", "send_email: {to: team-leads, template: hello}"),
    ],
)
def test_a_rule_that_its_own_write_makes_false_does_not(check: Check, condition_and_then: tuple[str, str]) -> None:
    assert check(rule("a", "case_updated", *condition_and_then, REACTS)) == []


@pytest.mark.parametrize(
    ("condition", "then", "through"),
    [
        ("related_item.type: comment", "add_comment: Thank you", "a comment"),
        ("comment.body: {contains: help}", 'add_comment: "{{ case.title }}: help is coming"', "a comment"),
        ("contact.channel: TASK", 'create_task: {flow: Escalations, name: "Call"}', "a task"),
        ("status: open", "assign_sla: mirrored", "an SLA item"),
    ],
)
def test_what_is_added_to_a_case_sets_rules_off_too(write: Write, condition: str, then: str, through: str) -> None:
    slas = "- {sla: mirrored, start: assigned, met_when: {status: closed}, target: [{within: 1h}], native: true}\n"
    found = list(findings(write({"slas.yaml": slas, "rules/a.yaml": rule("a", "related_item_added", condition, then, REACTS)})))
    assert codes(found) == ["loop"]
    assert f"a -> a through {through};" in found[0].message


@pytest.mark.parametrize(
    ("condition", "then"),
    [
        ("related_item.type: contact", "add_comment: Thank you"),
        ("comment.body: {contains: help}", "add_comment: Thank you"),
        ("comment.body: {not_contains: Thank}", "add_comment: Thank you"),
        ("contact.channel: VOICE", 'create_task: {flow: Escalations, name: "Call"}'),
        ("status: open", "assign_sla: by-hand"),
    ],
)
def test_what_is_added_and_does_not_fit_sets_nothing_off(check: Check, condition: str, then: str) -> None:
    assert check(rule("a", "related_item_added", condition, then, REACTS)) == []


def creating(given: str) -> str:
    title = "" if "title:" in given else "title: Again, "
    return f"create_case: {{template: Shipping, set: {{{title}{given}}}}}"


@pytest.mark.parametrize(
    ("condition", "given"),
    [
        ("title: Again", "vip: true"),
        ("template: Shipping, status: open", "vip: true"),
        ("vip: true", "vip: true"),
        ("status: waiting-on-customer", "status: Waiting"),
        ("amount: {absent: true}", "vip: true"),
        ("performed_by.kind: custom_entity, opened: {newer_than: 1h}", "amount: 3"),
        ("title: {contains: refund}", 'title: "Again: {{ case.title }}"'),
        ("summary: x", 'summary: "{{ case.title }}"'),
    ],
)
def test_a_rule_that_reacts_to_the_cases_it_creates_sets_itself_off(check: Check, condition: str, given: str) -> None:
    found = check(rule("a", "case_created", condition, creating(given), REACTS))
    assert codes(found) == ["loop"]
    assert found[0].message == ("'a' can set itself off: a -> a through a new case of Shipping; only the guard stops this, after 3 writes")


@pytest.mark.parametrize(
    ("when", "condition", "given", "more"),
    [
        ("case_created", "vip: true", "amount: 3", REACTS),
        ("case_created", "vip: true", "vip: ''", REACTS),
        ("case_created", "template: Billing", "vip: true", REACTS),
        ("case_created", "title: {not_equals: Again}", "vip: true", REACTS),
        ("case_created", "not: {title: Again}", "vip: true", REACTS),
        ("case_created", "status: {not_in: [open]}", "vip: true", REACTS),
        ("case_created", "performed_by.kind: user", "vip: true", REACTS),
        ("case_created", "vip: true", "vip: true", ""),
        ("case_updated", "vip: true", "vip: true", REACTS),
    ],
)
def test_a_new_case_that_its_rule_has_nothing_to_say_of_is_no_loop(check: Check, when: str, condition: str, given: str, more: str) -> None:
    assert check(rule("a", when, condition, creating(given), more)) == []


def test_a_loop_goes_from_one_new_case_to_the_next_through_what_is_done_to_each(check: Check) -> None:
    rules = (
        rule("a", "case_updated", "amount: {changed: true}, template: Shipping", creating("vip: true"), REACTS)
        + rule("b", "case_created", "vip: true", "update_case: {set: {summary: y}}", REACTS)
        + rule("c", "case_updated", "summary: {changed: true}, vip: true", "update_case: {set: {amount: 3}}", REACTS)
    )
    found = check(rules)
    assert codes(found) == ["loop"]
    assert "a -> b -> c -> a through a new case of Shipping, summary, amount;" in found[0].message
    assert check(rules.replace("vip: true}, then: [{update_case: {set: {amount", "vip: false}, then: [{update_case: {set: {amount")) == []
    assert check(rules.replace("template: Shipping}, then", "template: Billing}, then")) == []


def test_where_what_a_rule_writes_ends_it_the_case_it_creates_may_still_set_it_off(check: Check) -> None:
    then = "update_case: {set: {summary: done}}}, {create_case: {template: Shipping, set: {title: Again}}"
    found = check(rule("a", "[case_created, case_updated]", "not: {summary: done}", then, REACTS))
    assert codes(found) == ["loop"]
    assert "through a new case of Shipping;" in found[0].message


def test_a_rule_that_does_not_react_to_casewright_ends_the_course(check: Check) -> None:
    assert check(rule("a", "case_updated", "vip: true", "update_case: {set: {amount: 3}}")) == []
    found = check(
        rule("a", "case_updated", "priority: high", A_WRITES_QUEUE)
        + rule("b", "case_updated", "assigned_queue: Escalations", "update_case: {set: {priority: high}}", REACTS)
    )
    assert [each.message.partition(";")[0] for each in found] == ["'b' can set itself off: b -> b through priority"]


def test_what_others_left_as_it_was_can_end_a_course(check: Check) -> None:
    """Between two rules of different templates there is no way, whatever they write."""
    assert (
        check(
            rule("a", "case_updated", "template: Billing, amount: {changed: true}", "update_case: {set: {title: x}}", REACTS)
            + rule("b", "case_updated", "template: Shipping, title: {changed: true}", "update_case: {set: {amount: 3}}", REACTS)
        )
        == []
    )


def test_a_way_round_that_no_case_can_take_is_no_loop(check: Check) -> None:
    """Each step is possible; all of them are not, for the value at the start is gone when the way comes round."""
    steps = [
        rule("a", "case_updated", "priority: low, amount: {changed: true}", "update_case: {set: {title: x, priority: high}}", REACTS),
        rule("b", "case_updated", "title: {changed: true}", "update_case: {set: {summary: y}}", REACTS),
        rule("c", "case_updated", "summary: {changed: true}", "update_case: {set: {amount: 3}}", REACTS),
    ]
    assert check("".join(steps)) == []
    assert codes(check("".join(steps).replace(", priority: high}", "}"))) == ["loop"]


NATIVE = ", runs_on: connect, reacts_to: casewright"


def test_a_loop_through_a_native_rule_needs_no_reacting_rule_of_ours_and_nothing_stops_it(check: Check) -> None:
    found = check(
        rule("ours", "case_updated", "priority: high", "update_case: {set: {priority: low}}")
        + rule("theirs", "case_updated", "priority: low", "update_case: {set: {priority: high}}", NATIVE)
    )
    [loop] = [each.message for each in found if each.code == "loop"]
    assert loop.startswith("'ours' and 'theirs' can set each other off: ours -> theirs -> ours through priority;")
    assert loop.endswith("nothing stops this, for Amazon Connect runs 'theirs'")


def test_of_a_conflict_with_a_native_rule_nobody_knows_the_winner(check: Check) -> None:
    found = check(
        rule("a", "case_created", "status: open", "update_case: {set: {summary: x}}", NATIVE)
        + rule("b", "case_created", "vip: true", "update_case: {set: {summary: y}}")
    )
    assert codes(found) == ["write-conflict"]
    assert found[0].message.endswith("Amazon Connect runs some of these, so whose value stays is open")


def policies(write: Write, text: str) -> list[Finding]:
    return list(findings(write({"slas.yaml": dedent(text)})))


def test_conditions_of_policies_that_are_never_true_are_errors(write: Write) -> None:
    found = policies(
        write,
        """\
        - sla: a
          start: case_created
          if: {priority: high, not: {priority: high}}
          met_when: {all: [{status: open}, {status: closed}]}
          pause_while: {amount: {greater_than: 2, less_than: 1}}
          reset: {priority: {changed: {to: high}, equals: low}}
          cancel: {vip: {in: [true], equals: false}}
          target: [{if: {priority: {equals: high, absent: true}}, within: 1h}, {within: 2h}]
        - sla: b
          start: {becomes: {priority: high, amount: {absent: true, equals: 3}}}
          met_when: {status: closed}
          target: [{within: 1h}]
        """,
    )
    assert [(each.code, each.line) for each in found] == [("never-true", line) for line in (3, 4, 5, 6, 7, 8, 10)]
    assert [each.message.split(", so ")[1].split(":")[0] for each in found] == [
        "no clock of 'a' ever starts",
        "no clock of 'a' is ever met",
        "no clock of 'a' ever pauses",
        "no clock of 'a' is ever reset",
        "no clock of 'a' is ever cancelled",
        "this target of 'a' is never taken",
        "it starts no clock of 'b'",
    ]


def test_a_row_that_others_leave_nothing_for_is_an_error(write: Write) -> None:
    found = policies(
        write,
        """\
        - sla: a
          start: case_created
          met_when: {status: closed}
          target:
            - {if: {amount: {less_than: 5}}, within: 1h}
            - {if: {amount: {greater_than: 3}}, within: 2h}
            - {if: {amount: {between: [0, 9]}}, within: 3h}
            - {within: 4h}
        """,
    )
    assert places(found) == [("unreachable", 7, 7)]


@pytest.mark.parametrize("start", ["{becomes: {status: closed}}", "case_created"])
def test_a_policy_that_is_met_whenever_it_would_start_has_no_clock(write: Write, start: str) -> None:
    found = policies(
        write,
        f"""\
        - sla: a
          start: {start}
          if: {{status: closed}}
          met_when: {{status: {{in: [closed, open]}}}}
          target: [{{within: 1h}}]
        """,
    )
    assert places(found) == [("no-clock", 1, 8)]


@pytest.mark.parametrize("start", ["case_created", "{becomes: {all: [{priority: high}, {status: closed}]}}"])
def test_what_starts_a_clock_says_nothing_of_a_policy_that_a_rule_assigns(write: Write, start: str) -> None:
    slas = f"""\
        - sla: a
          start: {start}
          if: {{priority: {{in: [high, low]}}}}
          met_when: {{any: [{{status: closed}}, {{all: [{{priority: {{in: [high, low]}}}}, {{related_item.type: {{absent: true}}}}]}}]}}
          target: [{{within: 1h}}]
        """
    assert codes(policies(write, slas)) == ["no-clock"]
    assigning = rule("a", "related_item_added", "status: open", "assign_sla: a")
    assert list(findings(write({"slas.yaml": slas, "rules/a.yaml": assigning}))) == []
