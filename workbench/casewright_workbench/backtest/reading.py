"""From archives to partitions: every record is put to the others of its case, without being read to the end."""

from collections.abc import Iterator, Sequence
from typing import Final, Protocol
from zlib import error as ZlibError  # noqa: N812  # an exception, named as one

import msgspec
import pyarrow as pa

from casewright.cases.events import ClockDue, ScheduleDue
from casewright.cases.parsing import parse
from casewright.errors import MalformedEvent
from casewright_workbench.backtest.glimpse import Glimpse, glimpse
from casewright_workbench.backtest.lines import lines, side_by_side
from casewright_workbench.backtest.parquet import row_texts
from casewright_workbench.backtest.partitions import PartitionWriter
from casewright_workbench.backtest.places import Place, opened
from casewright_workbench.backtest.rows import EVENT_KINDS
from casewright_workbench.backtest.tally import Read

_UNREADABLE: Final = (EOFError, OSError, ZlibError, pa.ArrowException)
"""What a file that is cut off or damaged raises; what was read of it until then is taken."""
_TICKS: Final = frozenset({"clock_due", "schedule_due"})


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
                    self._line(text, number, line)
            except _UNREADABLE as error:
                self.read.note_problem(number, line + 1, f"the file cannot be read further: {error}")

    def _texts(self, place: Place) -> Iterator[tuple[int, bytes]]:
        if place.name.endswith(".parquet"):
            with place.open() as stream:
                yield from row_texts(stream)
            self._progress.read(place.size)
            return
        with opened(place, self._progress.read) as reader:
            yield from lines(reader)

    def _line(self, text: bytes, place: int, line: int) -> None:
        try:
            seen = glimpse(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            first, *others = side_by_side(text)
            if not others:
                self.read.note_problem(place, line, f"no JSON object: {error}")
            for each in (first, *others) if others else ():
                self._line(each, place, line)
            return
        self._text(text, seen, place, line)

    def _text(self, text: bytes, seen: Glimpse | None, place: int, line: int) -> None:
        try:
            seen = seen or _whole(text)
        except MalformedEvent as error:
            self.read.note_problem(place, line, error)
            return
        if seen.kind in _TICKS:
            self.read.ticks += 1
        elif seen.kind in EVENT_KINDS or not seen.kind:
            self._writer.add(seen.case_id.encode(), text, is_row=bool(seen.kind), place=place, line=line)
            self.read.note_time(seen.at)
            self._progress.found(1)
        else:
            self.read.other_rows += 1


def _whole(text: bytes) -> Glimpse:
    """What a glimpse could not tell, read as `decide` reads it."""
    event = parse(text)
    match event.change:
        case ClockDue():
            return Glimpse("clock_due", event.case_id, event.at)
        case ScheduleDue():
            return Glimpse("schedule_due", event.case_id, event.at)
        case _:
            return Glimpse("", event.case_id, event.at)
