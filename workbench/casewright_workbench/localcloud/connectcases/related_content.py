"""What a related item holds, by type, and how each type is written for the API and for events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from casewright_workbench.localcloud.connectcases.moments import as_text
from casewright_workbench.localcloud.connectcases.values import FieldValue, present, write_value, write_values


@dataclass(frozen=True, slots=True)
class Comment:
    """A note on a case."""

    body: str
    content_type: str


@dataclass(frozen=True, slots=True)
class ContactLink:
    """A contact, task or email that belongs to a case."""

    contact_arn: str
    channel: str
    connected: datetime


@dataclass(frozen=True, slots=True)
class FileLink:
    """An attached file."""

    file_arn: str


@dataclass(frozen=True, slots=True)
class CaseLink:
    """Another case of the domain."""

    case_id: str


@dataclass(frozen=True, slots=True)
class CustomRecord:
    """A record of the domain's own fields, such as an order."""

    values: Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class Sla:
    """A deadline for a field of the case to take a value."""

    name: str
    type: str
    status: str  # Active, Overdue, Met, NotMet
    target: datetime
    field_id: str | None = None
    target_value: FieldValue | None = None
    completed: datetime | None = None


Content = Comment | ContactLink | FileLink | CaseLink | CustomRecord | Sla


def type_of(content: Content) -> str:
    """The `RelatedItemType` of a content."""
    match content:
        case Comment():
            return "Comment"
        case ContactLink():
            return "Contact"
        case FileLink():
            return "File"
        case CaseLink():
            return "ConnectCase"
        case CustomRecord():
            return "Custom"
        case Sla():
            return "Sla"
        case _:
            assert_never(content)


def write_content(content: Content) -> dict[str, Any]:
    """The `RelatedItemContent` union of the API."""
    match content:
        case Comment(body, content_type):
            return {"comment": {"body": body, "contentType": content_type}}
        case ContactLink(arn, channel, connected):
            return {"contact": {"contactArn": arn, "channel": channel, "connectedToSystemTime": connected}}
        case FileLink(arn):
            return {"file": {"fileArn": arn}}
        case CaseLink(case_id):
            return {"connectCase": {"caseId": case_id}}
        case CustomRecord(values):
            return {"custom": {"fields": write_values(values)}}
        case Sla():
            return {"sla": {"slaConfiguration": _sla_configuration(content)}}
        case _:
            assert_never(content)


def event_content(content: Content) -> dict[str, Any]:
    """The content as an event carries it: the API's shape, moments as text, custom fields keyed by id."""
    match content:
        case Comment(body):
            return {"comment": {"body": body}}
        case ContactLink(arn, channel, connected):
            return {"contact": {"contactArn": arn, "channel": channel, "connectedToSystemTime": as_text(connected)}}
        case CustomRecord(values):
            return {"custom": {"fields": {field_id: {"value": write_value(value)} for field_id, value in values.items()}}}
        case Sla():
            configuration = _sla_configuration(content)
            moments = {name: as_text(value) for name, value in configuration.items() if isinstance(value, datetime)}
            return {"sla": {"slaConfiguration": configuration | moments}}
        case FileLink() | CaseLink():
            return write_content(content)
        case _:
            assert_never(content)


def attributes_of(content: Content) -> dict[str, FieldValue]:
    """The content as flat attributes, named as the audit history and `changedAttributes` name them."""
    match content:
        case Comment(body):
            return {"comment.commentText": FieldValue.text(body)}
        case ContactLink(arn, channel, _):
            return {"contact.contactArn": FieldValue.text(arn), "contact.channel": FieldValue.text(channel)}
        case FileLink(arn):
            return {"file.fileArn": FieldValue.text(arn)}
        case CaseLink(case_id):
            return {"connectCase.caseId": FieldValue.text(case_id)}
        case CustomRecord(values):
            return {f"custom.{field_id}": value for field_id, value in values.items()}
        case Sla():
            return _sla_attributes(content)
        case _:
            assert_never(content)


def _sla_configuration(sla: Sla) -> dict[str, Any]:
    return present(
        {
            "name": sla.name,
            "type": sla.type,
            "status": sla.status,
            "fieldId": sla.field_id,
            "targetFieldValues": [write_value(sla.target_value)] if sla.field_id else None,
            "targetTime": sla.target,
            "completionTime": sla.completed,
        }
    )


def _sla_attributes(sla: Sla) -> dict[str, FieldValue]:
    texts = {
        "name": sla.name,
        "status": sla.status,
        "targetTime": as_text(sla.target),
        "completionTime": as_text(sla.completed) if sla.completed else None,
    }
    return {f"sla.slaConfiguration.{name}": FieldValue.text(text) for name, text in texts.items() if text}
