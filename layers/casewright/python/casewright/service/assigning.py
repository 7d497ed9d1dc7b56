"""Assigning: who of several comes next. It is settled when an assignment is about to be written, once for each effect."""

import hashlib
from datetime import datetime

from msgspec.structs import replace

from casewright.actions import Assign
from casewright.ports.effects import Pending, Turns
from casewright.ports.log import CaseLog
from casewright.service.wanted import moot


def settled(pending: Pending, turns: Turns, log: CaseLog, now: datetime) -> Pending:
    """An assignment to one of several with the one whose turn it is; anything else as it is.

    The turn is kept with the effect, so that every attempt names the same. An effect that nobody wants any more takes none.
    """
    effect = pending.effect
    if not isinstance(effect.action, Assign) or not effect.action.among or pending.outcome is not None:
        return pending
    if pending.write is None and _is_idle(pending, log, now):
        return pending
    among = effect.action.among
    chosen = among[turns.take_turn(effect, ring=ring_of(among)) % len(among)]
    return replace(pending, effect=replace(effect, action=Assign(dict.fromkeys(effect.action.fields, chosen), among)))


def ring_of(among: tuple[str, ...]) -> str:
    """Names those who take turns: rules that list the same, in the same order, share one counter."""
    return hashlib.sha256("\n".join(among).encode()).hexdigest()[:32]


def _is_idle(pending: Pending, log: CaseLog, now: datetime) -> bool:
    head = log.head(pending.effect.case_id).head
    return head.case.deleted or moot(pending, head, now) is not None
