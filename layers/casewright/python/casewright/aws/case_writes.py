"""Amazon Connect Cases: writing to cases.

Updates and comments go through the batch operations even for one case: those alone take a clientToken.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from casewright.actions import AddComment, CreateCase
from casewright.aws.clients import Client
from casewright.aws.failures import meaning, translated
from casewright.cases.values import EMPTY, FieldValue, as_wire
from casewright.errors import CasewrightError, ItemFailed, Retryable

_TOP_LEVEL: Final = {"title": "title", "status": "status", "customer_id": "customerId"}
"""Fields that BatchUpdateCase takes beside `fields`."""


class CaseWrites:
    """Fulfils CaseWriter for one domain."""

    def __init__(self, client: Client, domain_id: str, *, arn: str) -> None:
        """`arn` is that of the domain."""
        self._client, self._domain, self._arn = client, domain_id, arn

    def update(
        self, case_ids: Sequence[str], fields: Mapping[str, FieldValue], *, write_id: str, entity: str
    ) -> Mapping[str, CasewrightError]:
        """BatchUpdateCase."""
        top = {_TOP_LEVEL[field_id]: value for field_id, value in fields.items() if field_id in _TOP_LEVEL}
        rest = [{"fieldIdentifier": {"id": id_}, "value": as_wire(value)} for id_, value in fields.items() if id_ not in _TOP_LEVEL]
        with translated("BatchUpdateCase"):
            answer = self._client.batch_update_case(
                domainId=self._domain,
                cases=[{"caseIdentifier": {"caseId": case_id}} for case_id in case_ids],
                fields=rest,
                performedBy={"customEntity": entity},
                clientToken=write_id,
                **top,
            )
        return {each["caseIdentifier"]["caseId"]: _failure(each, "BatchUpdateCase") for each in answer["failedCases"]}

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

    def create(self, case: CreateCase, *, client_token: str, entity: str) -> str:
        """CreateCase, with the fields that have a value."""
        fields = [{"id": field_id, "value": as_wire(value)} for field_id, value in case.fields.items() if value != EMPTY]
        with translated("CreateCase"):
            answer = self._client.create_case(
                domainId=self._domain,
                templateId=case.template_id,
                fields=fields,
                performedBy={"customEntity": entity},
                clientToken=client_token,
            )
        return str(answer["caseId"])

    def tag(self, case_id: str, tags: Mapping[str, str]) -> None:
        """TagResource."""
        with translated("TagResource"):
            self._client.tag_resource(arn=f"{self._arn}/case/{case_id}", tags=tags)


def _raise_failed(failed: Sequence[Mapping[str, Any]], call: str) -> None:
    for each in failed:
        raise _failure(each, call)


def _failure(failed: Mapping[str, Any], call: str) -> CasewrightError:
    """What the failure of one item of a batch means; where trying again helps, it takes a new write."""
    error = meaning(failed["errorCode"], f"{call}: {failed['errorCode']}: {failed['errorMessage']}", call=call)
    return ItemFailed(str(error)) if isinstance(error, Retryable) else error
