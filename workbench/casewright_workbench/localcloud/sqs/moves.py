"""Dead letters on their way back: StartMessageMoveTask and what is asked about it."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from casewright_workbench.localcloud.service import Caller, Request, Response, ServiceError

from .messages import State, invalid
from .queues import KnownQueue, Queues, returned


@dataclass(frozen=True, slots=True)
class _Move:
    source_arn: str
    destination_arn: str | None
    moved: int
    started_at: datetime


class MoveOperations:
    """Redrive; here a task is done as soon as it is started."""

    queues: Queues
    _moves: list[_Move]

    def start_message_move_task(self, request: Request, _caller: Caller) -> Response:
        """Move the visible messages of a dead-letter queue back to where they came from, or to another queue."""
        source = self._existing(request["SourceArn"])
        if not self._sources_of(source):
            raise invalid("SourceArn", source.arn, "the queue is not the dead-letter queue of any other")
        destination_arn = request.get("DestinationArn")
        destination = self._existing(destination_arn) if destination_arn else None
        now = self.queues.clock.now()
        source.state.settle(now)
        waiting = [message for message in source.state.messages.values() if message.state is State.READY]
        moved = 0
        for message in waiting:
            target = destination or self.queues.at_arn(message.source_arn or "")
            if target is not None:
                source.state.remove(message)
                self.queues.put(target, returned(message), delay=timedelta())
                moved += 1
        self._moves.insert(0, _Move(source.arn, destination_arn, moved, now))
        return {"TaskHandle": base64.urlsafe_b64encode(f"{source.arn} {len(self._moves)}".encode()).decode()}

    def list_message_move_tasks(self, request: Request, _caller: Caller) -> Response:
        """The latest tasks of a source."""
        source = self._existing(request["SourceArn"])
        tasks = [_shown(move) for move in self._moves if move.source_arn == source.arn]
        return {"Results": tasks[: request.get("MaxResults", 1)]}

    def list_dead_letter_source_queues(self, request: Request, _caller: Caller) -> Response:
        """The queues whose dead letters come to this one."""
        return {"queueUrls": [queue.url for queue in self._sources_of(self.queues.at_url(request["QueueUrl"]))]}

    def _sources_of(self, dead_letters: KnownQueue) -> list[KnownQueue]:
        arn = dead_letters.arn
        every = self.queues.by_name.values()
        return [queue for queue in every if queue.attributes.redrive and queue.attributes.redrive.dead_letters_arn == arn]

    def _existing(self, arn: str) -> KnownQueue:
        queue = self.queues.at_arn(arn)
        if queue is None:
            raise ServiceError("ResourceNotFoundException", f"The resource that you specified doesn't exist: {arn}.", status=404)
        return queue


def _shown(move: _Move) -> dict[str, Any]:
    return {
        "Status": "COMPLETED",
        "SourceArn": move.source_arn,
        "DestinationArn": move.destination_arn,
        "ApproximateNumberOfMessagesMoved": move.moved,
        "ApproximateNumberOfMessagesToMove": move.moved,
        "StartedTimestamp": int(move.started_at.timestamp() * 1000),
    }
