"""Every message of a dead-letter queue once, hidden from others meanwhile, and given back unless it was deleted."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright_workbench.doctor.undelivered import DeadLetters
from casewright_workbench.redriving.letters import Letter, letter_of

_HIDDEN_SECONDS: Final = 600
"""If we are cut off, what was looked at is there again after that."""

_BARREN: Final = 100
"""Answers in a row without anything new, beyond one for each letter seen: then whoever fills the queue is faster than the walk."""

_WAIT_SECONDS: Final = 1
"""Waiting at all makes SQS ask every one of its servers."""


class Walk:
    """Up to ten letters at a time. What was sent after `before` is left alone, so that what fails at once again does not go in circles."""

    def __init__(self, client: Client, place: DeadLetters, *, queues: Collection[str], before: datetime) -> None:
        self._client, self._place, self._queues, self._before = client, place, queues, before
        self._held = dict[str, str]()
        with translated("GetQueueUrl"):
            self._url: str = client.get_queue_url(QueueName=place.name)["QueueUrl"]

    def letters(self) -> Iterator[tuple[Letter, ...]]:
        """Until nothing more comes: in a long walk what was seen comes again, and in any what was sent meanwhile, before the rest does."""
        seen, barren = set[str](), 0
        while barren <= _BARREN + len(seen) and (found := self._received()):
            self._held |= {each.id: each.receipt for each in found}
            fresh = tuple(each for each in found if each.id not in seen and each.sent_at < self._before)
            seen |= {each.id for each in fresh}
            barren = 0 if fresh else barren + 1
            if fresh:
                yield fresh

    def delete(self, letters: Sequence[Letter]) -> None:
        """Take away what is where it belongs."""
        with translated("DeleteMessage"):
            for each in letters:
                self._client.delete_message(QueueUrl=self._url, ReceiptHandle=self._held.pop(each.id))

    def release(self) -> None:
        """Show the others again."""
        held = iter(self._held.values())
        while some := list(islice(held, 10)):
            entries = [{"Id": str(place), "ReceiptHandle": receipt, "VisibilityTimeout": 0} for place, receipt in enumerate(some)]
            with translated("ChangeMessageVisibilityBatch"):
                self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
        self._held.clear()

    def _received(self) -> tuple[Letter, ...]:
        with translated("ReceiveMessage"):
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=10,
                VisibilityTimeout=_HIDDEN_SECONDS,
                WaitTimeSeconds=_WAIT_SECONDS,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        return tuple(letter_of(message, self._place, self._queues) for message in answer.get("Messages", ()))
