"""Arming: whether effects are performed, without asking for each event."""

from datetime import datetime, timedelta
from typing import Final

from casewright.ports.clock import Time
from casewright.ports.effects import Arming

REMEMBERED: Final = timedelta(seconds=10)


class RememberedArming:
    """Fulfils Arming: that it is armed is remembered for a while, that it is not is asked again.

    What is decided as armed just after that was taken back waits in the queue: `perform` asks each time.
    """

    def __init__(self, arming: Arming, time: Time) -> None:
        self._arming, self._time = arming, time
        self._armed_at: datetime | None = None

    def is_armed(self) -> bool:
        """As told by now, or within the last ten seconds."""
        now = self._time.now()
        if self._armed_at is not None and abs(now - self._armed_at) < REMEMBERED:
            return True
        armed = self._arming.is_armed()
        self._armed_at = now if armed else None
        return armed
