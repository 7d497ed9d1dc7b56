"""What the functions of the house say, handed to whoever listens."""

from collections import Counter
from collections.abc import Callable, Mapping

Listen = Callable[[str, str, Mapping[str, object]], None]
"""Takes function, message and facts of a log line."""


class ListeningTelemetry:
    """Fulfils Telemetry: hands lines to a listener and adds up counters."""

    def __init__(self, function: str, listen: Listen, counts: Counter[tuple[str, str]]) -> None:
        self._function, self._listen, self._counts = function, listen, counts

    def log(self, message: str, **facts: object) -> None:
        """Hand the line on."""
        self._listen(self._function, message, facts)

    def count(self, name: str, value: int = 1) -> None:
        """Add up."""
        self._counts[self._function, name] += value

    def flush(self) -> None:
        """Nothing is held back."""


def silence(_function: str, _message: str, _facts: Mapping[str, object]) -> None:
    """Nobody listens."""
