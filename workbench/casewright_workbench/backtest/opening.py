"""A place as a stream of lines: unpacked if it is gzip, and of a part of a file the lines that begin in it."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase, BufferedReader, RawIOBase
from typing import IO, Any, Final

from casewright_workbench.backtest.places import Place, is_packed

_BUFFER: Final = 1 << 20


@contextmanager
def opened(place: Place) -> Iterator[tuple[BufferedIOBase, int]]:
    """The bytes of the lines of a place; and where in its file they begin, if it is of lines."""
    with place.open() as stream:
        if place.of_lines:
            begin, end = (_line_from(stream, at) for at in (place.start, place.start + place.size))
            stream.seek(begin)
            yield BufferedReader(_Limited(stream, end - begin), _BUFFER), begin
            return
        reader = BufferedReader(_Limited(stream), _BUFFER)
        if not is_packed(reader.peek(2)):
            yield reader, 0
            return
        with gzip.GzipFile(fileobj=reader) as unpacked:
            yield BufferedReader(unpacked, _BUFFER), 0


def _line_from(stream: IO[bytes], at: int) -> int:
    """Where the first line begins that does not begin before a place."""
    if at == 0:
        return 0
    stream.seek(at - 1)
    while (piece := stream.readline(_BUFFER)) and not piece.endswith(b"\n"):
        pass
    return stream.tell()


class _Limited(RawIOBase):
    """At most so many bytes of a stream."""

    def __init__(self, stream: IO[bytes], most: int | None = None) -> None:
        self._stream, self._left = stream, most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        read = self._stream.read(len(buffer) if self._left is None else min(len(buffer), self._left))
        if self._left is not None:
            self._left -= len(read)
        buffer[: len(read)] = read
        return len(read)
