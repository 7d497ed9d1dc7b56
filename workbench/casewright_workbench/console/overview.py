"""The overview: what is open, what is due, what was done, what waits."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from casewright.actions import name_of
from casewright.cases.events import CaseCreated, CaseUpdated
from casewright_workbench.console.clock_list import ClockLists, clock_lists
from casewright_workbench.console.desk import Desk
from casewright_workbench.console.effects import described
from casewright_workbench.console.figures import Figures, ended_effects, figures
from casewright_workbench.console.lake_figures import LakeFigures
from casewright_workbench.console.queues import Depth, depths
from casewright_workbench.deployment.records import CaseFile

MOST_CLOCKS: Final = 10
"""Of one list."""
MOST_EFFECTS: Final = 16
_HOURS: Final = 14


@dataclass(frozen=True, slots=True)
class EffectRow:
    """An effect that ended."""

    ended_at: datetime
    case_id: str
    reference: str
    rule: str
    action: str
    status: str
    what: str


@dataclass(frozen=True, slots=True)
class Hour:
    """Cases created and closed in one hour, with bar heights from 0 to 100."""

    label: str
    created: int
    closed: int
    created_height: float
    closed_height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything on the page."""

    run: Figures
    open_cases: int
    by_status: tuple[tuple[str, int], ...]
    clocks: ClockLists
    effects: tuple[EffectRow, ...]
    firings: tuple[tuple[str, int, float], ...]
    hours: tuple[Hour, ...]
    queues: tuple[Depth, ...]
    lake: LakeFigures


def overview(desk: Desk) -> Overview:
    """The page as of now."""
    files, now = desk.cases.all(), desk.clock.now()
    run = figures(files, emails=len(desk.outbox.messages()))
    there = [file for file in files if not file.head.case.deleted]
    statuses = Counter(desk.names.field(file.head, "status") or "unknown" for file in there)
    return Overview(
        run=run,
        open_cases=sum(count for status, count in statuses.items() if status != "Closed"),
        by_status=tuple((status, count) for status, count in statuses.most_common() if status != "Closed"),
        clocks=clock_lists(desk),
        effects=tuple(_effect_rows(files, desk)),
        firings=_firings(run.firings),
        hours=tuple(_hours(files, desk, now)),
        queues=depths(desk.sqs),
        lake=desk.lake.read(),
    )


def _effect_rows(files: Iterable[CaseFile], desk: Desk) -> Iterator[EffectRow]:
    for ended_at, file, standing in ended_effects(files)[:MOST_EFFECTS]:
        effect = standing.effect
        yield EffectRow(
            ended_at=ended_at,
            case_id=file.case_id,
            reference=desk.names.reference(file.head),
            rule=effect.rule,
            action=name_of(effect.action),
            status=standing.status,
            what=described(effect, desk.names) if standing.status == "done" else desk.names.readable(standing.detail),
        )


def _firings(firings: Mapping[str, int]) -> tuple[tuple[str, int, float], ...]:
    most = max(firings.values(), default=1)
    return tuple((rule, count, 100 * count / most) for rule, count in firings.items())


def _hours(files: Iterable[CaseFile], desk: Desk, now: datetime) -> Iterator[Hour]:
    created, closed = Counter[datetime](), Counter[datetime]()
    for file in files:
        for entry in file.log:
            hour = entry.event.at.astimezone(desk.zone).replace(minute=0, second=0, microsecond=0)
            match entry.event.change:
                case CaseCreated():
                    created[hour] += 1
                case CaseUpdated(fields=fields, changed_field_ids=changed) if fields and "status" in changed:
                    closed[hour] += fields.get("status") == "closed"
    last = now.astimezone(desk.zone).replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in reversed(range(_HOURS))]
    most = max([1, *(created[hour] for hour in hours), *(closed[hour] for hour in hours)])
    for hour in hours:
        shares = (100 * created[hour] / most, 100 * closed[hour] / most)
        yield Hour(f"{hour:%H}", created[hour], closed[hour], *shares)
