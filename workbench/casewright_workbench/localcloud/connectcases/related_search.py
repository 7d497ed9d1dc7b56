"""SearchRelatedItems and SearchAllRelatedItems."""

from collections.abc import Callable, Mapping
from typing import Any

from casewright_workbench.localcloud.connectcases.case import RelatedItem
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.operations import Operations
from casewright_workbench.localcloud.connectcases.pages import page
from casewright_workbench.localcloud.connectcases.related_content import CaseLink, ContactLink, CustomRecord, FileLink, Sla
from casewright_workbench.localcloud.connectcases.related_inputs import TYPES
from casewright_workbench.localcloud.connectcases.value_filters import Test as ValuesTest
from casewright_workbench.localcloud.connectcases.value_filters import read_field_filter
from casewright_workbench.localcloud.service import Caller, Request, Response

Test = Callable[[RelatedItem], bool]
NEWEST_FIRST = ({"sortProperty": "AssociationTime", "sortOrder": "Desc"},)


class RelatedSearchOperations(Operations):
    """The operations that find related items."""

    def search_related_items(self, request: Request, caller: Caller) -> Response:
        """Find related items of one case, newest first."""
        domain = self._domain(request, caller)
        case = domain.case(request["caseId"])
        shown, token = page(_matching(domain, list(case.items.values()), request), request, size=25)
        return {"relatedItems": [item.to_wire() for item in shown], "nextToken": token}

    def search_all_related_items(self, request: Request, caller: Caller) -> Response:
        """Find related items of all cases."""
        domain = self._domain(request, caller)
        everything = [item for case in domain.cases.values() for item in case.items.values()]
        shown, token = page(_matching(domain, everything, request), request, size=25)
        return {"relatedItems": [item.to_wire() | {"caseId": item.case_id} for item in shown], "nextToken": token}


def _matching(domain: Domain, items: list[RelatedItem], request: Request) -> list[RelatedItem]:
    """The items that any filter lets through (all, without filters), sorted."""
    tests = [_read_filter(domain, union) for union in request.get("filters", ())]
    found = [item for item in items if not tests or any(test(item) for test in tests)]
    for sort in reversed(request.get("sorts") or NEWEST_FIRST):
        found.sort(key=_SORT_KEYS[sort["sortProperty"]], reverse=sort["sortOrder"] == "Desc")
    return found


_SORT_KEYS: dict[str, Callable[[RelatedItem], Any]] = {
    "AssociationTime": lambda item: item.created,
    "CaseId": lambda item: item.case_id,
}


def _read_filter(domain: Domain, union: Mapping[str, Any]) -> Test:
    ((kind, body),) = union.items()
    record_test = _read_record_filter(domain, body["fields"]) if kind == "custom" and body.get("fields") else None
    return lambda item: item.type == TYPES[kind] and _matches(item, body, record_test)


def _matches(item: RelatedItem, body: Mapping[str, Any], record_test: ValuesTest | None) -> bool:
    """Whether an item of the right type agrees with every property its filter gives."""
    match item.content:
        case ContactLink(arn, channel, _):
            channels = body.get("channel")
            return (not channels or channel in channels) and body.get("contactArn") in {None, arn}
        case FileLink(arn):
            return body.get("fileArn") in {None, arn}
        case CaseLink(case_id):
            return body.get("caseId") in {None, case_id}
        case Sla(name, _, status):
            return body.get("name") in {None, name} and body.get("status") in {None, status}
        case CustomRecord(values):
            return record_test is None or record_test(values)
        case _:
            return True


def _read_record_filter(domain: Domain, union: Mapping[str, Any]) -> ValuesTest:
    ((kind, body),) = union.items()
    if kind == "field":
        return read_field_filter(domain, body)
    if kind == "not":
        inner = _read_record_filter(domain, body)
        return lambda values: not inner(values)
    tests = [_read_record_filter(domain, one) for one in body]
    combine = all if kind == "andAll" else any
    return lambda values: combine(test(values) for test in tests)
