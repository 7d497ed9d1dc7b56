"""What an administrator defines in a domain: fields, options, layouts, templates, case rules."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from casewright_workbench.localcloud.connectcases.rule_conditions import RuleDetails
from casewright_workbench.localcloud.connectcases.system_fields import SYSTEM_FIELDS


@dataclass(slots=True)
class Resource:
    """What every definition has: an identity, a name, tags, times, and a soft delete."""

    id: str
    arn: str
    name: str
    created: datetime
    modified: datetime
    deleted: bool = False
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a single-select field."""

    name: str
    value: str
    active: bool


@dataclass(slots=True)
class Field(Resource):
    """A field of the case model."""

    type: str = "Text"
    namespace: str = "Custom"
    description: str | None = None
    is_multiline: bool = False
    options: dict[str, Option] = field(default_factory=dict)

    @property
    def max_length(self) -> int:
        """The number of characters a text value may have."""
        if self.namespace == "System":
            return next(system.max_length for system in SYSTEM_FIELDS if system.field_id == self.id)
        return 4100 if self.is_multiline or self.type != "Text" else 500

    @property
    def attributes(self) -> dict[str, Any] | None:
        """The attributes as the API shows them; only text fields have any."""
        return {"text": {"isMultiline": self.is_multiline}} if self.type == "Text" else None


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """A run of fields under one heading of a layout."""

    name: str | None
    field_ids: tuple[str, ...]


@dataclass(slots=True)
class Layout(Resource):
    """Which fields stand where; a panel that was never given is None."""

    panels: dict[str, tuple[FieldGroup, ...]] = field(default_factory=dict)  # topPanel, moreInfo


@dataclass(frozen=True, slots=True)
class TemplateRule:
    """A case rule tied to a field of a template."""

    case_rule_id: str
    field_id: str | None


@dataclass(slots=True)
class Template(Resource):
    """A kind of case: its layout, required fields, rules and the tags its cases get."""

    description: str | None = None
    default_layout: str | None = None
    required_fields: tuple[str, ...] = ()
    rules: tuple[TemplateRule, ...] = ()
    status: str = "Active"
    propagated_tags: dict[str, str] | None = None


@dataclass(slots=True)
class CaseRule(Resource):
    """A field condition, as it was given and as it is evaluated."""

    description: str | None = None
    given: dict[str, Any] = field(default_factory=dict)
    details: RuleDetails | None = None
