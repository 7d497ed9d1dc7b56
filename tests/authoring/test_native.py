# ruff: noqa: E501  # tables of what is refused, one row a line
"""Rules as native rules of Amazon Connect: what they become there, and every reason why one cannot be said."""

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator
from native_directory import FILES, FLOW, OTHER_QUEUE, QUEUE, compiled_with, write
from small_directory import Compile

from casewright.conditions.subjects import Field
from casewright_authoring import compile_directory, findings
from casewright_authoring.native import NativeForm, create_rule, native_of, placeholders
from casewright_authoring.native.askable import Askable, askable
from casewright_authoring.system_fields import SYSTEM_FIELDS

TASK = '- create_task: {flow: Call back, name: "Call them"}'
CREATE_TASK = {"ActionType": "CREATE_TASK", "TaskAction": {"Name": "Call them", "ContactFlowId": "f-1"}}


def form(rule: str) -> NativeForm:
    """The native form of the one rule, written as the keys of a rule without its name."""
    compiled = compiled_with(f"- rule: it\n{rule}")
    assert compiled.catalog is not None
    [made] = compiled.bundle.rules
    return native_of(made, bundle=compiled.bundle, catalog=compiled.catalog)


def rule_asking(condition: str, *, when: str = "case_created", then: str = TASK) -> str:
    return f"  when: {when}\n  if: {condition}\n  then:\n    {then}\n"


def function_of(condition: str, when: str = "case_created") -> Any:
    found = form(rule_asking(condition, when=when))
    assert found.reasons == ()
    document = json.loads(create_rule(found.rules[0])["Function"])
    assert document["Version"] == "2022-11-25"
    return document["RuleFunction"]


def asked(operator: str, operands: list[str], path: str, *, negate: bool = False) -> dict[str, object]:
    return {"Operator": operator, "Operands": operands, "ComparisonValue": path, "Negate": negate}


def field(field_id: str) -> str:
    return f"$.Case.Fields.{field_id}"


NEW_YEAR = "2026-01-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("{template: Billing}", asked("CONTAINS_ANY", ["t-billing"], "$.Case.TemplateId")),
        ("{template: {in: [Billing, Technical]}}", asked("CONTAINS_ANY", ["t-billing", "t-technical"], "$.Case.TemplateId")),
        ("{template: {not_equals: Billing}}", asked("CONTAINS_ANY", ["t-billing"], "$.Case.TemplateId", negate=True)),
        ("{template: {not_in: [Billing, Technical]}}", asked("CONTAINS_ANY", ["t-billing", "t-technical"], "$.Case.TemplateId", negate=True)),
        ("{not: {template: Billing}}", asked("CONTAINS_ANY", ["t-billing"], "$.Case.TemplateId", negate=True)),
        ("{not: {template: {not_in: [Billing]}}}", asked("CONTAINS_ANY", ["t-billing"], "$.Case.TemplateId")),
        ("{assigned_queue: {in: [Escalations, Billing]}}", asked("CONTAINS_ANY", ["q-1", "q-2"], field("assigned_queue"))),
        (f'{{assigned_queue: "{QUEUE}"}}', asked("CONTAINS_ANY", ["q-1"], field("assigned_queue"))),
        ("{assigned_user: maya}", asked("CONTAINS_ANY", ["u-1"], field("assigned_user"))),
        ("{case_reason: Refund}", asked("EQUALS", ["refund"], field("case_reason"))),
        ("{not: {case_reason: refund}}", asked("EQUALS", ["refund"], field("case_reason"), negate=True)),
        ("{status: Waiting}", asked("EQUALS", ["waiting"], field("status"))),
        ("{summary: {contains: refund}}", asked("CONTAINS", ["refund"], field("summary"))),
        ("{summary: refund}", asked("EQUALS", ["refund"], field("summary"))),
        ("{reference_number: {contains: '1111'}}", asked("CONTAINS", ["1111"], field("reference_number"))),
        ("{priority: High}", asked("EQUALS", ["high"], field("f-priority"))),
        ("{not: {note: {contains: vip}}}", asked("CONTAINS", ["vip"], field("f-note"), negate=True)),
        ("{page: https://example.com}", asked("EQUALS", ["https://example.com"], field("f-page"))),
        ('{last_closed: {less_or_equal: "2026-01-01T01:00:00+01:00"}}', asked("NumberLessOrEqualTo", [NEW_YEAR], field("last_closed_datetime"))),
        ('{updated: {greater_or_equal: "2026-01-01T00:00:00Z"}}', asked("NumberGreaterOrEqualTo", [NEW_YEAR], field("last_updated_datetime"))),
        ('{opened: {greater_than: "2026-01-01T00:00:00Z"}}', asked("NumberLessOrEqualTo", [NEW_YEAR], field("created_datetime"), negate=True)),
        ('{not: {opened: {less_than: "2026-01-01T00:00:00Z"}}}', asked("NumberGreaterOrEqualTo", [NEW_YEAR], field("created_datetime"))),
    ],
)  # fmt: skip
def test_one_condition_is_said_as_its_page_shows_it(condition: str, expected: object) -> None:
    assert function_of(condition) == {"Operator": "AND", "Operands": [expected]}


