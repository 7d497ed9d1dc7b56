"""Ports to time."""

from datetime import datetime
from typing import Protocol


class Time(Protocol):
    """The clock on the wall."""

    def now(self) -> datetime:
        """The present instant."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
