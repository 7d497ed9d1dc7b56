"""Wanted: whether a pending effect is still worth performing, and what of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from casewright.actions import UpdateCase
from casewright.cases.values import FieldValue
from casewright.decision import Effect, Head, Outcome
from casewright.ports.effects import Pending, Write
from casewright.service.mirroring import overtaken

MOST_ATTEMPTS: Final = 8
"""Attempts in a row that ended without any answer, not even an error: the function died of them, or met an error nobody foresaw."""


def moot(pending: Pending, head: Head, now: datetime) -> Outcome | None:
    """Why the effect is no longer wanted, if so. An attempt that may have happened is brought to its end within the time it has."""
    effect = pending.effect
    late = now > effect.expires_at
    if pending.sent_as:
        return Outcome(status="done", detail=pending.sent_as)
    if pending.attempts >= MOST_ATTEMPTS:
        return Outcome(status="failed", detail=f"gave up: {pending.attempts} attempts in a row ended without an answer")
    if reason := overtaken(effect.action, head):
        return Outcome(status="superseded", detail=reason)
    if pending.write:
        return Outcome(status="failed", detail=f"no answer before {effect.expires_at.isoformat()}; it may have happened") if late else None
    if late:
        return Outcome(status="expired", detail=f"not performed before {effect.expires_at.isoformat()}")
    stale = _stale_fields(effect, head)
    if isinstance(effect.action, UpdateCase) and len(stale) == len(effect.action.fields):
        return Outcome(status="superseded", detail=f"changed by someone else since: {', '.join(sorted(stale))}")
    return None


def write_of(pending: Sequence[Pending], head: Head, *, new_id: str) -> Write:
    """The write for these effects: an interrupted one as it was, a new one with the fields that nobody else has changed since."""
    if begun := pending[0].write:
        return begun
    fields: dict[str, FieldValue] = {}
    for effect in sorted((each.effect for each in pending), key=lambda each: (each.position, each.rule, each.index)):
        if isinstance(effect.action, UpdateCase):
            stale = _stale_fields(effect, head)
            fields |= {field_id: value for field_id, value in effect.action.fields.items() if field_id not in stale}
    return Write(id=new_id, hop=max(each.effect.hop for each in pending), fields=fields)


def groups(pending: Sequence[Pending]) -> list[list[Pending]]:
    """Effects in order of urgency, new updates of one case together; what one write began stays together."""
    found: dict[tuple[str, str], list[Pending]] = {}
    for each in pending:
        merges = isinstance(each.effect.action, UpdateCase)
        key = (each.effect.case_id, each.write.id if each.write else "") if merges else ("", each.effect.key)
        found.setdefault(key, []).append(each)
    return list(found.values())


def alone(pending: Pending) -> Pending:
    """The effect out of its write, which was refused, to be tried by itself; it has been counted."""
    return replace(pending, write=None, attempts=1)


def _stale_fields(effect: Effect, head: Head) -> frozenset[str]:
    if not isinstance(effect.action, UpdateCase):
        return frozenset()
    changes = ((field_id, head.field_changes.get(field_id)) for field_id in effect.action.fields)
    return frozenset(field_id for field_id, change in changes if change and not change.ours and change.position > effect.position)
