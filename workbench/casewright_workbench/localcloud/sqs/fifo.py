"""FIFO queues: message groups in order, one receive at a time each, and deduplication for five minutes."""

import heapq
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .messages import Message, State
from .queue import Queue

DEDUPLICATION = timedelta(minutes=5)


@dataclass(slots=True)
class _Group:
    """The visible messages of a group in order, how many are in flight, and how far ahead the last one is delayed."""

    ready: list[tuple[int, int, Message]] = field(default_factory=list)
    in_flight: int = 0
    last_visible_at: datetime | None = None

    def head(self) -> Message | None:
        """The first visible message."""
        while self.ready and self.ready[0][2].changes != self.ready[0][1]:
            heapq.heappop(self.ready)
        return self.ready[0][2] if self.ready else None


class FifoQueue(Queue):
    """While messages of a group are in flight, no others of the group are received."""

    def __init__(self, *, retention: timedelta) -> None:
        super().__init__(retention=retention)
        self._groups: dict[str, _Group] = {}
        self._available: list[tuple[int, str]] = []
        self._seen: dict[tuple[str, str], Any] = {}
        self._seen_order: deque[tuple[datetime, tuple[str, str]]] = deque()

    def add(self, message: Message, *, visible_at: datetime, now: datetime) -> None:
        """Put a message at the end of its group; it is never visible before those ahead of it."""
        group = self._group(message)
        group.last_visible_at = max(visible_at, group.last_visible_at or visible_at)
        super().add(message, visible_at=group.last_visible_at, now=now)

    def duplicate_of(self, key: tuple[str, str], now: datetime) -> Any:
        """What was noted for the same deduplication key in the last five minutes."""
        while self._seen_order and self._seen_order[0][0] + DEDUPLICATION <= now:
            self._seen.pop(self._seen_order.popleft()[1], None)
        return self._seen.get(key)

    def note_sent(self, key: tuple[str, str], sent: Any, now: datetime) -> None:
        """Remember a deduplication key."""
        self._seen[key] = sent
        self._seen_order.append((now, key))

    def has_receivable(self, now: datetime) -> bool:
        """Whether any group has a visible message and none in flight."""
        self.settle(now)
        return self._first_available() is not None

    def _next(self, received: list[Message]) -> Message | None:
        """As many as there are of the group begun with, then the next group."""
        if received:
            begun = self._group(received[-1])
            if (head := begun.head()) is not None:
                heapq.heappop(begun.ready)
                return head
        name = self._first_available(other_than={message.group_id for message in received})
        if name is None:
            return None
        group = self._groups[name]
        message = group.head()
        if message is not None:
            heapq.heappop(group.ready)
        return message

    def _first_available(self, other_than: set[str | None] | None = None) -> str | None:
        while self._available:
            sequence, name = self._available[0]
            head = self._groups[name].head()
            if head is not None and head.sequence == sequence and not self._groups[name].in_flight and name not in (other_than or ()):
                return name
            heapq.heappop(self._available)
        return None

    def _change(self, message: Message, state: State) -> None:
        group = self._group(message)
        group.in_flight += (state is State.IN_FLIGHT) - (message.state is State.IN_FLIGHT)
        super()._change(message, state)
        self._offer(group, message.group_id or "")

    def _show(self, message: Message) -> None:
        self._change(message, State.READY)
        group = self._group(message)
        heapq.heappush(group.ready, (message.sequence, message.changes, message))
        self._offer(group, message.group_id or "")

    def _offer(self, group: _Group, name: str) -> None:
        head = group.head()
        if head is not None and not group.in_flight:
            heapq.heappush(self._available, (head.sequence, name))

    def _group(self, message: Message) -> _Group:
        return self._groups.setdefault(message.group_id or "", _Group())
