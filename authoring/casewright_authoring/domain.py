"""The fields, templates and field conditions of the domain: of one to be made, or of one that exists."""

from dataclasses import dataclass

from casewright.cases.definition import ConditionDefinition, DomainDefinition, FieldDefinition, TemplateDefinition
from casewright_authoring.catalog_file import NOTHING, CatalogFile, read_catalog
from casewright_authoring.field_conditions import FieldConditions, names_in
from casewright_authoring.fields import known_field, read_fields
from casewright_authoring.findings import Report
from casewright_authoring.known import Known, KnownField
from casewright_authoring.sources import Sources
from casewright_authoring.templates import Templates

DEFINING = ("fields.yaml", "templates.yaml", "conditions.yaml")


@dataclass(frozen=True, slots=True)
class Domain:
    """What rules may name, and what is to be made of it."""

    fields: Known[KnownField]
    templates: Known[str]
    definition: DomainDefinition
    catalog_file: CatalogFile


def read_domain(sources: Sources, report: Report) -> Domain:
    """Read catalog.yaml, fields.yaml, templates.yaml and conditions.yaml."""
    node = sources.files.get("catalog.yaml")
    catalog_file = report.attempt(lambda one: read_catalog(one, report), node, NOTHING) if node is not None else NOTHING
    if catalog_file.describes_domain:
        _refuse_definitions(sources, report)
        whole = sources.whole("catalog.yaml")
        fields, templates = Known("field", catalog_file.fields, whole), Known("template", catalog_file.templates, whole)
        return Domain(fields, templates, DomainDefinition(), catalog_file)
    return _defined(sources, catalog_file, report)


def _defined(sources: Sources, catalog_file: CatalogFile, report: Report) -> Domain:
    fields = _fields(sources, report)
    whole = sources.whole("fields.yaml") and sources.whole("catalog.yaml")
    known = Known("field", _known_fields(fields), whole)
    conditions = _conditions(sources, known, report)
    templates = _templates(sources, known, conditions, report)
    definition = DomainDefinition(
        fields=tuple(made for made in fields.values() if made is not None),
        templates=tuple(made for made in templates.values() if made is not None),
        conditions=tuple(made for made in conditions.entries.values() if made is not None),
    )
    template_names = {name: None if made is None else name for name, made in templates.items()}
    return Domain(known, Known("template", template_names, sources.whole("templates.yaml")), definition, catalog_file)


def _known_fields(fields: dict[str, FieldDefinition | None]) -> dict[str, KnownField | None]:
    return {name: None if made is None else known_field(made) for name, made in fields.items()}


def _fields(sources: Sources, report: Report) -> dict[str, FieldDefinition | None]:
    node = sources.files.get("fields.yaml")
    return report.attempt(lambda one: read_fields(one, report), node, {}) if node is not None else {}


def _conditions(sources: Sources, fields: Known[KnownField], report: Report) -> Known[ConditionDefinition]:
    node = sources.files.get("conditions.yaml")
    made = report.attempt(FieldConditions(fields, report).read_file, node, ()) if node is not None else ()
    entries: dict[str, ConditionDefinition | None] = {**dict.fromkeys(names_in(node)), **{each.name: each for each in made}}
    return Known("field condition", entries, sources.whole("conditions.yaml"))


def _templates(
    sources: Sources, fields: Known[KnownField], conditions: Known[ConditionDefinition], report: Report
) -> dict[str, TemplateDefinition | None]:
    node = sources.files.get("templates.yaml")
    return report.attempt(Templates(fields, conditions, report).read, node, {}) if node is not None else {}


def _refuse_definitions(sources: Sources, report: Report) -> None:
    for name in DEFINING:
        if name in sources.files:
            message = "catalog.yaml describes a domain that exists, with the ids of its fields and templates; this file would make others"
            report.tell(sources.files[name].place, message)
