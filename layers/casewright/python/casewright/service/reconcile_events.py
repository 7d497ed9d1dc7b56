"""From the audit history of a case to the events that the stream should have told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from casewright.cases import subscriptions as names
from casewright.cases.events import (
    CaseCreated,
    CaseDeleted,
    CaseRead,
    CaseUpdated,
    Change,
    Event,
    RelatedItem,
    RelatedItemAdded,
    RelatedItemRemoved,
    RelatedItemType,
    RelatedItemUpdated,
    Repair,
)
from casewright.cases.performers import Performer
from casewright.cases.twins import LONGEST_TEXT, WITHIN
from casewright.cases.values import EMPTY, HeldValue
from casewright.ports.audit import AuditEntry, FoundItem

REPAIRED: Final = "repaired-"
"""Begins the id of a lost event: at one instant it comes after those of the stream, and before what time brings."""

_UPDATED: Final = "last_updated_datetime"
_ITEM_ID: Final = "relatedItemId"
_TYPES: Final[Mapping[str, RelatedItemType]] = {
    "Comment": "comment",
    "Contact": "contact",
    "File": "file",
    "Sla": "sla",
    "ConnectCase": "case",
    "Custom": "custom",
}
_PARTS: Final = {
    "commentText": "comment_body",
    "body": "comment_body",
    "contactArn": "contact_arn",
    "channel": "contact_channel",
    "fileArn": "file_arn",
    "name": "sla_name",
    "status": "sla_status",
    "caseId": "connected_case_id",
}
"""The last part of an attribute's name, and where we keep it: how the history names attributes is not documented."""

_SLA_TIMES: Final = {"targetTime": "sla_target_at", "completionTime": "sla_completed_at"}


class Place(msgspec.Struct, frozen=True):
    """Whose events they are."""

    domain_id: str
    account: str
    region: str


def told_by(entry: AuditEntry, case_id: str, place: Place) -> Event | None:
    """The event of an entry, with no more than the entry tells; None for a summary of others, and for what is not known here."""
    changed = {each.field_id: each.new for each in entry.changes}
    change: Change
    match entry.type:
        case "Case.Created":
            event_type, change = names.CASE_CREATED, CaseCreated("", entry.at, _filled(changed))
        case "Case.Updated":
            event_type, change = names.CASE_UPDATED, CaseUpdated("", None, _filled(changed), tuple(changed))
        case "RelatedItem.Created":
            event_type, change = "RELATED_ITEM.CREATED", RelatedItemAdded(_item(entry))
        case "RelatedItem.Updated":
            attributes = tuple(name for name in changed if name != _ITEM_ID)
            event_type, change = "RELATED_ITEM.UPDATED", RelatedItemUpdated(_item(entry), attributes)
        case "RelatedItem.Deleted":
            event_type, change = "RELATED_ITEM.DELETED", RelatedItemRemoved(RelatedItem(_item(entry).id, _type_of(entry)))
        case "Case.Merged" | "unknown":
            return None
    event_id, by = REPAIRED + entry.id, entry.performer
    return Event(event_id, entry.at, case_id, place.domain_id, place.account, place.region, event_type, by, change, repair=Repair(entry.id))


def deleted(case_id: str, template_id: str, at: datetime, place: Place) -> Event:
    """That a case is gone, whose history went with it: when it was noticed, and by nobody known."""
    event_id, where = f"{REPAIRED}deleted-{case_id}", (place.domain_id, place.account, place.region)
    return Event(event_id, at, case_id, *where, names.CASE_DELETED, Performer(), CaseDeleted(template_id), repair=Repair(hydrated=True))


def with_fields(event: Event, history: Sequence[AuditEntry], now: CaseRead, included: Iterable[str]) -> Event:
    """An event of the case with every field as it was then; a field the history is silent about is as it is now, and was all along."""
    assert event.repair is not None, "it was made of an entry"
    told = {field_id: _value_after(field_id, event.at, history) for field_id in included}
    silent = {field_id: now.fields[field_id] for field_id, value in told.items() if value is None and field_id in now.fields}
    if _UPDATED in silent:
        silent[_UPDATED] = _text(event.at)
    values = _filled({field_id: value for field_id, value in told.items() if value is not None} | silent)
    repair = Repair(event.repair.audit_id, hydrated=not silent.keys() <= {_UPDATED})
    created = now.created_at or next((entry.at for entry in history if entry.type == "Case.Created"), None)
    match event.change:
        case CaseCreated():
            change: Change = CaseCreated(now.template_id, event.at, values)
        case CaseUpdated(changed_field_ids=changed):
            change = CaseUpdated(now.template_id, created, values, changed)
        case _:
            return event
    return msgspec.structs.replace(event, change=change, repair=repair)


def with_content(event: Event, items: Iterable[FoundItem]) -> Event:
    """An event of an item with what the history cut, or does not tell, as it is now."""
    match event.change:
        case RelatedItemAdded(item):
            rebuild: Callable[[RelatedItem], Change] = RelatedItemAdded
        case RelatedItemUpdated(item, attributes):
            rebuild = lambda full: RelatedItemUpdated(full, attributes)  # noqa: E731 -- the twin of a class
        case _:
            return event
    assert event.repair is not None, "it was made of an entry"
    found = next((each for each in items if _is_it(item, each, event.at)), None)
    if found is None:
        return event
    told = {name: value for name in item.__struct_fields__ if (value := getattr(item, name)) and not _is_cut(value)}
    full = msgspec.structs.replace(found.item, **told)
    bare = msgspec.structs.replace(full, created_at=item.created_at, id=item.id)
    return msgspec.structs.replace(event, change=rebuild(full), repair=Repair(event.repair.audit_id, hydrated=bare != item))


def _item(entry: AuditEntry) -> RelatedItem:
    told = {change.field_id: change.new for change in entry.changes if isinstance(change.new, str)}
    parts = {part: text for name, text in told.items() if (part := _PARTS.get(name.rpartition(".")[2])) and name != _ITEM_ID}
    sla = {part: _instant(text) for name, part in _SLA_TIMES.items() if (text := _ending(told, name))}
    created = entry.at if entry.type == "RelatedItem.Created" else None
    return RelatedItem(id=told.get(_ITEM_ID, ""), type=_type_of(entry), created_at=created, **{**parts, **sla})  # type: ignore[arg-type]


def _ending(told: Mapping[str, str], name: str) -> str:
    return next((text for each, text in told.items() if each.rpartition(".")[2] == name), "")


def _type_of(entry: AuditEntry) -> RelatedItemType:
    return _TYPES.get(entry.item_type, "unknown")


def _is_it(item: RelatedItem, found: FoundItem, at: datetime) -> bool:
    return item.id == found.item.id if item.id else item.type == found.item.type and abs(found.at - at) <= WITHIN


def _is_cut(value: object) -> bool:
    return isinstance(value, str) and len(value) >= LONGEST_TEXT


def _value_after(field_id: str, at: datetime, history: Sequence[AuditEntry]) -> HeldValue | None:
    """What the history tells of a field just after a moment: the last new value until then, else the first old one after."""
    told = [(entry.at, each) for entry in history if entry.type.startswith("Case.") for each in entry.changes if each.field_id == field_id]
    before = [each.new for moment, each in told if moment <= at]
    if before:
        return before[-1]
    after = [each.old for _, each in told]
    return (EMPTY if after[0] is None else after[0]) if after else None


def _filled(values: Mapping[str, HeldValue]) -> dict[str, HeldValue]:
    return {field_id: value for field_id, value in values.items() if value != EMPTY}


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
