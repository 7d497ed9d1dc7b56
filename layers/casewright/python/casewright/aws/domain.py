"""Amazon Connect Cases: the shape of a domain (fields, options, templates, layouts, field conditions)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from casewright.aws.clients import Client
from casewright.aws.failures import meaning, translated
from casewright.cases.catalog import FieldEntry
from casewright.cases.definition import ConditionDefinition, FieldDefinition, OptionDefinition, TemplateDefinition
from casewright.cases.values import as_wire
from casewright.errors import Refused

_OPTIONS_A_CALL: Final = 50
_NOT_IN_LAYOUTS: Final = frozenset({"title", "status"})


class DomainSetup:
    """Fulfils DomainFields and DomainTemplates for one domain."""

    def __init__(self, client: Client, domain_id: str) -> None:
        self._client, self._domain = client, domain_id

    def fields(self) -> Mapping[str, FieldEntry]:
        """ListFields, every page."""
        return {field["name"]: FieldEntry(field["fieldId"], field["type"]) for field in self._pages("list_fields", "fields")}

    def create(self, field: FieldDefinition, *, tags: Mapping[str, str]) -> str:
        """CreateField."""
        extra: dict[str, Any] = {"attributes": {"text": {"isMultiline": True}}} if field.multiline else {}
        if field.description:
            extra["description"] = field.description
        with translated("CreateField"):
            answer = self._client.create_field(domainId=self._domain, name=field.shown_as, type=field.type, **extra)
        self._tag(answer["fieldArn"], tags)
        return str(answer["fieldId"])

    def options(self, field_id: str) -> Mapping[str, str]:
        """ListFieldOptions, the active ones."""
        pages = self._pages("list_field_options", "options", fieldId=field_id)
        return {option["name"]: option["value"] for option in pages if option["active"]}

    def put_options(self, field_id: str, options: Sequence[OptionDefinition]) -> None:
        """BatchPutFieldOptions, 50 a call; its per-option errors are raised."""
        for start in range(0, len(options), _OPTIONS_A_CALL):
            part = options[start : start + _OPTIONS_A_CALL]
            wire = [{"name": option.label, "value": option.value, "active": option.active} for option in part]
            with translated("BatchPutFieldOptions"):
                answer = self._client.batch_put_field_options(domainId=self._domain, fieldId=field_id, options=wire)
            for error in answer.get("errors", ()):
                raise meaning(error["errorCode"], f"option {error['value']!r} of field {field_id}: {error['message']}")

    def conditions(self) -> Mapping[str, str]:
        """ListCaseRules."""
        return {rule["name"]: rule["caseRuleId"] for rule in self._pages("list_case_rules", "caseRules")}

    def create_condition(self, condition: ConditionDefinition, field_ids: Mapping[str, str]) -> str:
        """CreateCaseRule with one equality."""
        when = {
            "equalTo": {
                "operandOne": {"fieldId": _id(field_ids, condition.when_field, condition.name)},
                "operandTwo": as_wire(condition.equals),
                "result": True,
            }
        }
        rule = {condition.effect: {"defaultValue": False, "conditions": [when]}}
        with translated("CreateCaseRule"):
            answer = self._client.create_case_rule(domainId=self._domain, name=condition.name, rule=rule)
        return str(answer["caseRuleId"])

    def templates(self) -> Mapping[str, str]:
        """ListTemplates."""
        return {template["name"]: template["templateId"] for template in self._pages("list_templates", "templates")}

    def create_template(
        self,
        template: TemplateDefinition,
        *,
        field_ids: Mapping[str, str],
        rules: Sequence[tuple[str, str]],
        tags: Mapping[str, str],
    ) -> str:
        """CreateLayout (unless one of the name is there), then CreateTemplate."""
        required = [{"fieldId": _id(field_ids, name, template.name)} for name in template.required]
        with translated("CreateTemplate"):
            answer = self._client.create_template(
                domainId=self._domain,
                name=template.name,
                layoutConfiguration={"defaultLayout": self._layout(template, field_ids)},
                requiredFields=required,
                rules=[{"caseRuleId": rule_id, "fieldId": field_id} for rule_id, field_id in rules],
                **({"description": template.description} if template.description else {}),
            )
        self._tag(answer["templateArn"], tags)
        return str(answer["templateId"])

    def _layout(self, template: TemplateDefinition, field_ids: Mapping[str, str]) -> str:
        for layout in self._pages("list_layouts", "layouts"):
            if layout["name"] == template.name:
                return str(layout["layoutId"])
        panels = {"topPanel": template.top_panel, "moreInfo": template.more_info}
        basic = {panel: _section(names, field_ids, template.name) for panel, names in panels.items() if names}
        with translated("CreateLayout"):
            answer = self._client.create_layout(domainId=self._domain, name=template.name, content={"basic": basic})
        return str(answer["layoutId"])

    def _tag(self, arn: str, tags: Mapping[str, str]) -> None:
        if tags:
            with translated("TagResource"):
                self._client.tag_resource(arn=arn, tags=dict(tags))

    def _pages(self, call: str, member: str, **request: str) -> Iterator[Any]:
        page: dict[str, str] = {}
        while True:
            with translated(call):
                answer = getattr(self._client, call)(domainId=self._domain, **request, **page)
            yield from answer[member]
            if not answer.get("nextToken"):
                return
            page = {"nextToken": answer["nextToken"]}


def _section(names: Sequence[str], field_ids: Mapping[str, str], template: str) -> dict[str, Any]:
    ids = [_id(field_ids, name, template) for name in names]
    return {"sections": [{"fieldGroup": {"fields": [{"id": each} for each in ids if each not in _NOT_IN_LAYOUTS]}}]}


def _id(field_ids: Mapping[str, str], name: str, where: str) -> str:
    if name not in field_ids:
        raise Refused(f"{where}: the domain has no field {name!r}; it has {', '.join(sorted(field_ids))}")
    return field_ids[name]
