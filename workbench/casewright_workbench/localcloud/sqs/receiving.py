"""ReceiveMessage, DeleteMessage, ChangeMessageVisibility and their batches."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from casewright_workbench.localcloud.service import Caller, Request, Response, ServiceError

from .batches import in_batch
from .messages import Message, State, attributes_digest, body_digest, invalid
from .queues import KnownQueue, Queues
from .sending import sequence_number

_MOST_IN_FLIGHT = 120_000
_LONGEST_VISIBILITY = 43_200

Wait = Callable[[timedelta, Callable[[], bool]], None]
"""(how long, is it there) -> lets others have their turn until it is there or the time is over; a paused clock does not wait."""


class ReceiveOperations:
    """Taking messages from queues and saying what became of them."""

    queues: Queues
    _wait: Wait

    def receive_message(self, request: Request, _caller: Caller) -> Response:
        """Up to ten messages, hidden from others for the visibility timeout."""
        queue = self.queues.at_url(request["QueueUrl"])
        most = _in_range(request, "MaxNumberOfMessages", low=1, high=10, default=1)
        default = queue.attributes.number("VisibilityTimeout")
        visibility = _in_range(request, "VisibilityTimeout", low=0, high=_LONGEST_VISIBILITY, default=default)
        default = queue.attributes.number("ReceiveMessageWaitTimeSeconds")
        patience = _in_range(request, "WaitTimeSeconds", low=0, high=20, default=default)
        if "ReceiveRequestAttemptId" in request:
            raise ServiceError("UnsupportedOperation", "The local cloud does not perform ReceiveRequestAttemptId.")
        if queue.state.counts[State.IN_FLIGHT] >= _MOST_IN_FLIGHT:
            raise ServiceError("OverLimit", f"{queue.name} has {_MOST_IN_FLIGHT} messages in flight; delete some first.")
        if patience:
            self._wait(timedelta(seconds=patience), lambda: queue.state.has_receivable(self.queues.clock.now()))
        received = queue.state.receive(
            most,
            visibility=timedelta(seconds=visibility),
            now=self.queues.clock.now(),
            bury=lambda message: self.queues.bury(queue, message),
        )
        system = {*request.get("AttributeNames", ()), *request.get("MessageSystemAttributeNames", ())}
        custom = request.get("MessageAttributeNames", ())
        return {"Messages": [_shown(message, queue, system, custom) for message in received]} if received else {}

    def delete_message(self, request: Request, _caller: Caller) -> Response:
        """Delete a received message."""
        queue = self.queues.at_url(request["QueueUrl"])
        self._delete(queue, request["ReceiptHandle"])
        return {}

    def delete_message_batch(self, request: Request, _caller: Caller) -> Response:
        """Delete up to ten messages."""
        queue = self.queues.at_url(request["QueueUrl"])
        return in_batch(request["Entries"], lambda entry: self._delete(queue, entry["ReceiptHandle"]))

    def change_message_visibility(self, request: Request, _caller: Caller) -> Response:
        """Hide a received message for longer or shorter."""
        queue = self.queues.at_url(request["QueueUrl"])
        self._change(queue, request["ReceiptHandle"], request["VisibilityTimeout"])
        return {}

    def change_message_visibility_batch(self, request: Request, _caller: Caller) -> Response:
        """Hide up to ten received messages for longer or shorter."""
        queue = self.queues.at_url(request["QueueUrl"])
        return in_batch(request["Entries"], lambda entry: self._change(queue, entry["ReceiptHandle"], entry.get("VisibilityTimeout", 0)))

    def _delete(self, queue: KnownQueue, handle: str) -> Response:
        """An outdated handle deletes nothing and says so only on a FIFO queue."""
        queue.state.settle(self.queues.clock.now())
        message, receipt = _by_handle(queue, handle)
        if message is None:
            return {}
        if queue.is_fifo and (message.receipt != receipt or message.state is not State.IN_FLIGHT):
            raise invalid("ReceiptHandle", handle, "The receipt handle has expired")
        if message.receipt == receipt:
            queue.state.remove(message)
        return {}

    def _change(self, queue: KnownQueue, handle: str, seconds: int) -> Response:
        if not 0 <= seconds <= _LONGEST_VISIBILITY:
            raise invalid("VisibilityTimeout", seconds, f"Must be between 0 and {_LONGEST_VISIBILITY}")
        now = self.queues.clock.now()
        queue.state.settle(now)
        message, receipt = _by_handle(queue, handle)
        if message is None:
            raise invalid("ReceiptHandle", handle, "Message does not exist or is not available for visibility timeout change")
        if message.state is not State.IN_FLIGHT or message.receipt != receipt or message.received_at is None:
            raise ServiceError("MessageNotInflight", "The message referred to is not in flight.")
        visible_at = now + timedelta(seconds=seconds)
        if (visible_at - message.received_at).total_seconds() > _LONGEST_VISIBILITY:
            raise invalid(
                "VisibilityTimeout",
                seconds,
                f"Total VisibilityTimeout for the message is beyond the limit [{_LONGEST_VISIBILITY} seconds]",
            )
        queue.state.change_visibility(message, visible_at, now=now)
        return {}


def _shown(message: Message, queue: KnownQueue, system: set[str], custom: Iterable[str]) -> dict[str, Any]:
    attributes = {name: text for name, text in _system_attributes(message, queue).items() if system & {name, "All"}}
    wanted = {name: value for name, value in message.attributes.items() if _is_wanted(name, custom)}
    return {
        "MessageId": message.id,
        "ReceiptHandle": base64.urlsafe_b64encode(f"{queue.name}/{message.id}/{message.receipt}".encode()).decode(),
        "MD5OfBody": body_digest(message.body),
        "Body": message.body,
        "Attributes": attributes or None,
        "MessageAttributes": wanted or None,
        "MD5OfMessageAttributes": attributes_digest(wanted),
    }


def _system_attributes(message: Message, queue: KnownQueue) -> Mapping[str, str]:
    attributes = {
        "SenderId": message.sender,
        "SentTimestamp": _milliseconds(message.sent_at),
        "ApproximateReceiveCount": str(message.total_receives),
        "ApproximateFirstReceiveTimestamp": _milliseconds(message.first_received_at),
        "MessageGroupId": message.group_id or "",
        "MessageDeduplicationId": message.deduplication_id or "",
        "SequenceNumber": sequence_number(message.sequence) if queue.is_fifo else "",
        "DeadLetterQueueSourceArn": message.source_arn or "",
        "AWSTraceHeader": message.system.get("AWSTraceHeader", {}).get("StringValue", ""),
    }
    return {name: text for name, text in attributes.items() if text}


def _is_wanted(name: str, patterns: Iterable[str]) -> bool:
    return any(pattern in ("All", ".*", name) or (pattern.endswith(".*") and name.startswith(pattern[:-2])) for pattern in patterns)


def _by_handle(queue: KnownQueue, handle: str) -> tuple[Message | None, int]:
    try:
        name, message_id, receipt = base64.urlsafe_b64decode(handle.encode()).decode().split("/")
        number = int(receipt)
    except (ValueError, binascii.Error) as broken:
        raise ServiceError("ReceiptHandleIsInvalid", f"The input receipt handle {handle!r} is not a valid receipt handle.") from broken
    if name != queue.name:
        raise ServiceError("ReceiptHandleIsInvalid", f"The input receipt handle is one of the queue {name}, not of {queue.name}.")
    return queue.state.messages.get(message_id), number


def _in_range(request: Request, name: str, *, low: int, high: int, default: int) -> int:
    given: int = request.get(name, default)
    if not low <= given <= high:
        raise invalid(name, given, f"Must be between {low} and {high}, if provided")
    return given


def _milliseconds(moment: datetime | None) -> str:
    return "" if moment is None else str(int(moment.timestamp() * 1000))
