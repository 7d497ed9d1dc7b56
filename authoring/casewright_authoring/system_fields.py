"""The fields that every Cases domain has from its first day (admin guide, "System case fields"; data lake tables)."""

from collections.abc import Mapping
from typing import Final

from casewright.cases.catalog import FieldType

SYSTEM_FIELDS: Final[Mapping[str, FieldType]] = {
    "assigned_queue": "Text",
    "assigned_user": "Text",
    "case_id": "Text",
    "case_reason": "SingleSelect",
    "created_by": "User",
    "created_datetime": "DateTime",
    "customer_id": "Text",
    "last_closed_datetime": "DateTime",
    "last_reopened_datetime": "DateTime",
    "last_updated_datetime": "DateTime",
    "last_updated_user": "User",
    "next_sla_breach_datetime": "DateTime",
    "reference_id": "Text",
    "reference_number": "Text",
    "status": "SingleSelect",
    "summary": "Text",
    "title": "Text",
}

READ_ONLY: Final = frozenset(
    {
        "case_id",
        "created_by",
        "created_datetime",
        "last_closed_datetime",
        "last_reopened_datetime",
        "last_updated_datetime",
        "last_updated_user",
        "next_sla_breach_datetime",
        "reference_id",
    }
)
"""Kept by Cases itself; a write is refused."""

NEVER_EMPTY: Final = frozenset({"customer_id", "reference_number", "status", "title"})

NOT_IN_LAYOUTS: Final = frozenset({"status", "title"})
"""They stand in the head of every case and cannot be part of a layout (Cases API, CreateLayout)."""

STATUS_OPTIONS: Final[Mapping[str, str]] = {"Open": "open", "Closed": "closed"}
"""Label -> value of the two options that the status field comes with and that cannot be changed."""
