"""A stream of bytes as texts: one a line, or many on one line, as Firehose writes what EventBridge gives it."""

from collections.abc import Iterator
from io import BufferedIOBase
from typing import Final

import msgspec

MOST_BYTES: Final = 4 << 20
"""Read at once; a record of Firehose has at most a quarter of it. A text that is longer is cut, and so malformed."""

_SEAM: Final = b"}{"
_any: Final = msgspec.json.Decoder(msgspec.Raw)


def lines(reader: BufferedIOBase) -> Iterator[tuple[int, bytes]]:
    """Each line with its number, from 1; empty ones are passed over. A very long line comes in parts that end where an object does."""
    number, rest = 1, b""
    while piece := reader.readline(MOST_BYTES):
        ended = piece.endswith(b"\n")
        text = rest + piece if rest else piece
        rest = b""
        if not ended and len(text) >= MOST_BYTES:
            *complete, rest = side_by_side(text)
            rest = rest if complete else b""
            yield from ((number, each) for each in complete or [text])
        elif not text.isspace():
            yield number, text
        number += ended
    if rest:
        yield number, rest


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
