"""Related items as events carry them.

The letter case of relatedItemType differs between AWS's own pages and samples, and the shape of an SLA item on the stream is
undocumented: every form seen is accepted.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, get_args

import msgspec

from casewright.cases.events import RelatedItem, RelatedItemType
from casewright.cases.values import HeldValue, from_wire, outline
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


_NO_SLA: Final = _Sla()
_CONFIGURATION: Final = "slaconfiguration"


def parse(wire: Mapping[str, Any]) -> tuple[RelatedItem, str]:
    """Read `detail.relatedItem`; answer the item and the id of its case.

    Raises:
        MalformedEvent: caseId or relatedItemId is missing, or a member has a wrong type.
    """
    parts = _parts(wire)
    told = _sla_part(parts)
    try:
        item, sla = msgspec.convert(wire, _Item), msgspec.convert(told, _Sla) if told else _NO_SLA
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        raise MalformedEvent("$.detail.relatedItem" + path.rstrip("`"), problem) from error
    kind = item.related_item_type.lower().replace("_", "")
    kind = "case" if kind in _CONNECTED_CASE else "sla" if told and kind not in _TYPES else kind
    return RelatedItem(
        id=item.related_item_id,
        type=kind if kind in _TYPES else "unknown",  # type: ignore[arg-type]  # membership in the Literal was just asked
        created_at=item.created_date_time,
        comment_body=_text(parts, "comment", "body"),
        contact_arn=_text(parts, "contact", "contactArn"),
        contact_channel=_text(parts, "contact", "channel").upper(),
        file_arn=_text(parts, "file", "fileArn"),
        sla_name=sla.name,
        sla_status=sla.status,
        sla_target_at=sla.target_time,
        sla_completed_at=sla.completion_time,
        connected_case_id=_text(parts, "connectcase", "caseId"),
        fields=dict(_custom_fields(parts)) if "custom" in parts else {},
    ), item.case_id


def _parts(wire: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The members that are objects, by name in lower case; of two names that differ in letter case alone the first counts."""
    members: dict[str, Any] = {}
    for name, member in wire.items():
        members.setdefault(name.lower(), member)
    return {name: member for name, member in members.items() if isinstance(member, dict)}


def _sla_part(parts: dict[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """What the event tells of an SLA: under `sla`, under `slaConfiguration`, or under both, one in the other; in a `content` or without."""
    within = parts | _parts(parts.get("content", {}))
    nested = within.get("sla", {})
    told = (_parts(nested).get(_CONFIGURATION) if nested else None) or within.get(_CONFIGURATION) or nested
    return {name[:1].lower() + name[1:]: member for name, member in told.items()}


def _custom_fields(parts: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, HeldValue]]:
    fields = parts["custom"].get("fields", ())
    for place, field in enumerate(fields if isinstance(fields, list) else ()):
        try:
            value = field["value"]
            yield str(field["id"]), from_wire(value if isinstance(value, dict) else {})
        except (KeyError, TypeError, ValueError) as error:
            where = f"$.detail.relatedItem.custom.fields[{place}]"
            raise MalformedEvent(where, f"got {_outline(field)}; accepted is an id and a field value") from error


def _outline(field: object) -> str:
    return f"an id and {outline(field['value'])}" if isinstance(field, dict) and {"id", "value"} <= field.keys() else outline(field)


def _text(parts: Mapping[str, Mapping[str, Any]], part: str, name: str) -> str:
    value = parts[part].get(name, "") if part in parts else ""
    return value if isinstance(value, str) else ""
