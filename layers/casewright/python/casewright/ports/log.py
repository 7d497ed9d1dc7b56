"""Ports to the log of every case, and to the clocks that fall due."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol, Self

import msgspec

from casewright.cases.events import Event
from casewright.decide import Decided
from casewright.decision import Head
from casewright.redecide import Logged
from casewright.sla.clocks import pending
from casewright.sla.policies import BREACH


class StoredHead(msgspec.Struct, frozen=True):
    """A head as read, with the version it must still have when it is written; 0 when the case is new."""

    head: Head
    version: int


class DueClock(msgspec.Struct, frozen=True):
    """A milestone about to come."""

    case_id: str
    policy: str
    cycle: int
    milestone: str
    due: datetime

    @classmethod
    def all_of(cls, head: Head) -> tuple[Self, ...]:
        """Every milestone still to come of a case."""
        return tuple(
            cls(head.case.case_id, policy, clock.cycle, milestone, due)
            for policy, clock in head.clocks.items()
            for due, milestone in pending(clock)
        )

    @classmethod
    def overdue_of(cls, head: Head) -> tuple[Self, ...]:
        """The breach of every clock of a case that is overdue: it has fired, and the clock runs on."""
        return tuple(
            cls(head.case.case_id, policy, clock.cycle, BREACH, clock.due_at)
            for policy, clock in head.clocks.items()
            if clock.status == "Overdue"
        )


class CaseLog(Protocol):
    """The log of every case, and the head folded from it."""

    def read_ahead(self, case_ids: Sequence[str]) -> None:
        """Read the heads of up to 100 cases together, and forget those read ahead before.

        Each serves once; whoever asks for it again gets it read anew.
        """
        ...

    def head(self, case_id: str) -> StoredHead:
        """The head, blank when the case is new."""
        ...

    def logged(self, case_id: str, event_id: str) -> Logged | None:
        """The event of that id with its decision, if it was logged."""
        ...

    def entries(self, case_id: str) -> tuple[Logged, ...]:
        """Everything logged of a case, in no particular order."""
        ...

    def record(self, decided: Decided, event: Event, *, version: int, armed: bool) -> None:
        """Write event, head, decision and effects in one transaction.

        Raises:
            VersionConflict: the head is no longer at `version`, or the event was logged meanwhile.
        """
        ...


class Keeping(Protocol):
    """How long the log of a case is kept."""

    def keep(self, head: Head) -> None:
        """Let all that is logged of the case expire as its head does, or stay as its head does; nothing where the head changed meanwhile.

        Raises:
            VersionConflict: somebody wrote in between: read the head again, and begin anew.
        """
        ...


class DueClocks(Protocol):
    """The index of clocks by their next due time."""

    def due_before(self, moment: datetime) -> Iterator[DueClock]:
        """Every milestone that comes before the moment and has not fired, as they are read; some may have fired just now."""
        ...
