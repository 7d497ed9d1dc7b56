"""SendMessage and SendMessageBatch."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from casewright_workbench.localcloud.service import Caller, Request, Response, ServiceError

from .batches import in_batch
from .fifo import FifoQueue
from .messages import attributes_digest, body_digest, check_content, invalid, weight
from .queues import KnownQueue, Queues, new_message

_MOST_BYTES = 1_048_576
_FIRST_SEQUENCE = 18_849_496_460_467_696_128


class SendOperations:
    """Putting messages on queues."""

    queues: Queues

    def send_message(self, request: Request, caller: Caller) -> Response:
        """Put one message on a queue."""
        queue = self.queues.at_url(request["QueueUrl"])
        return self._send(queue, request, caller.principal_arn)

    def send_message_batch(self, request: Request, caller: Caller) -> Response:
        """Put up to ten messages on a queue; they fail one by one."""
        queue = self.queues.at_url(request["QueueUrl"])
        entries = request["Entries"]
        total = sum(weight(entry["MessageBody"], entry.get("MessageAttributes", {})) for entry in entries)
        if total > _MOST_BYTES:
            raise ServiceError(
                "BatchRequestTooLong", f"Batch requests cannot be longer than {_MOST_BYTES} bytes. You have sent {total} bytes."
            )
        return in_batch(entries, lambda entry: self._send(queue, entry, caller.principal_arn))

    def _send(self, queue: KnownQueue, entry: Mapping[str, Any], sender: str) -> Response:
        body, attributes = entry["MessageBody"], entry.get("MessageAttributes", {})
        check_content(body, attributes)
        size, most = weight(body, attributes), queue.attributes.number("MaximumMessageSize")
        if size > most:
            raise ServiceError(
                "InvalidParameterValue",
                f"One or more parameters are invalid. Reason: Message must be shorter than {most} bytes; it has {size}.",
            )
        delay = self._delay(queue, entry)
        now = self.queues.clock.now()
        key = _deduplication_key(queue, entry, body)
        if key is not None and isinstance(queue.state, FifoQueue) and (sent := queue.state.duplicate_of(key, now)):
            return {**sent, "MD5OfMessageBody": body_digest(body)}
        message = new_message(body, sent_at=now, sender=sender, attributes=attributes, system=entry.get("MessageSystemAttributes", {}))
        message.group_id, message.deduplication_id = entry.get("MessageGroupId"), key[1] if key else None
        self.queues.put(queue, message, delay=delay)
        answer = {"MessageId": message.id, "SequenceNumber": sequence_number(message.sequence) if queue.is_fifo else None}
        if key is not None and isinstance(queue.state, FifoQueue):
            queue.state.note_sent(key, answer, now)
        return {
            **answer,
            "MD5OfMessageBody": body_digest(body),
            "MD5OfMessageAttributes": attributes_digest(attributes),
            "MD5OfMessageSystemAttributes": attributes_digest(message.system),
        }

    def _delay(self, queue: KnownQueue, entry: Mapping[str, Any]) -> timedelta:
        given = entry.get("DelaySeconds")
        if given is None:
            return queue.attributes.seconds("DelaySeconds")
        if not 0 <= given <= 900:
            raise invalid("DelaySeconds", given, "DelaySeconds must be >= 0 and <= 900")
        if queue.is_fifo and given:
            raise invalid("DelaySeconds", given, "the messages of a FIFO queue have no delay of their own; set it on the queue")
        return timedelta(seconds=given)


def sequence_number(sequence: int) -> str:
    """The 20 digits that order messages of a FIFO queue."""
    return str(_FIRST_SEQUENCE + sequence * 256)


def _deduplication_key(queue: KnownQueue, entry: Mapping[str, Any], body: str) -> tuple[str, str] | None:
    """(scope, id) by which a FIFO queue knows a repeated message; None on a standard queue."""
    given = entry.get("MessageDeduplicationId")
    if not queue.is_fifo:
        if given:
            raise invalid("MessageDeduplicationId", given, "it is for FIFO queues")
        return None
    if not entry.get("MessageGroupId"):
        raise ServiceError("MissingParameter", "The request must contain the parameter MessageGroupId.")
    if not given and not queue.attributes.is_on("ContentBasedDeduplication"):
        reason = "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
        raise ServiceError("InvalidParameterValue", reason)
    scope = entry["MessageGroupId"] if queue.attributes.texts.get("DeduplicationScope") == "messageGroup" else ""
    return scope, given or hashlib.sha256(body.encode()).hexdigest()