HIGH, URGENT = asked("EQUALS", ["high"], field("f-priority")), asked("EQUALS", ["urgent"], field("f-priority"))
OPEN = asked("EQUALS", ["open"], field("status"))


@pytest.mark.parametrize(
    ("condition", "join", "operands"),
    [
        ("{status: open, priority: high}", "AND", [OPEN, HIGH]),
        ("{all: [{status: open}, {all: [{any: [{priority: high}]}]}]}", "AND", [OPEN, HIGH]),
        ("{any: [{status: open}, {priority: {in: [high, urgent]}}]}", "OR", [OPEN, HIGH, URGENT]),
        ("{any: [{priority: high}]}", "OR", [HIGH]),
        ("{all: [{any: [{priority: high}, {priority: urgent}]}]}", "OR", [HIGH, URGENT]),
        ("{priority: {in: [high, urgent]}}", "OR", [HIGH, URGENT]),
        ("{not: {priority: {in: [high, urgent]}}}", "AND", [{**HIGH, "Negate": True}, {**URGENT, "Negate": True}]),
        ("{status: open, not: {any: [{priority: high}, {priority: urgent}]}}", "AND", [OPEN, {**HIGH, "Negate": True}, {**URGENT, "Negate": True}]),
        ("{not: {all: [{priority: high}, {not: {status: open}}]}}", "OR", [{**HIGH, "Negate": True}, OPEN]),
        (
            '{opened: {between: ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]}}',
            "AND",
            [asked("NumberGreaterOrEqualTo", [NEW_YEAR], field("created_datetime")), asked("NumberLessOrEqualTo", ["2026-01-02T00:00:00.000000Z"], field("created_datetime"))],
        ),
    ],
)  # fmt: skip
def test_groups_become_one_list(condition: str, join: str, operands: object) -> None:
    assert function_of(condition) == {"Operator": join, "Operands": operands}


@pytest.mark.parametrize(
    ("then", "actions"),
    [
        ("- create_task: {flow: Call back, name: Call them, description: Soon}", [{"ActionType": "CREATE_TASK", "TaskAction": {"Name": "Call them", "Description": "Soon", "ContactFlowId": "f-1"}}]),
        (
            '- update_case: {set: {priority: High, amount: 3, vip: false, note: "", assigned_queue: Billing, due: "2026-01-31T10:00:00+01:00"}}',
            [{"ActionType": "UPDATE_CASE", "UpdateCaseAction": {"Fields": [
                {"Id": "f-priority", "Value": {"StringValue": "high"}},
                {"Id": "f-amount", "Value": {"DoubleValue": 3.0}},
                {"Id": "f-vip", "Value": {"BooleanValue": False}},
                {"Id": "f-note", "Value": {"EmptyValue": {}}},
                {"Id": "assigned_queue", "Value": {"StringValue": OTHER_QUEUE}},
                {"Id": "f-due", "Value": {"StringValue": "2026-01-31T09:00:00Z"}},
            ]}}],
        ),
        ("- assign_sla: first-response", [{"ActionType": "ASSIGN_SLA", "AssignSlaAction": {"SlaAssignmentType": "CASES", "CaseSlaConfiguration": {
            "Name": "first-response", "Type": "CaseField", "FieldId": "status", "TargetFieldValues": [{"StringValue": "closed"}], "TargetSlaMinutes": 240,
        }}}]),
    ],
)  # fmt: skip
def test_actions_with_a_created_case(then: str, actions: object) -> None:
    [native] = form(rule_asking("{template: Billing}", then=then)).rules
    assert create_rule(native)["Actions"] == actions


