"""Amazon Connect Cases: related items of cases. CreateRelatedItem takes no client token, so an item is looked for before it is created."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from botocore.exceptions import ClientError

from casewright.actions import MirrorSla
from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.cases.values import as_wire
from casewright.errors import NotFound, QuotaReached

_EARLIEST: Final = timedelta(seconds=-1)
_LATEST: Final = timedelta(seconds=90)
"""How far after a due time the target of its item lies: whole minutes, rounded up, from a moment a little later, by another clock."""


class ItemsOfCases:
    """Fulfils RelatedItems for one domain."""

    def __init__(self, client: Client, domain_id: str, *, instance_arn: str = "") -> None:
        self._client, self._domain, self._instance = client, domain_id, instance_arn

    def attach_contact(self, case_id: str, contact: str, *, entity: str) -> str:
        """Look for the contact among the case's contacts, else create the item. An id is one of a contact of the instance."""
        contact_arn = contact if contact.startswith("arn:") else f"{self._instance}/contact/{contact}"
        for item in self._items(case_id, {"contact": {}}):
            if item["content"]["contact"]["contactArn"] == contact_arn:
                return str(item["relatedItemId"])
        return self._create(case_id, "Contact", {"contact": {"contactArn": contact_arn}}, entity)

    def link_case(self, case_id: str, other_id: str, *, entity: str) -> str:
        """Look for the other case among those the case is linked to, else create the item."""
        for item in self._items(case_id, {"connectCase": {"caseId": other_id}}):
            return str(item["relatedItemId"])
        return self._create(case_id, "ConnectCase", {"connectCase": {"caseId": other_id}}, entity)

    def mirror_sla(self, case_id: str, sla: MirrorSla, *, minutes: int, entity: str) -> str:
        """Look for an open SLA of the name that waits for the same and is due at the same time; else delete those and create one."""
        values = [as_wire(sla.target_value)]
        for item in self._open_slas(case_id, sla.name):
            found = item["content"]["sla"]["slaConfiguration"]
            is_same = found.get("fieldId", sla.field_id) == sla.field_id and found.get("targetFieldValues", values) == values
            if is_same and _EARLIEST <= found["targetTime"] - sla.due_at <= _LATEST:
                return str(item["relatedItemId"])
        self.unmirror_sla(case_id, sla.name)
        configuration = {
            "name": sla.name,
            "type": "CaseField",
            "fieldId": sla.field_id,
            "targetFieldValues": values,
            "targetSlaMinutes": minutes,
        }
        try:
            return self._create(case_id, "Sla", {"sla": {"slaInputConfiguration": configuration}}, entity)
        except QuotaReached as error:
            there = sum(1 for _ in self._items(case_id, {"sla": {}}))
            raise QuotaReached(f"the case has {there} SLA items already: {error}") from error

    def unmirror_sla(self, case_id: str, name: str, *, later_than: datetime | None = None) -> int:
        """Delete the open SLAs of the name; one that somebody else deletes meanwhile is gone as well."""
        found = [item for item in self._open_slas(case_id, name) if later_than is None or _is_later(item, later_than)]
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


def _is_later(item: dict[str, Any], due_at: datetime) -> bool:
    later: bool = item["content"]["sla"]["slaConfiguration"]["targetTime"] - due_at > _LATEST
    return later
