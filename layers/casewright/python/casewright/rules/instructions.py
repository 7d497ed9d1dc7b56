"""What a rule says shall be done, in the operator's names; resolved at a moment into an action of `casewright.actions`."""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias, assert_never

import msgspec

from casewright import actions
from casewright.cases.values import FieldValue
from casewright.conditions.subjects import Facts, Field
from casewright.conditions.texts import Text, fill

_ADDRESS: Final = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")
"""One address: a customer who writes two into a field, or a name with them, adds no recipients."""

_MOST_CHARACTERS: Final = {"title": 500, "summary": 3000}


class Email(msgspec.Struct, frozen=True):
    """A text of contact_center/emails: what `send_email` names."""

    subject: Text
    text: Text


class SendEmail(msgspec.Struct, frozen=True, gc=False, tag="send_email"):
    """`to` holds mailbox names, addresses and texts that give an address; linking turns mailbox names into addresses."""

    to: tuple[str | Text, ...]
    template: str
    email: Email | None = None


class CreateTask(msgspec.Struct, frozen=True, gc=False, tag="create_task"):
    """A task in a flow, by the flow's name; linking fills its ARN."""

    flow: str
    name: Text
    description: Text = ()
    flow_arn: str = ""


class EndTasks(msgspec.Struct, frozen=True, gc=False, tag="end_tasks"):
    """End the open tasks of the case."""


class Assignment(msgspec.Struct, frozen=True, gc=False):
    """One field and what to set it to: a value, or a text with variables."""

    field: Field
    value: FieldValue | Text


class UpdateCase(msgspec.Struct, frozen=True, gc=False, tag="update_case"):
    """Set fields of the case."""

    set: tuple[Assignment, ...]


class AddComment(msgspec.Struct, frozen=True, gc=False, tag="add_comment"):
    """Comment on the case."""

    body: Text


class AssignSla(msgspec.Struct, frozen=True, gc=False, tag="assign_sla"):
    """Start the clock of a policy whose `start` is `assigned`."""

    policy: str


class Members(msgspec.Struct, frozen=True, gc=False, tag="members"):
    """An object within the detail of an event."""

    of: Mapping[str, "Detail"]


class Items(msgspec.Struct, frozen=True, gc=False, tag="items"):
    """A list within the detail of an event."""

    of: tuple["Detail", ...]


Detail: TypeAlias = Text | int | float | bool | Members | Items | None
"""JSON whose texts may hold variables; a whole number written without a point is an int."""


class PutEvent(msgspec.Struct, frozen=True, gc=False, tag="put_event"):
    """An event on the bus; texts of the detail may hold variables, at any depth."""

    detail_type: str
    detail: Members


Instruction: TypeAlias = SendEmail | CreateTask | EndTasks | UpdateCase | AddComment | AssignSla | PutEvent


def resolve(instruction: Instruction, facts: Facts) -> actions.Action | None:
    """The action asked for at this moment; None for AssignSla, which starts a clock of ours and asks nothing of the world."""
    match instruction:
        case SendEmail():
            return _email(instruction, facts)
        case CreateTask():
            return actions.CreateTask(
                instruction.flow_arn, fill(instruction.name, facts)[:512], fill(instruction.description, facts)[:4096]
            )
        case EndTasks():
            return actions.EndTasks()
        case UpdateCase():
            return actions.UpdateCase({each.field.id: _value(each, facts) for each in instruction.set})
        case AddComment():
            return actions.AddComment(fill(instruction.body, facts)[:15000])
        case PutEvent():
            return actions.PutEvent(instruction.detail_type, {name: _detail(each, facts) for name, each in instruction.detail.of.items()})
        case AssignSla():
            return None
        case _ as never:
            assert_never(never)


def _email(instruction: SendEmail, facts: Facts) -> actions.SendEmail:
    assert instruction.email is not None, "linking fills the email"
    filled = (entry if isinstance(entry, str) else fill(entry, facts).strip() for entry in instruction.to)
    return actions.SendEmail(
        to=tuple(dict.fromkeys(address for address in filled if _ADDRESS.fullmatch(address))),
        subject=" ".join(fill(instruction.email.subject, facts).split()),
        text=fill(instruction.email.text, facts),
    )


def _value(assignment: Assignment, facts: Facts) -> FieldValue:
    """A filled text is cut at what the field takes: 500 characters a title, 3000 a summary, 4100 any other."""
    value = assignment.value
    if not isinstance(value, tuple):
        return value
    return fill(value, facts)[: _MOST_CHARACTERS.get(assignment.field.id, 4100)]


def _detail(value: Detail, facts: Facts) -> object:
    match value:
        case tuple():
            return fill(value, facts)
        case Members(of=members):
            return {name: _detail(inner, facts) for name, inner in members.items()}
        case Items(of=items):
            return [_detail(inner, facts) for inner in items]
        case _:
            return value
