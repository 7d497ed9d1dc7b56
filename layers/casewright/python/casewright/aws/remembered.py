"""Answers remembered for a while, so that mail does not ask other services about the same people again and again."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from casewright.ports.clock import Time

FOR: Final = timedelta(minutes=5)
_MOST: Final = 5_000

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Asks where nothing is remembered, or no longer; an error is not remembered."""

    def __init__(self, ask: Callable[[K], V], time: Time, *, keep: timedelta = FOR) -> None:
        self._ask, self._time, self._keep = ask, time, keep
        self._answers: dict[K, tuple[datetime, V]] = {}

    def __call__(self, of: K, *, afresh: bool = False) -> V:
        """The answer; `afresh` asks whatever is remembered."""
        now = self._time.now()
        if not afresh and of in self._answers and abs(now - self._answers[of][0]) < self._keep:
            return self._answers[of][1]
        answer = self._ask(of)
        if len(self._answers) >= _MOST:
            self._answers.clear()
        self._answers[of] = now, answer
        return answer
