"""The clock of the local cloud: paused and skipped in tests, ticking with real time when serving."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SkippableClock:
    """A clock that stands still until told otherwise; safe to share between threads.

    Paused, it moves only by `sleep` and `skip_to`. After `tick()` it also runs with real time from where it stood.
    """

    def __init__(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError(f"the clock starts at {moment.isoformat()}, which has no time zone; give an aware datetime")
        self._moment = moment.astimezone(UTC)
        self._ticking_since: float | None = None
        self._changed = threading.Condition()
        self._watchers: list[Callable[[], None]] = []

    @property
    def is_ticking(self) -> bool:
        """Whether real time moves this clock."""
        return self._ticking_since is not None

    def now(self) -> datetime:
        """The moment, aware and in UTC."""
        with self._changed:
            return self._now()

    def tick(self) -> None:
        """Let the clock run with real time from where it stands."""
        with self._changed:
            self._set(self._now(), ticking=True)

    def pause(self) -> None:
        """Hold the clock where it stands."""
        with self._changed:
            self._set(self._now(), ticking=False)

    def sleep(self, seconds: float) -> None:
        """Let time pass: a paused clock advances at once, a ticking one really waits (or is woken by a skip)."""
        target = self.now() + timedelta(seconds=max(0.0, seconds))
        if not self.is_ticking:
            self.skip_to(target)
            return
        with self._changed:
            while (left := (target - self._now()).total_seconds()) > 0:
                self._changed.wait(left)

    def skip_to(self, moment: datetime) -> None:
        """Move forward to `moment`; a moment already past leaves the clock alone."""
        with self._changed:
            if moment <= self._now():
                return
            self._set(moment.astimezone(UTC), ticking=self.is_ticking)
        for watcher in tuple(self._watchers):
            watcher()

    def on_skip(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` after every skip, so that what waits for a moment can look again."""
        self._watchers.append(watcher)

    def _now(self) -> datetime:
        if self._ticking_since is None:
            return self._moment
        return self._moment + timedelta(seconds=time.monotonic() - self._ticking_since)

    def _set(self, moment: datetime, *, ticking: bool) -> None:
        self._moment = moment
        self._ticking_since = time.monotonic() if ticking else None
        self._changed.notify_all()
