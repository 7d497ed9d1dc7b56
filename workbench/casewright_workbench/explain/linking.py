"""A compiled directory, linked without a domain."""

from typing import NamedTuple

from casewright.bundle import LinkedBundle, link
from casewright.cases.catalog import Catalog, FieldEntry
from casewright_authoring.compile import Compiled


class Linked(NamedTuple):
    """A bundle that can decide, and the catalog it was linked with."""

    bundle: LinkedBundle
    catalog: Catalog


def linked(compiled: Compiled) -> Linked:
    """The directory linked with the ids of its catalog.yaml; where that gives none, names stand for themselves.

    So the field `priority` of fields.yaml has the id `priority`, and a system field its own id.
    """
    catalog = compiled.catalog or _names_as_ids(compiled)
    return Linked(link(compiled.bundle, catalog, bundle_hash=compiled.hash), catalog)


def _names_as_ids(compiled: Compiled) -> Catalog:
    definition, directory = compiled.definition, compiled.directory
    return Catalog(
        domain_id="none",
        fields={
            field.name: FieldEntry(field.system_id or field.name, field.type, {option.label: option.value for option in field.options})
            for field in definition.fields
        },
        templates={template.name: template.name for template in definition.templates},
        queues=directory.queues,
        users=directory.users,
        flows=directory.flows,
        mailboxes=directory.mailboxes,
    )
