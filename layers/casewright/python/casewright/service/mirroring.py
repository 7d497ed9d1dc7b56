"""Mirroring: whether the SLA item that an effect asks for is still what the clock says, and how long it lasts when it is made."""

from datetime import datetime, timedelta
from typing import Final

from casewright.actions import Action, MirrorSla, UnmirrorSla
from casewright.decision import Head, Outcome
from casewright.errors import NotFound, QuotaReached
from casewright.ports.cases import RelatedItems
from casewright.sla.clocks import Clock

MINUTE: Final = timedelta(minutes=1)

LONGEST: Final = 1_051_200
"""Minutes that an SLA item of Cases may last (Cases API, targetSlaMinutes)."""


def overtaken(action: Action, head: Head) -> str:
    """Why the clock no longer wants what was asked for its item; empty when it still does, or when no item is asked for.

    Whatever changed the clock since has asked for its own item. So an attempt that may have happened need not be brought to its end.
    """
    match action:
        case MirrorSla() | UnmirrorSla() if head.case.deleted:
            return "the case was deleted"
        case MirrorSla() as sla:
            return _not_as_shown(sla, head.clocks.get(sla.name))
        case UnmirrorSla(name=name, missed_at=missed_at):
            return "the clock runs again" if _runs(head.clocks.get(name), missed_at) else ""
        case _:
            return ""


def mirrored(sla: MirrorSla, items: RelatedItems, *, case_id: str, entity: str, now: datetime) -> Outcome:
    """Have the item made. Minutes are rounded up, so that it is never overdue before the clock is.

    Where none can be made, one that shows a later time, or an earlier one of a clock that outlasts all items, goes all the same.
    """
    minutes = -((now - sla.due_at) // MINUTE)
    try:
        if minutes < 1:
            items.unmirror_sla(case_id, sla.name, later_than=sla.due_at)
            return Outcome(status="superseded", detail=f"the clock was due at {sla.due_at.isoformat()}: an overdue one is given no item")
        if minutes > LONGEST:
            items.unmirror_sla(case_id, sla.name)
            return Outcome(status="skipped", detail=f"the clock is due in {minutes} minutes; an SLA item lasts up to {LONGEST}")
        return Outcome(status="done", detail=items.mirror_sla(case_id, sla, minutes=minutes, entity=entity))
    except QuotaReached as error:
        return Outcome(status="skipped", detail=str(error))
    except NotFound:
        return _CASE_GONE


def unmirrored(sla: UnmirrorSla, items: RelatedItems, *, case_id: str) -> Outcome:
    """Have the open items taken away."""
    try:
        return Outcome(status="done", detail=f"deleted {items.unmirror_sla(case_id, sla.name)}")
    except NotFound:
        return _CASE_GONE


_CASE_GONE: Final = Outcome(status="superseded", detail="the case is gone, and its items with it")


def _not_as_shown(sla: MirrorSla, clock: Clock | None) -> str:
    ran_out = clock is not None and clock.status == "Overdue" and clock.due_at == sla.due_at
    if clock is None or not (clock.status == "Active" or ran_out):
        return f"the clock is {clock.status if clock else 'gone'} meanwhile"
    mirror = clock.policy.mirror
    if mirror is None or (mirror.field.id, mirror.value) != (sla.field_id, sla.target_value):
        return "the clock waits for something else meanwhile"
    return "" if clock.due_at == sla.due_at else f"the clock is due at {clock.due_at.isoformat()} meanwhile"


def _runs(clock: Clock | None, missed_at: datetime | None) -> bool:
    if clock is None or clock.policy.mirror is None:
        return False
    return clock.status == "Active" or (clock.status == "Overdue" and clock.due_at != missed_at)
