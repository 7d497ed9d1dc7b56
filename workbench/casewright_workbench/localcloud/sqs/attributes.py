"""Attributes of queues: what each may be, and their defaults."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from casewright_workbench.localcloud.service import ServiceError

_RANGES = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
}
_CHOICES = {
    "ContentBasedDeduplication": ("true", "false"),
    "SqsManagedSseEnabled": ("true", "false"),
    "FifoQueue": ("true",),
    "DeduplicationScope": ("queue", "messageGroup"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
}
_FIFO_ONLY = ("FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit")
_JSON = ("Policy", "RedrivePolicy", "RedriveAllowPolicy")
_TEXTS = ("KmsMasterKeyId",)
SETTABLE = (*_RANGES, *_CHOICES, *_JSON, *_TEXTS)
_DEFAULTS = {
    "DelaySeconds": "0",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "VisibilityTimeout": "30",
    "SqsManagedSseEnabled": "true",
}
_FIFO_DEFAULTS = {"ContentBasedDeduplication": "false", "DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue"}


@dataclass(frozen=True, slots=True)
class RedrivePolicy:
    """Where messages go that were received too often, and how often that is."""

    dead_letters_arn: str
    most_receives: int


class QueueAttributes:
    """The settable attributes of one queue, as text the way the API carries them."""

    def __init__(self, given: Mapping[str, str], *, is_fifo: bool) -> None:
        self._is_fifo = is_fifo
        self.texts = _DEFAULTS | (_FIFO_DEFAULTS if is_fifo else {})
        self.given: dict[str, str] = {}
        self.redrive: RedrivePolicy | None = None
        self.update(given)

    def update(self, given: Mapping[str, str]) -> None:
        """Set attributes; all are checked before any is set. An empty text removes a policy."""
        for name, text in given.items():
            _check(name, text, is_fifo=self._is_fifo)
        redrive = _redrive_policy(given["RedrivePolicy"]) if given.get("RedrivePolicy") else None
        if "RedrivePolicy" in given:
            self.redrive = redrive
        for name, text in given.items():
            if text:
                self.texts[name] = text
            else:
                self.texts.pop(name, None)
        self.given.update(given)

    def seconds(self, name: str) -> timedelta:
        """A duration."""
        return timedelta(seconds=int(self.texts[name]))

    def number(self, name: str) -> int:
        """A number."""
        return int(self.texts[name])

    def is_on(self, name: str) -> bool:
        """Whether a switch is on."""
        return self.texts.get(name) == "true"

    def allows_redrive_from(self, source_arn: str) -> bool:
        """Whether the queue lets another use it for dead letters."""
        policy: dict[str, Any] = json.loads(self.texts.get("RedriveAllowPolicy", "{}"))
        permission = policy.get("redrivePermission", "allowAll")
        return permission == "allowAll" or (permission == "byQueue" and source_arn in policy.get("sourceQueueArns", ()))


def _check(name: str, text: str, *, is_fifo: bool) -> None:
    if name not in SETTABLE:
        raise ServiceError("InvalidAttributeName", f"Unknown Attribute {name}; settable are {', '.join(SETTABLE)}.")
    if name in _FIFO_ONLY and not is_fifo:
        raise ServiceError("InvalidAttributeName", f"Unknown Attribute {name}: it is for FIFO queues, whose names end in .fifo.")
    if name in _RANGES:
        low, high = _RANGES[name]
        if not text.isdigit() or not low <= int(text) <= high:
            raise invalid_attribute(name, text, f"it is a whole number from {low} to {high}")
    if name in _CHOICES and text not in _CHOICES[name]:
        raise invalid_attribute(name, text, f"it is one of {', '.join(_CHOICES[name])}")
    if name in _JSON and text and not _is_json_object(text):
        raise invalid_attribute(name, text, "it is a JSON object")


def _redrive_policy(text: str) -> RedrivePolicy:
    policy: dict[str, Any] = json.loads(text)
    unknown = set(policy) - {"deadLetterTargetArn", "maxReceiveCount"}
    count = str(policy.get("maxReceiveCount", "10"))
    if unknown or "deadLetterTargetArn" not in policy or not count.isdigit() or not 1 <= int(count) <= 1000:
        raise invalid_parameter("RedrivePolicy", text, "it holds deadLetterTargetArn and maxReceiveCount (1 to 1000)")
    return RedrivePolicy(policy["deadLetterTargetArn"], int(count))


def invalid_attribute(name: str, text: str, reason: str) -> ServiceError:
    """InvalidAttributeValue with the reason."""
    return ServiceError("InvalidAttributeValue", f"Invalid value for the parameter {name}: {text!r}; {reason}.")


def invalid_parameter(name: str, text: str, reason: str) -> ServiceError:
    """InvalidParameterValue with the reason."""
    return ServiceError("InvalidParameterValue", f"Value {text} for parameter {name} is invalid. Reason: {reason}.")


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
