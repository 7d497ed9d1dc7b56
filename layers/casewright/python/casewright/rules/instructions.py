"""What a rule says shall be done, in the operator's names. `rules/resolving.py` makes actions of it."""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from casewright.cases.values import FieldValue
from casewright.conditions.subjects import Field
from casewright.conditions.texts import Text


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
