"""A Cases domain: everything in it, and how its parts are found."""

from dataclasses import dataclass, field
from datetime import datetime

from casewright_workbench.localcloud.connectcases.case import Case
from casewright_workbench.localcloud.connectcases.catalog import CaseRule, Field, Layout, Option, Template
from casewright_workbench.localcloud.connectcases.client_tokens import ClientTokens
from casewright_workbench.localcloud.connectcases.errors import invalid, not_found
from casewright_workbench.localcloud.connectcases.event_configuration import EventConfiguration
from casewright_workbench.localcloud.connectcases.system_fields import CLOSED, OPEN, SYSTEM_FIELDS
from casewright_workbench.localcloud.connectcases.timers import Timers


@dataclass(slots=True)
class Domain:
    """One domain of one account and region."""

    id: str
    arn: str
    account: str
    region: str
    name: str
    created: datetime
    tags: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    case_rules: dict[str, CaseRule] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    case_ids_by_reference: dict[str, str] = field(default_factory=dict)  # lower-case reference id -> case id
    event_configuration: EventConfiguration = field(default_factory=EventConfiguration)
    tokens: ClientTokens = field(default_factory=ClientTokens)
    timers: Timers = field(default_factory=Timers)

    def __post_init__(self) -> None:
        """Put in the system fields and the two statuses that cannot be changed."""
        for system in SYSTEM_FIELDS:
            arn = f"{self.arn}/field/{system.field_id}"
            created = Field(system.field_id, arn, system.name, self.created, self.created, type=system.type, namespace="System")
            created.is_multiline = system.field_id == "summary"
            self.fields[system.field_id] = created
        self.fields["status"].options = {value: Option(value.capitalize(), value, active=True) for value in (OPEN, CLOSED)}

    def case(self, case_id: str) -> Case:
        """The case with this id, or a 404."""
        if case_id not in self.cases:
            raise not_found("Case", case_id)
        return self.cases[case_id]

    def field(self, field_id: str) -> Field:
        """The field with this id, deleted or not, or a 404."""
        if field_id not in self.fields:
            raise not_found("Field", field_id)
        return self.fields[field_id]

    def field_in_request(self, field_id: str) -> Field:
        """A field that the body of a request refers to; unknown is invalid rather than not found."""
        if field_id not in self.fields:
            raise invalid(f"The domain has no field with the id {field_id!r}; ListFields gives the ids it accepts.")
        return self.fields[field_id]

    def live_field_in_request(self, field_id: str) -> Field:
        """The same, refusing a field that was deleted."""
        found = self.field_in_request(field_id)
        if found.deleted:
            raise invalid(f"The field {field_id!r} ({found.name}) was deleted and can no longer be used.")
        return found

    def template(self, template_id: str) -> Template:
        """The template with this id, deleted or not, or a 404."""
        if template_id not in self.templates:
            raise not_found("Template", template_id)
        return self.templates[template_id]

    def layout(self, layout_id: str) -> Layout:
        """The layout with this id, deleted or not, or a 404."""
        if layout_id not in self.layouts:
            raise not_found("Layout", layout_id)
        return self.layouts[layout_id]

    def case_rule(self, rule_id: str) -> CaseRule:
        """The case rule with this id, deleted or not, or a 404."""
        if rule_id not in self.case_rules:
            raise not_found("CaseRule", rule_id)
        return self.case_rules[rule_id]
