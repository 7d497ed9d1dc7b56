"""What lies in the dead-letter queues, by queue and reason; and what came of bringing it back."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from casewright.errors import CasewrightError
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.undelivered import DeadLetters, dead_letter_queues, read_queues
from casewright_workbench.redriving.letters import Discard, Letter, Stay, ToBus, ToQueue, ToStream, Way
from casewright_workbench.redriving.returning import Returning
from casewright_workbench.redriving.walking import Walk


class Group(msgspec.Struct, kw_only=True):
    """Messages that fail alike."""

    queue: str
    reason: str
    way: str
    oldest: datetime
    sample: str
    case_id: str
    count: int = 0
    moved: int = 0
    stayed: int = 0
    """Because they could not go back; `trouble` is the last cause."""
    trouble: str = ""


class Redrive:
    """One run over some queues: shows, or with `moves` brings back what has a reason that contains `reason`."""

    def __init__(self, context: Context, *, reason: str = "", moves: bool = False) -> None:
        self._context, self._reason, self._moves = context, reason, moves
        self._returning = Returning(context.clients)
        self._queues = frozenset(read_queues(context))
        # the clock of who answers tells whole seconds
        self._before = context.now + timedelta(seconds=1)
        self._groups = dict[tuple[str, str, str], Group]()

    def run(self, places: Iterable[DeadLetters]) -> list[Group]:
        """Every message of these queues."""
        for place in places:
            walk = Walk(self._context.clients("sqs"), place, queues=self._queues, before=self._before)
            try:
                for letters in walk.letters():
                    wanted = [each for each in letters if self._reason.lower() in each.reason.lower()]
                    walk.delete([each for each in wanted if self._gone(each, self._group(each))])
            finally:
                walk.release()
        return list(self._groups.values())

    def _gone(self, letter: Letter, group: Group) -> bool:
        """Whether it may be deleted: it is where it belongs."""
        if not self._moves:
            return False
        try:
            self._returning.send(letter)
        except CasewrightError as error:
            group.stayed, group.trouble = group.stayed + 1, str(error)
            return False
        group.moved += 1
        return True

    def _group(self, letter: Letter) -> Group:
        way = said(letter.way)
        name = (letter.queue, letter.reason, way)
        group = self._groups.get(name)
        if group is None:
            group = Group(
                queue=letter.queue, reason=letter.reason, way=way, oldest=letter.sent_at, sample=letter.sample, case_id=letter.case_id
            )
            self._groups[name] = group
        group.count += 1
        if letter.sent_at < group.oldest:
            group.oldest, group.sample, group.case_id = letter.sent_at, letter.sample, letter.case_id
        return group


def chosen(context: Context, queue: str) -> tuple[DeadLetters, ...]:
    """The queues whose name contains `queue`."""
    return tuple(each for each in dead_letter_queues(context) if queue.lower() in each.name.lower())


def said(way: Way) -> str:
    """Where a message goes, in words."""
    match way:
        case ToQueue(arn):
            return f"back to {arn.rpartition(':')[2]}"
        case ToStream(name):
            return f"into {name}"
        case ToBus():
            return "onto the bus, for its webhook"
        case Discard(why):
            return f"deleted, {why}"
        case Stay(why):
            return f"stays, {why}"
