"""Rows of the lake as they are read: from JSON texts to values."""

from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec

from casewright.cases.events import RelatedItemType
from casewright.errors import MalformedEvent
from casewright.measures.columns import Kind

EVENT_KINDS: Final[frozenset[str]] = frozenset({"case_event", "related_item_event", "unrecognised_event", "clock_due", "schedule_due"})
"""Rows that tell an event; the others tell what came of one."""

_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class RowValue(msgspec.Struct):
    """A value of a custom field: exactly one member is set."""

    string_value: str | None = None
    double_value: float | None = None
    boolean_value: bool | None = None
    user_arn_value: str | None = None


class EventRow(msgspec.Struct):
    """What is read of a row about an event: columns of `facts`."""

    kind: Kind
    event_id: Annotated[str, msgspec.Meta(min_length=1)]
    event_timestamp: _Instant
    cases_domain_arn: str
    case_id: str = ""
    event_type: str = ""
    performed_by_iam_principal: str = ""
    performed_by_user_arn: str = ""
    performed_by_custom_entity: str = ""
    created_timestamp: _Instant | None = None
    template_id: str = ""
    changed_field_ids: tuple[str, ...] = ()
    has_fields: bool = False
    reference_number: str | None = None
    status: str | None = None
    case_reason: str | None = None
    assigned_queue: str | None = None
    assigned_user: str | None = None
    last_updated_user: str | None = None
    case_title: str | None = None
    case_summary: str | None = None
    customer_profile_arn: str | None = None
    last_updated_timestamp: _Instant | None = None
    next_sla_breach_timestamp: _Instant | None = None
    last_closed_timestamp: _Instant | None = None
    last_reopened_timestamp: _Instant | None = None
    custom_fields: dict[str, RowValue] = {}
    related_item_id: str = ""
    related_item_type: RelatedItemType | Literal["connect"] = "unknown"
    changed_attributes: tuple[str, ...] = ()
    contact_id: str = ""
    contact_channel: str = ""
    file_arn: str = ""
    related_case_id: str = ""
    sla_name: str = ""
    sla_status: str = ""
    sla_target_timestamp: _Instant | None = None
    sla_completion_timestamp: _Instant | None = None
    custom_related_item_fields: dict[str, RowValue] = {}
    schedule_rule: str = ""
    clock_policy: str = ""
    clock_cycle: int = 0
    clock_milestone: str = ""


_rows: Final = msgspec.json.Decoder(EventRow)


def row_of(text: bytes) -> EventRow:
    """A row about an event, given as a JSON object without nulls.

    Raises:
        MalformedEvent: it is none.
    """
    try:
        return _rows.decode(text)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        raise MalformedEvent("$" + path.rstrip("`"), f"{problem}; accepted is a row of facts about an event") from error
