"""Asynchronous invocations: tried again after one and then two minutes, as Lambda does, then given up."""

import heapq
import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .function import Function

RETRIES = (timedelta(minutes=1), timedelta(minutes=2))


@dataclass(frozen=True, slots=True)
class Waiting:
    """An invocation to come; `attempt` counts from 0."""

    function: Function
    event: dict[str, Any]
    attempt: int


class AsynchronousInvocations:
    """What is still to be invoked, by when; `given_up` is what failed three times."""

    def __init__(self) -> None:
        self._order = itertools.count()
        self._waiting: list[tuple[datetime, int, Waiting]] = []
        self.given_up: list[Waiting] = []

    def add(self, waiting: Waiting, at: datetime) -> None:
        """Invoke at a moment."""
        heapq.heappush(self._waiting, (at, next(self._order), waiting))

    def take_due(self, now: datetime) -> Waiting | None:
        """The next one that is due."""
        if self._waiting and self._waiting[0][0] <= now:
            return heapq.heappop(self._waiting)[2]
        return None

    def failed(self, waiting: Waiting, now: datetime) -> None:
        """Try again later, or give up."""
        if waiting.attempt < len(RETRIES):
            self.add(Waiting(waiting.function, waiting.event, waiting.attempt + 1), now + RETRIES[waiting.attempt])
        else:
            self.given_up.append(waiting)

    def next_wake(self) -> datetime | None:
        """When the next one is due."""
        return self._waiting[0][0] if self._waiting else None
