"""Rules that say `runs_on: connect`, as rules of the Connect instance."""

from collections.abc import Iterable
from typing import Any, assert_never

from aws_cdk import aws_connect as connect
from constructs import Construct

from casewright.cases.catalog import Catalog
from casewright.cases.values import as_wire
from casewright.errors import UnlinkedName
from casewright_authoring import Compiled
from casewright_authoring.native import NativeRule, catalog_of, native_of
from casewright_authoring.native.documents import (
    Action,
    AssignSlaAction,
    EndTasksAction,
    TaskAction,
    UpdateCaseAction,
    written_function,
)
from stacks.parts.domain import Domain
from stacks.stage import Stage, StageError


class NativeRules(Construct):
    """One AWS::Connect::Rule each. They go with the stack: without it nobody would keep them."""

    def __init__(self, scope: Construct, construct_id: str, *, instance_arn: str, rules: Iterable[NativeRule]) -> None:
        super().__init__(scope, construct_id)
        for rule in rules:
            connect.CfnRule(
                self,
                rule.name,
                instance_arn=instance_arn,
                name=rule.name,
                trigger_event_source=connect.CfnRule.RuleTriggerEventSourceProperty(event_source_name=rule.source),
                function=written_function(rule.function),
                actions=dict(_property(action) for action in rule.actions),
                publish_status="PUBLISHED" if rule.published else "DRAFT",
            )


def native_rules(compiled: Compiled, *, stage: Stage, domain: Domain | None) -> tuple[NativeRule, ...]:
    """The native rules of a directory, with the ids of the domain: those of its resources, or those that catalog.yaml gives.

    Raises:
        StageError: the domain exists, catalog.yaml gives no ids, and a rule that runs on Connect needs one.
    """
    catalog = compiled.catalog or _catalog(compiled, domain)
    chosen = [rule for rule in compiled.bundle.rules if rule.runs_on == "connect"]
    try:
        forms = [native_of(rule, bundle=compiled.bundle, catalog=catalog) for rule in chosen]
    except UnlinkedName as missing:
        accepted = (
            "null, so that the domain is made with its ids, or a contact_center/catalog.yaml with the ids of the domain that exists: "
            f"a rule that runs on Connect is deployed with ids ({missing})"
        )
        raise StageError(stage.name, "domain_id", stage.domain_id, accepted) from missing
    return tuple(native for form in forms for native in form.rules)


def _catalog(compiled: Compiled, domain: Domain | None) -> Catalog:
    field_ids, template_ids = (domain.field_ids, domain.template_ids) if domain else ({}, {})
    return catalog_of(compiled.definition, compiled.directory, field_ids=field_ids, template_ids=template_ids)


def _property(action: Action) -> tuple[str, list[Any]]:
    """The action under its name in CloudFormation, which takes a list of at most one of each kind."""
    match action:
        case TaskAction(flow_arn=flow_arn, name=name, description=description):
            return "taskActions", [{"contactFlowArn": flow_arn, "name": name, **({"description": description} if description else {})}]
        case EndTasksAction():
            return "endAssociatedTasksActions", [{}]
        case UpdateCaseAction(fields=fields):
            return "updateCaseActions", [{"fields": [{"id": field_id, "value": as_wire(value)} for field_id, value in fields]}]
        case AssignSlaAction():
            configuration = {
                "name": action.name,
                "type": "CaseField",
                "fieldId": action.field_id,
                "targetFieldValues": [as_wire(action.value)],
                "targetSlaMinutes": action.minutes,
            }
            return "assignSlaActions", [{"slaAssignmentType": "CASES", "caseSlaConfiguration": configuration}]
        case _ as never:
            assert_never(never)
