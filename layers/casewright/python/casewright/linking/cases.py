"""What a rule does to the case itself and to its ties, with ids and ARNs for names."""

from typing import assert_never

from msgspec.structs import replace

from casewright.cases.catalog import FieldEntry, most_characters
from casewright.cases.values import FieldValue
from casewright.conditions.subjects import REFERENCE_FIELDS
from casewright.conditions.texts import Text
from casewright.linking.names import Names, named
from casewright.rules import instructions as do
from casewright.rules.case_actions import OfCase


def linked_step(step: OfCase, names: Names, where: str) -> OfCase:
    """The instruction, linked."""
    match step:
        case do.UpdateCase():
            return do.UpdateCase(_assignments(step.set, names, where))
        case do.Assign():
            return replace(step, among=tuple(names.reference(each, FieldEntry(step.field.id, "Text"), where) for each in step.among))
        case do.AddComment():
            return do.AddComment(names.text(step.body, where))
        case do.CreateCase():
            template_id = named(names.catalog.templates, step.template, "template", where)
            return replace(step, template_id=template_id, set=_assignments(step.set, names, where))
        case do.LinkCase():
            return do.LinkCase(names.text(step.to, where))
        case do.AttachContact():
            return do.AttachContact(names.text(step.contact, where))
        case do.Tag():
            return do.Tag({name: names.text(value, where) for name, value in step.tags.items()})
        case _ as never:
            assert_never(never)


def _assignments(given: tuple[do.Assignment, ...], names: Names, where: str) -> tuple[do.Assignment, ...]:
    return tuple(_assignment(each, names, where) for each in given)


def _assignment(each: do.Assignment, names: Names, where: str) -> do.Assignment:
    entry = names.entry(each.field, where)
    value: FieldValue | Text = each.value
    if isinstance(value, tuple):
        value = names.text(value, where)
    elif isinstance(value, str):
        value = names.reference(value, entry, where) if entry.id in REFERENCE_FIELDS else names.option(value, entry, where, each.field)
    return do.Assignment(names.field(each.field, where), value, most_characters(entry.id, single_line=entry.single_line))
