"""Amazon Connect Cases: reading and finding cases."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.cases.events import CaseRead
from casewright.cases.values import FieldValue, as_wire, from_wire
from casewright.ports.schedules import FoundCases

_FIELDS_A_READ: Final = 100
_OLDEST_FIRST: Final = ({"fieldId": "created_datetime", "sortOrder": "Asc"},)
"""An order that changes of cases do not disturb between two pages."""


class CasesDomain:
    """Fulfils CaseReader and CaseFinder for one domain."""

    def __init__(self, client: Client, domain_id: str) -> None:
        self._client, self._domain = client, domain_id

    def read(self, case_id: str, field_ids: Sequence[str]) -> CaseRead:
        """GetCase, 100 fields a call."""
        fields: dict[str, FieldValue] = {}
        template_id = ""
        for start in range(0, max(1, len(field_ids)), _FIELDS_A_READ):
            wanted = [{"id": field_id} for field_id in field_ids[start : start + _FIELDS_A_READ]] or [{"id": "status"}]
            for answer in self._pages(case_id, wanted):
                template_id = answer["templateId"]
                fields |= {field["id"]: from_wire(field["value"]) for field in answer["fields"] if field["value"]}
        return CaseRead(template_id, None, fields)

    def find(self, fields: Mapping[str, Sequence[FieldValue]], *, page: str) -> FoundCases:
        """One page of SearchCases."""
        filters = [{"orAll": [_equal(field_id, value) for value in values]} for field_id, values in fields.items()]
        asked: dict[str, Any] = {"filter": {"andAll": filters}} if filters else {}
        asked |= {"nextToken": page} if page else {}
        with translated("SearchCases"):
            answer = self._client.search_cases(domainId=self._domain, maxResults=100, sorts=_OLDEST_FIRST, **asked)
        return FoundCases(tuple(case["caseId"] for case in answer["cases"] if case), answer.get("nextToken") or "")

    def _pages(self, case_id: str, wanted: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
        page: dict[str, str] = {}
        while True:
            with translated("GetCase"):
                answer = self._client.get_case(domainId=self._domain, caseId=case_id, fields=wanted, **page)
            yield answer
            if not answer.get("nextToken"):
                return
            page = {"nextToken": answer["nextToken"]}


def _equal(field_id: str, value: FieldValue) -> dict[str, Any]:
    return {"field": {"equalTo": {"id": field_id, "value": as_wire(value)}}}
