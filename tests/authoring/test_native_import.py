# ruff: noqa: E501  # tables of what is refused, one row a line
"""Native rules as `aws connect describe-rule` prints them: the rules they become here, and what of them cannot be said."""

import json
from pathlib import Path
from typing import Any

import pytest
from native_directory import OTHER_QUEUE, QUEUE, compiled, write

from casewright.errors import BadInput
from casewright_authoring import compile_directory
from casewright_authoring.native import Imported, create_rule, import_rules, native_of

TASK = {"ActionType": "CREATE_TASK", "TaskAction": {"Name": "Call them", "ContactFlowId": "f-1", "References": {}}}


def asked(operator: str, operands: list[Any], path: str, *, negate: bool = False, **more: object) -> dict[str, Any]:
    return {"Operator": operator, "Operands": operands, "ComparisonValue": path, "Negate": negate} | more


BILLING = asked("CONTAINS_ANY", ["t-billing"], "$.Case.TemplateId")


def function(*operands: object, join: str = "AND", version: str = "2022-11-25") -> str:
    return json.dumps({"Version": version, "RuleFunction": {"Operator": join, "Operands": list(operands)}})


def described(*operands: object, actions: list[Any] | None = None, source: str = "OnCaseCreate", **more: Any) -> dict[str, Any]:
    """What describe-rule prints."""
    rule = {
        "Name": "it",
        "RuleId": "r-1",
        "RuleArn": "arn:aws:connect:us-east-1:111122223333:instance/i/rule/r-1",
        "TriggerEventSource": {"EventSourceName": source},
        "Function": function(*operands),
        "Actions": [TASK] if actions is None else actions,
        "PublishStatus": "PUBLISHED",
        "CreatedTime": "2026-01-01T00:00:00+00:00",
        "LastUpdatedTime": 1767225600.0,
        "LastUpdatedBy": "arn:aws:connect:us-east-1:111122223333:instance/i/agent/u-1",
        "Tags": {"team": "care"},
    }
    return {"Rule": rule | more}


def imported(document: object) -> Imported:
    base = compiled()
    assert base.catalog is not None
    return import_rules(json.dumps(document).encode(), bundle=base.bundle, catalog=base.catalog)


SAMPLES = [
    asked("CONTAINS_ANY", ["q-1"], "$.Case.Fields.assigned_queue"),
    asked("CONTAINS_ANY", ["u-1"], "$.Case.Fields.assigned_user"),
    asked("EQUALS", ["refund"], "$.Case.Fields.case_reason"),
    asked("EQUALS", ["refund"], "$.Case.Fields.case_reason", negate=True),
    asked("EQUALS", ["open"], "$.Case.Fields.status"),
    asked("EQUALS", ["open"], "$.Case.Fields.summary"),
    asked("CONTAINS", ["off"], "$.Case.Fields.summary"),
    asked("NumberLessOrEqualTo", ["2023-11-11T11:11:11.111111Z"], "$.Case.Fields.last_closed_datetime"),
    asked("NumberGreaterOrEqualTo", ["2023-11-11T11:11:11.111111Z"], "$.Case.Fields.last_updated_datetime"),
    asked("NumberLessOrEqualTo", ["2023-11-11T11:11:11.111111Z"], "$.Case.Fields.created_datetime"),
    asked("NumberGreaterOrEqualTo", ["2023-11-11T11:11:11.111111Z"], "$.Case.Fields.created_datetime", negate=True),
    asked("CONTAINS", ["11111111"], "$.Case.Fields.reference_number"),
    asked("EQUALS", ["vip"], "$.Case.Fields.f-note"),
    asked("CONTAINS", ["vip"], "$.Case.Fields.f-note", negate=True),
    asked("CONTAINS_ANY", ["t-billing", "t-technical"], "$.Case.TemplateId", negate=True),
    asked("CONTAINS_ANY", ["t-billing"], "$.Case.TemplateId"),
]
"""The documented conditions, of which each has a page section."""


def exported_again(document: object) -> Any:
    base, found = compiled(), imported(document)
    assert found.unsaid == ()
    assert base.catalog is not None
    [rule] = found.rules
    form = native_of(rule, bundle=base.bundle, catalog=base.catalog)
    assert form.reasons == ()
    return [create_rule(native) for native in form.rules]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample['Operator']} {sample['ComparisonValue']} {sample['Negate']}")
