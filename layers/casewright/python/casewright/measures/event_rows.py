"""Events of a case as rows of `facts`."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final, assert_never

from casewright.cases.events import (
    CaseAdopted,
    CaseCreated,
    CaseDeleted,
    CaseRead,
    CaseUpdated,
    ClockDue,
    ClockRecomputed,
    Event,
    MailReported,
    RelatedItem,
    RelatedItemAdded,
    RelatedItemRemoved,
    RelatedItemUpdated,
    ScheduleDue,
    Unrecognised,
)
from casewright.cases.values import HeldValue, User
from casewright.measures import privacy
from casewright.measures.row import Row, instant, row_of

_TEXTS: Final = {
    "reference_number": "reference_number",
    "status": "status",
    "case_reason": "case_reason",
    "assigned_queue": "assigned_queue",
    "assigned_user": "assigned_user",
    "last_updated_user": "last_updated_user",
    "title": "case_title",
    "summary": "case_summary",
    "customer_id": "customer_profile_arn",
}
_TIMES: Final = {
    "created_datetime": "created_timestamp",
    "last_updated_datetime": "last_updated_timestamp",
    "next_sla_breach_datetime": "next_sla_breach_timestamp",
    "last_closed_datetime": "last_closed_timestamp",
    "last_reopened_datetime": "last_reopened_timestamp",
}
SYSTEM_FIELDS: Final[Mapping[str, str]] = {**_TEXTS, **_TIMES}
"""System field -> its column; every other field goes to custom_fields."""


def of_event(event: Event, *, listed: frozenset[str]) -> Row:  # noqa: C901, PLR0912 -- one case an event
    """The row of an event. `listed` are the ids of fields whose texts may come in: see `privacy`."""
    match event.change:
        case CaseCreated(template_id, created_at, fields) | CaseRead(template_id, created_at, fields):
            row = _case_row(event, template_id, created_at, fields, listed)
        case CaseAdopted(template_id, created_at, _, fields):
            row = _case_row(event, template_id, created_at, fields, listed)
        case CaseUpdated(template_id, created_at, fields, changed):
            row = {**_case_row(event, template_id, created_at, fields, listed), "changed_field_ids": list(changed)}
        case CaseDeleted(template_id):
            row = _case_row(event, template_id, None, None, listed)
        case RelatedItemAdded(item):
            row = _item_row(event, "CREATED", item, (), listed)
        case RelatedItemUpdated(item, changed):
            row = _item_row(event, "UPDATED", item, changed, listed)
        case RelatedItemRemoved(item):
            row = _item_row(event, "DELETED", item, (), listed)
        case ClockDue(policy, cycle, milestone):
            told: Row = {"clock_policy": policy, "clock_cycle": cycle, "clock_milestone": milestone}
            row = row_of("clock_due", event, {"event_type": event.event_type, **told})
        case ClockRecomputed(policy):
            row = row_of("clock_recomputed", event, {**_told(event, listed), "clock_policy": policy})
        case ScheduleDue(rule):
            row = row_of("schedule_due", event, {"event_type": event.event_type, "schedule_rule": rule})
        case MailReported() as mail:
            row = row_of("mail_reported", event, {"event_type": event.event_type, **_mail_columns(mail)})
        case Unrecognised():
            row = row_of("unrecognised_event", event, _told(event, listed))
        case _ as never:
            assert_never(never)
    return row


def _case_row(
    event: Event,
    template_id: str,
    created_at: datetime | None,
    fields: Mapping[str, HeldValue] | None,
    listed: frozenset[str],
) -> Row:
    known = fields or {}
    columns = dict(_system_columns(known, listed))
    if created_at is not None:
        columns["created_timestamp"] = instant(created_at)
    custom = {field_id: value for field_id, value in known.items() if field_id not in SYSTEM_FIELDS}
    columns |= {
        "template_id": template_id,
        "has_fields": fields is not None,
        "custom_fields": privacy.custom_values(custom, listed),
    }
    return row_of("case_event", event, {**_told(event, listed), **columns})


def _system_columns(fields: Mapping[str, HeldValue], listed: frozenset[str]) -> Iterator[tuple[str, object]]:
    for field_id, value in fields.items():
        text = value.arn if isinstance(value, User) else value
        if not isinstance(text, str) or (field_id in privacy.LISTED_ONLY and field_id not in listed):
            continue
        if field_id in _TEXTS:
            yield _TEXTS[field_id], text
        elif field_id in _TIMES:
            yield _TIMES[field_id], _read_instant(text)


def _item_row(event: Event, verb: str, item: RelatedItem, changed: tuple[str, ...], listed: frozenset[str]) -> Row:
    columns: Row = {
        "created_timestamp": instant(item.created_at),
        "related_item_id": item.id,
        "related_item_type": "connect" if item.type == "case" else item.type,
        "changed_attributes": list(changed),
        "contact_id": item.contact_arn.rpartition("/")[2],
        "contact_channel": item.contact_channel,
        "file_arn": item.file_arn,
        "related_case_id": item.connected_case_id,
        "sla_name": item.sla_name,
        "sla_status": item.sla_status.lower(),
        "sla_target_timestamp": instant(item.sla_target_at),
        "sla_completion_timestamp": instant(item.sla_completed_at),
        "custom_related_item_fields": privacy.custom_values(item.fields, listed),
    }
    told = {**_told(event, listed), "event_type": f"CASE.RELATED_ITEM.{verb}"}
    return row_of("related_item_event", event, {**told, **columns})


def _mail_columns(mail: MailReported) -> Row:
    """Where a template cannot be rendered, SES tells why in words that may quote its data: those stay out."""
    reason = "" if mail.fate == "not_rendered" else mail.reason
    return {
        "effect_key": mail.effect_key,
        "mail_fate": mail.fate,
        "mail_reason": reason,
        "mail_recipients": mail.recipients,
        "mail_suppressed": mail.suppressed,
    }


def _told(event: Event, listed: frozenset[str]) -> Row:
    return {"event_type": event.event_type, **privacy.performer(event.performer, listed)}


def _read_instant(text: str) -> str | None:
    """The instant a DateTime field holds; None where it holds none that can be read."""
    try:
        at = datetime.fromisoformat(text)
        return instant(at if at.tzinfo else at.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None
