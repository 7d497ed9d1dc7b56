"""The SQS API: queues, and messages on them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from casewright_workbench.localcloud.events.delivery import DeliveryFailedError
from casewright_workbench.localcloud.service import LOCAL_ACCOUNT, LOCAL_REGION, Caller, Clock, Request, Response, ServiceError

from .messages import State
from .moves import MoveOperations
from .queues import KnownQueue, Queues
from .receiving import ReceiveOperations, Wait
from .sending import SendOperations

_PURGE_PAUSE = timedelta(seconds=60)
_EVENTS_SENDER = "arn:aws:sts::000000000000:assumed-role/events.amazonaws.com"
_DEFAULT_PAGE = 1000


class SqsService(SendOperations, ReceiveOperations, MoveOperations):
    """SQS; `deliver` is how EventBridge puts messages on queues."""

    name = "sqs"

    def __init__(self, *, clock: Clock, wait: Wait, account: str = LOCAL_ACCOUNT, region: str = LOCAL_REGION) -> None:
        self.queues = Queues(clock=clock, account=account, region=region)
        self._wait = wait
        self._moves = []

    def deliver(self, queue_arn: str, body: str, *, group_id: str | None, attributes: Mapping[str, str]) -> None:
        """Put a message on a queue on behalf of EventBridge; raises DeliveryFailedError."""
        queue = self.queues.at_arn(queue_arn)
        if queue is None:
            raise DeliveryFailedError("NO_RESOURCE", f"there is no queue {queue_arn}")
        texts = {name: {"DataType": "String", "StringValue": text} for name, text in attributes.items()}
        entry = {"MessageBody": body, "MessageAttributes": texts, "MessageGroupId": group_id}
        try:
            self._send(queue, entry, _EVENTS_SENDER)
        except ServiceError as refused:
            raise DeliveryFailedError(refused.code, refused.message) from refused

    def next_visible(self) -> datetime | None:
        """When the next hidden message turns visible."""
        return self.queues.next_visible()

    def create_queue(self, request: Request, _caller: Caller) -> Response:
        """Create a queue, or name the one that is there with the same attributes."""
        return {"QueueUrl": self.queues.create(request["QueueName"], request.get("Attributes", {}), request.get("tags", {})).url}

    def get_queue_url(self, request: Request, _caller: Caller) -> Response:
        """The URL of a queue."""
        return {"QueueUrl": self.queues.named(request["QueueName"]).url}

    def list_queues(self, request: Request, _caller: Caller) -> Response:
        """URLs of queues by prefix, a page at a time where a page size is given."""
        names = sorted(name for name in self.queues.by_name if name.startswith(request.get("QueueNamePrefix", "")))
        start, most = int(request.get("NextToken", "0")), request.get("MaxResults", _DEFAULT_PAGE)
        urls = [self.queues.by_name[name].url for name in names[start : start + most]]
        more = "MaxResults" in request and start + most < len(names)
        return {"QueueUrls": urls or None, "NextToken": str(start + most) if more else None}

    def delete_queue(self, request: Request, _caller: Caller) -> Response:
        """Delete a queue with its messages."""
        self.queues.delete(self.queues.at_url(request["QueueUrl"]))
        return {}

    def get_queue_attributes(self, request: Request, _caller: Caller) -> Response:
        """Attributes of a queue, those asked for."""
        queue = self.queues.at_url(request["QueueUrl"])
        wanted = set(request.get("AttributeNames", ()))
        known = self._attributes(queue)
        return {"Attributes": {name: text for name, text in known.items() if wanted & {name, "All"}} or None}

    def set_queue_attributes(self, request: Request, _caller: Caller) -> Response:
        """Change attributes of a queue."""
        self.queues.set_attributes(self.queues.at_url(request["QueueUrl"]), request["Attributes"])
        return {}

    def purge_queue(self, request: Request, _caller: Caller) -> Response:
        """Delete all messages; allowed once a minute."""
        queue, now = self.queues.at_url(request["QueueUrl"]), self.queues.clock.now()
        if queue.purged_at is not None and queue.purged_at + _PURGE_PAUSE > now:
            raise ServiceError("PurgeQueueInProgress", f"Only one PurgeQueue operation on {queue.name} is allowed every 60 seconds.")
        queue.purged_at = now
        queue.state.purge()
        return {}

    def tag_queue(self, request: Request, _caller: Caller) -> Response:
        """Set tags."""
        self.queues.at_url(request["QueueUrl"]).tags.update(request["Tags"])
        return {}

    def untag_queue(self, request: Request, _caller: Caller) -> Response:
        """Remove tags."""
        tags = self.queues.at_url(request["QueueUrl"]).tags
        for key in request["TagKeys"]:
            tags.pop(key, None)
        return {}

    def list_queue_tags(self, request: Request, _caller: Caller) -> Response:
        """The tags of a queue."""
        return {"Tags": self.queues.at_url(request["QueueUrl"]).tags or None}

    def _attributes(self, queue: KnownQueue) -> dict[str, str]:
        queue.state.settle(self.queues.clock.now())
        return {
            **queue.attributes.texts,
            "QueueArn": queue.arn,
            "CreatedTimestamp": str(int(queue.created_at.timestamp())),
            "LastModifiedTimestamp": str(int(queue.changed_at.timestamp())),
            "ApproximateNumberOfMessages": str(queue.state.counts[State.READY]),
            "ApproximateNumberOfMessagesNotVisible": str(queue.state.counts[State.IN_FLIGHT]),
            "ApproximateNumberOfMessagesDelayed": str(queue.state.counts[State.DELAYED]),
        }
