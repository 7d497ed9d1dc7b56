"""How far a backtest is, as bars on standard error."""

import time
from types import TracebackType
from typing import Self

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from casewright_workbench.terminal import Terminal


class Bars:
    """Fulfils run.Progress; use it as a context manager. Nothing is drawn where no terminal is."""

    def __init__(self, size: int) -> None:
        """`size` is that of all that will be read, in bytes."""
        console = Terminal(stderr=True)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[told]}"),
            TimeRemainingColumn(),
        )
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
        self._reading = self._progress.add_task("reading", total=size, told="")
        self._replaying = self._progress.add_task("replaying", total=None, told="", start=False)
        self._found = self._replayed = 0
        self._began: float | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.end()

    def end(self) -> None:
        """Take the bars away."""
        self._progress.stop()

    def read(self, size: int, records: int) -> None:
        """So many bytes were read, and so many records found in them."""
        self._found += records
        self._progress.update(self._reading, advance=size, told=f"{self._found:,} events")

    def replayed(self, records: int) -> None:
        """So many records were replayed, of those found."""
        if self._began is None:
            self._began = time.monotonic()
            self._progress.start_task(self._replaying)
        self._replayed += records
        rate = self._replayed / max(time.monotonic() - self._began, 1e-3)
        self._progress.update(self._replaying, total=self._found, completed=self._replayed, told=f"{rate:,.0f} events/s")