def test_a_documented_condition_survives_import_and_export(sample: object) -> None:
    [again] = exported_again(described(sample))
    assert json.loads(again["Function"]) == json.loads(function(sample))


@pytest.mark.parametrize("join", ["AND", "OR"])
def test_a_list_of_conditions_survives_import_and_export(join: str) -> None:
    for operands in (SAMPLES, SAMPLES[:2], SAMPLES[:1]):
        [again] = exported_again(described(Function=function(*operands, join=join)))
        assert json.loads(again["Function"]) == json.loads(function(*operands, join=join))


def test_a_breach_survives_import_and_export() -> None:
    sample = asked("CONTAINS_ANY", ["first-response", "resolution"], "$.RelatedItem.SlaConfiguration.Name")
    [again] = exported_again(described(sample, source="OnSlaBreach"))
    assert (json.loads(again["Function"]), again["TriggerEventSource"]) == (
        json.loads(function(sample)),
        {"EventSourceName": "OnSlaBreach"},
    )


SLA = {
    "Name": "first-response",
    "Type": "CaseField",
    "FieldId": "status",
    "TargetFieldValues": [{"StringValue": "closed"}],
    "TargetSlaMinutes": 240,
}
ACTIONS = [
    {"ActionType": "CREATE_TASK", "TaskAction": {"Name": "Call", "Description": "Now: 12:30", "ContactFlowId": "f-1"}},
    {
        "ActionType": "UPDATE_CASE",
        "UpdateCaseAction": {
            "Fields": [
                {"Id": "f-priority", "Value": {"StringValue": "high"}},
                {"Id": "f-amount", "Value": {"DoubleValue": 2.5}},
                {"Id": "f-vip", "Value": {"BooleanValue": True}},
                {"Id": "f-note", "Value": {"EmptyValue": {}}},
                {"Id": "assigned_queue", "Value": {"StringValue": OTHER_QUEUE}},
            ]
        },
    },
    {"ActionType": "ASSIGN_SLA", "AssignSlaAction": {"SlaAssignmentType": "CASES", "CaseSlaConfiguration": SLA}},
]


def test_actions_survive_import_and_export() -> None:
    [again] = exported_again(described(BILLING, actions=ACTIONS))
    assert again["Actions"] == ACTIONS


def test_the_end_of_tasks_survives_import_and_export() -> None:
    [again] = exported_again(
        described(BILLING, source="OnCaseUpdate", actions=[{"ActionType": "END_ASSOCIATED_TASKS", "EndAssociatedTasksAction": {}}])
    )
    assert again["Actions"] == [{"ActionType": "END_ASSOCIATED_TASKS", "EndAssociatedTasksAction": {}}]
    assert again["TriggerEventSource"] == {"EventSourceName": "OnCaseUpdate"}


def test_the_file_of_rules_says_what_the_native_rule_says() -> None:
    condition = asked("EQUALS", ["refund"], "$.Case.Fields.case_reason", negate=True)
    update = {"ActionType": "UPDATE_CASE", "UpdateCaseAction": {"Fields": [{"Id": "f-note", "Value": {"StringValue": "yes"}}]}}
    found = imported(described(BILLING, condition, actions=[update, TASK], source="OnCaseUpdate", PublishStatus="DRAFT"))
    assert found.yaml == (
        "- rule: it\n"
        "  when: case_updated\n"
        "  runs_on: connect\n"
        "  reacts_to: casewright\n"
        '  mode: "off"\n'
        "  if:\n"
        "    all:\n"
        "      - template: Billing\n"
        "      - not:\n"
        "          case_reason: refund\n"
        "  then:\n"
        "    - update_case:\n"
        "        set:\n"
        '          note: "yes"\n'
        "    - create_task:\n"
        "        flow: Call back\n"
        "        name: Call them\n"
    )


