"""Merging: which pending updates of a case make its next write, and which cases share one."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Final, Self

import msgspec
from msgspec.structs import replace

from casewright.actions import UpdateCase
from casewright.cases.values import FieldValue
from casewright.decision import Head, Outcome
from casewright.ports.effects import Pending, Write
from casewright.service.wanted import changed_by_others, moot

MOST: Final = 100
"""Cases in one call (Cases API), and effects in one claim (DynamoDB transactions)."""


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

    @property
    def fields(self) -> Mapping[str, FieldValue]:
        """What a write not yet begun sets."""
        return dict(chain.from_iterable(part.items() for part in self.parts))

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

    def without(self, ended: Collection[Pending]) -> Self:
        """The same without some of its effects."""
        left = [number for number, each in enumerate(self.write) if each not in ended]
        return replace(self, write=tuple(self.write[number] for number in left), parts=tuple(self.parts[number] for number in left))

    def as_write(self, *, new_id: str) -> Write:
        """The write: as it was begun, or a new one."""
        return self.write[0].write or Write(id=new_id, hop=self.hop, fields=self.fields)


def turn_of(effects: Sequence[Pending], head: Head, now: datetime) -> Turn:
    """What is to be done about the updates among the effects of one case.

    Two updates of one field land in the order they were decided in: the later one waits for an attempt at the earlier one that may still
    happen, takes an earlier one that waits with it, and makes superfluous one that comes after it.
    """
    updates = sorted((each for each in effects if isinstance(each.effect.action, UpdateCase)), key=_decided)
    over, open_ = list[tuple[Pending, Outcome]](), list[Pending]()
    for each in updates:
        if each.outcome is None:
            outcome = moot(each, head, now, set_since=_set_since(each, updates))
            over.append((each, outcome)) if outcome else open_.append(each)
    begun = [each for each in open_ if each.write]
    if again := [each for each in begun if each.not_before <= now]:
        write = tuple(each for each in again if each.write and again[0].write and each.write.id == again[0].write.id)
        return Turn(over=tuple(over), write=write)
    taken, waiting = _fresh(open_, begun, now)
    parts = list[Mapping[str, FieldValue]]()
    for each in taken:
        unwanted = changed_by_others(each.effect, head) | _set_since(each, updates)
        parts.append({field_id: value for field_id, value in _fields(each).items() if field_id not in unwanted})
    until = min((each.not_before for each in begun), default=None)
    return Turn(over=tuple(over), write=tuple(taken), parts=tuple(parts), waiting=tuple(waiting) if until else (), until=until)


def shared(turns: Iterable[Turn]) -> Iterator[tuple[Turn, ...]]:
    """Turns that make one call, the call of the first turn first; what is not new is repeated as it was."""
    found: dict[Hashable, list[list[Turn]]] = {}
    calls: list[list[Turn]] = []
    for turn in turns:
        of_kind = found.setdefault(turn.sharable_as, [])
        if not of_kind or sum(len(each.write) for each in of_kind[-1]) + len(turn.write) > MOST:
            of_kind.append([])
            calls.append(of_kind[-1])
        of_kind[-1].append(turn)
    return map(tuple, calls)


def _fresh(open_: Sequence[Pending], begun: Sequence[Pending], now: datetime) -> tuple[list[Pending], list[Pending]]:
    """Updates not yet attempted that can be written together, and those that cannot yet."""
    blocked = {field_id for each in begun for field_id in _fields(each)}
    taken, waiting = list[Pending](), list[Pending]()
    for each in open_:
        if each.write or each.effect.not_before > now:
            continue
        waits = not blocked.isdisjoint(_fields(each)) or len(taken) == MOST or (bool(taken) and (each.alone or taken[0].alone))
        (waiting if waits else taken).append(each)
        if waits:
            blocked.update(_fields(each))
    return taken, waiting


def _set_since(pending: Pending, updates: Sequence[Pending]) -> frozenset[str]:
    later = (each for each in updates if each.outcome and each.outcome.status == "done" and _decided(each) > _decided(pending))
    return frozenset(field_id for each in later for field_id in _fields(each))


def _fields(pending: Pending) -> Mapping[str, FieldValue]:
    action = pending.effect.action
    return action.fields if isinstance(action, UpdateCase) else {}


def _decided(pending: Pending) -> tuple[object, ...]:
    return pending.effect.position, pending.effect.rule, pending.effect.index
