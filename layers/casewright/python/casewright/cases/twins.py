"""When two events tell one change: an event of the stream that is late, and what the audit history told of it before.

A change is known by its case, its type, what it changed, the new values, and its time within two seconds. A case is created and deleted
once, and so is an item on it: those are known without their time.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from casewright.cases.events import (
    CaseCreated,
    CaseDeleted,
    CaseUpdated,
    Event,
    RelatedItem,
    RelatedItemAdded,
    RelatedItemRemoved,
    RelatedItemUpdated,
)
from casewright.cases.values import EMPTY, HeldValue

WITHIN: Final = timedelta(seconds=2)
"""How far the times of one change may lie apart."""

BOOKKEEPING: Final = frozenset(
    {"last_updated_datetime", "last_updated_user", "last_closed_datetime", "last_reopened_datetime", "next_sla_breach_datetime"}
)
"""What Cases maintains by itself: whether these count among the changed fields may differ from one telling to another."""

LONGEST_TEXT: Final = 4100
"""Of a value in the audit history; a comment may be longer, and is cut there."""


def same_change(one: Event, other: Event, included: frozenset[str]) -> bool:
    """Whether the two tell one change. `included` are the fields that events carry: of others neither tells the value for sure."""
    if one.case_id != other.case_id:
        return False
    close = abs(one.at - other.at) <= WITHIN
    match one.change, other.change:
        case (CaseCreated(), CaseCreated()) | (CaseDeleted(), CaseDeleted()):
            return True
        case CaseUpdated() as change, CaseUpdated() as twin:
            return close and _same_values(change, twin, included)
        case (RelatedItemAdded(item), RelatedItemAdded(twin)) | (RelatedItemRemoved(item), RelatedItemRemoved(twin)):
            return item.id == twin.id if item.id and twin.id else close and item.type == twin.type
        case RelatedItemUpdated(item), RelatedItemUpdated(twin):
            return close and _same_item(item, twin)
        case _:
            return False


def among(event: Event, others: Iterable[Event], included: frozenset[str]) -> Event | None:
    """The first of the others that tells the same change."""
    return next((each for each in others if same_change(event, each, included)), None)


def _same_values(one: CaseUpdated, other: CaseUpdated, included: frozenset[str]) -> bool:
    changed = set(one.changed_field_ids) - BOOKKEEPING
    if changed != set(other.changed_field_ids) - BOOKKEEPING:
        return False
    if one.fields is None or other.fields is None:
        return True
    return all(_value(one.fields.get(each)) == _value(other.fields.get(each)) for each in changed & included)


def _value(value: HeldValue | None) -> HeldValue:
    return EMPTY if value is None else value


def _same_item(one: RelatedItem, other: RelatedItem) -> bool:
    if one.id != other.id and one.id and other.id:
        return False
    if one.type != other.type or (one.sla_status and other.sla_status and one.sla_status.lower() != other.sla_status.lower()):
        return False
    bodies = one.comment_body[:LONGEST_TEXT], other.comment_body[:LONGEST_TEXT]
    return bodies[0] == bodies[1] or not all(bodies)