def test_the_file_of_rules_compiles_to_the_same_rules(tmp_path: Path) -> None:
    odd = [
        '"quoted" \\ and: more',
        "007",
        "1e5",
        "true",
        "null",
        "12:30",
        "# not a comment",
        "- dash",
        "grün\tund 🚀",
        "two\nlines",
        "yes",
        "a{b}: [c]",
    ]
    updates = [
        {"ActionType": "UPDATE_CASE", "UpdateCaseAction": {"Fields": [{"Id": "f-note", "Value": {"StringValue": text}}]}} for text in odd
    ]
    found = imported([described(BILLING, actions=[update], Name=f"r{number}") for number, update in enumerate(updates)])
    assert [step.set[0].value for rule in found.rules for step in rule.then] == odd  # type: ignore[union-attr]
    assert found.unsaid == ()
    assert set(compile_directory(write(tmp_path, {"rules/a.yaml": found.yaml})).bundle.rules) == set(found.rules)


def test_twins_of_two_triggers_become_one_rule() -> None:
    twins = [
        described(BILLING, source=source, Name=name) for source, name in (("OnCaseCreate", "it.created"), ("OnCaseUpdate", "it.updated"))
    ]
    found = imported(twins)
    assert [(rule.name, rule.when, rule.reacts_to_casewright) for rule in found.rules] == [("it", ("case_created", "case_updated"), True)]
    other = described(BILLING, source="OnCaseUpdate", Name="it.updated", PublishStatus="DRAFT")
    apart = imported([twins[0], other])
    assert [(rule.name, rule.when, rule.mode) for rule in apart.rules] == [
        ("it-created", ("case_created",), "on"),
        ("it-updated", ("case_updated",), "off"),
    ]


def test_names_of_rules_are_made_to_fit_and_kept_apart() -> None:
    names = ["Escalate_VIP", "escalate-vip", "...", "x" * 200, "x" * 100]
    found = imported([described(BILLING, Name=name) for name in names])
    assert [rule.name for rule in found.rules] == ["escalate-vip", "escalate-vip-2", "rule", "x" * 64, "x" * 62 + "-2"]


@pytest.mark.parametrize("wrapped", [lambda rule: rule, lambda rule: rule["Rule"], lambda rule: [rule], lambda rule: [rule["Rule"]]])
def test_a_rule_is_found_however_it_was_saved(wrapped: Any) -> None:
    assert len(imported(wrapped(described(BILLING))).rules) == 1


def test_queues_are_found_by_id_and_by_arn_and_kept_by_arn() -> None:
    unknown = "arn:aws:connect:us-east-1:111122223333:instance/i/queue/q-9"
    found = imported(described(asked("CONTAINS_ANY", ["q-1", QUEUE, unknown], "$.Case.Fields.assigned_queue")))
    assert found.yaml.count("- Escalations\n") == 2
    assert unknown in found.yaml


def test_a_native_rule_that_asks_nothing_has_no_condition() -> None:
    found = imported(described())
    assert "if:" not in found.yaml
    assert len(found.rules) == 1


def test_groups_within_groups_are_read() -> None:
    group = {"Operator": "OR", "Operands": [SAMPLES[2], SAMPLES[4]]}
    found = imported(described(BILLING, group))
    assert found.unsaid == ()
    assert "any:\n" in found.yaml


OPERANDS = "$.Rule.Function.RuleFunction.Operands[0]"
ACTION = "$.Rule.Actions[0]"


