"""Ports to queues and streams."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from casewright.ports.log import DueClock

Row = Mapping[str, object]


class CaseEvents(Protocol):
    """The queue that `decide` reads."""

    def send_due(self, clocks: Iterable[DueClock], now: datetime) -> int:
        """Send each as an event of our own, to arrive when it is due; answers how many."""
        ...

    def send_scheduled(self, rule: str, at: datetime, case_ids: Sequence[str]) -> None:
        """Send an event of our own for each case: the schedule of the rule came at that instant."""
        ...

    def send_back(self, body: str, *, waited: int, seconds: int) -> None:
        """Send a message again, to arrive after a while, with the number of times it waited."""
        ...


class DeadLetters(Protocol):
    """Where messages go that cannot be used."""

    def bury(self, body: str, reason: str) -> None:
        """Keep a message with the reason."""
        ...


class Lake(Protocol):
    """The stream into the lake."""

    def put(self, rows: Sequence[Row]) -> None:
        """Deliver rows, at least once."""
        ...
