"""A Cases domain of our own making: its association with the instance, its fields, field conditions, layouts and templates."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from aws_cdk import CfnResource, RemovalPolicy
from aws_cdk import aws_cases as cases
from aws_cdk import aws_connect as connect
from constructs import Construct

from casewright.cases.definition import ConditionDefinition, DomainDefinition, FieldDefinition, TemplateDefinition

Resource = TypeVar("Resource", bound=CfnResource)


class Domain(Construct):
    """The domain with everything CloudFormation can make of the definition.

    Options of fields have no resource type; `configure_domain` adds them afterwards and finds by name all that was made here.
    Everything is kept when the stack goes: cases belong to the contact centre, not to this stack. Only what a failed deployment has just
    made goes with its rollback: names of domains, templates and layouts are unique, so what is left would stop every further try.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str, instance_arn: str, definition: DomainDefinition) -> None:
        super().__init__(scope, construct_id)
        domain = _kept(cases.CfnDomain(self, "Domain", name=name))
        _kept(
            connect.CfnIntegrationAssociation(
                self,
                "Association",
                instance_id=instance_arn,
                integration_type="CASES_DOMAIN",
                integration_arn=domain.attr_domain_arn,
            )
        )
        self.id, self.arn = domain.attr_domain_id, domain.attr_domain_arn
        self.field_ids = self._fields(definition.fields)
        self._rule_ids = self._conditions(definition.conditions)
        self._conditions_by_name = {condition.name: condition for condition in definition.conditions}
        self.template_ids = {template.name: self._template(template).attr_template_id for template in definition.templates}

    def _fields(self, wanted: Iterable[FieldDefinition]) -> Mapping[str, str]:
        ids: dict[str, str] = {}
        for field in wanted:
            ids[field.name] = field.system_id or self._field(field).attr_field_id
        return ids

    def _field(self, field: FieldDefinition) -> cases.CfnField:
        attributes = {"text": {"isMultiline": True}} if field.multiline else None
        return _kept(
            cases.CfnField(
                self,
                f"Field-{field.name}",
                domain_id=self.id,
                name=field.shown_as,
                type=field.type,
                description=field.description or None,
                attributes=attributes,
            )
        )

    def _conditions(self, wanted: Iterable[ConditionDefinition]) -> Mapping[str, str]:
        return {condition.name: self._condition(condition).attr_case_rule_id for condition in wanted}

    def _condition(self, condition: ConditionDefinition) -> cases.CfnCaseRule:
        test = {
            "operandOne": {"fieldId": self.field_ids[condition.when_field]},
            "operandTwo": _operand(condition.equals),
            "result": True,
        }
        rule: dict[str, Any] = {condition.effect: {"defaultValue": False, "conditions": [{"equalTo": test}]}}
        return _kept(cases.CfnCaseRule(self, f"Rule-{condition.name}", domain_id=self.id, name=condition.name, rule=rule))

    def _template(self, template: TemplateDefinition) -> cases.CfnTemplate:
        layout = _kept(
            cases.CfnLayout(
                self,
                f"Layout-{template.name}",
                domain_id=self.id,
                name=template.name,
                content={"basic": {"topPanel": self._panel(template.top_panel), "moreInfo": self._panel(template.more_info)}},
            )
        )
        return _kept(
            cases.CfnTemplate(
                self,
                f"Template-{template.name}",
                domain_id=self.id,
                name=template.name,
                description=template.description or None,
                layout_configuration={"defaultLayout": layout.attr_layout_id},
                required_fields=[{"fieldId": self.field_ids[name]} for name in template.required],
                rules=[self._template_rule(name) for name in template.conditions],
                status="Active",
            )
        )

    def _panel(self, names: Iterable[str]) -> dict[str, Any]:
        fields = [{"id": self.field_ids[name]} for name in names]
        return {"sections": [{"fieldGroup": {"fields": fields}}]} if fields else {"sections": []}

    def _template_rule(self, name: str) -> dict[str, str]:
        return {"caseRuleId": self._rule_ids[name], "fieldId": self.field_ids[self._conditions_by_name[name].field]}


def _operand(value: str | float | bool) -> dict[str, object]:
    match value:
        case bool():
            return {"booleanValue": value}
        case str():
            return {"stringValue": value}
        case _:
            return {"doubleValue": value}


def _kept(resource: Resource) -> Resource:
    resource.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    return resource
