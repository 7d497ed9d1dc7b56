"""What a rule asks of the case itself and of its ties, made of its instructions: every text filled."""

from typing import TypeAlias, assert_never

from casewright import actions
from casewright.cases.values import FieldValue
from casewright.conditions.subjects import Facts
from casewright.conditions.texts import fill
from casewright.rules import instructions as do

OfCase: TypeAlias = do.UpdateCase | do.Assign | do.AddComment | do.CreateCase | do.LinkCase | do.AttachContact | do.Tag


def of_case(instruction: OfCase, facts: Facts) -> actions.Action:
    """The action asked for at this moment."""
    match instruction:
        case do.UpdateCase():
            return actions.UpdateCase(_values(instruction.set, facts))
        case do.Assign(field=field, among=(only,)):
            return actions.Assign({field.id: only})
        case do.Assign(field=field, among=among):
            return actions.Assign({field.id: among[0]}, among)
        case do.AddComment():
            return actions.AddComment(fill(instruction.body, facts)[:15000])
        case do.CreateCase():
            return actions.CreateCase(instruction.template_id, _values(instruction.set, facts), instruction.link)
        case do.LinkCase():
            return actions.LinkCase(fill(instruction.to, facts).strip())
        case do.AttachContact():
            return actions.AttachContact(fill(instruction.contact, facts).strip())
        case do.Tag():
            return actions.Tag({name: fill(value, facts)[: actions.LONGEST_TAG_VALUE] for name, value in instruction.tags.items()})
        case _ as never:
            assert_never(never)


def _values(assignments: tuple[do.Assignment, ...], facts: Facts) -> dict[str, FieldValue]:
    return {each.field.id: _value(each, facts) for each in assignments}


def _value(assignment: do.Assignment, facts: Facts) -> FieldValue:
    """A filled text is cut at what the field takes."""
    value = assignment.value
    return fill(value, facts)[: assignment.most_characters] if isinstance(value, tuple) else value
