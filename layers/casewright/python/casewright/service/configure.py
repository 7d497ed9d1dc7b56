"""Configure: bring a Cases domain to its definition. What is missing is created, what exists is adopted and nothing is removed."""

from collections.abc import Mapping

import msgspec

from casewright.cases.catalog import Catalog, FieldEntry
from casewright.cases.definition import Directory, DomainDefinition, FieldDefinition, TemplateDefinition
from casewright.errors import Refused
from casewright.ports.domain import DomainFields, DomainTemplates, EventStream
from casewright.ports.programs import Publishing
from casewright.telemetry import Telemetry


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a domain shall be: the body of the custom resource."""

    definition: DomainDefinition
    directory: Directory
    catalog: Catalog | None = None
    """Of a domain that exists and is described with its ids: nothing is created, its fields are put into the events."""
    bundle: bytes = b""
    """Put in force only where none is."""


class Configuring(msgspec.Struct, frozen=True, kw_only=True):
    """The ports of the use case."""

    domain_id: str
    fields: DomainFields
    templates: DomainTemplates
    stream: EventStream
    publishing: Publishing
    telemetry: Telemetry


def configure(wanted: Wanted, ports: Configuring) -> Catalog:
    """Create or adopt everything; write the catalog; seed the bundle. Doing it again changes nothing.

    Raises:
        Refused: a field of the same name has another type, or a definition names a field that is not there.
    """
    catalog = wanted.catalog or _provisioned(wanted, ports)
    if catalog.domain_id != ports.domain_id:
        raise Refused(f"the catalog is of domain {catalog.domain_id}; this deployment serves {ports.domain_id}")
    ports.stream.include(catalog.included_field_ids)
    ports.stream.integrate()
    ports.publishing.write_catalog(catalog)
    seeded = bool(wanted.bundle) and ports.publishing.seed(wanted.bundle)
    ports.telemetry.log("domain configured", fields=len(catalog.fields), templates=len(catalog.templates), bundle_seeded=seeded)
    return catalog


def _provisioned(wanted: Wanted, ports: Configuring) -> Catalog:
    definition = wanted.definition
    fields = _fields(definition, ports)
    field_ids = {name: entry.id for name, entry in fields.items()}
    condition_ids = _conditions(definition, field_ids, ports)
    templates = _templates(definition, field_ids, condition_ids, ports)
    named = {field.name: msgspec.structs.replace(fields[field.name], in_events=field.in_events) for field in definition.fields}
    return Catalog(domain_id=ports.domain_id, fields=named, templates=templates, **msgspec.structs.asdict(wanted.directory))


def _fields(definition: DomainDefinition, ports: Configuring) -> dict[str, FieldEntry]:
    existing = dict(ports.fields.fields())
    by_id = {entry.id: entry for entry in existing.values()}
    for field in definition.fields:
        found = by_id.get(field.system_id) if field.system_id else existing.get(field.shown_as)
        existing[field.name] = _field(field, found, definition, ports)
    return existing


def _field(field: FieldDefinition, found: FieldEntry | None, definition: DomainDefinition, ports: Configuring) -> FieldEntry:
    if found is None and field.system_id:
        raise Refused(f"field {field.name}: the domain has no system field {field.system_id!r}")
    if found is None:
        found = FieldEntry(ports.fields.create(field, tags=definition.tags), field.type)
    if found.type != field.type:
        raise Refused(f"field {field.name}: the domain has it as {found.type}, the definition says {field.type}; a type cannot be changed")
    if field.type != "SingleSelect":
        return msgspec.structs.replace(found, single_line=field.type == "Text" and not field.system_id and not field.multiline)
    present = ports.fields.options(found.id)
    missing = [option for option in field.options if present.get(option.label) != option.value]
    if missing:
        ports.fields.put_options(found.id, missing)
    return FieldEntry(found.id, found.type, {**present, **{option.label: option.value for option in field.options}})


def _conditions(definition: DomainDefinition, field_ids: Mapping[str, str], ports: Configuring) -> dict[str, str]:
    existing = dict(ports.templates.conditions())
    for condition in definition.conditions:
        if condition.name not in existing:
            existing[condition.name] = ports.templates.create_condition(condition, field_ids)
    return existing


def _templates(
    definition: DomainDefinition, field_ids: Mapping[str, str], condition_ids: Mapping[str, str], ports: Configuring
) -> dict[str, str]:
    existing = dict(ports.templates.templates())
    for template in definition.templates:
        if template.name not in existing:
            rules = _rules(template, definition, field_ids, condition_ids)
            existing[template.name] = ports.templates.create_template(template, field_ids=field_ids, rules=rules, tags=definition.tags)
    return existing


def _rules(
    template: TemplateDefinition, definition: DomainDefinition, field_ids: Mapping[str, str], condition_ids: Mapping[str, str]
) -> list[tuple[str, str]]:
    field_of = {condition.name: condition.field for condition in definition.conditions}
    return [(condition_ids[name], field_ids[field_of[name]]) for name in template.conditions]