def test_tasks_are_ended_with_updates_only() -> None:
    [native] = form(rule_asking("{status: closed}", when="case_updated\n  reacts_to: casewright", then="- end_tasks: true")).rules
    assert create_rule(native) == {
        "Name": "it",
        "TriggerEventSource": {"EventSourceName": "OnCaseUpdate"},
        "Function": json.dumps(
            {"Version": "2022-11-25", "RuleFunction": {"Operator": "AND", "Operands": [{**OPEN, "Operands": ["closed"]}]}}
        ),
        "Actions": [{"ActionType": "END_ASSOCIATED_TASKS", "EndAssociatedTasksAction": {}}],
        "PublishStatus": "PUBLISHED",
    }


def test_a_breach_is_that_of_an_sla_item() -> None:
    [native] = form(rule_asking("{sla.name: {in: [resolution, first-response]}}", when="sla_breached")).rules
    assert native.source == "OnSlaBreach"
    document = json.loads(create_rule(native)["Function"])["RuleFunction"]
    assert document["Operands"] == [asked("CONTAINS_ANY", ["resolution", "first-response"], "$.RelatedItem.SlaConfiguration.Name")]


def test_two_triggers_make_two_native_rules() -> None:
    natives = form(rule_asking("{template: Billing}", when="[case_updated, case_created]\n  reacts_to: casewright")).rules
    assert [(native.name, native.source) for native in natives] == [("it.updated", "OnCaseUpdate"), ("it.created", "OnCaseCreate")]
    assert natives[0].function == natives[1].function


def test_a_rule_that_is_off_is_a_draft() -> None:
    [native] = form(f"  mode: off\n{rule_asking('{template: Billing}')}").rules
    assert create_rule(native)["PublishStatus"] == "DRAFT"


