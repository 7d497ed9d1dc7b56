"""Merging: which pending updates of a case make its next write, and which cases share one."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Final, Self

import msgspec
from msgspec.structs import replace

from casewright.actions import UpdateCase
from casewright.cases.values import FieldValue
from casewright.decision import Effect, Head, Outcome
from casewright.ports.effects import Pending, Write
from casewright.service.repeating import is_repeatable
from casewright.service.wanted import moot, still_wanted

MOST: Final = 100
"""Cases in one call (Cases API), and effects in one claim (DynamoDB transactions)."""

MOST_BYTES: Final = 3_500_000
"""Of what is claimed at once, each effect with its write beside it. A transaction of DynamoDB holds 4 MB."""

_BESIDE: Final = 5_000
"""Bytes of an item beside the effect and the fields of its write: the names of 100 cases, above all."""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be done now about the updates of one case, or one effect that is no update."""

    over: tuple[tuple[Pending, Outcome], ...] = ()
    """Those nobody wants any more."""
    write: tuple[Pending, ...] = ()
    """Those of the next write, in the order they were decided in."""
    parts: tuple[Mapping[str, FieldValue], ...] = ()
    """What each of them sets, of a write not yet begun."""
    waiting: tuple[Pending, ...] = ()
    """Those that may only come after an attempt that is under way or in doubt, at the earliest at `until`."""
    until: datetime | None = None
    anew: tuple[Pending, ...] = ()
    """Those of a write that may have happened, and is not to be repeated."""

    @property
    def fields(self) -> Mapping[str, FieldValue]:
        """What the write sets."""
        begun = self.write[0].write
        return begun.fields if begun else dict(chain.from_iterable(part.items() for part in self.parts))

    @property
    def hop(self) -> int:
        """Of the write: one more than that of the event that is furthest from anybody else's doing."""
        return max(each.effect.hop for each in self.write)

    @property
    def sharable_as(self) -> Hashable:
        """Equal for writes that may be one call: those begun as one, and new ones that set the same fields to the same values."""
        first = self.write[0]
        if first.write and isinstance(first.effect.action, UpdateCase):
            return first.write.id
        is_lone = first.alone or not isinstance(first.effect.action, UpdateCase)
        return first.effect.key if is_lone else (self.hop, frozenset(self.fields.items()))

    @property
    def size(self) -> int:
        """Bytes to be claimed, at most: nothing is compressed yet."""
        return sum(_size(each.effect) for each in self.write) + len(self.write) * (_size(self.fields) + _BESIDE)

    def without(self, ended: Collection[Pending]) -> Self:
        """The same without some of its effects."""
        left = [number for number, each in enumerate(self.write) if each not in ended]
        return replace(self, write=tuple(self.write[number] for number in left), parts=tuple(self.parts[number] for number in left))

    def is_overtaken(self, head: Head) -> bool:
        """Whether somebody else has changed a field that it sets, or deleted the case, since it was seen what is to be done."""
        wanted = {field_id for each in self.write for field_id in still_wanted(each.effect, head)}
        return head.case.deleted or not self.fields.keys() <= wanted

    def as_write(self, *, new_id: str) -> Write:
        """The write: as it was begun, or a new one."""
        return self.write[0].write or Write(id=new_id, hop=self.hop, fields=self.fields)


def turn_of(effects: Sequence[Pending], head: Head, now: datetime) -> Turn:
    """What is to be done about the updates among the effects of one case.

    Two updates of one field land in the order they were decided in: the later one waits for an attempt at the earlier one that may still
    happen, takes an earlier one that waits with it, and makes superfluous one that comes after it.
    """
    updates = sorted((each for each in effects if isinstance(each.effect.action, UpdateCase)), key=lambda each: each.effect.place)
    over, open_ = list[tuple[Pending, Outcome]](), list[Pending]()
    for each in updates:
        if each.outcome is None:
            outcome = moot(each, head, now, set_since=_set_since(each, updates))
            over.append((each, outcome)) if outcome else open_.append(each)
    begun = [each for each in open_ if each.write]
    if again := next((each.write for each in begun if each.not_before <= now), None):
        write = tuple(each for each in begun if each.not_before <= now and each.write and each.write.id == again.id)
        ended = {each.effect.key: outcome for each, outcome in over}
        known = [replace(each, outcome=ended.get(each.effect.key, each.outcome)) for each in updates]
        return Turn(over=tuple(over), write=write) if is_repeatable(again, known, head) else Turn(over=tuple(over), anew=write)
    taken, waiting = _fresh(open_, begun, now)
    parts = list[Mapping[str, FieldValue]]()
    for each in taken:
        set_since = _set_since(each, updates)
        parts.append({field_id: value for field_id, value in still_wanted(each.effect, head).items() if field_id not in set_since})
    until = min((each.not_before for each in begun), default=None)
    return Turn(over=tuple(over), write=tuple(taken), parts=tuple(parts), waiting=tuple(waiting) if until else (), until=until)


def shared(turns: Iterable[Turn]) -> Iterator[tuple[Turn, ...]]:
    """Turns that make one call, the call of the first turn first; what is not new is repeated as it was."""
    last: dict[Hashable, _Call] = {}
    calls: list[_Call] = []
    for turn in turns:
        kind, size = turn.sharable_as, turn.size
        if kind not in last or not last[kind].takes(turn, size):
            last[kind] = _Call([])
            calls.append(last[kind])
        last[kind].add(turn, size)
    return (tuple(call.turns) for call in calls)


class _Call(msgspec.Struct):
    """A call as it is put together."""

    turns: list[Turn]
    effects: int = 0
    size: int = 0

    def takes(self, turn: Turn, size: int) -> bool:
        return self.effects + len(turn.write) <= MOST and self.size + size <= MOST_BYTES

    def add(self, turn: Turn, size: int) -> None:
        self.turns.append(turn)
        self.effects, self.size = self.effects + len(turn.write), self.size + size


def _fresh(open_: Sequence[Pending], begun: Sequence[Pending], now: datetime) -> tuple[list[Pending], list[Pending]]:
    """Updates not yet attempted that can be written together, and those that cannot yet."""
    blocked = {field_id for each in begun for field_id in _fields(each)}
    taken, waiting, held, set_ = list[Pending](), list[Pending](), 0, 0
    for each in open_:
        if each.write or each.effect.not_before > now:
            continue
        fields = _fields(each)
        more_held, more_set = held + _size(each.effect), set_ + _size(fields)
        is_full = len(taken) == MOST or more_held + (len(taken) + 1) * (more_set + _BESIDE) > MOST_BYTES
        if not blocked.isdisjoint(fields) or (taken and (is_full or each.alone or taken[0].alone)):
            waiting.append(each)
            blocked.update(fields)
        else:
            taken.append(each)
            held, set_ = more_held, more_set
    return taken, waiting


def _set_since(pending: Pending, updates: Sequence[Pending]) -> frozenset[str]:
    later = (each for each in updates if each.outcome and each.outcome.status == "done" and each.effect.place > pending.effect.place)
    return frozenset(field_id for each in later for field_id in _fields(each))


def _fields(pending: Pending) -> Mapping[str, FieldValue]:
    action = pending.effect.action
    return action.fields if isinstance(action, UpdateCase) else {}


def _size(part: Effect | Mapping[str, FieldValue]) -> int:
    return len(msgspec.json.encode(part))
