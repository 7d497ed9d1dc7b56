"""The case as known: folded from its events, one at a time, in their order."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import TypeAlias

import msgspec

from casewright.cases.events import CaseAdopted, CaseCreated, CaseDeleted, CaseRead, CaseUpdated, Event
from casewright.cases.values import FieldValue, HeldValue, Unread


class Missing(Enum):
    """Why a field has no value to compare."""

    ABSENT = "absent"
    """Known to have none: an event that carries fields came without it."""
    UNKNOWN = "unknown"
    """Never seen, or not in the event configuration."""


Known: TypeAlias = FieldValue | Missing

_STATUS, _CLOSED = "status", "closed"


class Case(msgspec.Struct, frozen=True, gc=False):
    """What is known of a case. `fields` is None as long as no event carried field data."""

    case_id: str
    template_id: str = ""
    created_at: datetime | None = None
    fields: Mapping[str, HeldValue] | None = None
    deleted: bool = False
    hydrated: bool = False
    """The state came from GetCase, not from the stream alone."""

    @property
    def is_known(self) -> bool:
        """Whether an event of the case itself, or a reading of it, has been folded."""
        return self.fields is not None or self.template_id != ""

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is meant to happen to it: it was deleted, or its status is `closed`, and no other."""
        return self.deleted or (self.fields is not None and self.fields.get(_STATUS) == _CLOSED)

    def field(self, field_id: str, *, included: frozenset[str]) -> Known:
        """The value of a field; `included` are the ids that the event configuration carries."""
        if self.fields is None:
            return Missing.UNKNOWN
        if field_id in self.fields:
            value = self.fields[field_id]
            return Missing.UNKNOWN if isinstance(value, Unread) else value
        return Missing.ABSENT if field_id in included else Missing.UNKNOWN


def apply(case: Case, event: Event) -> Case:
    """The case after the event. Case events replace all fields: they carry the whole configured after-state.

    A reading of ours counts only where nothing is known yet. It tells the case as it was when we read it, later than the moment it is
    logged at; so once the events before it have come, late as they are, it has nothing to say.
    """
    match event.change:
        case CaseUpdated() | CaseCreated() as change:
            template_id, created_at = change.template_id or case.template_id, change.created_at or case.created_at
            return Case(case.case_id, template_id, created_at, change.fields, case.deleted, case.hydrated)
        case CaseAdopted(template_id=template_id, created_at=created_at, fields=fields):
            return Case(case.case_id, template_id, created_at, fields, case.deleted, hydrated=True)
        case CaseRead(template_id=template_id, created_at=created_at, fields=fields) if not case.is_known:
            return Case(case_id=case.case_id, template_id=template_id, created_at=created_at, fields=fields, hydrated=True)
        case CaseDeleted():
            return msgspec.structs.replace(case, deleted=True)
        case _:
            return case
