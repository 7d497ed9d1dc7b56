"""The ids that native rules are written with: those of a domain, or placeholders for one yet to be made."""

from collections.abc import Mapping

from casewright.cases.catalog import Catalog, FieldEntry
from casewright.cases.definition import Directory, DomainDefinition


def catalog_of(
    definition: DomainDefinition, directory: Directory, *, field_ids: Mapping[str, str], template_ids: Mapping[str, str]
) -> Catalog:
    """The catalog of a domain of the definition, as far as ids are given; system fields have theirs always.

    A field or template without an id is left out, so that linking names it.
    """
    ids = {field.name: field.system_id or field_ids.get(field.name, "") for field in definition.fields}
    options = {field.name: {option.label: option.value for option in field.options} for field in definition.fields}
    return Catalog(
        domain_id="",
        fields={
            field.name: FieldEntry(ids[field.name], field.type, options[field.name], field.in_events)
            for field in definition.fields
            if ids[field.name]
        },
        templates={template.name: template_ids[template.name] for template in definition.templates if template.name in template_ids},
        queues=directory.queues,
        users=directory.users,
        flows=directory.flows,
        quick_connects=directory.quick_connects,
        task_templates=directory.task_templates,
        mailboxes=directory.mailboxes,
        buses=directory.buses,
        webhooks=directory.webhooks,
    )


def placeholders(definition: DomainDefinition, directory: Directory) -> Catalog:
    """The catalog of a domain yet to be made: `${field:priority}` stands for the id of that field, `${template:Billing}` likewise."""
    return catalog_of(
        definition,
        directory,
        field_ids={field.name: f"${{field:{field.name}}}" for field in definition.fields},
        template_ids={template.name: f"${{template:{template.name}}}" for template in definition.templates},
    )
