"""Assigning: who of several comes next. It is settled when an assignment is about to be written, once for each effect."""

import hashlib
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from casewright.actions import Assign
from casewright.cases.values import FieldValue
from casewright.decision import Effect
from casewright.ports.effects import Pending, Turns
from casewright.service.merging import Turn


def settled(turn: Turn, turns: Turns) -> Turn:
    """The turn, with those whose turn it is in the place of the first of several.

    Whose turn it is, is kept with the effect, so that every attempt names the same. An assignment that the write does not make takes none:
    a later one of the write sets the same field. A write once begun says itself whom it named.
    """
    if not any(_is_among_several(each) for each in turn.write):
        return turn
    if not turn.parts:
        return replace(turn, write=tuple(_as_begun(each) for each in turn.write))
    named = [_named(number, turn, turns) for number in range(len(turn.write))]
    return replace(turn, write=tuple(each for each, _ in named), parts=tuple(part for _, part in named))


def ring_of(among: tuple[str, ...]) -> str:
    """Names those who take turns: rules that list the same, in the same order, share one counter."""
    return hashlib.sha256("\n".join(among).encode()).hexdigest()[:32]


def _is_among_several(pending: Pending) -> bool:
    action = pending.effect.action
    return isinstance(action, Assign) and bool(action.among)


def _named(number: int, turn: Turn, turns: Turns) -> tuple[Pending, Mapping[str, FieldValue]]:
    """An effect of the turn and what it sets, in the name of the one whose turn it is."""
    pending, part = turn.write[number], turn.parts[number]
    action = pending.effect.action
    if not isinstance(action, Assign) or not action.among or not _is_made(part, turn.parts[number + 1 :]):
        return pending, part
    chosen = action.among[turns.take_turn(pending.effect, ring=ring_of(action.among)) % len(action.among)]
    part = dict.fromkeys(part, chosen)
    return replace(pending, effect=_to(pending.effect, action, part)), part


def _is_made(part: Mapping[str, FieldValue], later: Sequence[Mapping[str, FieldValue]]) -> bool:
    return bool(part) and not any(part.keys() <= other.keys() for other in later)


def _as_begun(pending: Pending) -> Pending:
    action, write = pending.effect.action, pending.write
    if not isinstance(action, Assign) or not action.among or write is None:
        return pending
    fields = {field_id: write.fields.get(field_id, value) for field_id, value in action.fields.items()}
    return replace(pending, effect=_to(pending.effect, action, fields))


def _to(effect: Effect, action: Assign, fields: Mapping[str, FieldValue]) -> Effect:
    return replace(effect, action=Assign(fields, action.among))
