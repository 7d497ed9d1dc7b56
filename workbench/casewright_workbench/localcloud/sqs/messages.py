"""Messages: what one holds, what it may hold, and the digests clients verify."""

import hashlib
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from casewright_workbench.localcloud.service import ServiceError

_FORBIDDEN = re.compile("[^\x09\x0a\x0d\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"(?!(?i:aws|amazon)\.)(?!\.)(?!.*\.\.)(?!.*\.$)[\w.-]{1,256}", re.ASCII)
_TYPE = re.compile(r"(String|Number|Binary)(\..+)?")
_MOST_ATTRIBUTES = 10


class State(Enum):
    """Where a message is in its life."""

    DELAYED = "delayed"
    READY = "ready"
    IN_FLIGHT = "in flight"
    GONE = "gone"


@dataclass(slots=True, eq=False)
class Message:
    """A message on one queue; `receipt` counts receives here, and the last one names the valid receipt handle."""

    id: str
    body: str
    sent_at: datetime
    sequence: int
    sender: str = ""
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    system: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    group_id: str | None = None
    deduplication_id: str | None = None
    source_arn: str | None = None
    state: State = State.READY
    visible_at: datetime | None = None
    changes: int = 0
    receipt: int = 0
    total_receives: int = 0
    first_received_at: datetime | None = None
    received_at: datetime | None = None


def body_digest(body: str) -> str:
    """MD5 of the body, in hexadecimal."""
    return hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()


def attributes_digest(attributes: Mapping[str, Mapping[str, Any]]) -> str | None:
    """MD5 of message attributes as SQS defines it: by name, each length before its bytes, and the kind of value."""
    if not attributes:
        return None
    digest = hashlib.md5(usedforsecurity=False)
    for name in sorted(attributes):
        value = attributes[name]
        is_binary = "BinaryValue" in value
        content = value["BinaryValue"] if is_binary else value["StringValue"].encode()
        for part in (name.encode(), value["DataType"].encode()):
            digest.update(struct.pack(">I", len(part)) + part)
        digest.update((b"\x02" if is_binary else b"\x01") + struct.pack(">I", len(content)) + content)
    return digest.hexdigest()


def weight(body: str, attributes: Mapping[str, Mapping[str, Any]]) -> int:
    """The size of a message in bytes: body, and name, type and value of each attribute."""
    total = len(body.encode())
    for name, value in attributes.items():
        content = value.get("BinaryValue") or value.get("StringValue", "").encode()
        total += len(name.encode()) + len(value["DataType"].encode()) + len(content)
    return total


def check_content(body: str, attributes: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a body or attributes that SQS would refuse."""
    if not body:
        raise ServiceError("MissingParameter", "The request must contain the parameter MessageBody.")
    found = _FORBIDDEN.search(body)
    if found:
        accepted = "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
        raise ServiceError("InvalidMessageContents", f"Character #x{ord(found.group()):X} stands in the message; accepted are {accepted}.")
    if len(attributes) > _MOST_ATTRIBUTES:
        raise invalid("MessageAttributes", len(attributes), f"a message has at most {_MOST_ATTRIBUTES} attributes")
    for name, value in attributes.items():
        _check_attribute(name, value)


def _check_attribute(name: str, value: Mapping[str, Any]) -> None:
    if not _NAME.fullmatch(name):
        raise invalid("MessageAttributes", name, "a name has 1 to 256 of A-Z a-z 0-9 _ - . and does not start with AWS. or Amazon.")
    kind = _TYPE.fullmatch(value["DataType"])
    if not kind:
        raise invalid(f"MessageAttributes.{name}.DataType", value["DataType"], "it is String, Number or Binary, with a label after a dot")
    wanted = "BinaryValue" if kind[1] == "Binary" else "StringValue"
    if not value.get(wanted):
        raise invalid(f"MessageAttributes.{name}", value["DataType"], f"an attribute of this type has a {wanted} that is not empty")
    if kind[1] == "Number" and not _is_number(value["StringValue"]):
        raise invalid(f"MessageAttributes.{name}", value["StringValue"], "it is not a number")


def invalid(parameter: str, given: object, reason: str) -> ServiceError:
    """InvalidParameterValue as SQS words it."""
    return ServiceError("InvalidParameterValue", f"Value {given} for parameter {parameter} is invalid. Reason: {reason}.")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
