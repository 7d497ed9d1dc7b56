"""What can happen to a case: the events of the stream, and our own.

Times are aware UTC. The order of a case's events is `Event.position`: approximateChangeTime ("can be used for ordering", AWS), then the
envelope id, because the stream doubles and reorders.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from casewright.cases.performers import OwnWrite, Performer
from casewright.cases.values import HeldValue

RelatedItemType = Literal["comment", "contact", "file", "sla", "case", "custom", "unknown"]


class RelatedItem(msgspec.Struct, frozen=True, gc=False):
    """A related item as an event tells it. Texts are empty where the event configuration leaves the content out."""

    id: str
    type: RelatedItemType
    created_at: datetime | None = None
    comment_body: str = ""
    contact_arn: str = ""
    contact_channel: str = ""
    file_arn: str = ""
    sla_name: str = ""
    sla_status: str = ""
    sla_target_at: datetime | None = None
    sla_completed_at: datetime | None = None
    connected_case_id: str = ""
    fields: Mapping[str, HeldValue] = {}


class CaseCreated(msgspec.Struct, frozen=True, gc=False, tag="case_created"):
    """A case came into being. `fields` is None when the event carries no field data at all."""

    template_id: str
    created_at: datetime | None
    fields: Mapping[str, HeldValue] | None


class CaseUpdated(msgspec.Struct, frozen=True, gc=False, tag="case_updated"):
    """Fields of a case changed; `fields` is the case after the change, as far as the event configuration includes it."""

    template_id: str
    created_at: datetime | None
    fields: Mapping[str, HeldValue] | None
    changed_field_ids: tuple[str, ...]


class CaseDeleted(msgspec.Struct, frozen=True, gc=False, tag="case_deleted"):
    """A case is gone."""

    template_id: str


class CaseRead(msgspec.Struct, frozen=True, gc=False, tag="case_read"):
    """Our own reading of a case (GetCase) where its events did not come: state, not a change; no rule fires on it."""

    template_id: str
    created_at: datetime | None
    fields: Mapping[str, HeldValue]


class CaseAdopted(msgspec.Struct, frozen=True, gc=False, tag="case_adopted"):
    """Our own reading of a case that was there before us: its clocks start as if it had been so since `created_at`; no rule fires on it."""

    template_id: str
    created_at: datetime
    updated_at: datetime
    """Its last change: since then it is as it is told."""
    fields: Mapping[str, HeldValue]


class RelatedItemAdded(msgspec.Struct, frozen=True, gc=False, tag="related_item_added"):
    """A related item was added to the case."""

    item: RelatedItem


class RelatedItemUpdated(msgspec.Struct, frozen=True, gc=False, tag="related_item_updated"):
    """A related item changed."""

    item: RelatedItem
    changed_attributes: tuple[str, ...] = ()


class RelatedItemRemoved(msgspec.Struct, frozen=True, gc=False, tag="related_item_removed"):
    """A related item was removed."""

    item: RelatedItem


class ClockDue(msgspec.Struct, frozen=True, gc=False, tag="clock_due"):
    """Our own event: a milestone of a clock has come. The event's time is the due time."""

    policy: str
    cycle: int
    milestone: str


class ScheduleDue(msgspec.Struct, frozen=True, gc=False, tag="schedule_due"):
    """Our own event: the schedule of a rule has come, and this case may be one it is about. The event's time is the scheduled time."""

    rule: str


class ClockRecomputed(msgspec.Struct, frozen=True, gc=False, tag="clock_recomputed"):
    """Our own event: an operator put the running clock of a policy under another version of it. Its decision says which."""

    policy: str


MailFate = Literal["delivered", "delayed", "bounced", "complained", "rejected", "not_rendered"]
"""What becomes of a mail after SES accepted it."""


class MailReported(msgspec.Struct, frozen=True, gc=False, tag="mail_reported"):
    """Our own event: SES told what became of a mail of ours. It tells nothing about the case, and no address."""

    effect_key: str
    fate: MailFate
    recipients: int
    """How many of the mail it is about; 0 where SES does not say."""
    suppressed: int = 0
    """How many of them get no mail of ours any more."""
    reason: str = ""
    """In the words of SES: `Permanent/General`, `abuse`."""


class Unrecognised(msgspec.Struct, frozen=True, gc=False, tag="unrecognised"):
    """An event type this release does not know: it reaches the lake, is counted, and decides nothing."""

    event_type: str


Change: TypeAlias = (
    CaseCreated
    | CaseUpdated
    | CaseDeleted
    | CaseRead
    | CaseAdopted
    | RelatedItemAdded
    | RelatedItemUpdated
    | RelatedItemRemoved
    | ClockDue
    | ScheduleDue
    | ClockRecomputed
    | MailReported
    | Unrecognised
)


class Position(msgspec.Struct, frozen=True, gc=False, order=True, array_like=True):
    """The place of an event in the order of its case."""

    at: datetime
    event_id: str


class Repair(msgspec.Struct, frozen=True, gc=False):
    """That an event did not come by the stream, and was made of the audit history. `audit_id` is empty where that told nothing."""

    audit_id: str = ""
    hydrated: bool = False
    """Some of what it tells was read when it was repaired, later than the change."""


class Event(msgspec.Struct, frozen=True, gc=False):
    """One event: the envelope's facts and the change it tells."""

    id: str
    at: datetime
    case_id: str
    domain_id: str
    account: str
    region: str
    event_type: str
    performer: Performer
    change: Change
    own: OwnWrite | None = None
    """The write of ours that caused it, if one did."""
    repair: Repair | None = None
    """Of an event that was lost."""

    @property
    def position(self) -> Position:
        """Where the event stands in the order of its case."""
        return Position(self.at, self.id)
