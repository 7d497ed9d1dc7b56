"""What a rule says shall be done, in the operator's names. `rules/resolving.py` makes actions of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeAlias

import msgspec

from casewright.cases.recipients import Person
from casewright.cases.tasks import ReferenceType
from casewright.cases.values import FieldValue
from casewright.conditions.subjects import Field
from casewright.conditions.texts import Text


class Email(msgspec.Struct, frozen=True):
    """A text of contact_center/emails: what `send_email` names."""

    subject: Text
    text: Text
    html: Text = ()
    """The same as a whole HTML document; empty in bundles written before there was one, which send the text alone."""
    reply_to: tuple[str, ...] = ()
    """Addresses and mailbox names; linking turns the latter into addresses."""
    time_zone: str = "UTC"
    """In which times are written."""


class SendEmail(msgspec.Struct, frozen=True, gc=False, tag="send_email"):
    """`to` holds mailbox names, addresses, texts that give an address, and people; linking turns mailbox names into addresses."""

    to: tuple[str | Text | Person, ...]
    template: str
    email: Email | None = None


class TaskReference(msgspec.Struct, frozen=True, gc=False):
    """Something a task refers to."""

    label: str
    type: ReferenceType
    value: Text


class CreateTask(msgspec.Struct, frozen=True, gc=False, tag="create_task"):
    """A task by the name of a flow, a quick connect or a task template, the other two being empty; linking fills its ARN.

    It starts at once, so long after the event (`starts_in`), or at the time that `starts_at` gives.
    """

    flow: str
    name: Text
    description: Text = ()
    flow_arn: str = ""
    quick_connect: str = ""
    quick_connect_arn: str = ""
    task_template: str = ""
    task_template_arn: str = ""
    references: tuple[TaskReference, ...] = ()
    starts_in: timedelta | None = None
    starts_at: Text = ()


class EndTasks(msgspec.Struct, frozen=True, gc=False, tag="end_tasks"):
    """End the open tasks of the case, or only those that rules made."""

    ours_only: bool = False


class Assignment(msgspec.Struct, frozen=True, gc=False):
    """One field and what to set it to: a value, or a text with variables."""

    field: Field
    value: FieldValue | Text
    most_characters: int = 4100
    """Where a filled text is cut; linking knows."""


class UpdateCase(msgspec.Struct, frozen=True, gc=False, tag="update_case"):
    """Set fields of the case."""

    set: tuple[Assignment, ...]


class AddComment(msgspec.Struct, frozen=True, gc=False, tag="add_comment"):
    """Comment on the case."""

    body: Text


class Assign(msgspec.Struct, frozen=True, gc=False, tag="assign"):
    """Give the case to a queue or a user, by name, or to one of several in turn. Linking fills the ARNs."""

    field: Field
    """`assigned_queue` or `assigned_user`, which every domain has."""
    among: tuple[str, ...]

    @property
    def assignment(self) -> Assignment:
        """The field it sets and to what; to a text that nothing is known of, where several come in turn."""
        return Assignment(self.field, self.among[0] if len(self.among) == 1 else ())


class CreateCase(msgspec.Struct, frozen=True, gc=False, tag="create_case"):
    """A new case of a template, by name; linking fills its id."""

    template: str
    set: tuple[Assignment, ...]
    link: bool = False
    template_id: str = ""


class LinkCase(msgspec.Struct, frozen=True, gc=False, tag="link_case"):
    """Tie the case to another, whose id the text gives."""

    to: Text


class AttachContact(msgspec.Struct, frozen=True, gc=False, tag="attach_contact"):
    """Tie a contact to the case; the text gives its ARN or its id."""

    contact: Text


class Tag(msgspec.Struct, frozen=True, gc=False, tag="tag"):
    """Tag the case."""

    tags: Mapping[str, Text]


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
    """An event on a bus; texts of the detail may hold variables, at any depth. Linking fills the ARN of a bus that is named."""

    detail_type: str
    detail: Members
    bus: str = ""
    """Empty for the default bus of the account."""
    bus_arn: str = ""


class CallWebhook(msgspec.Struct, frozen=True, gc=False, tag="call_webhook"):
    """A call of a webhook of webhooks.yaml; texts of the body may hold variables, at any depth."""

    webhook: str
    body: Members


Instruction: TypeAlias = (
    SendEmail
    | CreateTask
    | EndTasks
    | UpdateCase
    | AddComment
    | AssignSla
    | PutEvent
    | CallWebhook
    | Assign
    | CreateCase
    | LinkCase
    | AttachContact
    | Tag
)
