"""From archives to partitions: every record is put to the others of its case, without being read to the end."""

from collections.abc import Iterator
from typing import Final
from zlib import error as ZlibError  # noqa: N812  # an exception, named as one

import msgspec

from casewright.cases.events import ClockDue, ScheduleDue
from casewright.cases.parsing import parse
from casewright.errors import MalformedEvent
from casewright_workbench.backtest.glimpse import Glimpse, glimpse
from casewright_workbench.backtest.lines import Lines, side_by_side
from casewright_workbench.backtest.opening import opened
from casewright_workbench.backtest.partitions import PartitionWriter
from casewright_workbench.backtest.places import PARQUET, Place
from casewright_workbench.backtest.rows import EVENT_KINDS
from casewright_workbench.backtest.tally import Read

_UNREADABLE: Final = (OSError, EOFError, ZlibError)
"""What a file that is cut off or damaged raises; what was read of it until then is taken."""

_TICKS: Final = frozenset({"clock_due", "schedule_due"})


class Sorted(msgspec.Struct):
    """What reading a place found: of `read` what can be told before replaying; the lines that ended."""

    read: Read
    lines: int = 0
    records: int = 0


class Reader:
    """Reads one place into partitions; `number` stands for it in what is told."""

    def __init__(self, writer: PartitionWriter, place: Place, *, number: int) -> None:
        self._writer, self._place, self._number = writer, place, number
        self._found = Sorted(Read())

    def take(self) -> Sorted:
        """Read all of it."""
        texts, line = self._texts(), 0
        while True:
            try:
                line, start, text = next(texts)
            except StopIteration:
                break
            except _UNREADABLE as error:
                self._found.read.note_problem(self._number, line + 1, f"the file cannot be read further: {error}")
                break
            self._line(text, line, start)
        self._writer.flush()
        return self._found

    def _texts(self) -> Iterator[tuple[int, int, bytes]]:
        """Line, where it can be read again or -1, and text."""
        if self._place.name.endswith(PARQUET):
            from casewright_workbench.backtest.parquet import row_texts  # noqa: PLC0415  # 40 MB in every process, for Parquet alone

            with self._place.open() as stream:
                yield from ((row, -1, text) for row, text in row_texts(stream))
            return
        with opened(self._place) as (reader, begin):
            lines = Lines(reader)
            if self._place.is_large:
                yield from ((line, begin + start, text) for line, start, text in lines)
            else:
                yield from ((line, -1, text) for line, _, text in lines)
            self._found.lines = lines.ended

    def _line(self, text: bytes, line: int, start: int) -> None:
        try:
            seen = glimpse(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            objects = side_by_side(text)
            if len(objects) == 1:
                self._found.read.note_problem(self._number, line, f"no JSON object: {error}")
                return
            for each in objects:
                self._line(each, line, start)
                start += len(each) if start >= 0 else 0
            return
        self._text(text, seen, line, start)

    def _text(self, text: bytes, seen: Glimpse | None, line: int, start: int) -> None:
        read = self._found.read
        try:
            seen = seen or _whole(text)
        except MalformedEvent as error:
            read.note_problem(self._number, line, error)
            return
        if seen.kind in _TICKS:
            read.ticks += 1
        elif seen.kind in EVENT_KINDS or not seen.kind:
            self._writer.add(seen.case_id.encode(), text, is_row=bool(seen.kind), place=self._number, line=line, start=start)
            self._found.records += 1
            read.note_time(seen.at)
        else:
            read.other_rows += 1


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
