"""Ports to what Cases itself remembers, and to how far comparing it with our log is."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from casewright.cases.events import Event, RelatedItem
from casewright.cases.performers import Performer
from casewright.cases.values import HeldValue
from casewright.decision import Head
from casewright.errors import UnreadableRecord

EntryType = Literal[
    "Case.Created", "Case.Updated", "RelatedItem.Created", "RelatedItem.Updated", "RelatedItem.Deleted", "Case.Merged", "unknown"
]  # fmt: skip
"""As Cases names them; `unknown` is what AWS has added since."""


class AuditChange(msgspec.Struct, frozen=True):
    """A field before and after; `old` is None where the history does not tell it, and an empty field is the empty value."""

    field_id: str
    old: HeldValue | None
    new: HeldValue


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One edit of a case. `item_type` is empty where it is not of a related item."""

    id: str
    type: EntryType
    at: datetime
    performer: Performer
    changes: tuple[AuditChange, ...] = ()
    item_type: str = ""


class TimedCase(msgspec.Struct, frozen=True):
    """A case as a search finds it, and the time it was sorted by."""

    case_id: str
    at: datetime


class TimedCases(msgspec.Struct, frozen=True):
    """A page of cases by a time of theirs, earliest first; `next_page` is empty after the last within the times asked for."""

    cases: tuple[TimedCase, ...]
    next_page: str

    def after(self, since: datetime) -> tuple[datetime, str]:
        """Where to go on: by time, so that what changes meanwhile shifts nothing; by page only within one instant."""
        last = self.cases[-1].at if self.cases else since
        return (last, "") if last > since else (since, self.next_page)


class FoundItem(msgspec.Struct, frozen=True):
    """A related item of any case, and when it was tied to it."""

    case_id: str
    item: RelatedItem
    at: datetime


class FoundItems(msgspec.Struct, frozen=True):
    """A page of related items, newest first; `next_page` is empty after the last."""

    items: tuple[FoundItem, ...]
    next_page: str


class AuditHistory(Protocol):
    """What Cases remembers."""

    def entries(self, case_id: str) -> tuple[AuditEntry, ...]:
        """Every edit of a case that is kept, earliest first. Raises NotFound when the case is gone."""
        ...

    def changed(self, since: datetime, until: datetime, page: str = "") -> TimedCases:
        """The first cases whose last change lies within these times, both included; or a page of them."""
        ...

    def newest_items(self, page: str) -> FoundItems:
        """Related items of all cases. The first page is the empty text. Raises Refused when the page is none of this search."""
        ...

    def items(self, case_id: str) -> tuple[FoundItem, ...]:
        """The related items a case has now, with their content. Raises NotFound when the case is gone."""
        ...


class OpenCases(Protocol):
    """The cases that are not closed."""

    def open_cases(self, since: datetime, page: str = "") -> TimedCases:
        """The first of them that were created then or later, or a page of these."""
        ...


class KnownPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some heads, the cases among them whose head cannot be read, and the id to go on from, empty in the end."""

    heads: tuple[Head, ...] = ()
    unread: Mapping[str, UnreadableRecord] = {}
    after: str = ""


class KnownCases(Protocol):
    """The cases of the table."""

    def heads(self, after: str) -> KnownPage:
        """Those that follow the case of that id in the order of the table; the empty id begins it."""
        ...


class ReconcileMark(msgspec.Struct, frozen=True, kw_only=True):
    """How far a walk is. `at` is what it has reached or begun at, `page` where it goes on, `until` the end of a walk that is under way."""

    at: datetime
    page: str = ""
    until: datetime | None = None


Walk = Literal["began", "cases", "items", "round"]


class ReconcileMarks(Protocol):
    """How far each walk is."""

    def get(self, walk: Walk) -> ReconcileMark | None:
        """The mark; None when the walk never began."""
        ...

    def put(self, walk: Walk, mark: ReconcileMark) -> None:
        """Move the mark."""
        ...


class Repairs(Protocol):
    """The way of lost events into the queue that `decide` reads."""

    def send(self, events: Iterable[Event], *, seconds: int) -> None:
        """Send each as an event of our own, to arrive after a while."""
        ...
