"""A stream of bytes as texts: one a line, or many on one line, as Firehose writes what EventBridge gives it."""

from collections.abc import Iterator
from io import BufferedIOBase
from typing import Final

import msgspec

MOST_BYTES: Final = 4 << 20
"""Read at once; a record of Firehose has at most a quarter of it. A text that is longer is cut, and so malformed."""

_SEAM: Final = b"}{"
_any: Final = msgspec.json.Decoder(msgspec.Raw)


class Lines:
    """The lines of a stream: number (from 1), place in the stream, and text. `ended` counts those that have ended.

    Empty ones are passed over. A very long one comes in parts that end where an object does.
    """

    def __init__(self, reader: BufferedIOBase) -> None:
        self.ended = 0
        self._reader = reader

    def __iter__(self) -> Iterator[tuple[int, int, bytes]]:
        """Number, place and text."""
        rest, start = b"", 0
        while piece := self._reader.readline(MOST_BYTES):
            ended = piece.endswith(b"\n")
            text = rest + piece if rest else piece
            rest = b""
            if not ended and len(text) >= MOST_BYTES:
                *complete, rest = side_by_side(text)
                rest = rest if complete else b""
                for each in complete or [text]:
                    yield self.ended + 1, start, each
                    start += len(each)
            else:
                if not text.isspace():
                    yield self.ended + 1, start, text
                start += len(text)
            self.ended += ended
        if rest:
            yield self.ended + 1, start, rest


def side_by_side(text: bytes) -> list[bytes]:
    """Objects that stand side by side; the last may be incomplete. A seam within a string is none: what ends there is no JSON."""
    found = list[bytes]()
    start, seam = 0, text.find(_SEAM)
    while seam >= 0:
        if _is_json(text[start : seam + 1]):
            found.append(text[start : seam + 1])
            start = seam + 1
        seam = text.find(_SEAM, seam + 1)
    return [*found, text[start:]]


def _is_json(text: bytes) -> bool:
    try:
        _any.decode(text)
    except msgspec.DecodeError:
        return False
    return True
