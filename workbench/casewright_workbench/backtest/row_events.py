"""Rows of the lake turned back into events: the inverse of `measures.event_rows`, as far as a row tells the event.

A row does not tell a field that was left out for privacy from one that is empty or absent: who replays such events must take
every field that they do not carry as unknown. Times are cut to the millisecond.
"""

from datetime import UTC, datetime
from typing import Final

from casewright.cases.events import (
    CaseCreated,
    CaseDeleted,
    CaseRead,
    CaseUpdated,
    Change,
    ClockDue,
    Event,
    RelatedItem,
    RelatedItemAdded,
    RelatedItemRemoved,
    RelatedItemUpdated,
    ScheduleDue,
    Unrecognised,
)
from casewright.cases.performers import Performer, own_write
from casewright.cases.values import FieldValue, User
from casewright.errors import MalformedEvent
from casewright.measures.event_rows import SYSTEM_FIELDS
from casewright_workbench.backtest.rows import EventRow, RowValue, row_of

_USERS: Final = frozenset({"assigned_user", "last_updated_user"})


def event_of(text: bytes, *, own_role: str) -> Event:
    """The event that a row of one of EVENT_KINDS tells, given as a JSON object without nulls.

    Raises:
        MalformedEvent: it is no such row.
    """
    row = row_of(text)
    change = _change(row)
    performer = Performer(
        iam_principal_arn=row.performed_by_iam_principal,
        user_arn=row.performed_by_user_arn,
        custom_entity=row.performed_by_custom_entity,
    )
    is_delete = isinstance(change, CaseDeleted | RelatedItemRemoved)
    domain, region, account = _place(row.cases_domain_arn)
    return Event(
        id=row.event_id,
        at=row.event_timestamp.astimezone(UTC),
        case_id=row.case_id,
        domain_id=domain,
        account=account,
        region=region,
        event_type=row.event_type,
        performer=performer,
        change=change,
        own=own_write(performer, own_role=own_role, is_delete=is_delete),
    )


def _place(arn: str) -> tuple[str, str, str]:
    parts = arn.split(":")
    if len(parts) != 6 or not parts[5].startswith("domain/"):
        raise MalformedEvent("$.cases_domain_arn", f"got {arn!r}; accepted is the ARN of a Cases domain")
    return parts[5].removeprefix("domain/"), parts[3], parts[4]


def _change(row: EventRow) -> Change:
    verb = row.event_type.rpartition(".")[2]
    change: Change | None
    match row.kind:
        case "case_event":
            change = _case_change(verb, row)
        case "related_item_event":
            change = _item_change(verb, row)
        case "clock_due":
            change = ClockDue(row.clock_policy, row.clock_cycle, row.clock_milestone)
        case "schedule_due":
            change = ScheduleDue(row.schedule_rule)
        case "unrecognised_event":
            change = Unrecognised(row.event_type)
        case _:
            change = None
    if change is None:
        raise MalformedEvent("$.kind", f"got {row.kind!r} with event_type {row.event_type!r}; accepted is a row of facts about an event")
    return change


def _case_change(verb: str, row: EventRow) -> Change | None:
    match verb:
        case "CREATED":
            return CaseCreated(row.template_id, row.created_timestamp, _fields(row))
        case "UPDATED":
            return CaseUpdated(row.template_id, row.created_timestamp, _fields(row), row.changed_field_ids)
        case "DELETED":
            return CaseDeleted(row.template_id)
        case "READ":
            return CaseRead(row.template_id, row.created_timestamp, _fields(row) or {})
        case _:
            return None


def _item_change(verb: str, row: EventRow) -> Change | None:
    match verb:
        case "CREATED":
            return RelatedItemAdded(_item(row))
        case "UPDATED":
            return RelatedItemUpdated(_item(row), row.changed_attributes)
        case "DELETED":
            return RelatedItemRemoved(_item(row))
        case _:
            return None


def _fields(row: EventRow) -> dict[str, FieldValue] | None:
    if not row.has_fields:
        return None
    values: dict[str, FieldValue] = {}
    for field_id, column in SYSTEM_FIELDS.items():
        value = getattr(row, column)
        if value is not None:
            values[field_id] = value.isoformat() if isinstance(value, datetime) else User(value) if field_id in _USERS else value
    return values | _custom(row.custom_fields)


def _custom(given: dict[str, RowValue]) -> dict[str, FieldValue]:
    found: dict[str, FieldValue] = {}
    for field_id, value in given.items():
        match value:
            case RowValue(string_value=str(text)):
                found[field_id] = text
            case RowValue(double_value=float(number)):
                found[field_id] = number
            case RowValue(boolean_value=bool(flag)):
                found[field_id] = flag
            case RowValue(user_arn_value=str(arn)):
                found[field_id] = User(arn)
    return found


def _item(row: EventRow) -> RelatedItem:
    return RelatedItem(
        id=row.related_item_id,
        type="case" if row.related_item_type == "connect" else row.related_item_type,
        created_at=row.created_timestamp,
        contact_arn=row.contact_id,
        contact_channel=row.contact_channel,
        file_arn=row.file_arn,
        sla_name=row.sla_name,
        sla_status=row.sla_status,
        sla_target_at=row.sla_target_timestamp,
        sla_completed_at=row.sla_completion_timestamp,
        connected_case_id=row.related_case_id,
        fields=_custom(row.custom_related_item_fields),
    )
