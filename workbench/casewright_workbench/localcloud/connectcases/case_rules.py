"""Case rules (field conditions): create, describe, list, update, delete."""

from copy import deepcopy
from typing import Any

from casewright_workbench.localcloud.connectcases.catalog import CaseRule
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import conflict, invalid, not_found
from casewright_workbench.localcloud.connectcases.operations import Operations, assert_name_is_free, unlike
from casewright_workbench.localcloud.connectcases.pages import page
from casewright_workbench.localcloud.connectcases.rule_conditions import DependentOptions, RuleDetails, leaves, read_rule
from casewright_workbench.localcloud.connectcases.values import present
from casewright_workbench.localcloud.service import Caller, Request, Response

TYPES = {"required": "Required", "hidden": "Hidden", "fieldOptions": "FieldOptions"}


class CaseRuleOperations(Operations):
    """The operations on case rules."""

    def create_case_rule(self, request: Request, caller: Caller) -> Response:
        """Make a rule over existing fields."""
        domain = self._domain(request, caller)
        assert_name_is_free(request["name"], domain.case_rules.values(), what="case rule")
        details = _read_details(domain, request["rule"])
        rule_id = self._context.ids.uuid()
        now = self._context.clock.now()
        rule = CaseRule(rule_id, f"{domain.arn}/case-rule/{rule_id}", request["name"], now, now)
        rule.description = request.get("description")
        rule.given, rule.details = deepcopy(request["rule"]), details
        domain.case_rules[rule_id] = rule
        return {"caseRuleId": rule_id, "caseRuleArn": rule.arn}

    def batch_get_case_rule(self, request: Request, caller: Caller) -> Response:
        """Describe rules, deleted ones too; what is unknown is listed among the errors."""
        domain = self._domain(request, caller)
        asked = [entry["id"] for entry in request["caseRules"]]
        return {
            "caseRules": [_describe(domain.case_rules[one]) for one in asked if one in domain.case_rules],
            "errors": [_unknown_rule(one) for one in asked if one not in domain.case_rules],
            "unprocessedCaseRules": [],
        }

    def list_case_rules(self, request: Request, caller: Caller) -> Response:
        """List the rules that are not deleted."""
        domain = self._domain(request, caller)
        shown, token = page([rule for rule in domain.case_rules.values() if not rule.deleted], request, size=100)
        return {"caseRules": [_summary(rule) for rule in shown], "nextToken": token}

    def update_case_rule(self, request: Request, caller: Caller) -> Response:
        """Change the name, description or body of a rule; its type stays."""
        domain = self._domain(request, caller)
        rule = _not_deleted(domain, request["caseRuleId"])
        if unlike(request, "name", "description", "rule"):
            raise invalid("UpdateCaseRule needs at least one of: name, description, rule.")
        if "name" in request:
            assert_name_is_free(request["name"], domain.case_rules.values(), what="case rule", own_id=rule.id)
        if "rule" in request:
            if _type_of(request["rule"]) != _type_of(rule.given):
                raise invalid(f"The case rule {rule.name!r} is of type {_type_of(rule.given)} and cannot become another.")
            rule.details = _read_details(domain, request["rule"])
            rule.given = deepcopy(request["rule"])
        rule.name = request.get("name", rule.name)
        rule.description = request.get("description", rule.description)
        rule.modified = self._context.clock.now()
        return {}

    def delete_case_rule(self, request: Request, caller: Caller) -> Response:
        """Mark a rule as deleted, unless a template still uses it."""
        domain = self._domain(request, caller)
        rule = domain.case_rule(request["caseRuleId"])
        if rule.deleted:
            raise not_found("CaseRule", rule.id)
        users = [
            template.name
            for template in domain.templates.values()
            if not template.deleted and any(tied.case_rule_id == rule.id for tied in template.rules)
        ]
        if users:
            raise conflict(f"The case rule {rule.name!r} is used by: {', '.join(users)}.")
        rule.deleted = True
        rule.modified = self._context.clock.now()
        return {}


def _read_details(domain: Domain, given: dict[str, Any]) -> RuleDetails:
    details = read_rule(given)
    if isinstance(details, DependentOptions):
        for field_id in (details.parent_id, details.child_id):
            if field_id and domain.live_field_in_request(field_id).type != "SingleSelect":
                raise invalid(f"A field options rule ties SingleSelect fields; {field_id!r} is of another type.")
        return details
    for condition in details.conditions:
        for comparison in leaves(condition):
            domain.live_field_in_request(comparison.field_id)
    return details


def _not_deleted(domain: Domain, rule_id: str) -> CaseRule:
    rule = domain.case_rule(rule_id)
    if rule.deleted:
        raise invalid(f"The case rule {rule_id!r} ({rule.name}) was deleted.")
    return rule


def _type_of(given: dict[str, Any]) -> str:
    return TYPES[next(iter(given))]


def _summary(rule: CaseRule) -> dict[str, Any]:
    found = {
        "caseRuleId": rule.id,
        "name": rule.name,
        "caseRuleArn": rule.arn,
        "ruleType": _type_of(rule.given),
        "description": rule.description,
    }
    return present(found)


def _describe(rule: CaseRule) -> dict[str, Any]:
    found = {
        "caseRuleId": rule.id,
        "name": rule.name,
        "caseRuleArn": rule.arn,
        "rule": deepcopy(rule.given),
        "description": rule.description,
        "deleted": rule.deleted,
        "createdTime": rule.created,
        "lastModifiedTime": rule.modified,
        "tags": dict(rule.tags),
    }
    return present(found)


def _unknown_rule(rule_id: str) -> dict[str, str]:
    message = f"The domain has no case rule with the id {rule_id!r}."
    return {"id": rule_id, "errorCode": "ResourceNotFoundException", "message": message}
