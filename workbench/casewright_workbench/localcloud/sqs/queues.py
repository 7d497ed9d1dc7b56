"""All queues of the account and region, and the paths between them: dead letters and their way back."""

import re
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from casewright_workbench.localcloud.service import Clock, ServiceError

from .attributes import QueueAttributes, invalid_parameter
from .fifo import FifoQueue
from .messages import Message, State
from .queue import Queue

_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}|[A-Za-z0-9_-]{1,75}\.fifo")
_PAUSE = timedelta(seconds=60)


@dataclass(slots=True, eq=False)
class KnownQueue:
    """A queue with its name, attributes and tags."""

    name: str
    arn: str
    url: str
    attributes: QueueAttributes
    state: Queue
    created_at: datetime
    changed_at: datetime
    tags: dict[str, str] = field(default_factory=dict)
    purged_at: datetime | None = None
    sequence: int = 0

    @property
    def is_fifo(self) -> bool:
        """Whether it is a FIFO queue."""
        return self.name.endswith(".fifo")


class Queues:
    """The queues by name."""

    def __init__(self, *, clock: Clock, account: str, region: str) -> None:
        self.clock = clock
        self.account = account
        self.region = region
        self.by_name: dict[str, KnownQueue] = {}
        self._deleted_at: dict[str, datetime] = {}

    def create(self, name: str, given: dict[str, str], tags: dict[str, str]) -> KnownQueue:
        """A new queue, or the one of that name when its attributes are the same."""
        self._check_name(name, given)
        attributes = QueueAttributes(given, is_fifo=name.endswith(".fifo"))
        known = self.by_name.get(name)
        if known is not None:
            if any(known.attributes.texts.get(key) != text for key, text in attributes.given.items()):
                raise ServiceError("QueueNameExists", f"A queue already exists with the same name and a different value: {name}")
            return known
        now = self.clock.now()
        if name in self._deleted_at and self._deleted_at[name] + _PAUSE > now:
            raise ServiceError(
                "QueueDeletedRecently",
                f"You must wait 60 seconds after deleting the queue {name} before you can create another of that name.",
            )
        self._check_redrive(self._arn(name), attributes)
        state = (FifoQueue if name.endswith(".fifo") else Queue)(retention=attributes.seconds("MessageRetentionPeriod"))
        url = f"https://sqs.{self.region}.amazonaws.com/{self.account}/{name}"
        self.by_name[name] = KnownQueue(name, self._arn(name), url, attributes, state, now, now, dict(tags))
        return self.by_name[name]

    def delete(self, queue: KnownQueue) -> None:
        """Delete a queue with its messages."""
        del self.by_name[queue.name]
        self._deleted_at[queue.name] = self.clock.now()

    def at_url(self, url: str) -> KnownQueue:
        """The queue of a URL, of which only account and name are read."""
        return self.named(url.rstrip("/").rpartition("/")[2])

    def named(self, name: str) -> KnownQueue:
        """The queue of that name."""
        if name not in self.by_name:
            raise ServiceError("QueueDoesNotExist", f"The specified queue does not exist: {name}.")
        return self.by_name[name]

    def at_arn(self, arn: str) -> KnownQueue | None:
        """The queue of that ARN, if it exists."""
        queue = self.by_name.get(arn.rpartition(":")[2])
        return queue if queue is not None and queue.arn == arn else None

    def set_attributes(self, queue: KnownQueue, given: dict[str, str]) -> None:
        """Change attributes."""
        if "FifoQueue" in given:
            raise ServiceError("InvalidAttributeName", "FifoQueue can be set only when the queue is created.")
        self._check_redrive(queue.arn, QueueAttributes(given, is_fifo=queue.is_fifo))
        queue.attributes.update(given)
        queue.state.retention = queue.attributes.seconds("MessageRetentionPeriod")
        queue.changed_at = self.clock.now()

    def bury(self, queue: KnownQueue, message: Message) -> bool:
        """Move a message that was received too often to the dead-letter queue, if there is one; whether it was moved."""
        policy = queue.attributes.redrive
        if policy is None or message.receipt < policy.most_receives:
            return False
        dead_letters = self.at_arn(policy.dead_letters_arn)
        if dead_letters is None:
            return False
        queue.state.remove(message)
        self.put(dead_letters, _moved(message, source_arn=message.source_arn or queue.arn), delay=timedelta())
        return True

    def put(self, queue: KnownQueue, message: Message, *, delay: timedelta) -> None:
        """Add a message at the end of a queue."""
        queue.sequence += 1
        message.sequence = queue.sequence
        now = self.clock.now()
        queue.state.add(message, visible_at=now + delay, now=now)

    def next_visible(self) -> datetime | None:
        """When the next hidden message of any queue turns visible."""
        moments = (queue.state.next_visible() for queue in self.by_name.values())
        return min((moment for moment in moments if moment is not None), default=None)

    def _arn(self, name: str) -> str:
        return f"arn:aws:sqs:{self.region}:{self.account}:{name}"

    def _check_name(self, name: str, given: dict[str, str]) -> None:
        if not _NAME.fullmatch(name):
            raise invalid_parameter("QueueName", name, "1 to 80 of A-Z a-z 0-9 _ -, and the suffix .fifo for FIFO queues")
        if name.endswith(".fifo") != (given.get("FifoQueue") == "true"):
            raise invalid_parameter("QueueName", name, "the suffix .fifo and the attribute FifoQueue=true go together")

    def _check_redrive(self, source_arn: str, attributes: QueueAttributes) -> None:
        if attributes.redrive is None:
            return
        text = attributes.texts["RedrivePolicy"]
        target = self.at_arn(attributes.redrive.dead_letters_arn)
        if target is None:
            raise invalid_parameter("RedrivePolicy", text, "Dead letter target does not exist")
        if target.is_fifo != source_arn.endswith(".fifo"):
            raise invalid_parameter("RedrivePolicy", text, "the dead-letter queue is of the same type as its source, standard or FIFO")
        if not target.attributes.allows_redrive_from(source_arn):
            raise invalid_parameter("RedrivePolicy", text, "the RedriveAllowPolicy of the dead-letter queue does not allow this source")


def new_message(body: str, *, sent_at: datetime, **rest: Any) -> Message:
    """A message with an id of its own; its sequence is given when it is put on a queue."""
    return Message(id=str(uuid.uuid4()), body=body, sent_at=sent_at, sequence=0, **rest)


def _moved(message: Message, *, source_arn: str | None) -> Message:
    """The message as it arrives on another queue: same id and count of receives, no receipt."""
    return replace(message, source_arn=source_arn, state=State.READY, changes=0, receipt=0, visible_at=None)


def returned(message: Message) -> Message:
    """A dead letter on its way back: a new message with a new id and age."""
    return replace(_moved(message, source_arn=None), id=str(uuid.uuid4()), total_receives=0, first_received_at=None)
