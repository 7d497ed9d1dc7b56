"""The list of cases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from casewright_workbench.console.desk import Desk
from casewright_workbench.console.timeline import clock_tone


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case in the list; `clocks` are (policy, status, tone)."""

    case_id: str
    reference: str
    title: str
    template: str
    status: str
    priority: str
    queue: str
    changed_at: datetime
    events: int
    effects: int
    clocks: tuple[tuple[str, str, str], ...]
    deleted: bool


def rows(desk: Desk) -> Iterator[CaseRow]:
    """Every case, the one that changed last first."""
    for file in sorted(desk.cases.all(), key=lambda each: each.log[-1].event.position, reverse=True):
        names, head = desk.names, file.head
        yield CaseRow(
            case_id=file.case_id,
            reference=names.reference(head),
            title=names.field(head, "title") or "Untitled case",
            template=names.template(head),
            status="Deleted" if head.case.deleted else names.field(head, "status"),
            priority=names.field(head, "priority"),
            queue=names.field(head, "assigned_queue"),
            changed_at=file.log[-1].event.at,
            events=len(file.log),
            effects=len(file.effects),
            clocks=tuple((name, clock.status, clock_tone(clock.status)) for name, clock in sorted(head.clocks.items())),
            deleted=head.case.deleted,
        )
