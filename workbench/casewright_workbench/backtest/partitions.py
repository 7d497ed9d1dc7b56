"""Events set apart by case in files of their own, so that no more than one case need be in memory.

A record is a header, the id of its case and the text as it came, if that does not lie in a file that can be read again.
"""

import os
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from struct import Struct
from types import TracebackType
from typing import IO, Final, NamedTuple, Self

from casewright_workbench.backtest.places import Place

_HEADER: Final = Struct("<?IIIqI")
_BUFFER: Final = 1 << 16
_MOST_OPEN: Final = 64


class Entry(NamedTuple):
    """Where the text of an event lies; whether it is a row of the lake; the place and the line it came from."""

    is_row: bool
    place: int
    line: int
    file: int
    """Of the partition; -1 where it lies in its place."""
    start: int
    length: int


class PartitionWriter:
    """So many files in a folder of their own, open at once."""

    def __init__(self, folder: Path, count: int) -> None:
        folder.mkdir()
        self._files = tuple((folder / _name(number)).open("wb", _BUFFER) for number in range(count))

    def add(self, case_id: bytes, text: bytes, *, is_row: bool, place: int, line: int, start: int) -> None:
        """Put an event to the others of its case; `start` says where in its place it can be read again, and is -1 where it cannot."""
        header = _HEADER.pack(is_row, place, line, len(case_id), start, len(text))
        self._files[zlib.crc32(case_id) % len(self._files)].write(header + case_id + text if start < 0 else header + case_id)

    def flush(self) -> None:
        """Let others read what was added."""
        for file in self._files:
            file.flush()


class Partition:
    """The files of one number in every folder, read case by case; use it as a context manager, which removes them."""

    def __init__(self, folder: Path, number: int, originals: "Originals") -> None:
        self._originals = originals
        self._paths = sorted(folder.glob(f"*/{_name(number)}"))
        self._files = [path.open("rb", _BUFFER) for path in self._paths]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        for path, file in zip(self._paths, self._files, strict=True):
            file.close()
            path.unlink()

    def cases(self) -> Mapping[str, list[Entry]]:
        """The cases of the partition by id, and their events: envelopes before rows, and in the order of the archive."""
        found: defaultdict[str, list[Entry]] = defaultdict(list)
        for number in range(len(self._files)):
            for case_id, entry in self._entries(number):
                found[case_id].append(entry)
        return {case_id: sorted(found[case_id]) for case_id in sorted(found)}

    def _entries(self, number: int) -> Iterator[tuple[str, Entry]]:
        file, here = self._files[number], 0
        while header := file.read(_HEADER.size):
            is_row, place, line, id_length, start, length = _HEADER.unpack(header)
            case_id = file.read(id_length).decode()
            here += _HEADER.size + id_length
            if start >= 0:
                yield case_id, Entry(is_row, place, line, -1, start, length)
                continue
            yield case_id, Entry(is_row, place, line, number, here, length)
            here += length
            file.seek(here)

    def text(self, entry: Entry) -> bytes:
        """The text of an event."""
        file = self._originals.file(entry.place) if entry.file < 0 else self._files[entry.file]
        return os.pread(file.fileno(), entry.length, entry.start)


class Originals:
    """The files of an archive that are read again, a few of them open."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = places
        self._open: dict[str, IO[bytes]] = {}

    def file(self, place: int) -> IO[bytes]:
        """The file of a place."""
        name = self._places[place].name
        if name not in self._open:
            if len(self._open) == _MOST_OPEN:
                self._open.pop(next(iter(self._open))).close()
            self._open[name] = self._places[place].open()
        return self._open[name]


def _name(number: int) -> str:
    return f"{number:04}.events"
