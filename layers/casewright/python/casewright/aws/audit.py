"""What Amazon Connect Cases remembers: the audit history of a case, and searches by what changed last."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, get_args

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.records import stamp
from casewright.cases import items
from casewright.cases.performers import Performer
from casewright.cases.values import EMPTY, HeldValue, from_wire
from casewright.ports.audit import AuditChange, AuditEntry, EntryType, FoundItem, FoundItems, TimedCase, TimedCases

_CREATED, _UPDATED = "created_datetime", "last_updated_datetime"
_TYPES: Final = frozenset(get_args(EntryType))
_CASES_A_PAGE: Final = 100
_A_PAGE: Final = 25
"""Of audit entries and of related items: the most there can be."""


class CasesAudit:
    """Fulfils AuditHistory and OpenCases for one domain. Between the pages of one answer it waits: a page is a call."""

    def __init__(self, client: Client, domain_id: str, pause: Callable[[], None]) -> None:
        self._client, self._domain, self._pause = client, domain_id, pause

    def entries(self, case_id: str) -> tuple[AuditEntry, ...]:
        """GetCaseAuditEvents, all pages: how long AWS keeps them, and in which order it tells them, is not documented."""
        pages = self._pages("GetCaseAuditEvents", self._client.get_case_audit_events, caseId=case_id)
        found = [_entry(each) for page in pages for each in page["auditEvents"] if each]
        return tuple(sorted(found, key=lambda entry: (entry.at, entry.id)))

    def changed(self, since: datetime, until: datetime, page: str = "") -> TimedCases:
        """One page of SearchCases."""
        before = {"field": {"lessThanOrEqualTo": {"id": _UPDATED, "value": {"stringValue": stamp(until)}}}}
        return self._timed(_UPDATED, since, before, page)

    def open_cases(self, since: datetime, page: str = "") -> TimedCases:
        """One page of SearchCases. A case is closed when its status is `closed`, and no other."""
        is_closed = {"field": {"equalTo": {"id": "status", "value": {"stringValue": "closed"}}}}
        return self._timed(_CREATED, since, {"not": is_closed}, page)

    def _timed(self, field_id: str, since: datetime, condition: dict[str, Any], page: str) -> TimedCases:
        after = {"field": {"greaterThanOrEqualTo": {"id": field_id, "value": {"stringValue": stamp(since)}}}}
        with translated("SearchCases"):
            answer = self._client.search_cases(
                domainId=self._domain,
                maxResults=_CASES_A_PAGE,
                fields=[{"id": field_id}],
                filter={"andAll": [after, condition]},
                sorts=[{"fieldId": field_id, "sortOrder": "Asc"}],
                **({"nextToken": page} if page else {}),
            )
        found = [TimedCase(case["caseId"], _instant(case["fields"][0]["value"])) for case in answer["cases"] if case and case["fields"]]
        return TimedCases(tuple(found), answer.get("nextToken") or "")

    def newest_items(self, page: str) -> FoundItems:
        """One page of SearchAllRelatedItems."""
        asked = {"nextToken": page} if page else {}
        newest_first = [{"sortProperty": "AssociationTime", "sortOrder": "Desc"}]
        with translated("SearchAllRelatedItems"):
            answer = self._client.search_all_related_items(domainId=self._domain, maxResults=_A_PAGE, sorts=newest_first, **asked)
        return FoundItems(tuple(_item(each, each["caseId"]) for each in answer["relatedItems"] if each), answer.get("nextToken") or "")

    def items(self, case_id: str) -> tuple[FoundItem, ...]:
        """SearchRelatedItems, all pages."""
        pages = self._pages("SearchRelatedItems", self._client.search_related_items, caseId=case_id)
        return tuple(_item(each, case_id) for page in pages for each in page["relatedItems"] if each)

    def _pages(self, name: str, call: Callable[..., Any], **asked: Any) -> Iterator[Any]:
        page: dict[str, str] = {}
        while True:
            with translated(name):
                answer = call(domainId=self._domain, maxResults=_A_PAGE, **asked, **page)
            yield answer
            if not answer.get("nextToken"):
                return
            page = {"nextToken": answer["nextToken"]}
            self._pause()


def _entry(told: Mapping[str, Any]) -> AuditEntry:
    by = told.get("performedBy") or {}
    user = by.get("user") or {}
    return AuditEntry(
        id=told["eventId"],
        type=told["type"] if told["type"] in _TYPES else "unknown",
        at=told["performedTime"].astimezone(UTC),
        performer=Performer(by.get("iamPrincipalArn", ""), user.get("userArn", ""), user.get("customEntity", "")),
        changes=tuple(_change(each) for each in told["fields"] if each),
        item_type=told.get("relatedItemType") or "",
    )


def _change(told: Mapping[str, Any]) -> AuditChange:
    old = told.get("oldValue")
    return AuditChange(told["eventFieldId"], _value(old) if old else None, _value(told.get("newValue")))


def _value(union: Mapping[str, object] | None) -> HeldValue:
    return from_wire(union) if union else EMPTY


def _item(told: Mapping[str, Any], case_id: str) -> FoundItem:
    at = told["associationTime"].astimezone(UTC)
    wire = {"caseId": case_id, "relatedItemId": told["relatedItemId"], "relatedItemType": told["type"], "createdDateTime": at}
    item, _ = items.parse(wire | told["content"])
    return FoundItem(case_id, item, at)


def _instant(value: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(value["stringValue"]).astimezone(UTC)
