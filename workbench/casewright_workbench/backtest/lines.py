"""A stream of bytes as JSON texts: one a line, or many on one line, as Firehose writes what EventBridge gives it."""

from collections.abc import Iterator
from io import BufferedIOBase
from typing import Final

import msgspec

MOST_BYTES: Final = 4 << 20
"""Of one text; a record of Firehose has at most a quarter of it. What is longer is cut, and so malformed."""

_SEAM: Final = b"}{"
_any: Final = msgspec.json.Decoder(msgspec.Raw)


def texts(reader: BufferedIOBase) -> Iterator[tuple[int, bytes]]:
    """Each text with the number of its line, from 1; empty lines are passed over."""
    number, rest = 1, b""
    while piece := reader.readline(MOST_BYTES):
        rest = rest + piece if rest else piece
        if _SEAM in rest:
            *complete, rest = _split(rest)
            for text in complete:
                yield number, text
        ended = piece.endswith(b"\n")
        if (ended or len(rest) >= MOST_BYTES) and not rest.isspace():
            yield number, rest
            rest = b""
        number += ended
    if rest and not rest.isspace():
        yield number, rest


def _split(text: bytes) -> Iterator[bytes]:
    """Objects that stand side by side; the last may be incomplete. A seam within a string is none: what ends there is no JSON."""
    start, seam = 0, text.find(_SEAM)
    while seam >= 0:
        if _is_json(text[start : seam + 1]):
            yield text[start : seam + 1]
            start = seam + 1
        seam = text.find(_SEAM, seam + 1)
    yield text[start:]


def _is_json(text: bytes) -> bool:
    try:
        _any.decode(text)
    except msgspec.DecodeError:
        return False
    return True
