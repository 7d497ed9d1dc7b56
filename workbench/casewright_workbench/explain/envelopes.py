"""Events of a file: EventBridge envelopes, one a line."""

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO

from casewright.cases.events import Event
from casewright.cases.parsing import parse
from casewright.errors import BadInput, MalformedEvent


def events_of(path: str, *, own_role: str = "") -> Iterator[Event]:
    """The events in the order of the file; `-` is the standard input, and a name that ends in .gz is unpacked.

    Raises:
        BadInput: the file is not there, or cannot be read, or a line is no event; the message of the last two begins with FILE:LINE.
    """
    name, number = "<stdin>" if path == "-" else path, 0
    try:
        with _opened(path) as lines:
            for number, line in enumerate(lines, start=1):  # noqa: B007  # told by the second handler too
                if line.strip():
                    yield parse(line, own_role=own_role)
    except MalformedEvent as error:
        raise BadInput(f"{name}:{number}: {error}") from error
    except (FileNotFoundError, IsADirectoryError) as error:
        raise BadInput(f"{name} is not a file; give one of EventBridge envelopes, one a line, or - for the standard input") from error
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{name}:{number + 1}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _opened(path: str) -> "nullcontext[IO[bytes]] | gzip.GzipFile | IO[bytes]":
    if path == "-":
        return nullcontext(sys.stdin.buffer)
    return gzip.open(path) if path.endswith(".gz") else Path(path).open("rb")
