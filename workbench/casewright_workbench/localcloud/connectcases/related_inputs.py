"""Reading what a request wants to tie to a case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from casewright_workbench.localcloud.connectcases import sla_items
from casewright_workbench.localcloud.connectcases.case import Case
from casewright_workbench.localcloud.connectcases.context import Context
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import invalid, not_found, quota_exceeded
from casewright_workbench.localcloud.connectcases.field_checks import check_value
from casewright_workbench.localcloud.connectcases.related_content import (
    CaseLink,
    Comment,
    ContactLink,
    Content,
    CustomRecord,
    FileLink,
    Sla,
)
from casewright_workbench.localcloud.connectcases.values import FieldValue, read_value

TYPES = {
    "comment": "Comment",
    "contact": "Contact",
    "file": "File",
    "sla": "Sla",
    "connectCase": "ConnectCase",
    "custom": "Custom",
}


def type_in(content: Mapping[str, Any]) -> str:
    """The `RelatedItemType` that a content union is of."""
    return TYPES[next(iter(content))]


def read_input(context: Context, domain: Domain, case: Case, content: Mapping[str, Any], *, at: datetime) -> Content:
    """The content of a new related item, checked against the domain."""
    ((kind, body),) = content.items()
    match kind:
        case "comment":
            return Comment(body["body"], body["contentType"])
        case "contact":
            return _read_contact(context, body["contactArn"])
        case "file":
            return FileLink(body["fileArn"])
        case "connectCase":
            return _read_case_link(domain, case, body["caseId"])
        case "custom":
            return CustomRecord(read_record(context, domain, body["fields"]))
        case _:
            return _read_sla(domain, body["slaInputConfiguration"], at=at)


def read_record(context: Context, domain: Domain, entries: list[dict[str, Any]]) -> dict[str, FieldValue]:
    """The values of a custom item: custom fields only, no more than the quota, each once."""
    if len(entries) > context.quotas.fields_per_custom_item:
        raise quota_exceeded(context.quotas.fields_per_custom_item, "fields per custom related item")
    values: dict[str, FieldValue] = {}
    for entry in entries:
        field = domain.live_field_in_request(entry["id"])
        if field.namespace == "System":
            raise invalid(f"A custom related item takes custom fields only; {field.id!r} is a system field.")
        if field.id in values:
            raise invalid(f"The field {field.id!r} stands twice in the related item; give it once.")
        value = read_value(entry["value"])
        if value is not None:
            check_value(field, value)
            values[field.id] = value
    return values


def _read_contact(context: Context, contact_arn: str) -> ContactLink:
    contact = context.contacts.find(contact_arn)
    if contact is None:
        raise not_found("Contact", contact_arn)
    return ContactLink(contact_arn, contact.channel, contact.initiated)


def _read_case_link(domain: Domain, case: Case, case_id: str) -> CaseLink:
    if case_id == case.id:
        raise invalid("A case cannot be tied to itself.")
    if case_id not in domain.cases:
        raise not_found("Case", case_id)
    return CaseLink(case_id)


def _read_sla(domain: Domain, body: dict[str, Any], *, at: datetime) -> Sla:
    field_id, targets = body.get("fieldId"), body.get("targetFieldValues")
    if (field_id is None) != (targets is None):
        raise invalid("An SLA gives fieldId and targetFieldValues together, or neither.")
    target_value = None
    if field_id is not None and targets is not None:
        target_value = read_value(targets[0])
        if target_value is None:
            raise invalid("targetFieldValues takes a value that the field can reach; emptyValue was given.")
        check_value(domain.live_field_in_request(field_id), target_value)
    due = sla_items.target_time(at, body["targetSlaMinutes"])
    return Sla(body["name"], body["type"], "Active", due, field_id, target_value)
