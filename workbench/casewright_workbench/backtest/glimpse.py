"""Whose event a text tells and when it happened, without reading all of it."""

from datetime import datetime
from typing import Annotated, Final, NamedTuple

import msgspec

from casewright.cases.subscriptions import ITEM_PREFIXES

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Glimpse(NamedTuple):
    """What is seen of an event. `kind` is empty for an envelope, and that of the row for a row of the lake."""

    kind: str
    case_id: str
    at: datetime


class _Of(msgspec.Struct, rename="camel"):
    case_id: str = ""


class _Detail(msgspec.Struct, rename="camel"):
    event_type: str = ""
    approximate_change_time: _Instant | None = None
    case: _Of | None = None
    related_item: _Of | None = None


class _Text(msgspec.Struct):
    detail: _Detail | None = None
    kind: str = ""
    case_id: str = ""
    event_timestamp: _Instant | None = None


_texts: Final = msgspec.json.Decoder(_Text)


def glimpse(text: bytes) -> Glimpse | None:
    """What is seen of a text that is an object of JSON; None where it must be read as a whole.

    Raises:
        msgspec.DecodeError: it is no JSON, or more than one object.
    """
    try:
        seen = _texts.decode(text)
    except msgspec.ValidationError:
        return None
    if seen.detail is None:
        at, of, kind = seen.event_timestamp, seen.case_id, seen.kind
        return Glimpse(kind, of, at) if kind and at is not None else None
    detail = seen.detail
    subject = detail.related_item if detail.event_type.startswith(ITEM_PREFIXES) else detail.case
    if detail.approximate_change_time is None or subject is None or not subject.case_id:
        return None
    return Glimpse("", subject.case_id, detail.approximate_change_time)
