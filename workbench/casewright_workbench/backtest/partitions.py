"""Events set apart by case in files of their own, so that no more than one case need be in memory.

A record is a header, the id of its case and the text as it came.
"""

import os
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
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
    file: int
    start: int
    length: int


class PartitionWriter:
    """So many files in a folder of their own, open at once."""

    def __init__(self, folder: Path, count: int) -> None:
        folder.mkdir()
        self._files = tuple((folder / _name(number)).open("wb", _BUFFER) for number in range(count))

    def add(self, case_id: bytes, text: bytes, *, is_row: bool, place: int, line: int) -> None:
        """Put an event to the others of its case."""
        header = _HEADER.pack(is_row, place, line, len(case_id), len(text))
        self._files[zlib.crc32(case_id) % len(self._files)].write(header + case_id + text)

    def flush(self) -> None:
        """Let others read what was added."""
        for file in self._files:
            file.flush()


class Partition:
    """The files of one number in every folder, read case by case; use it as a context manager, which removes them."""

    def __init__(self, folder: Path, number: int) -> None:
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
        file, start = self._files[number], 0
        while header := file.read(_HEADER.size):
            is_row, place, line, id_length, length = _HEADER.unpack(header)
            case_id = file.read(id_length).decode()
            start += _HEADER.size + id_length
            yield case_id, Entry(is_row, place, line, number, start, length)
            start += length
            file.seek(start)

    def text(self, entry: Entry) -> bytes:
        """The text of an event."""
        return os.pread(self._files[entry.file].fileno(), entry.length, entry.start)


def _name(number: int) -> str:
    return f"{number:04}.events"
