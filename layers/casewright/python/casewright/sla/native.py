"""SLA items of Cases that no clock of ours stands behind: that they are overdue is known from the stream alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from casewright.cases.events import Change, RelatedItem, RelatedItemAdded, RelatedItemUpdated
from casewright.sla.clocks import Clock

_OVERDUE: Final = "overdue"
"""Compared without regard to case: AWS spells the status `Overdue` in the API and `overdue` in its data lake."""


class NativeBreach(msgspec.Struct, frozen=True, array_like=True):
    """What tells one breach from another. Of the same item and target time there is one, however often Cases tells it."""

    item_id: str
    target_at: datetime | None
    """None where the event does not tell it."""

    def id(self, case_id: str) -> str:
        """The same for the same breach, whichever event told it first."""
        return f"sla-item/{case_id}/{self.item_id}/{self.target_at.isoformat() if self.target_at else ''}"


def overdue_item(change: Change, clocks: Mapping[str, Clock]) -> RelatedItem | None:
    """The SLA item that an event tells to be overdue; None where it is the mirror of a clock of the case: that fires by itself."""
    if not isinstance(change, RelatedItemAdded | RelatedItemUpdated) or change.item.type != "sla":
        return None
    clock = clocks.get(change.item.sla_name)
    is_ours = clock is not None and clock.policy.mirror is not None
    return None if is_ours or change.item.sla_status.lower() != _OVERDUE else change.item


def breach_of(item: RelatedItem) -> NativeBreach:
    """The breach that an overdue item is."""
    return NativeBreach(item.id, item.sla_target_at)
