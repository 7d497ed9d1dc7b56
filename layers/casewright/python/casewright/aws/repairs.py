"""Lost events on their way into the queue of case events: written as the stream would have told them, under our own source."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.records import stamp
from casewright.cases import subscriptions as names
from casewright.cases.events import (
    CaseCreated,
    CaseDeleted,
    CaseUpdated,
    Event,
    RelatedItem,
    RelatedItemAdded,
    RelatedItemRemoved,
    RelatedItemUpdated,
)
from casewright.cases.performers import Performer
from casewright.cases.values import as_wire


class RepairsQueue:
    """Fulfils Repairs."""

    def __init__(self, client: Client, url: str) -> None:
        self._client, self._url = client, url

    def send(self, events: Iterable[Event], *, seconds: int) -> None:
        """One message a call: ten large ones might exceed what one call holds."""
        for event in events:
            with translated("SendMessage"):
                self._client.send_message(QueueUrl=self._url, MessageBody=json.dumps(envelope_of(event)), DelaySeconds=seconds)


def envelope_of(event: Event) -> dict[str, Any]:
    """The message of a lost event; `parse` reads it back. `time` is when it happened, as of any event."""
    return {
        "version": "0",
        "id": event.id,
        "source": names.OWN_SOURCE,
        "detail-type": names.REPAIRED_DETAIL_TYPE,
        "account": event.account,
        "region": event.region,
        "time": stamp(event.at),
        "resources": [names.domain_arn(region=event.region, account=event.account, domain_id=event.domain_id)],
        "detail": {
            "eventType": event.event_type,
            "approximateChangeTime": stamp(event.at),
            "performedBy": _performer(event.performer),
            "repair": msgspec.to_builtins(event.repair),
            **_told(event),
        },
    }


def _performer(by: Performer) -> dict[str, object]:
    user = {name: text for name, text in (("userArn", by.user_arn), ("customEntity", by.custom_entity)) if text}
    return {"user": user, "iamPrincipalArn": by.iam_principal_arn}


def _told(event: Event) -> dict[str, object]:
    case: dict[str, object] = {"caseId": event.case_id}
    match event.change:
        case CaseCreated(template_id, created_at, fields) | CaseUpdated(template_id, created_at, fields):
            case |= {"templateId": template_id}
            if created_at is not None:
                case["createdDateTime"] = stamp(created_at)
            if fields is not None:
                case["fields"] = {field_id: {"value": as_wire(value)} for field_id, value in fields.items()}
            changed = event.change.changed_field_ids if isinstance(event.change, CaseUpdated) else ()
            return {"case": case, "changedFieldIds": list(changed)}
        case CaseDeleted(template_id):
            return {"case": {**case, "templateId": template_id}}
        case RelatedItemAdded(item) | RelatedItemRemoved(item):
            return {"relatedItem": _item(item, event.case_id)}
        case RelatedItemUpdated(item, changed_attributes):
            return {"relatedItem": _item(item, event.case_id), "changedAttributes": list(changed_attributes)}
        case other:
            raise ValueError(f"a {type(other).__name__} is never lost: it is an event of our own, or one of a type not known")


def _item(item: RelatedItem, case_id: str) -> dict[str, object]:
    told: dict[str, object] = {"caseId": case_id, "relatedItemId": item.id, "relatedItemType": item.type}
    if item.created_at is not None:
        told["createdDateTime"] = stamp(item.created_at)
    match item.type:
        case "comment":
            told["comment"] = {"body": item.comment_body}
        case "contact":
            told["contact"] = {"contactArn": item.contact_arn, "channel": item.contact_channel}
        case "file":
            told["file"] = {"fileArn": item.file_arn}
        case "case":
            told |= {"relatedItemType": "ConnectCase", "connectCase": {"caseId": item.connected_case_id}}
        case "sla":
            told["sla"] = {"slaConfiguration": _sla(item)}
        case "custom":
            told["custom"] = {"fields": [{"id": field_id, "value": as_wire(value)} for field_id, value in item.fields.items()]}
    return told


def _sla(item: RelatedItem) -> dict[str, str]:
    times = {"targetTime": item.sla_target_at, "completionTime": item.sla_completed_at}
    return {"name": item.sla_name, "status": item.sla_status} | {name: stamp(at) for name, at in times.items() if at is not None}
