"""Clocks that want somebody now: those that are overdue and those due before long."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from casewright.aws.case_log import CaseTable
from casewright.aws.clients import Client
from casewright.decision import Head
from casewright.errors import UnreadableRecord
from casewright.sla.clocks import Clock
from casewright.sla.policies import BREACH

SOON: Final = timedelta(hours=2)
"""What is due within it is due soon, unless a longer time is asked for."""


@dataclass(frozen=True, slots=True)
class Urgent:
    """A clock that runs, of a case, and the wall time left until it is due: below nought once that is over."""

    head: Head
    clock: Clock
    left: timedelta

    @property
    def is_over(self) -> bool:
        """Whether its time has run out: its breach may be told in some seconds only, and its due time may have moved on since."""
        return self.clock.status == "Overdue" or self.left < timedelta()


def urgent(heads: Iterable[Head], now: datetime, *, within: timedelta) -> tuple[Urgent, ...]:
    """The running clocks that are overdue or due within that time, first due first. When a paused one is due is not known."""
    clocks = [(head, clock) for head in heads for clock in head.clocks.values() if clock.status in ("Active", "Overdue")]
    running = [Urgent(head, clock, clock.due_at - now) for head, clock in clocks]
    found = [each for each in running if each.is_over or each.left <= within]
    return tuple(sorted(found, key=lambda each: (each.clock.due_at, each.clock.policy.name)))


def urgent_in(client: Client, table: str, now: datetime, *, within: timedelta) -> tuple[tuple[Urgent, ...], tuple[str, ...]]:
    """The same from the table, and why some of it could not be read. Its index names the cases, whose heads are then read one by one."""
    unread = list[UnreadableRecord]()
    log = CaseTable(client, table, unread=unread.append)
    overdue = {each.case_id for each in log.overdue()}
    due = {each.case_id for each in log.due_before(now + within) if each.milestone == BREACH}
    heads = list[Head]()
    for case_id in sorted(overdue | due):
        try:
            heads.append(log.head(case_id).head)
        except UnreadableRecord as error:
            unread.append(error)
    return urgent(heads, now, within=within), tuple(sorted({str(each) for each in unread}))
