"""Related items as events carry them.

The letter case of relatedItemType differs between AWS's own pages and samples, and the shape of an SLA item on the stream is
undocumented: every form seen is accepted.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, get_args

import msgspec

from casewright.cases.events import RelatedItem, RelatedItemType
from casewright.cases.values import FieldValue, from_wire
from casewright.errors import MalformedEvent

_TYPES: Final = frozenset(get_args(RelatedItemType))
_CONNECTED_CASE: Final = frozenset({"connectcase", "connect"})
"""ConnectCase in the API, `connect` in the data lake."""

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class _Item(msgspec.Struct, rename="camel"):
    case_id: Annotated[str, msgspec.Meta(min_length=1)]
    related_item_id: Annotated[str, msgspec.Meta(min_length=1)]
    related_item_type: str = ""
    created_date_time: _Instant | None = None


class _Sla(msgspec.Struct, rename="camel"):
    name: str = ""
    status: str = ""
    target_time: _Instant | None = None
    completion_time: _Instant | None = None


def parse(wire: Mapping[str, Any]) -> tuple[RelatedItem, str]:
    """Read `detail.relatedItem`; answer the item and the id of its case.

    Raises:
        MalformedEvent: caseId or relatedItemId is missing, or a member has a wrong type.
    """
    try:
        told = _sla_part(wire)
        item, sla = msgspec.convert(wire, _Item), msgspec.convert(told, _Sla)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        raise MalformedEvent("$.detail.relatedItem" + path.rstrip("`"), problem) from error
    kind = item.related_item_type.lower().replace("_", "")
    kind = "case" if kind in _CONNECTED_CASE else "sla" if told and kind not in _TYPES else kind
    return RelatedItem(
        id=item.related_item_id,
        type=kind if kind in _TYPES else "unknown",  # type: ignore[arg-type]  # membership in the Literal was just asked
        created_at=item.created_date_time,
        comment_body=_text(wire, "comment", "body"),
        contact_arn=_text(wire, "contact", "contactArn"),
        contact_channel=_text(wire, "contact", "channel").upper(),
        file_arn=_text(wire, "file", "fileArn"),
        sla_name=sla.name,
        sla_status=sla.status,
        sla_target_at=sla.target_time,
        sla_completed_at=sla.completion_time,
        connected_case_id=_text(wire, "connectCase", "caseId"),
        fields=dict(_custom_fields(wire)),
    ), item.case_id


def _sla_part(wire: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the event tells of an SLA: under `sla`, under `slaConfiguration`, or under both, one in the other."""
    nested = _member(wire, "sla")
    return _member(nested, "slaConfiguration") or _member(wire, "slaConfiguration") or nested


def _custom_fields(wire: Mapping[str, Any]) -> Iterator[tuple[str, FieldValue]]:
    fields = _member(wire, "custom").get("fields", ())
    for place, field in enumerate(fields if isinstance(fields, list) else ()):
        try:
            yield str(field["id"]), from_wire(field["value"])
        except (KeyError, TypeError, ValueError) as error:
            where = f"$.detail.relatedItem.custom.fields[{place}]"
            raise MalformedEvent(where, f"got {field!r}; accepted is an id and a field value") from error


def _member(wire: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = next((value for key, value in wire.items() if key.lower() == name.lower()), None)
    return found if isinstance(found, dict) else {}


def _text(wire: Mapping[str, Any], part: str, name: str) -> str:
    value = _member(wire, part).get(name, "")
    return value if isinstance(value, str) else ""
