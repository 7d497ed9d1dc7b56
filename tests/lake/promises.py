"""SLA clocks computed a second time: from the messages, minute by minute, sharing nothing with engine, rows or SQL.

Every event lies on a whole minute. Nothing here is quick: open time is counted by looking at each minute.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

MINUTE = timedelta(minutes=1)
FIRST = datetime(2026, 11, 16, tzinfo=UTC)
IsOpen = Callable[[datetime], bool]


@dataclass(frozen=True)
class Promise:
    """A policy: met by closing the case or by a comment; minutes allowed for urgent cases and for others; what begins a new cycle."""

    name: str
    urgent: int
    usual: int
    met_by: str = "closing"
    again: tuple[str, str] | None = None
    """The change of status that begins a new cycle; a promise met by a comment begins again with each."""
    pauses: bool = True


@dataclass
class Cycle:
    """What came of one cycle. `counted` are minutes by queue up to the last change of hands, pause or end."""

    case_id: str
    promise: Promise
    number: int
    start: datetime
    target: int
    queue: str
    mark: datetime
    status: str = "Active"
    paused: int = 0
    paused_since: datetime | None = None
    due: datetime = FIRST
    end: datetime | None = None
    missed_in: str | None = None
    counted: Counter[str] = field(default_factory=Counter)


class Minutes:
    """A calendar as a row of minutes."""

    def __init__(self, is_open: IsOpen, days: int = 60) -> None:
        self.row = bytes(is_open(FIRST + place * MINUTE) for place in range(days * 1440))

    def between(self, start: datetime, end: datetime) -> int:
        return self.row[self._place(start) : self._place(end)].count(1)

    def after(self, start: datetime, minutes: int) -> datetime:
        place = self._place(start)
        while minutes:
            minutes -= self.row[place]
            place += 1
        return FIRST + place * MINUTE

    def _place(self, moment: datetime) -> int:
        return int((moment - FIRST) / MINUTE)


def cycles(messages: Iterable[str], promise: Promise, minutes: Minutes) -> list[Cycle]:
    """Every cycle of the promise on every case."""
    found: list[Cycle] = []
    for case_id, events in _cases(messages).items():
        found += _Case(case_id, promise, minutes).played(events)
    return found


class _Case:
    def __init__(self, case_id: str, promise: Promise, minutes: Minutes) -> None:
        self.case_id, self.promise, self.minutes = case_id, promise, minutes
        self.fields: dict[str, str] = {}
        self.gone = False
        self.cycles: list[Cycle] = []

    def played(self, events: list[dict[str, Any]]) -> list[Cycle]:
        for event in events:
            self._take(event, datetime.fromisoformat(event["approximateChangeTime"]))
        return self.cycles

    def _take(self, event: dict[str, Any], now: datetime) -> None:
        before, kind = self.fields, event["eventType"]
        if kind == "CASE.DELETED":
            self.gone = True
        elif kind.startswith("CASE."):
            self.fields = {name: str(held["value"].get("stringValue", "")) for name, held in event["case"]["fields"].items()}
        if not self.cycles:
            if kind == "CASE.CREATED":
                self._begin(now)
            return
        cycle = self.cycles[-1]
        self._overtaken(cycle, now)
        self._ended(cycle, kind, now)
        if self._begins_again(event, before, kind) and self._begin(now):
            if cycle.end is None:
                self._stop(cycle, "Cancelled", now)
        elif cycle.end is None:
            self._moved(cycle, now)

    def _begin(self, now: datetime) -> bool:
        if self.gone or (self.promise.met_by == "closing" and self.fields["status"] == "closed"):
            return False
        cycle = Cycle(self.case_id, self.promise, len(self.cycles) + 1, now, self._target(), self._queue(), now)
        self.cycles.append(cycle)
        self._time(cycle)
        self._pause_or_resume(cycle, now)
        return True

    def _ended(self, cycle: Cycle, kind: str, now: datetime) -> None:
        met = self.fields["status"] == "closed" if self.promise.met_by == "closing" else kind == "RELATED_ITEM.CREATED"
        if cycle.end is None and self.gone:
            self._stop(cycle, "Cancelled", now)
        elif cycle.end is None and met:
            self._stop(cycle, "NotMet" if cycle.status == "Overdue" else "Met", now)

    def _begins_again(self, event: dict[str, Any], before: dict[str, str], kind: str) -> bool:
        if self.promise.met_by == "comment":
            return kind == "RELATED_ITEM.CREATED"
        if self.promise.again is None or "status" not in event.get("changedFieldIds", ()):
            return False
        return (before["status"], self.fields["status"]) == self.promise.again

    def _moved(self, cycle: Cycle, now: datetime) -> None:
        """Pause or resume, take another target, change hands: in this order."""
        self._pause_or_resume(cycle, now)
        if cycle.target != self._target():
            cycle.target = self._target()
            since = cycle.paused_since
            if since is not None:
                waited = self.minutes.between(since, now)
                if self.minutes.after(cycle.start, cycle.target + cycle.paused + waited) < now:
                    self._resume(cycle, now)
            self._time(cycle)
            self._overtaken(cycle, now)
        if cycle.queue != self._queue():
            self._count(cycle, now)
            cycle.queue = self._queue()

    def _pause_or_resume(self, cycle: Cycle, now: datetime) -> None:
        waiting = self.promise.pauses and self.fields["status"] == "waiting"
        if waiting and cycle.status == "Active":
            self._count(cycle, now)
            cycle.status, cycle.paused_since = "Paused", now
        elif not waiting and cycle.status == "Paused":
            self._resume(cycle, now)

    def _resume(self, cycle: Cycle, now: datetime) -> None:
        assert cycle.paused_since
        cycle.paused += self.minutes.between(cycle.paused_since, now)
        cycle.status, cycle.paused_since, cycle.mark = "Active", None, now
        self._time(cycle)

    def _overtaken(self, cycle: Cycle, now: datetime) -> None:
        if cycle.status == "Active" and cycle.due < now:
            cycle.status, cycle.missed_in = "Overdue", cycle.queue

    def _stop(self, cycle: Cycle, status: str, now: datetime) -> None:
        if cycle.status == "Paused":
            self._resume(cycle, now)
        self._count(cycle, now)
        cycle.status, cycle.end = status, now

    def _count(self, cycle: Cycle, now: datetime) -> None:
        if cycle.status != "Paused":
            cycle.counted[cycle.queue] += self.minutes.between(cycle.mark, now)
            cycle.mark = now

    def _time(self, cycle: Cycle) -> None:
        cycle.due = self.minutes.after(cycle.start, cycle.target + cycle.paused)

    def _target(self) -> int:
        return self.promise.urgent if self.fields.get("f-priority") == "high" else self.promise.usual

    def _queue(self) -> str:
        return self.fields.get("assigned_queue", "")


def _cases(messages: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    once = {envelope["id"]: envelope["detail"] | {"id": envelope["id"]} for envelope in map(json.loads, messages)}
    cases = defaultdict(list)
    for detail in sorted(once.values(), key=lambda each: (datetime.fromisoformat(each["approximateChangeTime"]), each["id"])):
        about = detail.get("case") or detail["relatedItem"]
        cases[about["caseId"]].append(detail)
    return cases
