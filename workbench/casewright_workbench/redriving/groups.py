"""What lies in the dead-letter queues and what was set aside, by place and reason; and what came of bringing it back."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from casewright.aws.set_aside import EffectsSetAside, SetAside
from casewright.errors import CasewrightError, Refused
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.undelivered import DeadLetters, read_queues
from casewright_workbench.redriving.letters import Discard, Letter, Stay, ToBus, ToQueue, ToStream, Way
from casewright_workbench.redriving.returning import Returning
from casewright_workbench.redriving.walking import Walk

SET_ASIDE: Final = "effects-set-aside"
"""Stands in place of a queue: effects that the performer could not read."""


class Group(msgspec.Struct, kw_only=True):
    """Messages, or effects, that fail alike."""

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
    """One run over some places: shows, or with `moves` brings back what has a reason that contains `reason`."""

    def __init__(self, context: Context, *, reason: str = "", moves: bool = False) -> None:
        self._context, self._reason, self._moves = context, reason, moves
        self._returning = Returning(context.clients)
        # the clock of who answers tells whole seconds
        self._before = context.now + timedelta(seconds=1)
        self._groups = dict[tuple[str, str, str], Group]()
        self.passed_over = 0
        """What was seen and has another reason."""

    @property
    def groups(self) -> list[Group]:
        """What was found so far."""
        return list(self._groups.values())

    def letters(self, places: Iterable[DeadLetters]) -> None:
        """Every message of these queues."""
        queues = frozenset(read_queues(self._context))
        for place in places:
            walk = Walk(self._context.clients("sqs"), place, queues=queues, before=self._before)
            try:
                for letters in walk.letters():
                    walk.delete([each for each in letters if self._is_wanted(each.reason) and self._letter(each)])
            finally:
                walk.release()

    def effects(self) -> None:
        """Every effect that was set aside. Those that this release cannot read stay."""
        aside = EffectsSetAside(self._context.clients("dynamodb"), self._context.places.needed("CASE_TABLE"))
        for each in aside.each():
            if self._is_wanted(each.reason):
                self._effect(each, aside)

    def _is_wanted(self, reason: str) -> bool:
        is_wanted = self._reason.lower() in reason.lower()
        self.passed_over += not is_wanted
        return is_wanted

    def _letter(self, letter: Letter) -> bool:
        """Whether it may be deleted: it is where it belongs."""
        group = Group(
            queue=letter.queue,
            reason=letter.reason,
            way=said(letter.way),
            oldest=letter.sent_at,
            sample=letter.sample,
            case_id=letter.case_id,
        )
        return self._is_moved(self._counted(group), lambda: self._returning.send(letter))

    def _effect(self, found: SetAside, aside: EffectsSetAside) -> None:
        way = f"stays, {found.trouble}" if found.trouble else f"back into the queue {found.bucket}"
        group = Group(queue=SET_ASIDE, reason=found.reason, way=way, oldest=found.due_at, sample=found.effect_key, case_id=found.case_id)

        def send() -> None:
            if found.trouble:
                raise Refused(found.trouble)
            aside.bring_back(found)

        self._is_moved(self._counted(group), send)

    def _is_moved(self, group: Group, send: Callable[[], None]) -> bool:
        if not self._moves:
            return False
        try:
            send()
        except CasewrightError as error:
            group.stayed, group.trouble = group.stayed + 1, str(error)
            return False
        group.moved += 1
        return True

    def _counted(self, one: Group) -> Group:
        """The group that this one is of; the oldest is its sample."""
        group = self._groups.setdefault((one.queue, one.reason, one.way), one)
        group.count += 1
        if one.oldest < group.oldest:
            group.oldest, group.sample, group.case_id = one.oldest, one.sample, one.case_id
        return group


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
