"""The lists of open clocks: overdue, due soon, due later, paused."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from casewright.decision import Head
from casewright.sla.clocks import Clock
from casewright_workbench.console.desk import Desk
from casewright_workbench.console.durations import as_duration
from casewright_workbench.console.names import Names
from casewright_workbench.console.urgent import SOON, Urgent, urgent


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow:
    """An open clock of a case. `tone` is how urgent it looks: bad, warn, calm or idle. `due_at` is None while that moves."""

    case_id: str
    reference: str
    title: str
    policy: str
    due_at: datetime | None
    left: str
    tone: str
    status: str
    queue: str


@dataclass(frozen=True, slots=True)
class ClockLists:
    """Every open clock, the one due first first; of the paused ones the one that paused first."""

    overdue: tuple[ClockRow, ...]
    soon: tuple[ClockRow, ...]
    later: tuple[ClockRow, ...]
    paused: tuple[ClockRow, ...]

    @property
    def open(self) -> int:
        """How many there are."""
        return sum(map(len, (self.overdue, self.soon, self.later, self.paused)))


def clock_lists(desk: Desk) -> ClockLists:
    """The lists as of now."""
    heads, names, now = [file.head for file in desk.cases.all()], desk.names, desk.clock.now()
    running = urgent(heads, now, within=timedelta.max)
    return ClockLists(
        overdue=_running([each for each in running if each.is_over], names, "bad"),
        soon=_running([each for each in running if not each.is_over and each.left <= SOON], names, "warn"),
        later=_running([each for each in running if not each.is_over and each.left > SOON], names, "calm"),
        paused=tuple(_paused(heads, names, now)),
    )


def _running(clocks: Iterable[Urgent], names: Names, tone: str) -> tuple[ClockRow, ...]:
    shown = ((each, as_duration(abs(each.left))) for each in clocks)
    return tuple(_row(each.head, each.clock, names, f"{left} over" if each.left < timedelta() else left, tone) for each, left in shown)


def _paused(heads: Sequence[Head], names: Names, now: datetime) -> Iterator[ClockRow]:
    found = [(clock.paused_at, head, clock) for head in heads for clock in head.clocks.values() if clock.paused_at]
    for since, head, clock in sorted(found, key=lambda each: (each[0], each[2].policy.name)):
        yield _row(head, clock, names, f"paused for {as_duration(now - since)}", "idle")


def _row(head: Head, clock: Clock, names: Names, left: str, tone: str) -> ClockRow:
    return ClockRow(
        case_id=head.case.case_id,
        reference=names.reference(head),
        title=names.field(head, "title"),
        policy=clock.policy.name,
        due_at=None if clock.paused_at else clock.due_at,
        left=left,
        tone=tone,
        status=names.field(head, "status"),
        queue=names.field(head, "assigned_queue"),
    )
