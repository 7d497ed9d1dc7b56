"""What a Cases domain shall have: fields, options, templates with their layouts, and field conditions, by name.

Written by operators in contact_center/, carried to `configure_domain`, which creates what is missing and adopts what exists.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from casewright.cases.catalog import FieldType


class OptionDefinition(msgspec.Struct, frozen=True):
    """An option of a single-select field: the label agents see and the value that is stored."""

    label: str
    value: str
    active: bool = True


class FieldDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A field. `system_id` is set for a system field (status, case_reason, ...), of which only options can be added."""

    name: str
    """What rules call it."""
    type: FieldType
    label: str = ""
    """What agents see; the name, where it is empty."""
    system_id: str = ""
    description: str = ""
    multiline: bool = False
    options: tuple[OptionDefinition, ...] = ()
    in_events: bool = True
    """Whether the event configuration shall carry it."""

    @property
    def shown_as(self) -> str:
        """The name of the field in Cases."""
        return self.label or self.name


class ConditionDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A field condition: the field is required, or hidden, while another field has a value."""

    name: str
    field: str
    effect: Literal["required", "hidden"]
    when_field: str
    equals: str | float | bool


class TemplateDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """A case template: its required fields and the fields of its layout's two panels, by field name."""

    name: str
    description: str = ""
    required: tuple[str, ...] = ()
    top_panel: tuple[str, ...] = ()
    more_info: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


class DomainDefinition(msgspec.Struct, frozen=True, kw_only=True):
    """The whole domain as wanted. `tags` go on what is created."""

    fields: tuple[FieldDefinition, ...] = ()
    templates: tuple[TemplateDefinition, ...] = ()
    conditions: tuple[ConditionDefinition, ...] = ()
    tags: Mapping[str, str] = {}


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """Names of what the Connect instance has already, with their ARNs, of groups of mail addresses, of event buses and webhooks."""

    queues: Mapping[str, str] = {}
    users: Mapping[str, str] = {}
    flows: Mapping[str, str] = {}
    quick_connects: Mapping[str, str] = {}
    task_templates: Mapping[str, str] = {}
    mailboxes: Mapping[str, tuple[str, ...]] = {}
    buses: Mapping[str, str] = {}
    """Event buses besides the default one, with their ARNs."""
    webhooks: tuple[str, ...] = ()
