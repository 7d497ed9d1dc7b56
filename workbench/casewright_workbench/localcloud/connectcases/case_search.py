"""SearchCases: filters, a search term, sorting, pages."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from casewright_workbench.localcloud.connectcases.case import Case
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.operations import Operations
from casewright_workbench.localcloud.connectcases.pages import page
from casewright_workbench.localcloud.connectcases.value_filters import read_field_filter, sort_key
from casewright_workbench.localcloud.connectcases.values import write_value
from casewright_workbench.localcloud.service import Caller, Request, Response

Test = Callable[[Case], bool]
NEWEST_FIRST = ({"fieldId": "last_updated_datetime", "sortOrder": "Desc"},)


class CaseSearchOperations(Operations):
    """The operation that finds cases."""

    def search_cases(self, request: Request, caller: Caller) -> Response:
        """Find the cases that pass the filter and hold every word of the search term."""
        domain = self._domain(request, caller)
        passes = _read_filter(domain, request["filter"]) if request.get("filter") else _everything
        words = request.get("searchTerm", "").casefold().split()
        asked = [domain.field_in_request(entry["id"]).id for entry in request.get("fields", ())]
        found = [case for case in domain.cases.values() if passes(case) and _holds_words(case, words)]
        found = _sorted(domain, found, request.get("sorts") or NEWEST_FIRST)
        shown, token = page(found, request, size=25)
        return {"cases": [_show(case, asked) for case in shown], "nextToken": token, "totalCount": len(found)}


def _read_filter(domain: Domain, union: Mapping[str, Any]) -> Test:
    ((kind, body),) = union.items()
    match kind:
        case "field":
            test = read_field_filter(domain, body)
            return lambda case: test(case.values)
        case "tag":
            key, value = body["equalTo"]["key"], body["equalTo"].get("value")
            return lambda case: key in case.tags and value in {None, case.tags[key]}
        case "not":
            inner = _read_filter(domain, body)
            return lambda case: not inner(case)
        case _:
            tests = [_read_filter(domain, one) for one in body]
            combine = all if kind == "andAll" else any
            return lambda case: combine(one(case) for one in tests)


def _everything(_: Case) -> bool:
    return True


def _holds_words(case: Case, words: Iterable[str]) -> bool:
    texts = [str(value.plain).casefold() for value in case.values.values()]
    return all(any(word in text for text in texts) for word in words)


def _sorted(domain: Domain, cases: list[Case], sorts: Iterable[Mapping[str, str]]) -> list[Case]:
    """The cases in order; in either direction those without the value come last, and ties keep their age."""
    for sort in reversed(list(sorts)):
        field = domain.field_in_request(sort["fieldId"])
        holding = [case for case in cases if field.id in case.values]
        without = [case for case in cases if field.id not in case.values]
        keys = {case.id: sort_key(field, case.values[field.id]) for case in holding}
        holding.sort(key=lambda case: keys[case.id], reverse=sort["sortOrder"] == "Desc")
        cases = holding + without
    return cases


def _show(case: Case, asked: Iterable[str]) -> dict[str, Any]:
    fields = [{"id": one, "value": write_value(case.values[one])} for one in asked if one in case.values]
    return {"caseId": case.id, "templateId": case.template_id, "fields": fields, "tags": dict(case.tags)}
