"""Rules of Amazon Connect as values, and as CreateRule takes them.

Conditions are its Rules Function language (developer guide, "Rules Function language", and the pages OnCaseCreate, OnCaseUpdate and
OnSlaBreach); actions are RuleAction of the API. Only what its pages show for rules about cases is here.
"""

import json
from typing import Any, Final, Literal, TypeAlias, assert_never

import msgspec

from casewright.cases.values import FieldValue, as_wire
from casewright.conditions.subjects import bare_id
from casewright.conditions.triggers import Trigger

EventSource = Literal["OnCaseCreate", "OnCaseUpdate", "OnSlaBreach"]
Operator = Literal["CONTAINS_ANY", "EQUALS", "CONTAINS", "NumberLessOrEqualTo", "NumberGreaterOrEqualTo"]
Join = Literal["AND", "OR"]

SOURCES: Final[dict[Trigger, EventSource]] = {
    "case_created": "OnCaseCreate",
    "case_updated": "OnCaseUpdate",
    "sla_breached": "OnSlaBreach",
}
VERSION: Final = "2022-11-25"
"""The only version of the function language."""

MOST_CONDITIONS: Final = 20
"""Of one rule (administrator guide, feature specifications)."""


class Condition(msgspec.Struct, frozen=True):
    """One condition: the operator, its operands, and the JSON path of what it looks at."""

    operator: Operator
    operands: tuple[str, ...]
    path: str
    negate: bool = False


class Function(msgspec.Struct, frozen=True):
    """The conditions of a rule, joined by AND or by OR."""

    join: Join
    conditions: tuple[Condition, ...]


class TaskAction(msgspec.Struct, frozen=True):
    """CREATE_TASK."""

    flow_arn: str
    name: str
    description: str = ""


class EndTasksAction(msgspec.Struct, frozen=True):
    """END_ASSOCIATED_TASKS."""


class UpdateCaseAction(msgspec.Struct, frozen=True):
    """UPDATE_CASE: field ids and values."""

    fields: tuple[tuple[str, FieldValue], ...]


class AssignSlaAction(msgspec.Struct, frozen=True):
    """ASSIGN_SLA: within so many minutes of wall time the field shall have the value."""

    name: str
    field_id: str
    value: str
    minutes: int


Action: TypeAlias = TaskAction | EndTasksAction | UpdateCaseAction | AssignSlaAction


class NativeRule(msgspec.Struct, frozen=True):
    """A rule of Amazon Connect. `published` is false for a draft, which does nothing."""

    name: str
    source: EventSource
    function: Function
    actions: tuple[Action, ...]
    published: bool = True


def written_function(function: Function) -> str:
    """The function as CreateRule and CloudFormation take it: JSON in a string."""
    conditions = [
        {"Operator": each.operator, "Operands": list(each.operands), "ComparisonValue": each.path, "Negate": each.negate}
        for each in function.conditions
    ]
    return json.dumps({"Version": VERSION, "RuleFunction": {"Operator": function.join, "Operands": conditions}}, ensure_ascii=False)


def create_rule(rule: NativeRule) -> dict[str, Any]:
    """The request of CreateRule, less the id of the instance."""
    return {
        "Name": rule.name,
        "TriggerEventSource": {"EventSourceName": rule.source},
        "Function": written_function(rule.function),
        "Actions": [_written_action(action) for action in rule.actions],
        "PublishStatus": "PUBLISHED" if rule.published else "DRAFT",
    }


def written_value(value: FieldValue) -> dict[str, Any]:
    """A field value as rules spell it: `{"StringValue": "high"}`."""
    return {kind[0].upper() + kind[1:]: content for kind, content in as_wire(value).items()}


def _written_action(action: Action) -> dict[str, Any]:
    match action:
        case TaskAction(flow_arn=flow_arn, name=name, description=description):
            described = {"Description": description} if description else {}
            return {"ActionType": "CREATE_TASK", "TaskAction": {"Name": name, **described, "ContactFlowId": bare_id(flow_arn)}}
        case EndTasksAction():
            return {"ActionType": "END_ASSOCIATED_TASKS", "EndAssociatedTasksAction": {}}
        case UpdateCaseAction(fields=fields):
            values = [{"Id": field_id, "Value": written_value(value)} for field_id, value in fields]
            return {"ActionType": "UPDATE_CASE", "UpdateCaseAction": {"Fields": values}}
        case AssignSlaAction():
            configuration = {
                "Name": action.name,
                "Type": "CaseField",
                "FieldId": action.field_id,
                "TargetFieldValues": [written_value(action.value)],
                "TargetSlaMinutes": action.minutes,
            }
            return {"ActionType": "ASSIGN_SLA", "AssignSlaAction": {"SlaAssignmentType": "CASES", "CaseSlaConfiguration": configuration}}
        case _ as never:
            assert_never(never)
