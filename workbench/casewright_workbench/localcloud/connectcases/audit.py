"""GetCaseAuditEvents: what happened to a case, newest first."""

from typing import Any

from casewright_workbench.localcloud.connectcases.case import AuditEntry, FieldChange, MergeMark
from casewright_workbench.localcloud.connectcases.operations import Operations
from casewright_workbench.localcloud.connectcases.pages import page
from casewright_workbench.localcloud.connectcases.values import present, write_value
from casewright_workbench.localcloud.service import Caller, Request, Response


class AuditOperations(Operations):
    """The operation that reads the history of a case."""

    def get_case_audit_events(self, request: Request, caller: Caller) -> Response:
        """Read the edits of a case."""
        case = self._domain(request, caller).case(request["caseId"])
        shown, token = page(case.audit[::-1], request, size=25)
        return {"auditEvents": [_show(entry) for entry in shown], "nextToken": token}


def _show(entry: AuditEntry) -> dict[str, Any]:
    shown = {
        "eventId": entry.id,
        "type": entry.type,
        "relatedItemType": entry.item_type,
        "performedTime": entry.at,
        "fields": [_show_change(change) for change in entry.changes],
        "performedBy": entry.actor.to_wire(),
        "mergeMetadata": _show_merge(entry.merge),
    }
    return present(shown)


def _show_change(change: FieldChange) -> dict[str, Any]:
    old = write_value(change.old) if change.old is not None else None
    return present({"eventFieldId": change.field_id, "oldValue": old, "newValue": write_value(change.new)})


def _show_merge(merge: MergeMark | None) -> dict[str, str] | None:
    if merge is None:
        return None
    return {"mergeEventId": merge.merge_id, "primaryCaseId": merge.primary_id, "secondaryCaseId": merge.secondary_id}
