"""Event source mappings: queues polled on behalf of functions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from casewright_workbench.localcloud.cloud import LocalCloud
from casewright_workbench.localcloud.sqs.messages import State
from casewright_workbench.localcloud.sqs.queues import KnownQueue

from .batches import failed_ids, sqs_event
from .function import Function

_MOST_PER_RECEIVE = 10
Invoke = Callable[[Function, dict[str, Any]], Any]


@dataclass(slots=True)
class QueueMapping:
    """One queue that a function is invoked for; `window` is how long a batch that is not full is waited for."""

    queue_arn: str
    function: Function
    batch_size: int = 10
    window: timedelta = timedelta(0)
    reports_failures: bool = True
    is_enabled: bool = True
    _opened_at: datetime | None = field(default=None, repr=False)

    def poll(self, cloud: LocalCloud, invoke: Invoke) -> bool:
        """Handle one batch if there is one to handle now; whether there was."""
        queue = cloud.sqs.queues.at_arn(self.queue_arn)
        due = self.next_wake(cloud)
        if queue is None or due is None or due > cloud.clock.now():
            return False
        self._opened_at = None
        messages = self._receive(cloud, queue)
        if not messages:
            return True
        try:
            result = invoke(self.function, sqs_event(messages, queue_arn=self.queue_arn))
        except Exception:  # noqa: BLE001 - whatever a handler raises is the failure of its batch; the runtime has noted it
            return True
        sent = [message["MessageId"] for message in messages]
        failed = failed_ids(result, sent) if self.reports_failures else frozenset()
        self._delete(cloud, queue, [message for message in messages if message["MessageId"] not in failed])
        return True

    def next_wake(self, cloud: LocalCloud) -> datetime | None:
        """When there is something to handle next."""
        with cloud.turn:
            queue = cloud.sqs.queues.at_arn(self.queue_arn)
            if queue is None or not self.is_enabled:
                return None
            now = cloud.clock.now()
            if not queue.state.has_receivable(now):
                self._opened_at = None
                visible = queue.state.next_visible()
                return visible + self.window if visible is not None else None
            self._opened_at = self._opened_at or now
            is_full = queue.state.counts[State.READY] >= self.batch_size
            return now if is_full else self._opened_at + self.window

    def _receive(self, cloud: LocalCloud, queue: KnownQueue) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        while len(messages) < self.batch_size:
            request: dict[str, Any] = {
                "QueueUrl": queue.url,
                "MaxNumberOfMessages": min(_MOST_PER_RECEIVE, self.batch_size - len(messages)),
                "MessageSystemAttributeNames": ["All"],
                "MessageAttributeNames": ["All"],
                "WaitTimeSeconds": 0,
            }
            answer = cloud.perform("sqs", "ReceiveMessage", request, principal_arn=self.function.role_arn)
            received = answer.get("Messages", [])
            messages.extend(received)
            if len(received) < request["MaxNumberOfMessages"]:
                break
        return messages

    def _delete(self, cloud: LocalCloud, queue: KnownQueue, messages: list[dict[str, Any]]) -> None:
        for start in range(0, len(messages), _MOST_PER_RECEIVE):
            some = messages[start : start + _MOST_PER_RECEIVE]
            entries = [{"Id": str(at), "ReceiptHandle": message["ReceiptHandle"]} for at, message in enumerate(some)]
            request = {"QueueUrl": queue.url, "Entries": entries}
            cloud.perform("sqs", "DeleteMessageBatch", request, principal_arn=self.function.role_arn)
