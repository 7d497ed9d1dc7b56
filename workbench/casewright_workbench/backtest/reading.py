"""From archives to partitions: every record is put to the others of its case, without being read to the end."""

from collections.abc import Iterator, Sequence
from typing import Final, Protocol
from zlib import error as ZlibError  # noqa: N812  # an exception, named as one

import pyarrow as pa

from casewright.cases.events import ClockDue, ScheduleDue, Unrecognised
from casewright.cases.parsing import parse
from casewright.errors import MalformedEvent
from casewright_workbench.backtest.glimpse import Glimpse, glimpse
from casewright_workbench.backtest.lines import texts
from casewright_workbench.backtest.parquet import row_texts
from casewright_workbench.backtest.partitions import PartitionWriter
from casewright_workbench.backtest.places import Place, opened
from casewright_workbench.backtest.rows import EVENT_KINDS, glimpse_row, is_row
from casewright_workbench.backtest.tally import Read

_UNREADABLE: Final = (EOFError, OSError, ZlibError, pa.ArrowException)
"""What a file that is cut off or damaged raises; what was read of it until then is taken."""


class Progress(Protocol):
    """Hears how far a backtest is."""

    def read(self, size: int) -> None:
        """So many bytes more were read."""
        ...

    def found(self, records: int) -> None:
        """So many records more were found."""
        ...

    def begin_replaying(self) -> None:
        """Everything is read."""
        ...

    def replayed(self, records: int) -> None:
        """So many records more were replayed, of those found."""
        ...


class Reader:
    """Reads places into partitions; `read` tells what it found, with the time of the last event."""

    def __init__(self, writer: PartitionWriter, *, progress: Progress) -> None:
        self.read = Read()
        self._writer, self._progress = writer, progress

    def take(self, places: Sequence[Place]) -> None:
        """Read every place."""
        for number, place in enumerate(places):
            line = 0
            try:
                for line, text in self._texts(place):
                    self._one(text, number, line)
            except _UNREADABLE as error:
                self.read.note_problem(number, line + 1, f"the file cannot be read further: {error}")

    def _texts(self, place: Place) -> Iterator[tuple[int, bytes]]:
        if place.name.endswith(".parquet"):
            with place.open() as stream:
                yield from row_texts(stream)
            self._progress.read(place.size)
            return
        with opened(place, self._progress.read) as reader:
            yield from texts(reader)

    def _one(self, text: bytes, place: int, line: int) -> None:
        try:
            seen = glimpse(text)
            from_row = seen is None and is_row(text)
            seen = seen or (self._row(text) if from_row else self._whole(text))
        except MalformedEvent as error:
            self.read.note_problem(place, line, error)
            return
        if seen is not None:
            self._writer.add(seen.case_id, text, is_row=from_row, place=place, line=line)
            self.read.note_time(seen.at)
            self._progress.found(1)

    def _row(self, text: bytes) -> Glimpse | None:
        kind, seen = glimpse_row(text)
        if kind in ("clock_due", "schedule_due"):
            self.read.ticks += 1
            return None
        if kind not in EVENT_KINDS:
            self.read.other_rows += 1
            return None
        return seen

    def _whole(self, text: bytes) -> Glimpse | None:
        """What no glimpse could tell, read as `decide` reads it."""
        event = parse(text)
        if isinstance(event.change, ClockDue | ScheduleDue):
            self.read.ticks += 1
            return None
        if isinstance(event.change, Unrecognised) and not event.case_id:
            self.read.unrecognised += 1
            return None
        return Glimpse(event.case_id.encode(), event.at)
