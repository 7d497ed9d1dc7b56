"""What is due when in a domain."""

from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush


@dataclass(frozen=True, slots=True)
class Timer:
    """An SLA item that may turn overdue, or (without an item) a merge that may finish."""

    case_id: str
    item_id: str | None = None


class Timers:
    """Timers in the order they fall due; what fires one decides whether it still means anything."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Timer]] = []
        self._count = 0

    def add(self, due: datetime, timer: Timer) -> None:
        """Remember a timer; two due at once fire in the order they were added."""
        self._count += 1
        heappush(self._heap, (due, self._count, timer))

    def first(self) -> tuple[datetime, Timer] | None:
        """The timer due first, without taking it."""
        return (self._heap[0][0], self._heap[0][2]) if self._heap else None

    def take(self) -> tuple[datetime, Timer]:
        """The timer due first, taken."""
        due, _, timer = heappop(self._heap)
        return due, timer
