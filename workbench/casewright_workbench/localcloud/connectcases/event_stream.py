"""The case event stream: envelopes as the administrator guide's chapter on event payloads shows them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from casewright_workbench.localcloud.connectcases.case import Actor, Case, RelatedItem
from casewright_workbench.localcloud.connectcases.context import Context
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.moments import as_text, to_the_second
from casewright_workbench.localcloud.connectcases.related_content import event_content
from casewright_workbench.localcloud.connectcases.values import write_value

DETAIL_TYPE = "Amazon Connect Cases Change"


class EventStream:
    """The stream of one domain, for as long as its event configuration enables it."""

    def __init__(self, context: Context, domain: Domain) -> None:
        self._context = context
        self._domain = domain

    def case_changed(self, event_type: str, case: Case, changed_ids: Iterable[str], *, at: datetime, actor: Actor) -> None:
        """Publish CASE.CREATED or CASE.UPDATED with the configured fields as they now are."""
        detail = self._case_detail(event_type, case, at=at, actor=actor) | {"changedFieldIds": list(changed_ids)}
        if self._domain.event_configuration.has_case_data:
            detail["case"]["fields"] = self._included_fields(case)
        self._publish(case.arn, detail)

    def case_deleted(self, case: Case, *, at: datetime, actor: Actor) -> None:
        """Publish CASE.DELETED, which has no after-state to carry."""
        self._publish(case.arn, self._case_detail("CASE.DELETED", case, at=at, actor=actor))

    def item_changed(self, event_type: str, item: RelatedItem, changed_attributes: Iterable[str], *, at: datetime, actor: Actor) -> None:
        """Publish RELATED_ITEM.CREATED or RELATED_ITEM.UPDATED, with the content if configured."""
        detail = self._item_detail(event_type, item, at=at, actor=actor) | {"changedAttributes": list(changed_attributes)}
        if self._domain.event_configuration.has_item_content:
            detail["relatedItem"] |= event_content(item.content)
        self._publish(item.arn, detail)

    def item_deleted(self, item: RelatedItem, *, at: datetime, actor: Actor) -> None:
        """Publish RELATED_ITEM.DELETED, without content."""
        self._publish(item.arn, self._item_detail("RELATED_ITEM.DELETED", item, at=at, actor=actor))

    def _included_fields(self, case: Case) -> dict[str, Any]:
        configuration = self._domain.event_configuration
        included = [field_id for field_id in case.values if configuration.includes(self._domain.fields[field_id])]
        return {field_id: {"value": write_value(case.values[field_id])} for field_id in included}

    @staticmethod
    def _case_detail(event_type: str, case: Case, *, at: datetime, actor: Actor) -> dict[str, Any]:
        return _detail(event_type, at=at, actor=actor) | {
            "case": {"caseId": case.id, "templateId": case.template_id, "createdDateTime": as_text(case.created)}
        }

    @staticmethod
    def _item_detail(event_type: str, item: RelatedItem, *, at: datetime, actor: Actor) -> dict[str, Any]:
        related = {
            "relatedItemType": item.type,
            "relatedItemId": item.id,
            "caseId": item.case_id,
            "createdDateTime": as_text(item.created),
        }
        return _detail(event_type, at=at, actor=actor) | {"relatedItem": related}

    def _publish(self, resource_arn: str, detail: dict[str, Any]) -> None:
        if not self._domain.event_configuration.is_enabled:
            return
        envelope = {
            "version": "0",
            "id": self._context.ids.uuid(),
            "detail-type": DETAIL_TYPE,
            "source": "aws.cases",
            "account": self._domain.account,
            "time": to_the_second(self._context.clock.now()),
            "region": self._domain.region,
            "resources": [self._domain.arn, resource_arn],
            "detail": detail,
        }
        self._context.publish(envelope)


def _detail(event_type: str, *, at: datetime, actor: Actor) -> dict[str, Any]:
    return {"version": "0", "eventType": event_type, "approximateChangeTime": as_text(at), "performedBy": actor.to_wire()}