@pytest.mark.parametrize(
    ("condition", "reasons"),
    [
        ("{status: {not_in: [closed, open]}}", ["status: not_in: no native condition on this can be negated"]),
        ("{not: {status: closed}}", ["status: equals: no native condition on this can be negated"]),
        ("{not: {reference_number: {contains: '1'}}}", ["reference_number: contains: no native condition on this can be negated"]),
        ("{not: {assigned_queue: Billing}}", ["assigned_queue: equals: no native condition on this can be negated"]),
        ("{priority: {not_equals: high}}", ["priority: not_equals: it is false where the case has no value, and a negated native condition is true there; write not: if that is meant"]),
        ("{note: {not_contains: x}}", ["note: not_contains: it is false where the case has no value, and a negated native condition is true there; write not: if that is meant"]),
        ("{case_reason: {not_in: [refund]}}", ["case_reason: not_equals: it is false where the case has no value, and a negated native condition is true there; write not: if that is meant"]),
        ("{note: {starts_with: x, ends_with: y, matches: z}}", [f"note: {name}: there is no such operator; of texts there are equals and contains" for name in ("starts_with", "ends_with", "matches")]),
        ("{note: {contains: x, ignore_case: true}}", ["note: contains: a native rule cannot be told to ignore case"]),
        ('{note: ""}', ["note: equals: the empty text cannot be compared with"]),
        ("{note: {empty: true}}", ["note: empty: no operator asks whether there is a value"]),
        ("{priority: {absent: true}}", ["priority: absent: no operator asks whether there is a value"]),
        ("{amount: {greater_than: 5}}", ["amount: a native rule compares custom fields as texts; how it compares a Number field is not documented"]),
        ("{vip: true}", ["vip: a native rule compares custom fields as texts; how it compares a Boolean field is not documented"]),
        ('{due: {less_than: "2026-01-01T00:00:00Z"}}', ["due: a native rule compares custom fields as texts; how it compares a DateTime field is not documented"]),
        ("{reviewer: maya}", ["reviewer: a native rule compares custom fields as texts; how it compares a User field is not documented"]),
        ("{title: refund}", ["title: no native condition is documented for this system field"]),
        ('{last_closed: {greater_than: "2026-01-01T00:00:00Z"}}', ["last_closed: greater_than: greater_than is not there; there are greater_or_equal and less_or_equal"]),
        ('{not: {updated: {less_or_equal: "2026-01-01T00:00:00Z"}}}', ["updated: less_or_equal: no native condition on this can be negated"]),
        ("{opened: {older_than: 4h}}", ["opened: older_than: a native rule does not know the time; it compares a date with a fixed one"]),
        ("{opened: {within_hours: support}}", ["opened: within_hours: a native rule does not know the time; it compares a date with a fixed one"]),
        ("{performed_by.kind: user}", ["performed_by.kind: a native rule sees the fields and the template of the case, not this"]),
        ("{status: open, priority: {in: [high, urgent]}}", ["if: 'all' and 'any' stand within one another, and for cases only one list of native conditions is documented (in with several values is an 'any', save for templates, queues and users)"]),
        ('{not: {opened: {between: ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]}}, status: open}', ["if: 'all' and 'any' stand within one another, and for cases only one list of native conditions is documented (in with several values is an 'any', save for templates, queues and users)"]),
        (f"{{any: [{', '.join('{note: {contains: n' + str(n) + '}}' for n in range(21))}]}}", ["if: 21 native conditions are needed; 20 are allowed"]),
        ("{any: [{title: a}, {status: {not_equals: open}}, {amount: 1}]}", [
            "title: no native condition is documented for this system field",
            "status: not_equals: no native condition on this can be negated",
            "amount: a native rule compares custom fields as texts; how it compares a Number field is not documented",
        ]),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_said_is_named_with_its_reason(condition: str, reasons: list[str]) -> None:
    found = form(rule_asking(condition))
    assert [str(reason) for reason in found.reasons] == reasons
    assert found.rules == ()


CHANGED = "status: changed: a native rule sees the case after the change only"


@pytest.mark.parametrize(
    ("rule", "reasons"),
    [
        (f"  when: case_created\n  then:\n    {TASK}\n", ["if: a native rule without any condition is not documented; ask for the templates it is about, for example"]),
        (rule_asking("{status: {changed: {to: closed}}}", when="case_updated\n  reacts_to: casewright"), [CHANGED]),
        (rule_asking("{template: Billing}", when="case_updated"), ["reacts_to: a native rule is set off by everybody's updates, ours included; say reacts_to: casewright"]),
        (rule_asking("{template: Billing}", when="related_item_added"), ["when: related_item_added: no native rule is set off by that; accepted are case_created, case_updated, sla_breached"]),
        (f"  order: 3\n  stop: true\n  mode: canary 10%\n  budget: {{effects: 1, per: 1h}}\n{rule_asking('{template: Billing}')}", [
            "order: 3: native rules run in no known order",
            "stop: a native rule stops no other",
            "mode: canary: a native rule is on (published) or off (a draft)",
            "budget: a native rule has no budget",
        ]),
        (f"  mode: shadow\n{rule_asking('{template: Billing}')}", ["mode: shadow: a native rule is on (published) or off (a draft)"]),
        (rule_asking("{template: Billing}", when="sla_breached"), ["template: with sla_breached a native rule can ask for sla.name only"]),
        (rule_asking("{sla.name: unseen}", when="sla_breached"), ["sla.name: unseen: Connect sees the breach of an SLA item of Cases only; the SLA needs native: true"]),
        (rule_asking("{not: {sla.name: resolution}}", when="sla_breached"), ["sla.name: equals: no native condition on this can be negated"]),
        (rule_asking("{any: [{sla.name: resolution}, {sla.name: first-response}]}", when="sla_breached"), ["if: with sla_breached one condition on sla.name is documented"]),
    ],
)  # fmt: skip
def test_what_else_a_native_rule_cannot_be_is_named(rule: str, reasons: list[str]) -> None:
    assert [str(reason) for reason in form(rule).reasons] == reasons


UPDATED = "case_updated\n  reacts_to: casewright"


@pytest.mark.parametrize(
    ("when", "then", "reason"),
    [
        ("case_created", "- end_tasks: true", "end_tasks: Connect ends tasks only with case_updated"),
        (UPDATED, "- end_tasks: {only: ours}", "end_tasks: a native rule ends every task: it cannot tell those that rules made"),
        ("case_created", "- create_task: {flow: Call back, name: Call, references: {A: {text: x}}, schedule: {in: 1h}}", "create_task: a task of a native rule has no references and no schedule here"),
        ("case_created", "- add_comment: hi", "add_comment: a native rule cannot comment"),
        ("case_created", "- put_event: {detail_type: x, detail: {}}", "put_event: a native rule about cases puts no event on the bus"),
        ("case_created", "- send_email: {to: team-leads, template: hello}", "send_email: a native rule sends mail to Connect users only, from a fixed address and without our templates"),
        ("case_created", '- create_task: {flow: Call back, name: "Call {{ case.title }}"}', "create_task: how a text of a native rule about cases names a variable is not documented"),
        ("case_created", "- create_task: {flow: Call back, name: Call, description: see $.Case}", "create_task: '$.' in a text opens a path there"),
        ("case_created", "- update_case: {set: {note: see $.Case}}", "update_case: '$.' in a text opens a path there"),
        ("case_created", "- update_case: {set: {reviewer: maya}}", "update_case: 'reviewer' holds a user, and a native rule has no value for that"),
        ("case_created", f"- update_case: {{set: {{note: {'x' * 501}}}}}", "update_case: the text for 'note' has 501 characters; 500 are allowed"),
        ("case_created", '- update_case: {set: {note: "{{ now }}"}}', "update_case: how a text of a native rule about cases names a variable is not documented"),
        ("case_created", f"{TASK}\n    {TASK}", "create_task: a native rule has at most one action of a kind"),
        ("case_created", "- assign_sla: unseen", "assign_sla: the SLA 'unseen' has no native: true; an SLA item of Cases is one field, one value and minutes of wall time"),
        ("case_created", "- assign_sla: resolution", "assign_sla: the SLA 'resolution' has a start of its own; an SLA item of Cases is one field, one value and minutes of wall time"),
        ("case_created", "- assign_sla: odd-seconds", "assign_sla: the SLA 'odd-seconds' has a target that is not of whole minutes; an SLA item of Cases is one field, one value and minutes of wall time"),
        ("case_created", "- assign_sla: a-boolean", "assign_sla: the SLA 'a-boolean' has a met_when of 'vip' that is no text (CloudFormation takes only texts); an SLA item of Cases is one field, one value and minutes of wall time"),
        ("case_created", "- assign_sla: rich", "assign_sla: the SLA 'rich' has pause_while, reset, cancel, milestones, calendar, a target that depends on the case; an SLA item of Cases is one field, one value and minutes of wall time"),
        (UPDATED, "- assign_sla: first-response", "assign_sla: with case_created only: elsewhere it could be assigned again and again, and what Connect does then is not documented"),
    ],
)  # fmt: skip
def test_an_action_that_cannot_be_said_is_named_with_its_reason(when: str, then: str, reason: str) -> None:
    assert [str(each) for each in form(rule_asking("{template: Billing}", when=when, then=then)).reasons] == [reason]


def test_a_breach_updates_no_case() -> None:
    found = form(rule_asking("{sla.name: resolution}", when="sla_breached", then="- update_case: {set: {priority: high}}"))
    assert [str(each) for each in found.reasons] == ["update_case: Connect updates cases only with case_created and case_updated"]


ENDLESS = ["update_case: its own update could set the rule off again without end; ask in 'if' for what it changes"]


@pytest.mark.parametrize(
    ("condition", "setting", "reasons"),
    [
        ("{status: waiting}", "{status: open}", []),
        ("{status: waiting}", "{priority: high}", ENDLESS),
        ("{status: waiting, not: {priority: high}}", "{priority: high}", []),
        ("{status: waiting, not: {note: {contains: seen}}}", "{note: not seen yet}", []),
        ("{status: waiting, note: {contains: seen}}", '{note: ""}', []),
        ("{any: [{status: waiting}, {note: {contains: seen}}]}", '{note: ""}', ENDLESS),
        ("{any: [{note: seen}, {note: {contains: again}}]}", "{note: done}", []),
        ("{assigned_queue: Billing}", "{assigned_queue: Escalations}", []),
        ("{assigned_queue: {in: [Billing, Escalations]}}", "{assigned_queue: Escalations}", ENDLESS),
        ('{updated: {greater_or_equal: "2026-01-01T00:00:00Z"}}', "{vip: true}", ENDLESS),
    ],
)
def test_a_rule_must_not_set_itself_off(condition: str, setting: str, reasons: list[str]) -> None:
    found = form(rule_asking(condition, when=UPDATED, then=f"- update_case: {{set: {setting}}}"))
    assert [str(each) for each in found.reasons] == reasons


@pytest.mark.parametrize("when", ["case_created", UPDATED])
def test_what_is_said_is_a_request_that_the_api_takes(when: str) -> None:
    shape = boto3.Session(region_name="us-east-1").client("connect", aws_access_key_id="x", aws_secret_access_key="x").meta.service_model
    then = f"{TASK}\n    - update_case: {{set: {{note: done, amount: 1, vip: true, page: ''}}}}\n    - {'end_tasks: true' if when == UPDATED else 'assign_sla: first-response'}"
    [native] = form(rule_asking("{not: {note: done}, status: open}", when=when, then=then)).rules
    request = {"InstanceId": "i", **create_rule(native)}
    report = ParamValidator().validate(request, shape.operation_model("CreateRule").input_shape)
    assert report.generate_report() == ""


def test_an_unsayable_rule_that_runs_on_connect_is_a_finding_at_its_place_with_every_reason(tmp_path: Path) -> None:
    rules = (
        "- rule: a\n  when: case_created\n  runs_on: connect\n  order: 3\n  if: {amount: {greater_than: 5}}\n  then: [{add_comment: hi}]\n"
    )
    [told] = findings(write(tmp_path, {"rules/a.yaml": rules}))
    assert (told.line, told.column) == (1, 9)
    assert told.message == (
        "the rule 'a' cannot run on Connect: (1) order: 3: native rules run in no known order; (2) amount: a native rule compares custom fields "
        "as texts; how it compares a Number field is not documented; (3) add_comment: a native rule cannot comment"
    )
    here = rules.replace("runs_on: connect", "runs_on: casewright")
    assert findings(write(tmp_path, {"rules/a.yaml": here})) == ()


def test_ids_of_a_domain_yet_to_be_made_are_placeholders(compiled: Compile) -> None:
    rules = "- {rule: a, when: case_created, if: {template: Billing, priority: High, status: open}, then: [{update_case: {set: {page: 'https://x'}}}]}\n"
    made = compiled({"rules/a.yaml": rules})
    catalog = placeholders(made.definition, made.directory)
    [native] = native_of(made.bundle.rules[0], bundle=made.bundle, catalog=catalog).rules
    request = create_rule(native)
    operands = json.loads(request["Function"])["RuleFunction"]["Operands"]
    assert operands[0]["Operands"] == ["${template:Billing}"]
    assert [each["ComparisonValue"] for each in operands[1:]] == ["$.Case.Fields.${field:priority}", "$.Case.Fields.status"]
    assert request["Actions"][0]["UpdateCaseAction"]["Fields"][0]["Id"] == "${field:page}"


def test_a_flow_stands_by_its_id() -> None:
    [native] = form(rule_asking("{template: Billing}")).rules
    assert create_rule(native)["Actions"] == [CREATE_TASK]
    assert native.actions[0].flow_arn == FLOW  # type: ignore[union-attr]


def test_the_directory_of_these_tests_has_nothing_wrong(tmp_path: Path) -> None:
    assert compile_directory(write(tmp_path, {})).catalog is not None
    assert len(FILES) == 4


def test_the_page_lists_every_system_field_that_can_be_asked_about() -> None:
    page = (Path(__file__).parents[2] / "docs" / "native-rules.md").read_text(encoding="utf-8")
    table = page.split("\n| Asked about |", maxsplit=1)[1].split("\n\n", maxsplit=1)[0]
    rows = {name: (operators, negated) for name, operators, negated in re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \|$", table, re.MULTILINE)}
    shown = {name for name in SYSTEM_FIELDS if isinstance(how(name), Askable)}
    assert set(rows) == {"template", *shown}
    for name in shown:
        found = how(name)
        assert isinstance(found, Askable)
        operators, negated = rows[name]
        assert negated.startswith("yes") is found.negatable
        assert ("`contains`" in operators) is ("CONTAINS" in found.operators)
        assert ("`less_or_equal`" in operators) is ("NumberLessOrEqualTo" in found.operators)
        assert ("`greater_than`" in operators) is (found.negatable and found.always)


def how(system_field: str) -> Askable | str:
    return askable(Field(system_field, system_field, SYSTEM_FIELDS[system_field]), "OnCaseUpdate")
