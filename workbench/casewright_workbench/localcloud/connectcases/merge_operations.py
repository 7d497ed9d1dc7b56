"""StartMergeCases and GetMergeCasesStatus."""

from casewright_workbench.localcloud.connectcases import merges
from casewright_workbench.localcloud.connectcases.case import Actor, MergeMark, PendingMerge
from casewright_workbench.localcloud.connectcases.errors import invalid, not_found
from casewright_workbench.localcloud.connectcases.operations import Operations, assert_once
from casewright_workbench.localcloud.connectcases.timers import Timer
from casewright_workbench.localcloud.service import Caller, Request, Response

ITEM_TYPES = {"comment": "Comment", "connectCase": "ConnectCase", "contact": "Contact", "custom": "Custom"}


class MergeOperations(Operations):
    """The operations that merge two cases."""

    def start_merge_cases(self, request: Request, caller: Caller) -> Response:
        """Start merging a secondary case into a primary one; it ends a little later, by the clock."""
        domain = self._domain(request, caller)
        primary = domain.case(request["caseId"])
        secondary = domain.case(request["secondaryCaseIds"][0])
        merges.check_pair(primary, secondary)
        field_ids = _field_ids(request, secondary.id)
        merges.check_fields(domain, secondary, field_ids)
        chosen = request.get("relatedItemsConfiguration", {})
        merge = PendingMerge(
            mark=MergeMark(self._context.ids.uuid(), primary.id, secondary.id),
            field_ids=frozenset(field_ids),
            item_types=frozenset(ITEM_TYPES[name] for name, moves in chosen.items() if moves),
            actor=Actor.of(request, caller),
        )
        merges.check_sizes(self._context, domain, primary, secondary, merge)
        primary.merge = secondary.merge = merge
        domain.timers.add(self._context.clock.now() + merges.MERGE_DURATION, Timer(secondary.id))
        return {}

    def get_merge_cases_status(self, request: Request, caller: Caller) -> Response:
        """How the merge of a case stands; a primary whose merge has ended is part of none."""
        case = self._domain(request, caller).case(request["caseId"])
        if case.merge:
            mark = case.merge.mark
            return {"status": "IN_PROGRESS", "primaryCaseId": mark.primary_id, "secondaryCaseIds": [mark.secondary_id]}
        if case.merged_into:
            return {"status": "COMPLETED", "primaryCaseId": case.merged_into, "secondaryCaseIds": [case.id]}
        raise not_found("MergeCases", case.id)


def _field_ids(request: Request, secondary_id: str) -> list[str]:
    configurations = request.get("fieldsConfiguration", [])
    if len(configurations) > 1:
        raise invalid(f"fieldsConfiguration takes at most one entry; {len(configurations)} were given.")
    field_ids: list[str] = []
    for configuration in configurations:
        if configuration["sourceCaseId"] != secondary_id:
            raise invalid(f"sourceCaseId must be the secondary case {secondary_id}; {configuration['sourceCaseId']!r} was given.")
        field_ids += [entry["id"] for entry in configuration["fieldIds"]]
    assert_once(field_ids, where="fieldsConfiguration")
    return field_ids
