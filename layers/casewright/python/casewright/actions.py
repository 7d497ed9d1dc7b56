"""What can be asked of the world: values ready to perform, every name resolved and every text filled.

A rule's own wording of these (names, templates) is `rules/instructions.py`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias, assert_never

import msgspec

from casewright.cases.recipients import Person
from casewright.cases.tasks import Reference
from casewright.cases.values import FieldValue

Bucket = Literal["cases", "connect", "ses", "events"]
"""Whose quota an action spends."""

Priority = Literal[1, 2, 3]
"""1 for deadlines, 2 for people waiting, 3 for housekeeping."""


class SendEmail(msgspec.Struct, frozen=True, tag="send_email"):
    """Mail to these addresses, and to people who are looked up when it is sent."""

    to: tuple[str, ...]
    subject: str
    text: str
    html: str = ""
    """The same as a whole HTML document; empty where only the text is sent."""
    reply_to: tuple[str, ...] = ()
    """Where answers go; empty for what the settings say."""
    people: tuple[Person, ...] = ()
    apart: tuple[str, ...] = ()
    """Those of `to` that the case gave, customers as a rule: each gets a message of their own, where there are others."""


class CreateTask(msgspec.Struct, frozen=True, tag="create_task"):
    """A Connect task to be linked to the case. Name up to 512 characters, description up to 4096 (Connect API).

    Exactly one of flow, quick connect and task template is given. `starts_at` is ISO 8601, or whatever a variable gave for it.
    """

    flow_arn: str
    name: str
    description: str = ""
    quick_connect_arn: str = ""
    task_template_arn: str = ""
    references: tuple[Reference, ...] = ()
    starts_at: str | None = None


class EndTasks(msgspec.Struct, frozen=True, tag="end_tasks"):
    """End every open task of the case, or only those that rules made."""

    ours_only: bool = False


class UpdateCase(msgspec.Struct, frozen=True, tag="update_case"):
    """Set fields of the case, by field id; the empty text clears."""

    fields: Mapping[str, FieldValue]


class Assign(UpdateCase, frozen=True, tag="assign"):
    """Give the case to a queue or a user: the update of that one field, to its ARN."""

    among: tuple[str, ...] = ()
    """Several who come in turn: which is settled when it is performed, and until then the field holds the first of them."""


class AddComment(msgspec.Struct, frozen=True, tag="add_comment"):
    """A comment on the case, 1 to 15000 characters (Cases API)."""

    body: str


class PutEvent(msgspec.Struct, frozen=True, tag="put_event"):
    """An event on a bus, source `casewright`; `bus` is an ARN, empty for the default bus of the account."""

    detail_type: str
    detail: Mapping[str, object]
    bus: str = ""
    too_large: int = 0
    """Bytes of a detail that was too large to be kept: it is left out, and the effect fails."""


class CallWebhook(msgspec.Struct, frozen=True, tag="call_webhook"):
    """A call of a webhook, which EventBridge makes."""

    webhook: str
    body: Mapping[str, object]
    too_large: int = 0
    """As that of PutEvent."""


class AttachContact(msgspec.Struct, frozen=True, tag="attach_contact"):
    """Link a contact to the case, by ARN or by its id in the instance. It follows CreateTask, too."""

    contact_arn: str


class CreateCase(msgspec.Struct, frozen=True, tag="create_case"):
    """A new case with these fields, by field id; those that are empty are left out."""

    template_id: str
    fields: Mapping[str, FieldValue]
    link: bool = False
    """Whether LinkCase shall follow, so that the case shows the new one."""


class LinkCase(msgspec.Struct, frozen=True, tag="link_case"):
    """Link another case to the case; follows CreateCase, too."""

    to_case_id: str


LONGEST_TAG_VALUE: Final = 256
"""Characters of a tag's value (AWS tagging rules)."""


class Tag(msgspec.Struct, frozen=True, tag="tag"):
    """Give the case tags, or new values to those it has."""

    tags: Mapping[str, str]


class MirrorSla(msgspec.Struct, frozen=True, tag="mirror_sla"):
    """Show a clock in the agent workspace as an SLA related item.

    A new one, where the open one of the name has another target time or waits for something else.
    """

    name: str
    field_id: str
    target_value: FieldValue
    due_at: datetime
    """How many minutes are left until then is known when the item is made."""


class UnmirrorSla(msgspec.Struct, frozen=True, tag="unmirror_sla"):
    """Take the open SLA related item of a clock away: it would tell agents a time that no longer holds."""

    name: str
    missed_at: datetime | None = None
    """When the clock was due, if it was overdue already as this was decided: its due time moved into the past."""


Action: TypeAlias = (
    SendEmail
    | CreateTask
    | EndTasks
    | UpdateCase
    | Assign
    | AddComment
    | PutEvent
    | CallWebhook
    | AttachContact
    | CreateCase
    | LinkCase
    | Tag
    | MirrorSla
    | UnmirrorSla
)

DAY: Final = timedelta(days=1)
_FOUR_HOURS: Final = timedelta(hours=4)


def bucket_of(action: Action) -> Bucket:
    """Whose quota the action spends."""
    match action:
        case SendEmail():
            return "ses"
        case CreateTask() | EndTasks():
            return "connect"
        case UpdateCase() | AddComment() | AttachContact() | CreateCase() | LinkCase() | Tag() | MirrorSla() | UnmirrorSla():
            return "cases"
        case PutEvent() | CallWebhook():
            return "events"
        case _ as never:
            assert_never(never)


def expires_after(action: Action) -> timedelta:
    """How long after its decision the action still makes sense: 4 hours for updates and mail, a day for the rest."""
    match action:
        case UpdateCase() | Tag() | SendEmail():
            return _FOUR_HOURS
        case CreateTask() | EndTasks() | AddComment() | PutEvent() | CallWebhook():
            return DAY
        case CreateCase() | AttachContact() | LinkCase() | MirrorSla() | UnmirrorSla():
            return DAY
        case _ as never:
            assert_never(never)


def name_of(action: Action) -> str:
    """The action as rules spell it: `send_email`."""
    return str(action.__struct_config__.tag)
