"""From a message body to an Event. Everything after this border trusts our types."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from casewright.cases import items, own_events, wire
from casewright.cases import subscriptions as names
from casewright.cases.events import (
    CaseCreated,
    CaseDeleted,
    CaseUpdated,
    Change,
    Event,
    RelatedItemAdded,
    RelatedItemRemoved,
    RelatedItemUpdated,
    Repair,
    Unrecognised,
)
from casewright.cases.performers import Performer, own_write
from casewright.cases.values import HeldValue, from_wire, outline
from casewright.errors import MalformedEvent

F = TypeVar("F")

_CASE_IN_ARN: Final = re.compile(r":domain/([^/]+)(?:/case/([^/]+))?")
_FIELD_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CASE_VERBS: Final = (names.CASE_CREATED, names.CASE_UPDATED, names.CASE_DELETED)
_ITEM_VERBS: Final = {f"{prefix}{verb}": verb for prefix in names.ITEM_PREFIXES for verb in ("CREATED", "UPDATED", "DELETED")}


class _RepairDetail(msgspec.Struct):
    repair: Repair


_Untyped: TypeAlias = dict[str, dict[str, Any]]

_messages: Final = msgspec.json.Decoder(wire.CasesMessage)
_envelopes: Final = msgspec.json.Decoder(wire.Envelope[msgspec.Raw])
_details: Final = msgspec.json.Decoder(wire.Detail[_Untyped])
_repair_details: Final = msgspec.json.Decoder(_RepairDetail)


def parse(body: str | bytes, *, own_role: str = "") -> Event:
    """Read one EventBridge envelope: of the Cases stream, or an event of our own that time brings.

    `own_role` is the name of the role that `perform` writes as; without it every change counts as somebody else's.

    Raises:
        MalformedEvent: saying where (a JSON path) and what is wrong.
    """
    try:
        message = _messages.decode(body)
        return _cases_event(message, message.detail, wire.values_of, own_role)
    except (msgspec.DecodeError, ValueError):
        return _carefully(body, own_role)


def _carefully(body: str | bytes, own_role: str) -> Event:
    """Step by step: for events of our own, and to say what is wrong with others."""
    envelope = wire.decode(_envelopes, body, "$")
    if envelope.source == names.OWN_SOURCE and (told := own_events.parse(envelope.detail_type, envelope.detail)):
        domain_id = _domain_id(envelope.resources[0])
        where = domain_id, envelope.account, envelope.region
        return Event(envelope.id, told.at, told.case_id, *where, told.event_type, Performer(), told.change)
    if envelope.source == names.OWN_SOURCE and envelope.detail_type == names.REPAIRED_DETAIL_TYPE:
        lost = _cases_event(envelope, wire.decode(_details, envelope.detail, "$.detail"), _values, own_role)
        return msgspec.structs.replace(lost, repair=wire.decode(_repair_details, envelope.detail, "$.detail").repair)
    if envelope.source != names.CASES_SOURCE or envelope.detail_type not in names.CASES_DETAIL_TYPES:
        accepted = f"source {names.CASES_SOURCE!r} with detail-type {' or '.join(map(repr, names.CASES_DETAIL_TYPES))}"
        raise MalformedEvent("$.detail-type", f"got {envelope.source!r} with {envelope.detail_type!r}; accepted is {accepted}")
    return _cases_event(envelope, wire.decode(_details, envelope.detail, "$.detail"), _values, own_role)


def _cases_event(envelope: wire.Envelope[Any], detail: wire.Detail[F], values: Callable[[F], dict[str, HeldValue]], own_role: str) -> Event:
    change, case_id = _change(detail, envelope.resources, values)
    by = detail.performed_by
    performer = Performer(by.iam_principal_arn, by.user.user_arn, by.user.custom_entity)
    own = own_write(performer, own_role=own_role, is_delete=isinstance(change, CaseDeleted | RelatedItemRemoved)) if own_role else None
    return Event(
        envelope.id,
        detail.approximate_change_time,
        case_id,
        _domain_id(envelope.resources[0]),
        envelope.account,
        envelope.region,
        detail.event_type,
        performer,
        change,
        own,
    )


def _change(detail: wire.Detail[F], resources: Sequence[str], values: Callable[[F], dict[str, HeldValue]]) -> tuple[Change, str]:
    kind, case = detail.event_type, detail.case
    if kind in _ITEM_VERBS:
        return _item_change(_ITEM_VERBS[kind], detail)
    if kind not in _CASE_VERBS:
        return Unrecognised(kind), case.case_id if case else _case_id_in(resources)
    if case is None:
        raise MalformedEvent("$.detail.case", f"missing; {kind} accepts an object with caseId and templateId")
    fields = None if case.fields is None else values(case.fields)
    match kind:
        case names.CASE_CREATED:
            return CaseCreated(case.template_id, case.created_date_time, fields), case.case_id
        case names.CASE_UPDATED:
            return CaseUpdated(case.template_id, case.created_date_time, fields, detail.changed_field_ids), case.case_id
        case _:
            return CaseDeleted(case.template_id), case.case_id


def _item_change(verb: str, detail: wire.Detail[Any]) -> tuple[Change, str]:
    if detail.related_item is None:
        raise MalformedEvent("$.detail.relatedItem", f"missing; {detail.event_type} accepts an object with caseId and relatedItemId")
    item, case_id = items.parse(detail.related_item)
    match verb:
        case "CREATED":
            return RelatedItemAdded(item), case_id
        case "UPDATED":
            return RelatedItemUpdated(item, detail.changed_attributes), case_id
        case _:
            return RelatedItemRemoved(item), case_id


def _values(fields: _Untyped) -> dict[str, HeldValue]:
    values: dict[str, HeldValue] = {}
    for field_id, holder in fields.items():
        value = holder.get("value")
        try:
            values[field_id] = from_wire(value if isinstance(value, dict) else {})
        except ValueError as error:
            name = field_id if _FIELD_ID.fullmatch(field_id) else "..."
            raise MalformedEvent(f"$.detail.case.fields.{name}.value", f"got {outline(value)}; accepted is {error}") from error
    return values


@lru_cache(maxsize=16)
def _domain_id(arn: str) -> str:
    """A stack serves one domain: its ARN is nearly always the same."""
    domain = _CASE_IN_ARN.search(arn)
    if domain is None:
        raise MalformedEvent("$.resources[0]", f"got {arn!r}; accepted is the ARN of a Cases domain")
    return domain[1]


def _case_id_in(resources: Sequence[str]) -> str:
    found = (_CASE_IN_ARN.search(arn) for arn in resources[1:])
    return next((match[2] for match in found if match and match[2]), "")
