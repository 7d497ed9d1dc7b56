"""Ports to the domain as it is configured."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from casewright.cases.catalog import FieldEntry
from casewright.cases.definition import ConditionDefinition, FieldDefinition, OptionDefinition, TemplateDefinition


class DomainFields(Protocol):
    """Fields and options of the domain."""

    def fields(self) -> Mapping[str, FieldEntry]:
        """Every field by its name, without options."""
        ...

    def create(self, field: FieldDefinition, *, tags: Mapping[str, str]) -> str:
        """Create a custom field; answers its id."""
        ...

    def options(self, field_id: str) -> Mapping[str, str]:
        """Active options, label to value."""
        ...

    def put_options(self, field_id: str, options: Sequence[OptionDefinition]) -> None:
        """Add or change options. Raises Refused, naming the options that were."""
        ...


class DomainTemplates(Protocol):
    """Field conditions and templates of the domain."""

    def conditions(self) -> Mapping[str, str]:
        """Ids of field conditions by name."""
        ...

    def create_condition(self, condition: ConditionDefinition, field_ids: Mapping[str, str]) -> str:
        """Create a field condition; answers its id."""
        ...

    def templates(self) -> Mapping[str, str]:
        """Ids of templates by name."""
        ...

    def create_template(
        self,
        template: TemplateDefinition,
        *,
        field_ids: Mapping[str, str],
        rules: Sequence[tuple[str, str]],
        tags: Mapping[str, str],
    ) -> str:
        """Create a template with its layout and its (condition id, field id) rules; answers its id."""
        ...


class EventStream(Protocol):
    """What the domain publishes, and to whom."""

    def include(self, field_ids: frozenset[str]) -> frozenset[str]:
        """Enable events that carry at least these fields and related item content; answers every field they now carry."""
        ...

    def integrate(self) -> str:
        """Let Connect's own rules hear of cases: adopt the event integration and its association, or create them; answers its ARN."""
        ...
