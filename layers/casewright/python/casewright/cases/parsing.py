"""From a message body to an Event. Everything after this border trusts our types."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

import msgspec

from casewright.cases import items
from casewright.cases import subscriptions as names
from casewright.cases.events import (
    CaseCreated,
    CaseDeleted,
    CaseUpdated,
    Change,
    ClockDue,
    Event,
    RelatedItemAdded,
    RelatedItemRemoved,
    RelatedItemUpdated,
    ScheduleDue,
    Unrecognised,
)
from casewright.cases.performers import Performer, own_write
from casewright.cases.values import FieldValue, from_wire
from casewright.errors import MalformedEvent

T = TypeVar("T")

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]
_CASE_IN_ARN: Final = re.compile(r":domain/([^/]+)(?:/case/([^/]+))?")


class _Envelope(msgspec.Struct, rename={"detail_type": "detail-type"}):
    id: Annotated[str, msgspec.Meta(min_length=1)]
    source: str
    detail_type: str
    account: str
    region: str
    resources: Annotated[list[str], msgspec.Meta(min_length=1)]
    detail: msgspec.Raw


class _User(msgspec.Struct, rename="camel"):
    user_arn: str = ""
    custom_entity: str = ""


class _PerformedBy(msgspec.Struct, rename="camel"):
    user: _User = msgspec.field(default_factory=_User)
    iam_principal_arn: str = ""


class _Case(msgspec.Struct, rename="camel"):
    case_id: Annotated[str, msgspec.Meta(min_length=1)]
    template_id: str = ""
    created_date_time: _Instant | None = None
    fields: dict[str, dict[str, Any]] | None = None


class _Detail(msgspec.Struct, rename="camel"):
    event_type: str
    approximate_change_time: _Instant
    performed_by: _PerformedBy = msgspec.field(default_factory=_PerformedBy)
    changed_field_ids: tuple[str, ...] = ()
    changed_attributes: tuple[str, ...] = ()
    case: _Case | None = None
    related_item: dict[str, Any] | None = None


class _ClockDetail(msgspec.Struct, rename="camel"):
    case_id: str
    policy: str
    cycle: int
    milestone: str
    due: _Instant


class _ScheduleDetail(msgspec.Struct, rename="camel"):
    case_id: str
    rule: str
    at: _Instant


_envelopes: Final = msgspec.json.Decoder(_Envelope)
_details: Final = msgspec.json.Decoder(_Detail)
_clock_details: Final = msgspec.json.Decoder(_ClockDetail)
_schedule_details: Final = msgspec.json.Decoder(_ScheduleDetail)


def parse(body: str | bytes, *, own_role: str = "") -> Event:
    """Read one EventBridge envelope: of the Cases stream, or an event of our own that time brings.

    `own_role` is the name of the role that `perform` writes as; without it every change counts as somebody else's.

    Raises:
        MalformedEvent: saying where (a JSON path) and what is wrong.
    """
    envelope = _decode(_envelopes, body, "$")
    if envelope.source == names.OWN_SOURCE and envelope.detail_type == names.CLOCK_DUE_DETAIL_TYPE:
        return _clock_event(envelope)
    if envelope.source == names.OWN_SOURCE and envelope.detail_type == names.SCHEDULE_DUE_DETAIL_TYPE:
        return _schedule_event(envelope)
    if envelope.source != names.CASES_SOURCE or envelope.detail_type not in names.CASES_DETAIL_TYPES:
        accepted = f"source {names.CASES_SOURCE!r} with detail-type {' or '.join(map(repr, names.CASES_DETAIL_TYPES))}"
        raise MalformedEvent("$.detail-type", f"got {envelope.source!r} with {envelope.detail_type!r}; accepted is {accepted}")
    detail = _decode(_details, envelope.detail, "$.detail")
    change, case_id = _change(detail, envelope)
    event = _event(
        envelope, detail.approximate_change_time, case_id, change, event_type=detail.event_type, performed_by=detail.performed_by
    )
    own = own_write(event.performer, own_role=own_role, is_delete=isinstance(change, CaseDeleted | RelatedItemRemoved))
    return msgspec.structs.replace(event, own=own)


def _clock_event(envelope: _Envelope) -> Event:
    clock = _decode(_clock_details, envelope.detail, "$.detail")
    change = ClockDue(policy=clock.policy, cycle=clock.cycle, milestone=clock.milestone)
    return _event(envelope, clock.due, clock.case_id, change, event_type="CLOCK.DUE", performed_by=_PerformedBy())


def _schedule_event(envelope: _Envelope) -> Event:
    told = _decode(_schedule_details, envelope.detail, "$.detail")
    return _event(envelope, told.at, told.case_id, ScheduleDue(told.rule), event_type="SCHEDULE.DUE", performed_by=_PerformedBy())


def _event(envelope: _Envelope, at: datetime, case_id: str, change: Change, *, event_type: str, performed_by: _PerformedBy) -> Event:
    domain = _CASE_IN_ARN.search(envelope.resources[0])
    if domain is None:
        raise MalformedEvent("$.resources[0]", f"got {envelope.resources[0]!r}; accepted is the ARN of a Cases domain")
    return Event(
        id=envelope.id,
        at=at,
        case_id=case_id,
        domain_id=domain[1],
        account=envelope.account,
        region=envelope.region,
        event_type=event_type,
        performer=Performer(
            iam_principal_arn=performed_by.iam_principal_arn,
            user_arn=performed_by.user.user_arn,
            custom_entity=performed_by.user.custom_entity,
        ),
        change=change,
    )


def _change(detail: _Detail, envelope: _Envelope) -> tuple[Change, str]:
    kind = detail.event_type
    verb = next((kind.removeprefix(prefix) for prefix in names.ITEM_PREFIXES if kind.startswith(prefix)), "")
    if verb in ("CREATED", "UPDATED", "DELETED"):
        return _item_change(verb, detail)
    if kind not in (names.CASE_CREATED, names.CASE_UPDATED, names.CASE_DELETED):
        return Unrecognised(kind), _case_id_of_unrecognised(detail, envelope)
    if detail.case is None:
        raise MalformedEvent("$.detail.case", f"missing; {kind} accepts an object with caseId and templateId")
    return _case_change(kind, detail, detail.case), detail.case.case_id


def _case_change(kind: str, detail: _Detail, case: _Case) -> Change:
    fields = _fields(case.fields)
    match kind:
        case names.CASE_CREATED:
            return CaseCreated(case.template_id, case.created_date_time, fields)
        case names.CASE_UPDATED:
            return CaseUpdated(case.template_id, case.created_date_time, fields, detail.changed_field_ids)
        case _:
            return CaseDeleted(case.template_id)


def _item_change(verb: str, detail: _Detail) -> tuple[Change, str]:
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


def _fields(wire: Mapping[str, Mapping[str, Any]] | None) -> dict[str, FieldValue] | None:
    if wire is None:
        return None
    values: dict[str, FieldValue] = {}
    for field_id, holder in wire.items():
        value = holder.get("value")
        try:
            values[field_id] = from_wire(value if isinstance(value, dict) else {})
        except ValueError as error:
            raise MalformedEvent(f"$.detail.case.fields.{field_id}.value", f"got {value!r}; accepted is {error}") from error
    return values


def _case_id_of_unrecognised(detail: _Detail, envelope: _Envelope) -> str:
    if detail.case:
        return detail.case.case_id
    found = (_CASE_IN_ARN.search(arn) for arn in envelope.resources[1:])
    return next((match[2] for match in found if match and match[2]), "")


def _decode(decoder: msgspec.json.Decoder[T], body: str | bytes | msgspec.Raw, root: str) -> T:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        raise MalformedEvent(root + path.rstrip("`"), problem) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedEvent(root, f"no JSON object: {error}") from error
