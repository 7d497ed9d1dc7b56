"""Templates: create, describe, list, update, delete."""

from casewright_workbench.localcloud.connectcases.catalog import Template, TemplateRule
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import conflict, invalid, quota_exceeded
from casewright_workbench.localcloud.connectcases.operations import Operations, assert_name_is_free, assert_once, unlike
from casewright_workbench.localcloud.connectcases.pages import page
from casewright_workbench.localcloud.connectcases.values import present
from casewright_workbench.localcloud.service import Caller, Request, Response

CHANGEABLE = ("name", "description", "layoutConfiguration", "requiredFields", "status", "rules", "tagPropagationConfigurations")


class TemplateOperations(Operations):
    """The operations on templates."""

    def create_template(self, request: Request, caller: Caller) -> Response:
        """Make a template that refers to existing fields, rules and a layout."""
        domain = self._domain(request, caller)
        assert_name_is_free(request["name"], domain.templates.values(), what="template")
        if sum(not one.deleted for one in domain.templates.values()) >= self._context.quotas.templates:
            raise quota_exceeded(self._context.quotas.templates, "templates per domain")
        _check_references(domain, request)
        template_id = self._context.ids.uuid()
        now = self._context.clock.now()
        template = Template(template_id, f"{domain.arn}/template/{template_id}", request["name"], now, now)
        _read_changes(template, request)
        domain.templates[template_id] = template
        return {"templateId": template_id, "templateArn": template.arn}

    def get_template(self, request: Request, caller: Caller) -> Response:
        """Describe a template, a deleted one too, without its deleted fields."""
        domain = self._domain(request, caller)
        template = domain.template(request["templateId"])
        kept = [one for one in template.required_fields if not domain.fields[one].deleted]
        described = {
            "templateId": template.id,
            "templateArn": template.arn,
            "name": template.name,
            "description": template.description,
            "layoutConfiguration": {"defaultLayout": template.default_layout} if template.default_layout else None,
            "requiredFields": [{"fieldId": field_id} for field_id in kept],
            "tags": dict(template.tags),
            "status": template.status,
            "deleted": template.deleted,
            "createdTime": template.created,
            "lastModifiedTime": template.modified,
            "rules": [present({"caseRuleId": rule.case_rule_id, "fieldId": rule.field_id}) for rule in template.rules],
            "tagPropagationConfigurations": _write_propagation(template),
        }
        return present(described)

    def list_templates(self, request: Request, caller: Caller) -> Response:
        """List the templates that are not deleted, all or by status."""
        domain = self._domain(request, caller)
        statuses = request.get("status") or ("Active", "Inactive")
        listed = [one for one in domain.templates.values() if not one.deleted and one.status in statuses]
        shown, token = page(listed, request, size=100)
        return {"templates": [_summary(one) for one in shown], "nextToken": token}

    def update_template(self, request: Request, caller: Caller) -> Response:
        """Change what the request gives; what it leaves out stays."""
        domain = self._domain(request, caller)
        template = _not_deleted(domain, request["templateId"])
        if unlike(request, *CHANGEABLE):
            raise invalid(f"UpdateTemplate needs at least one of: {', '.join(CHANGEABLE)}.")
        if "name" in request:
            assert_name_is_free(request["name"], domain.templates.values(), what="template", own_id=template.id)
        _check_references(domain, request)
        _read_changes(template, request)
        template.modified = self._context.clock.now()
        return {}

    def delete_template(self, request: Request, caller: Caller) -> Response:
        """Mark a template as deleted; its cases stay."""
        domain = self._domain(request, caller)
        template = _not_deleted(domain, request["templateId"])
        if sum(one.deleted for one in domain.templates.values()) >= self._context.quotas.deleted_templates:
            raise conflict(f"At most {self._context.quotas.deleted_templates} templates of a domain can be deleted.")
        template.deleted = True
        template.modified = self._context.clock.now()
        return {}


def _not_deleted(domain: Domain, template_id: str) -> Template:
    template = domain.template(template_id)
    if template.deleted:
        raise invalid(f"The template {template_id!r} ({template.name}) was deleted.")
    return template


def _check_references(domain: Domain, request: Request) -> None:
    layout_id = (request.get("layoutConfiguration") or {}).get("defaultLayout")
    if layout_id and (layout_id not in domain.layouts or domain.layouts[layout_id].deleted):
        raise invalid(f"The domain has no layout with the id {layout_id!r}.")
    required = [one["fieldId"] for one in request.get("requiredFields", ())]
    assert_once(required, where="requiredFields")
    for field_id in required:
        domain.live_field_in_request(field_id)
    for rule in request.get("rules", ()):
        rule_id = rule["caseRuleId"]
        if rule_id not in domain.case_rules or domain.case_rules[rule_id].deleted:
            raise invalid(f"The domain has no case rule with the id {rule_id!r}.")
        if "fieldId" in rule:
            domain.live_field_in_request(rule["fieldId"])


def _read_changes(template: Template, request: Request) -> None:
    template.name = request.get("name", template.name)
    template.description = request.get("description", template.description)
    template.status = request.get("status", template.status)
    if "layoutConfiguration" in request:
        template.default_layout = request["layoutConfiguration"].get("defaultLayout")
    if "requiredFields" in request:
        template.required_fields = tuple(one["fieldId"] for one in request["requiredFields"])
    if "rules" in request:
        template.rules = tuple(TemplateRule(one["caseRuleId"], one.get("fieldId")) for one in request["rules"])
    if "tagPropagationConfigurations" in request:
        configurations = request["tagPropagationConfigurations"]
        template.propagated_tags = dict(configurations[0]["tagMap"]) if configurations else None


def _write_propagation(template: Template) -> list[dict[str, object]] | None:
    if template.propagated_tags is None:
        return None
    return [{"resourceType": "Cases", "tagMap": dict(template.propagated_tags)}]


def _summary(template: Template) -> dict[str, object]:
    found = {
        "templateId": template.id,
        "templateArn": template.arn,
        "name": template.name,
        "status": template.status,
        "tagPropagationConfigurations": _write_propagation(template),
    }
    return present(found)
