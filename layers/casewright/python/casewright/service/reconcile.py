"""Reconcile: find the cases whose log may lack something, and have each audited.

Three walks, each with a mark of its own, so that one that is cut off goes on where it was: cases that changed, items that were added, and
all known cases in turn. The last finds what neither search shows: what was deleted, and a change that hides between two that came.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from casewright.cases.events import Event, RelatedItemAdded
from casewright.cases.twins import WITHIN
from casewright.decision import Head
from casewright.errors import Refused, Throttled, UnreadableRecord, named
from casewright.ports.audit import FoundItem, ReconcileMark, TimedCase
from casewright.service.reconcile_case import GRACE, Reconciling, audit, paced
from casewright.service.unread import UnreadCases

OVERLAP: Final = timedelta(minutes=15)
"""How much of what was looked at is looked at again: a search may have told something late."""

SECONDS_KEPT: Final = 45.0
"""Left of the invocation when no further case is taken up: one with a long history takes a while."""

SPARE_AUDITS: Final = 100
"""Of cases that changed and seem complete, in one invocation: an update may be hidden by one that came after it."""

ROUND: Final = timedelta(days=1)
"""A round through all known cases begins no sooner after the one before."""

QUIET: Final = timedelta(days=30)
"""A case in which nothing happened for so long, and no clock runs, is left out of the round."""


class Reconciled(msgspec.Struct, frozen=True):
    """What an invocation did: how many cases it audited, and the events it fed in."""

    audited: int
    lost: tuple[Event, ...]
    is_through: bool
    """Whether every walk came to its end, rather than the time."""
    unread: tuple[UnreadableRecord | Refused, ...] = ()
    """What kept cases from being compared, one of each. A case that can be read again is audited by the next round."""

    def raise_refused(self) -> None:
        """Raise what AWS refused, if it refused anything: all other cases were compared by then."""
        for each in self.unread:
            if isinstance(each, Refused):
                raise each


def reconcile(ports: Reconciling, seconds_left: Callable[[], float], *, spare: int = SPARE_AUDITS) -> Reconciled:
    """Walk as far as the time allows. The first time there is nothing to compare: what happened before then is not ours.

    Throttling ends the invocation; the next one goes on. Of cases that changed and seem complete `spare` are audited.
    """
    began = ports.marks.get("began")
    if began is None:
        began = ReconcileMark(at=ports.time.now())
        ports.marks.put("began", began)
    walker = Walker(ports, began.at, seconds_left, spare)
    try:
        is_through = walker.changed_cases() and walker.new_items() and walker.round()
    except Throttled as error:
        ports.telemetry.log("reconcile stopped", reason=named(error))
        is_through = False
    counts = {"audited": len(walker.audited), "lost": len(walker.lost), "unread": len(walker.unread.errors)}
    ports.telemetry.log("reconciled", **counts, through=is_through)
    return Reconciled(len(walker.audited), tuple(walker.lost), is_through, tuple(walker.unread.errors.values()))


class Walker:
    """One invocation. Each walk answers whether it came to its end."""

    def __init__(self, ports: Reconciling, began: datetime, seconds_left: Callable[[], float], spare: int) -> None:
        self._ports, self._began, self._seconds_left = ports, began, seconds_left
        self._until = ports.time.now() - GRACE
        self._spare = spare
        self.audited = set[str]()
        self.lost = list[Event]()
        self.unread = UnreadCases(ports.telemetry)

    def changed_cases(self) -> bool:
        """Cases by their last change: those whose log does not know it, and some of the others."""
        mark = self._ports.marks.get("cases") or ReconcileMark(at=self._began)
        since, page = max(mark.at - OVERLAP, self._began), ""
        while since <= self._until and self._has_time():
            found = paced(self._ports, self._ports.history.changed(since, self._until, page))
            for case in found.cases:
                if not self._has_time():
                    return False
                with self.unread.passed_over(case.case_id):
                    self._look_at(case, mark.at)
            if not found.next_page:
                self._ports.marks.put("cases", ReconcileMark(at=self._until))
                return True
            since, page = found.after(since)
            self._ports.marks.put("cases", ReconcileMark(at=max(mark.at, since)))
        return since > self._until

    def new_items(self) -> bool:
        """Related items, newest first, down to where the walk before began."""
        mark = self._ports.marks.get("items") or ReconcileMark(at=self._began)
        floor, until = max(mark.at - OVERLAP, self._began), mark.until or self._until
        page = mark.page
        while self._has_time():
            try:
                found = paced(self._ports, self._ports.history.newest_items(page))
            except Refused:
                if not page:
                    raise
                page = ""
                continue
            if not all(self._is_known(item) for item in found.items if floor <= item.at <= until):
                return False
            if not found.next_page or any(item.at < floor for item in found.items[-1:]):
                self._ports.marks.put("items", ReconcileMark(at=max(until, mark.at)))
                return True
            page = found.next_page
            self._ports.marks.put("items", ReconcileMark(at=mark.at, page=page, until=until))
        return False

    def round(self) -> bool:
        """All known cases, in the order of the table."""
        now, mark = self._ports.time.now(), self._ports.marks.get("round")
        if mark is None or (not mark.page and now - mark.at >= ROUND):
            mark = ReconcileMark(at=now)
        elif not mark.page:
            return True
        while self._has_time():
            found = self._ports.known.heads(mark.page)
            for case_id, error in found.unread.items():
                self.unread.tell(case_id, error)
            for head in found.heads:
                if not self._has_time():
                    return False
                if not _is_quiet(head, now):
                    with self.unread.passed_over(head.case.case_id):
                        self._audit(head.case.case_id)
                self._ports.marks.put("round", ReconcileMark(at=mark.at, page=head.case.case_id))
            mark = ReconcileMark(at=mark.at, page=found.after)
            self._ports.marks.put("round", mark)
            if not mark.page:
                return True
        return False

    def _look_at(self, case: TimedCase, reached: datetime) -> None:
        if knows(self._ports.log.head(case.case_id).head, case.at):
            if case.at <= reached or not self._spare:
                return
            self._spare -= 1
        self._audit(case.case_id)
        self._ports.marks.put("cases", ReconcileMark(at=max(reached, case.at)))

    def _is_known(self, found: FoundItem) -> bool:
        """Look at an item; False when there was no time to."""
        if not self._has_time():
            return False
        with self.unread.passed_over(found.case_id):
            log = self._ports.log.entries(found.case_id) if found.case_id not in self.audited else ()
            if not any(isinstance(each.event.change, RelatedItemAdded) and each.event.change.item.id == found.item.id for each in log):
                self._audit(found.case_id)
        return True

    def _audit(self, case_id: str) -> None:
        if case_id not in self.audited:
            self.audited.add(case_id)
            self.lost += audit(case_id, self._began, self._ports)

    def _has_time(self) -> bool:
        return self._seconds_left() > SECONDS_KEPT


def knows(head: Head, updated_at: datetime) -> bool:
    """Whether what was folded of a case reaches to its last change."""
    told = [change.position.at for change in head.field_changes.values()]
    if head.case.created_at is not None:
        told.append(head.case.created_at)
    return bool(told) and updated_at <= max(told) + WITHIN


def _is_quiet(head: Head, now: datetime) -> bool:
    if head.case.deleted:
        return True
    runs = any(clock.is_open for clock in head.clocks.values())
    return head.last is not None and not runs and now - head.last.at > QUIET
