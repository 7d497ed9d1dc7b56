"""Which case an event is about, at a glance: for reading ahead. Whether the event is one is for parsing to say."""

from typing import Final

import msgspec


class _Named(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    case_id: str = ""


class _Detail(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    case_id: str = ""
    case: _Named = _Named()
    related_item: _Named = _Named()


class _Glance(msgspec.Struct, frozen=True, gc=False):
    detail: _Detail


_decoder: Final = msgspec.json.Decoder(_Glance)


def case_named(body: str) -> str:
    """The id of the case that an envelope names; empty where it does not name one as the events of Cases and our own do."""
    try:
        detail = _decoder.decode(body).detail
    except msgspec.DecodeError:
        return ""
    return detail.case.case_id or detail.related_item.case_id or detail.case_id
