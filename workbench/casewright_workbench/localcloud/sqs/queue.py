"""Queues as state: what is visible, what is hidden until when, and in which order messages are received.

Every operation takes the moment it happens at. Hidden messages lie in a heap by the moment they turn visible; entries of heaps are
not removed but recognised as outdated by the message's count of changes.
"""

import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from .messages import Message, State


class Queue:
    """A standard queue: messages are received in the order in which they were sent or came back."""

    def __init__(self, *, retention: timedelta) -> None:
        self.retention = retention
        self.counts: Counter[State] = Counter()
        self.messages: dict[str, Message] = {}
        self._order = itertools.count()
        self._ready: list[tuple[int, int, Message]] = []
        self._hidden: list[tuple[datetime, int, int, Message]] = []
        self._by_age: list[tuple[datetime, int, Message]] = []

    def add(self, message: Message, *, visible_at: datetime, now: datetime) -> None:
        """Put a message on the queue, hidden until `visible_at`."""
        self.messages[message.id] = message
        heapq.heappush(self._by_age, (message.sent_at, next(self._order), message))
        self.counts[message.state] += 1
        if visible_at > now:
            self._hide(message, State.DELAYED, visible_at)
        else:
            self._show(message)

    def receive(self, most: int, *, visibility: timedelta, now: datetime, bury: Callable[[Message], bool]) -> list[Message]:
        """Take up to `most` messages and hide them; `bury` may take a message away instead (it was received too often)."""
        self.settle(now)
        received: list[Message] = []
        while len(received) < most and (message := self._next(received)) is not None:
            if bury(message):
                continue
            message.receipt += 1
            message.total_receives += 1
            message.received_at = now
            message.first_received_at = message.first_received_at or now
            self._hide(message, State.IN_FLIGHT, now + visibility)
            received.append(message)
        self._taken(received)
        self.settle(now)
        return received

    def remove(self, message: Message) -> None:
        """Take a message off the queue for good."""
        self._change(message, State.GONE)
        self.messages.pop(message.id, None)

    def change_visibility(self, message: Message, visible_at: datetime, *, now: datetime) -> None:
        """Hide a message in flight until another moment."""
        self._hide(message, State.IN_FLIGHT, visible_at)
        self.settle(now)

    def settle(self, now: datetime) -> None:
        """Show what is due and drop what is too old."""
        while self._hidden and self._hidden[0][0] <= now:
            _, _, changes, message = heapq.heappop(self._hidden)
            if message.changes == changes:
                self._show(message)
        while self._by_age and (self._by_age[0][2].state is State.GONE or self._by_age[0][0] + self.retention <= now):
            message = heapq.heappop(self._by_age)[2]
            if message.state is not State.GONE:
                self.remove(message)

    def next_visible(self) -> datetime | None:
        """When the next hidden message turns visible."""
        while self._hidden and self._hidden[0][3].changes != self._hidden[0][2]:
            heapq.heappop(self._hidden)
        return self._hidden[0][0] if self._hidden else None

    def has_receivable(self, now: datetime) -> bool:
        """Whether a receive would get anything."""
        self.settle(now)
        return self.counts[State.READY] > 0

    def purge(self) -> None:
        """Remove everything."""
        for message in tuple(self.messages.values()):
            self.remove(message)

    def _next(self, _received: list[Message]) -> Message | None:
        while self._ready:
            _, changes, message = heapq.heappop(self._ready)
            if message.changes == changes:
                return message
        return None

    def _taken(self, received: list[Message]) -> None:
        """Told after a receive; a standard queue has nothing to note."""

    def _show(self, message: Message) -> None:
        self._change(message, State.READY)
        heapq.heappush(self._ready, (message.sequence, message.changes, message))

    def _hide(self, message: Message, state: State, visible_at: datetime) -> None:
        self._change(message, state)
        message.visible_at = visible_at
        heapq.heappush(self._hidden, (visible_at, next(self._order), message.changes, message))

    def _change(self, message: Message, state: State) -> None:
        self.counts[message.state] -= 1
        self.counts[state] += 1
        message.state = state
        message.changes += 1