@pytest.mark.parametrize(
    ("operand", "path", "why"),
    [
        (asked("EQUALS", ["x"], "$.Case.Fields.f-gone"), ".ComparisonValue", "no field of the catalog has the id 'f-gone'"),
        (asked("CONTAINS_ANY", ["t-gone"], "$.Case.TemplateId"), ".Operands[0]", "no template of the catalog has the id 't-gone'"),
        (asked("CONTAINS_ANY", ["q-gone"], "$.Case.Fields.assigned_queue"), ".Operands[0]", "no queue of the catalog has the id 'q-gone'"),
        (asked("EQUALS", ["gone"], "$.Case.Fields.f-priority"), ".Operands[0]", "unknown option of priority 'gone'; accepted are Low, low, High, high, Urgent, urgent"),
        (asked("EQUALS", ["a", "b"], "$.Case.Fields.f-note"), ".ComparisonValue", "EQUALS has 2 operands; for this field one is documented"),
        (asked("EQUALS", [], "$.Case.Fields.f-note"), ".Operands", "an empty list is given for the operands; at least one is needed"),
        (asked("EQUALS", [5], "$.Case.Fields.f-note"), ".Operands[0]", "the number 5 is given for the value of a field; accepted is a text; quote it if the text itself is meant"),
        (asked("EQUALS", ["5"], "$.Case.Fields.f-amount"), ".ComparisonValue", "a native rule compares custom fields as texts; how it compares a Number field is not documented"),
        (asked("CONTAINS_ANY", ["a"], "$.Case.Fields.f-note"), ".ComparisonValue", "the operator 'CONTAINS_ANY' is not documented for this; accepted are CONTAINS, EQUALS"),
        (asked("NumberLessOrEqualTo", ["yesterday"], "$.Case.Fields.created_datetime"), ".Operands[0]", "the text 'yesterday' is given; accepted is an ISO 8601 date and time with a zone, such as \"2026-01-31T09:00:00Z\""),
        (asked("EQUALS", ["x"], "$.ContactLens.PostCall.Queue.QueueId"), ".ComparisonValue", "'$.ContactLens.PostCall.Queue.QueueId' is compared, which a condition here cannot ask about; accepted are $.Case.TemplateId, $.Case.Fields.ID, $.RelatedItem.SlaConfiguration.Name"),
        (asked("CONTAINS_ANY", ["first-response"], "$.RelatedItem.SlaConfiguration.Name"), ".ComparisonValue", "a native rule sees the fields and the template of the case, not this"),
        (asked("EQUALS", ["x"], "$.Case.Fields.f-note", FilterClause={"LogicOperator": "AND"}), ".FilterClause", "a filter clause has no meaning documented for cases"),
        (asked("EQUALS", ["x"], "$.Case.Fields.f-note", Weight=1), ".Weight", "unknown key of a condition 'Weight'; accepted are Operator, Operands, ComparisonValue, FilterClause, Negate"),
        ({"Operator": "OR", "Operands": [BILLING], "Negate": True}, "", "what a negated group means is not documented"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_said_here_is_named_by_its_json_path(operand: object, path: str, why: str) -> None:
    found = imported(described(operand))
    assert [(each.path, each.why) for each in found.unsaid] == [(f"{OPERANDS}{path}", why)]
    assert (found.rules, found.yaml) == ((), "")


@pytest.mark.parametrize(
    ("action", "path", "why"),
    [
        ({"ActionType": "SEND_NOTIFICATION", "SendNotificationAction": {}}, ".ActionType", "SEND_NOTIFICATION has no counterpart: send_email sends a text of emails/ to addresses, not a notification to users of Connect"),
        ({"ActionType": "CREATE_CASE", "CreateCaseAction": {}}, ".ActionType", "CREATE_CASE has no counterpart: no action here creates a case"),
        ({"ActionType": "DANCE"}, ".ActionType", "unknown action 'DANCE'; accepted are CREATE_TASK, UPDATE_CASE, ASSIGN_SLA, END_ASSOCIATED_TASKS"),
        ({"ActionType": "CREATE_TASK"}, "", "CREATE_TASK needs the key 'TaskAction'"),
        ({"ActionType": "CREATE_TASK", "TaskAction": {"Name": "About $.Case.CaseId", "ContactFlowId": "f-1"}}, ".TaskAction.Name", "the name of the task holds '$.', which opens a path of Connect; what it gives for cases is not documented"),
        ({"ActionType": "CREATE_TASK", "TaskAction": {"Name": "{{ now }}", "ContactFlowId": "f-1"}}, ".TaskAction.Name", "the name of the task holds '{{', which opens a variable here"),
        ({"ActionType": "CREATE_TASK", "TaskAction": {"Name": "x", "ContactFlowId": "f-9"}}, ".TaskAction.ContactFlowId", "no flow of the catalog has the id 'f-9'"),
        ({"ActionType": "CREATE_TASK", "TaskAction": {"Name": "x", "ContactFlowId": "f-1", "References": {"a": {"Type": "URL", "Value": "https://x"}}}}, ".TaskAction.References", "create_task has no references"),
        ({"ActionType": "UPDATE_CASE", "UpdateCaseAction": {"Fields": [{"Id": "f-amount", "Value": {"StringValue": "5"}}]}}, ".UpdateCaseAction.Fields[0].Value.StringValue", "the text '5' is given; accepted is a number, without quotes"),
        ({"ActionType": "UPDATE_CASE", "UpdateCaseAction": {"Fields": [{"Id": "status", "Value": {"EmptyValue": {}}}]}}, ".UpdateCaseAction.Fields[0].Value", "'status' cannot be cleared"),
        ({"ActionType": "ASSIGN_SLA", "AssignSlaAction": {"SlaAssignmentType": "CASES", "CaseSlaConfiguration": {**SLA, "TargetSlaMinutes": 60}}}, ".AssignSlaAction", "slas.yaml has no SLA that says the same; it needs {sla: 'first-response', start: assigned, met_when: {status: 'closed'}, target: [{within: 60m}], native: true}"),
        ({"ActionType": "ASSIGN_SLA", "AssignSlaAction": {"SlaAssignmentType": "CASES", "CaseSlaConfiguration": {**SLA, "TargetFieldValues": [{"BooleanValue": True}]}}}, ".AssignSlaAction.CaseSlaConfiguration", "native: true waits for one text; this waits for something else"),
    ],
)  # fmt: skip
def test_an_action_that_cannot_be_said_here_is_named_by_its_json_path(action: object, path: str, why: str) -> None:
    found = imported(described(BILLING, actions=[action]))
    assert [(each.path, each.why) for each in found.unsaid] == [(f"{ACTION}{path}", why)]
    assert found.rules == ()


@pytest.mark.parametrize(
    ("changes", "path", "why"),
    [
        ({"TriggerEventSource": {"EventSourceName": "OnZendeskTicketCreate"}}, "$.Rule.TriggerEventSource.EventSourceName", "unknown event source of cases 'OnZendeskTicketCreate'; accepted are OnCaseCreate, OnCaseUpdate, OnSlaBreach"),
        ({"PreEvaluationFilters": {"AndConditions": []}}, "$.Rule.PreEvaluationFilters", "a rule here has no filters beside its conditions"),
        ({"PublishStatus": "GONE"}, "$.Rule.PublishStatus", "unknown status 'GONE'; accepted are PUBLISHED, DRAFT"),
        ({"Function": "{"}, "$.Rule.Function", "the function is not JSON: Input data was truncated"),
        ({"Function": function(BILLING, version="2030-01-01")}, "$.Rule.Function", "the function is of version '2030-01-01'; 2022-11-25 is read"),
        ({"Function": json.dumps({"Version": "2022-11-25", "RuleFunction": BILLING})}, "$.Rule.Function.RuleFunction", "a function begins with AND or OR"),
        ({"Weather": "fine"}, "$.Rule.Weather", "unknown key of the rule 'Weather'; accepted are Name, TriggerEventSource, Function, Actions, PublishStatus, RuleId, RuleArn, RuleCapabilityTiers, CreatedTime, LastUpdatedTime, LastUpdatedBy, Tags, InstanceId, ClientToken, PreEvaluationFilters"),
    ],
)  # fmt: skip
def test_what_else_cannot_be_said_here_is_named_by_its_json_path(changes: dict[str, object], path: str, why: str) -> None:
    found = imported(described(BILLING, **changes))
    assert [(each.path, each.why) for each in found.unsaid] == [(path, why)]


def test_a_rule_that_cannot_be_said_keeps_no_other_from_being_read() -> None:
    found = imported([described(BILLING, Name="good"), described(asked("EQUALS", ["x"], "$.Case.Fields.gone"), Name="bad")])
    assert [rule.name for rule in found.rules] == ["good"]
    assert [each.path for each in found.unsaid] == ["$[1].Rule.Function.RuleFunction.Operands[0].ComparisonValue"]


@pytest.mark.parametrize("document", [b"{", b"[]", b"3", b'{"Rules": 1}', b'[{"Rule": {"Function": "x"}}, 1]'])
def test_what_is_no_rule_of_connect_is_refused(document: bytes) -> None:
    base = compiled()
    assert base.catalog is not None
    with pytest.raises(BadInput, match=r"this is not JSON|no rule of Connect is here"):
        import_rules(document, bundle=base.bundle, catalog=base.catalog)
