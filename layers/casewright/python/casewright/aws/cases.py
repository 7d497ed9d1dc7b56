"""Amazon Connect Cases: reading and writing cases and their related items.

Updates and comments go through the batch operations even for one case: those alone take a clientToken.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from botocore.exceptions import ClientError

from casewright.actions import AddComment, MirrorSla
from casewright.aws.clients import Client
from casewright.aws.failures import meaning, translated
from casewright.cases.events import CaseRead
from casewright.cases.values import FieldValue, as_wire, from_wire
from casewright.errors import ItemFailed, NotFound, QuotaReached, Retryable
from casewright.ports.schedules import FoundCases

_FIELDS_A_READ: Final = 100
_EARLIEST: Final = timedelta(seconds=-1)
_LATEST: Final = timedelta(seconds=90)
"""How far after a due time the target of its item lies: whole minutes, rounded up, from a moment a little later, by another clock."""
_OLDEST_FIRST: Final = ({"fieldId": "created_datetime", "sortOrder": "Asc"},)
"""An order that changes of cases do not disturb between two pages."""
_TOP_LEVEL: Final = {"title": "title", "status": "status", "customer_id": "customerId"}
"""Fields that BatchUpdateCase takes beside `fields`."""


class CasesDomain:
    """Fulfils CaseReader, CaseFinder, CaseWriter and RelatedItems for one domain."""

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

    def update(self, case_id: str, fields: Mapping[str, FieldValue], *, write_id: str, entity: str) -> None:
        """BatchUpdateCase for one case."""
        top = {_TOP_LEVEL[field_id]: value for field_id, value in fields.items() if field_id in _TOP_LEVEL}
        rest = [{"fieldIdentifier": {"id": id_}, "value": as_wire(value)} for id_, value in fields.items() if id_ not in _TOP_LEVEL]
        with translated("BatchUpdateCase"):
            answer = self._client.batch_update_case(
                domainId=self._domain,
                cases=[{"caseIdentifier": {"caseId": case_id}}],
                fields=rest,
                performedBy={"customEntity": entity},
                clientToken=write_id,
                **top,
            )
        _raise_failed(answer["failedCases"], "BatchUpdateCase")

    def comment(self, case_id: str, comment: AddComment, *, write_id: str, entity: str) -> str:
        """BatchCreateRelatedItem for one case."""
        with translated("BatchCreateRelatedItem"):
            answer = self._client.batch_create_related_item(
                domainId=self._domain,
                cases=[{"caseIdentifier": {"caseId": case_id}}],
                content={"comment": {"body": comment.body, "contentType": "Text/Plain"}},
                performedBy={"customEntity": entity},
                clientToken=write_id,
            )
        _raise_failed(answer["failedItems"], "BatchCreateRelatedItem")
        return str(answer["successfulItems"][0]["relatedItemId"])

    def attach_contact(self, case_id: str, contact_arn: str, *, entity: str) -> str:
        """Look for the contact among the case's contacts, else create the item."""
        for item in self._items(case_id, {"contact": {}}):
            if item["content"]["contact"]["contactArn"] == contact_arn:
                return str(item["relatedItemId"])
        return self._create(case_id, "Contact", {"contact": {"contactArn": contact_arn}}, entity)

    def mirror_sla(self, case_id: str, sla: MirrorSla, *, minutes: int, entity: str) -> str:
        """Look for an open SLA of the name that is due when the clock is; else delete the open ones and create one."""
        for item in self._open_slas(case_id, sla.name):
            if _EARLIEST <= item["content"]["sla"]["slaConfiguration"]["targetTime"] - sla.due_at <= _LATEST:
                return str(item["relatedItemId"])
        self.unmirror_sla(case_id, sla.name)
        configuration = {
            "name": sla.name,
            "type": "CaseField",
            "fieldId": sla.field_id,
            "targetFieldValues": [as_wire(sla.target_value)],
            "targetSlaMinutes": minutes,
        }
        try:
            return self._create(case_id, "Sla", {"sla": {"slaInputConfiguration": configuration}}, entity)
        except QuotaReached as error:
            there = sum(1 for _ in self._items(case_id, {"sla": {}}))
            raise QuotaReached(f"the case has {there} SLA items already: {error}") from error

    def unmirror_sla(self, case_id: str, name: str) -> int:
        """Delete the open SLAs of the name; one that somebody else deletes meanwhile is gone as well."""
        found = list(self._open_slas(case_id, name))
        for item in found:
            with suppress(NotFound), translated("DeleteRelatedItem"):
                self._client.delete_related_item(domainId=self._domain, caseId=case_id, relatedItemId=item["relatedItemId"])
        return len(found)

    def task_ids(self, case_id: str) -> tuple[str, ...]:
        """Contacts of channel TASK on the case."""
        items = self._items(case_id, {"contact": {"channel": ["TASK"]}})
        return tuple(item["content"]["contact"]["contactArn"].rsplit("/", 1)[-1] for item in items)

    def _open_slas(self, case_id: str, name: str) -> Iterator[dict[str, Any]]:
        for item in self._items(case_id, {"sla": {"name": name}}):
            sla = item["content"]["sla"]["slaConfiguration"]
            if sla["name"] == name and sla["status"] in ("Active", "Overdue"):
                yield item

    def _create(self, case_id: str, kind: str, content: dict[str, Any], entity: str) -> str:
        with translated("CreateRelatedItem"):
            try:
                answer = self._client.create_related_item(
                    domainId=self._domain, caseId=case_id, type=kind, content=content, performedBy={"customEntity": entity}
                )
            except ClientError as error:
                if error.response["Error"].get("Code") == "ServiceQuotaExceededException":
                    raise QuotaReached(f"CreateRelatedItem: {error}") from error
                raise
        return str(answer["relatedItemId"])

    def _items(self, case_id: str, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
        page: dict[str, str] = {}
        while True:
            with translated("SearchRelatedItems"):
                answer = self._client.search_related_items(domainId=self._domain, caseId=case_id, filters=[wanted], maxResults=25, **page)
            yield from (item for item in answer["relatedItems"] if item)
            if not answer.get("nextToken"):
                return
            page = {"nextToken": answer["nextToken"]}

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


def _raise_failed(failed: Sequence[Mapping[str, Any]], call: str) -> None:
    for each in failed:
        error = meaning(each["errorCode"], f"{call}: {each['errorCode']}: {each['errorMessage']}")
        raise ItemFailed(str(error)) if isinstance(error, Retryable) else error
