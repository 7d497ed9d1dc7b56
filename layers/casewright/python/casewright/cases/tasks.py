"""What a task of Connect may carry beside its name."""

from datetime import timedelta
from typing import Final, Literal

import msgspec

ReferenceType = Literal["URL", "NUMBER", "STRING", "DATE", "EMAIL"]
"""Types of reference that a new task takes (Connect API)."""

MOST_REFERENCE_BYTES: Final = 4096
"""What the references of a task may take together, labels and values (Connect API)."""

FURTHEST_START: Final = timedelta(days=6)
"""How far ahead a task can be scheduled (Connect API, ScheduledTime; a quota page says 90 days)."""


class Reference(msgspec.Struct, frozen=True):
    """Something a task shows beside its name. The value is a text as it was filled, of whatever type it should be."""

    label: str
    type: ReferenceType
    value: str
