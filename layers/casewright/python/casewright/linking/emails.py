"""What mail shows for ids: the labels of options, the names of templates, queues and users."""

from collections.abc import Mapping

from msgspec.structs import replace

from casewright.cases.catalog import Catalog, FieldEntry
from casewright.conditions.subjects import REFERENCE_FIELDS, Fact, Subject, bare_id
from casewright.conditions.texts import Text, Variable
from casewright.rules.instructions import Email


def with_labels(email: Email, catalog: Catalog) -> Email:
    """An email whose texts are linked already, with the labels of the values they show."""
    return replace(
        email,
        subject=_labelled(email.subject, catalog),
        text=_labelled(email.text, catalog),
        html=_labelled(email.html, catalog),
    )


def _labelled(text: Text, catalog: Catalog) -> Text:
    return tuple(replace(part, labels=_labels(part.subject, catalog)) if isinstance(part, Variable) else part for part in text)


def _labels(subject: Subject, catalog: Catalog) -> Mapping[str, str]:
    if not isinstance(subject, Fact):
        return _labels_of_field(catalog.fields[subject.name], catalog)
    match subject.name:
        case "template":
            return {template_id: name for name, template_id in catalog.templates.items()}
        case "performed_by.id":
            return _by_reference(catalog.users)
        case _:
            return {}


def _labels_of_field(entry: FieldEntry, catalog: Catalog) -> Mapping[str, str]:
    match "user" if entry.type == "User" else REFERENCE_FIELDS.get(entry.id):
        case "user":
            return _by_reference(catalog.users)
        case "queue":
            return _by_reference(catalog.queues)
        case _:
            return {value: label for label, value in entry.options.items()}


def _by_reference(arns: Mapping[str, str]) -> Mapping[str, str]:
    return {reference: name for name, arn in arns.items() for reference in (arn, bare_id(arn))}
