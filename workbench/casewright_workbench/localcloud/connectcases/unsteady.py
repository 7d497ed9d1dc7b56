"""The faults of the event stream, on purpose: events dropped, doubled, and delayed past those that follow them."""

import heapq
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from casewright_workbench.localcloud.service import Clock, Publish


@dataclass(frozen=True, slots=True)
class Faults:
    """Which share of events suffers what, drawn from `seed`: the same seed and the same events give the same faults.

    A copy comes after up to `longest_delay`, and so does a delayed event, which puts it behind events that happened later.
    """

    dropped: float = 0.0
    doubled: float = 0.0
    delayed: float = 0.0
    longest_delay: timedelta = timedelta(minutes=5)
    seed: int = 0


class UnsteadyStream:
    """Publishes envelopes with the faults it is set to; at first with none. `lost` are those it dropped."""

    def __init__(self, clock: Clock, publish: Publish) -> None:
        self._clock, self._publish = clock, publish
        self._late: list[tuple[datetime, int, dict[str, Any]]] = []
        self._places = count()
        self.lost: list[dict[str, Any]] = []
        self.set(Faults())

    def set(self, faults: Faults) -> None:
        """Suffer these from now on; what is delayed already still comes."""
        self._faults, self._chance = faults, Random(faults.seed)  # noqa: S311 -- faults are no secret

    def publish(self, envelope: dict[str, Any]) -> None:
        """Publish now, later, twice, or never."""
        faults = self._faults
        dropped, doubled, delayed = (self._chance.random() < share for share in (faults.dropped, faults.doubled, faults.delayed))
        if dropped:
            self.lost.append(envelope)
            return
        if doubled:
            self._later(envelope)
        if delayed:
            self._later(envelope)
        else:
            self._publish(envelope)

    def next_timer(self) -> datetime | None:
        """When the next delayed event comes."""
        return self._late[0][0] if self._late else None

    def run_timers(self) -> None:
        """Publish the delayed events whose time has come."""
        while self._late and self._late[0][0] <= self._clock.now():
            self._publish(heapq.heappop(self._late)[2])

    def _later(self, envelope: dict[str, Any]) -> None:
        moment = self._clock.now() + self._faults.longest_delay * self._chance.random()
        heapq.heappush(self._late, (moment, next(self._places), envelope))
