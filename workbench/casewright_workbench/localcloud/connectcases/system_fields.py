"""The fields every domain has from its first day."""

from dataclasses import dataclass

OPEN = "open"
CLOSED = "closed"

# Maintained by Cases; a request that writes one is refused.
READ_ONLY = frozenset(
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
# May be changed and never emptied.
ALWAYS_FILLED = frozenset({"title", "status", "reference_number"})


@dataclass(frozen=True, slots=True)
class SystemField:
    """One row of the administrator guide's table of system fields."""

    field_id: str
    name: str
    type: str
    max_length: int = 500


SYSTEM_FIELDS = (
    SystemField("assigned_queue", "Assigned queue", "Text"),
    SystemField("assigned_user", "Assigned user", "Text"),
    SystemField("case_id", "Case ID", "Text"),
    SystemField("case_reason", "Case reason", "SingleSelect"),
    SystemField("created_by", "Created by", "User"),
    SystemField("created_datetime", "Date/Time opened", "DateTime"),
    SystemField("customer_id", "Customer", "Text"),
    SystemField("last_closed_datetime", "Date/Time closed", "DateTime"),
    SystemField("last_reopened_datetime", "Date/Time reopened", "DateTime"),
    SystemField("last_updated_datetime", "Date/Time updated", "DateTime"),
    SystemField("last_updated_user", "Last updated user", "User"),
    SystemField("next_sla_breach_datetime", "Next SLA breach", "DateTime"),
    SystemField("reference_id", "Reference ID", "Text", max_length=50),
    SystemField("reference_number", "Reference number", "Text", max_length=50),
    SystemField("status", "Status", "SingleSelect"),
    SystemField("summary", "Summary", "Text", max_length=3000),
    SystemField("title", "Title", "Text"),
)
