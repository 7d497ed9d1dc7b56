"""What sets a rule or a clock off."""

from typing import Final, Literal, get_args

from casewright.cases.events import (
    CaseAdopted,
    CaseCreated,
    CaseDeleted,
    CaseRead,
    CaseUpdated,
    Change,
    ClockDue,
    ClockRecomputed,
    MailReported,
    RelatedItemAdded,
    RelatedItemRemoved,
    RelatedItemUpdated,
    ScheduleDue,
    Unrecognised,
)

Trigger = Literal[
    "case_created",
    "case_updated",
    "case_deleted",
    "related_item_added",
    "related_item_updated",
    "related_item_removed",
    "sla_milestone",
    "sla_breached",
    "sla_met",
    "schedule",
]
TRIGGERS: Final[tuple[str, ...]] = get_args(Trigger)


def trigger_of(change: Change) -> Trigger | None:
    """The trigger an event stands for; None for our own readings and ticks, and for what is not recognised."""
    match change:
        case CaseCreated():
            return "case_created"
        case CaseUpdated():
            return "case_updated"
        case CaseDeleted():
            return "case_deleted"
        case RelatedItemAdded():
            return "related_item_added"
        case RelatedItemUpdated():
            return "related_item_updated"
        case RelatedItemRemoved():
            return "related_item_removed"
        case ScheduleDue():
            return "schedule"
        case CaseRead() | CaseAdopted() | ClockDue() | ClockRecomputed() | MailReported() | Unrecognised():
            return None
