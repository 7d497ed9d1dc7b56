"""Whether the values of a case satisfy its template: required fields and case rules."""

from collections.abc import Collection, Mapping

from casewright_workbench.localcloud.connectcases.catalog import Template
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import invalid
from casewright_workbench.localcloud.connectcases.rule_conditions import DependentOptions, Switch
from casewright_workbench.localcloud.connectcases.values import FieldValue

Values = Mapping[str, FieldValue]


def is_blank(value: FieldValue | None) -> bool:
    """Whether a value is missing or an empty text, neither of which fills a required field."""
    return value is None or value.plain == ""


def check_required_fields(domain: Domain, template: Template, values: Values, *, among: Collection[str] | None = None) -> None:
    """Refuse values that leave a required field of the template blank; `among` limits which fields are looked at."""
    required = [one for one in template.required_fields if not domain.fields[one].deleted]
    missing = [one for one in required if is_blank(values.get(one)) and (among is None or one in among)]
    if missing:
        raise invalid(f"The template {template.name!r} requires a value for: {', '.join(missing)}.")


def check_case_rules(domain: Domain, template: Template, values: Values, *, written: Collection[str]) -> None:
    """Refuse values that break a required or field-options rule of the template.

    A hidden field is not required. Options are looked at when the parent or the child is among the fields being written.
    """
    hidden = _switched_on(domain, template, "Hidden", values)
    missing = sorted(one for one in _switched_on(domain, template, "Required", values) - hidden if is_blank(values.get(one)))
    if missing:
        raise invalid(f"A case rule of the template {template.name!r} requires a value for: {', '.join(missing)}.")
    for parent_id, child_id, rule in _dependencies(domain, template):
        if parent_id in written or child_id in written:
            _check_dependency(rule, parent_id, child_id, values)


def _switched_on(domain: Domain, template: Template, kind: str, values: Values) -> set[str]:
    """The fields that the rules of this kind say are required (or hidden) for these values."""
    found = set()
    for tied in template.rules:
        details = domain.case_rules[tied.case_rule_id].details
        if tied.field_id and isinstance(details, Switch) and details.kind == kind and details.is_on(values):
            found.add(tied.field_id)
    return found


def _dependencies(domain: Domain, template: Template) -> list[tuple[str, str, DependentOptions]]:
    found = []
    for tied in template.rules:
        details = domain.case_rules[tied.case_rule_id].details
        if isinstance(details, DependentOptions):
            child_id = tied.field_id or details.child_id
            if details.parent_id and child_id:
                found.append((details.parent_id, child_id, details))
    return found


def _check_dependency(rule: DependentOptions, parent_id: str, child_id: str, values: Values) -> None:
    parent, child = values.get(parent_id), values.get(child_id)
    if child is None:
        return
    allowed = rule.allowed(parent)
    if str(child.plain) not in allowed:
        chosen = "empty" if parent is None else repr(parent.plain)
        accepted = ", ".join(sorted(allowed)) or "none"
        raise invalid(f"{child.plain!r} is no option of {child_id!r} while {parent_id!r} is {chosen}; accepted: {accepted}.")
