"""Events set apart by case in files of their own, so that no more than one case need be in memory.

A record is a header, the id of its case and the text as it came.
"""

import os
import zlib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from struct import Struct
from types import TracebackType
from typing import Final, NamedTuple, Self

_HEADER: Final = Struct("<?IIII")
_BUFFER: Final = 1 << 16


class Entry(NamedTuple):
    """Where the text of an event lies in a partition; whether it is a row of the lake; the file and the line it came from."""

    is_row: bool
    place: int
    line: int
    start: int
    length: int


class PartitionWriter:
    """So many files in a folder, open at once; `records` tells how many each has."""

    def __init__(self, folder: Path, count: int) -> None:
        self.paths = tuple(folder / f"{number:04}.events" for number in range(count))
        self.records = [0] * count
        self._files = tuple(path.open("wb", _BUFFER) for path in self.paths)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        for file in self._files:
            file.close()

    def add(self, case_id: bytes, text: bytes, *, is_row: bool, place: int, line: int) -> None:
        """Put an event to the others of its case."""
        header = _HEADER.pack(is_row, place, line, len(case_id), len(text))
        number = zlib.crc32(case_id) % len(self._files)
        self._files[number].write(header + case_id + text)
        self.records[number] += 1


class Partition:
    """One file, read case by case; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", _BUFFER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._file.close()

    def cases(self) -> Mapping[str, list[Entry]]:
        """The cases of the partition and their events, in the order they came."""
        found: defaultdict[str, list[Entry]] = defaultdict(list)
        start = 0
        while header := self._file.read(_HEADER.size):
            is_row, place, line, id_length, length = _HEADER.unpack(header)
            case_id = self._file.read(id_length).decode()
            start += _HEADER.size + id_length
            found[case_id].append(Entry(is_row, place, line, start, length))
            start += length
            self._file.seek(start)
        return found

    def text(self, entry: Entry) -> bytes:
        """The text of an event."""
        return os.pread(self._file.fileno(), entry.length, entry.start)
