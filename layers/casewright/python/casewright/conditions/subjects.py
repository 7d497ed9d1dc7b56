"""What a condition asks about, read from the facts of one moment."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TypeAlias, get_args

import msgspec

from casewright.calendars.calendar import Calendar
from casewright.cases.catalog import FieldType
from casewright.cases.events import (
    CaseAdopted,
    CaseRead,
    CaseUpdated,
    ClockDue,
    Event,
    RelatedItem,
    RelatedItemAdded,
    RelatedItemRemoved,
    RelatedItemUpdated,
    ScheduleDue,
)
from casewright.cases.state import Case, Known, Missing
from casewright.cases.values import EMPTY, User

FactName = Literal[
    "template",
    "case.id",
    "now",
    "performed_by.kind",
    "performed_by.id",
    "related_item.type",
    "comment.body",
    "contact.channel",
    "sla.name",
    "sla.status",
    "sla.milestone",
    "sla.due_at",
]
FACT_NAMES: tuple[str, ...] = get_args(FactName)

REFERENCE_FIELDS = {"assigned_queue": "queue", "assigned_user": "user"}
"""System fields that hold an ARN; they compare by bare id, since AWS's own pages use either."""

Reading: TypeAlias = Known | datetime


class Field(msgspec.Struct, frozen=True, gc=False, tag="field"):
    """A case field by its catalog name; `id` and `field_type` are filled when the bundle is linked."""

    name: str
    id: str = ""
    field_type: FieldType = "Text"


class Fact(msgspec.Struct, frozen=True, gc=False, tag="fact"):
    """Something an event or the moment tells, by one of FACT_NAMES."""

    name: FactName


Subject: TypeAlias = Field | Fact


class ClockFact(msgspec.Struct, frozen=True, gc=False):
    """What an SLA moment speaks of."""

    name: str
    status: str
    milestone: str
    due_at: datetime | None = None
    """When it is due, or was; None where Cases tells a breach without the time."""
    by_time: bool = False
    """Time alone brought the moment, so nobody performed it, even where an event of somebody tells of it first."""


class Facts(msgspec.Struct, frozen=True, gc=False):
    """One moment: an event, the case just before it and as it left it, and the clock it speaks of, if any."""

    event: Event
    before: Case
    after: Case
    included: frozenset[str]
    clock: ClockFact | None = None
    calendars: Mapping[str, Calendar] = {}

    @property
    def as_before(self) -> "Facts":
        """The moment just before the event: nothing had changed yet."""
        return Facts(_uneventful(self.event), self.before, self.before, self.included, None, self.calendars)


def read(subject: Subject, facts: Facts) -> Reading:
    """The value of the subject at this moment."""
    match subject:
        case Field():
            return _typed(facts.after.field(subject.id, included=facts.included), subject)
        case Fact(name=name):
            return _fact(name, facts)


def read_before(subject: Field, facts: Facts) -> Reading:
    """The value of the field just before the event."""
    return _typed(facts.before.field(subject.id, included=facts.included), subject)


def changed(subject: Field, facts: Facts) -> bool:
    """Whether the event names the field among its changed ones."""
    match facts.event.change:
        case CaseUpdated(changed_field_ids=ids):
            return subject.id in ids
        case _:
            return False


def is_reference(field: Field) -> bool:
    """Whether texts of the field are ARNs or bare ids."""
    return field.id in REFERENCE_FIELDS or field.field_type == "User"


def bare_id(reference: str) -> str:
    """The last part of an ARN; a bare id as it is."""
    return reference.rsplit("/", 1)[-1]


def _typed(value: Known, field: Field) -> Reading:
    match value:
        case User(arn=arn):
            return bare_id(arn)
        case str() if is_reference(field):
            return bare_id(value)
        case str() if field.field_type == "DateTime" and value != EMPTY:
            return _instant(value)
        case _:
            return value


def _instant(text: str) -> datetime | Missing:
    """An instant that UTC cannot say is as unknown as a text that is none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return Missing.UNKNOWN


def _fact(name: FactName, facts: Facts) -> Reading:
    match name:
        case "template":
            return facts.after.template_id or Missing.UNKNOWN
        case "case.id":
            return facts.after.case_id
        case "now":
            return facts.event.at
        case "performed_by.kind" | "performed_by.id":
            return _performer_fact(name, facts)
        case "related_item.type" | "comment.body" | "contact.channel":
            return _item_fact(name, facts.event)
        case "sla.name" | "sla.status" | "sla.milestone":
            return getattr(facts.clock, name.removeprefix("sla."), Missing.ABSENT) if facts.clock else Missing.ABSENT
        case "sla.due_at":
            return (facts.clock.due_at or Missing.UNKNOWN) if facts.clock else Missing.ABSENT


def _performer_fact(name: str, facts: Facts) -> Reading:
    if isinstance(facts.event.change, CaseRead | CaseAdopted | ClockDue | ScheduleDue) or (facts.clock and facts.clock.by_time):
        return Missing.ABSENT  # nobody did it: time passed
    performer = facts.event.performer
    return (performer.kind if name == "performed_by.kind" else performer.id) if performer.id else Missing.UNKNOWN


def _item_fact(name: str, event: Event) -> Reading:
    item = related_item(event)
    if item is None:
        return Missing.ABSENT
    match name:
        case "related_item.type":
            return item.type
        case "comment.body" if item.type == "comment":
            return item.comment_body or Missing.UNKNOWN
        case "contact.channel" if item.type == "contact":
            return item.contact_channel or Missing.UNKNOWN
        case _:
            return Missing.ABSENT


def related_item(event: Event) -> RelatedItem | None:
    """The related item an event speaks of, if it does."""
    match event.change:
        case RelatedItemAdded(item=item) | RelatedItemUpdated(item=item) | RelatedItemRemoved(item=item):
            return item
        case _:
            return None


def _uneventful(event: Event) -> Event:
    match event.change:
        case CaseUpdated() as change:
            return msgspec.structs.replace(event, change=msgspec.structs.replace(change, changed_field_ids=()))
        case _:
            return event
