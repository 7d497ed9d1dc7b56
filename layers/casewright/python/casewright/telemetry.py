"""Structured log lines and counters: ids and outcomes, never personal data."""

from typing import Protocol


class Telemetry(Protocol):
    """Where a use case says what it did."""

    def log(self, message: str, **facts: object) -> None:
        """One structured line."""
        ...

    def count(self, name: str, value: int = 1) -> None:
        """Add to a counter of the namespace Casewright."""
        ...

    def flush(self) -> None:
        """Write the counters of this invocation."""
        ...
