"""A compiled directory, linked without a domain."""

from typing import NamedTuple

from casewright.bundle import LinkedBundle, link
from casewright.cases.catalog import Catalog
from casewright_authoring.compile import Compiled
from casewright_authoring.native.catalogs import catalog_of


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
    definition = compiled.definition
    return catalog_of(
        definition,
        compiled.directory,
        field_ids={field.name: field.name for field in definition.fields},
        template_ids={template.name: template.name for template in definition.templates},
    )
