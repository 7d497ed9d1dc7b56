"""SLA items of Cases that no clock of ours stands behind: that they are overdue is known from the stream alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from casewright.cases.events import Change, RelatedItem, RelatedItemAdded, RelatedItemUpdated
from casewright.sla.clocks import Clock

_OVERDUE: Final = "overdue"
"""Compared without regard to case: AWS spells the status `Overdue` in the API and `overdue` in its data lake."""


class NativeBreach(msgspec.Struct, frozen=True, array_like=True):
    """What tells one breach from another. Of the same item and target time there is one, however often Cases tells it.

    One whose target time is not told is any breach of the item that was told before, else the one whose time is told next.
    """

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


def is_among(breach: NativeBreach, told: Iterable[NativeBreach]) -> bool:
    """Whether rules were told the breach."""
    of_item = [each for each in told if each.item_id == breach.item_id]
    return bool(of_item) if breach.target_at is None else breach in of_item or _without_time(of_item)


def remembered(breach: NativeBreach, told: tuple[NativeBreach, ...]) -> tuple[NativeBreach, ...]:
    """What rules were told, after a breach: where its time is known at last, it is known from then on."""
    if not is_among(breach, told):
        return (*told, breach)
    if breach in told or breach.target_at is None:
        return told
    return tuple(breach if each.item_id == breach.item_id else each for each in told)


def _without_time(of_item: Sequence[NativeBreach]) -> bool:
    return [each.target_at for each in of_item] == [None]
