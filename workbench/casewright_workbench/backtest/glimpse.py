"""The case and the time of an event, found in its bytes without reading them all."""

import re
from datetime import datetime
from typing import Final, NamedTuple

_CASE: Final = b'"caseId"'
_TIME: Final = b'"approximateChangeTime"'
_TEXT: Final = re.compile(rb'\s*:\s*"([^"\\]+)"')


class Glimpse(NamedTuple):
    """Whose event it is, and when it happened."""

    case_id: bytes
    at: datetime


def glimpse(text: bytes) -> Glimpse | None:
    """Answer only where nothing else can be meant: each key stands once, with a plain text. None says: read it all."""
    case_id, at = _after(_CASE, text), _after(_TIME, text)
    if case_id is None or at is None:
        return None
    try:
        moment = datetime.fromisoformat(at.decode())
    except ValueError:
        return None
    return Glimpse(case_id, moment) if moment.tzinfo else None


def _after(key: bytes, text: bytes) -> bytes | None:
    place = text.find(key)
    if place < 0 or text.find(key, place + len(key)) >= 0:
        return None
    found = _TEXT.match(text, place + len(key))
    return found[1] if found else None
