"""Wanted: whether a pending effect is still worth performing, and what of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from casewright.actions import Action, AddComment, AttachContact, LinkCase, Tag, UpdateCase, expires_after
from casewright.cases.values import FieldValue
from casewright.decision import Effect, Head, Outcome
from casewright.errors import UnreadableRecord
from casewright.ports.effects import Ledger, Pending
from casewright.service.mirroring import overtaken

MOST_ATTEMPTS: Final = 8
"""Attempts in a row that ended without any answer, not even an error: the function died of them, or met an error nobody foresaw."""

HELD: Final = timedelta(days=2)
"""How much longer mail lives that SES held back, unless its rule says how long: the quota of a day is given again after 24 hours."""


def moot(pending: Pending, head: Head, now: datetime, *, set_since: frozenset[str] = frozenset()) -> Outcome | None:
    """Why the effect is no longer wanted, if so. An attempt that may have happened is brought to its end within the time it has.

    `set_since` are the fields that an update of ours decided on later has set already.
    """
    effect = pending.effect
    until = _until(pending)
    late = now > until
    if pending.sent_as:
        return Outcome(status="done", detail=pending.sent_as)
    if pending.attempts >= MOST_ATTEMPTS:
        return Outcome(status="failed", detail=f"gave up: {pending.attempts} attempts in a row ended without an answer")
    if reason := overtaken(effect.action, head) or _without_its_case(effect.action, head):
        return Outcome(status="superseded", detail=reason)
    if pending.write:
        return Outcome(status="failed", detail=f"no answer before {until.isoformat()}; it may have happened") if late else None
    if late:
        last = f"; at last: {pending.detail}" if pending.detail else ""
        return Outcome(status="expired", detail=f"not performed before {until.isoformat()}{last}")
    return _overwritten(effect, head, set_since)


def _until(pending: Pending) -> datetime:
    effect = pending.effect
    usual = effect.expires_at == effect.position.at + expires_after(effect.action)
    return effect.expires_at + HELD if pending.held and usual else effect.expires_at


def changed_by_others(effect: Effect, head: Head) -> frozenset[str]:
    """The fields of an update that somebody else has changed since it was decided on."""
    if not isinstance(effect.action, UpdateCase):
        return frozenset()
    changes = ((field_id, head.field_changes.get(field_id)) for field_id in effect.action.fields)
    return frozenset(field_id for field_id, change in changes if change and not change.ours and change.position > effect.position)


def still_wanted(effect: Effect, head: Head) -> Mapping[str, FieldValue]:
    """What of an update nobody else has changed since it was decided on."""
    fields = effect.action.fields if isinstance(effect.action, UpdateCase) else {}
    changed = changed_by_others(effect, head)
    return {field_id: value for field_id, value in fields.items() if field_id not in changed}


def done_since(effect: Effect, ledger: Ledger) -> tuple[Effect, ...]:
    """What of its case was decided on later and is done already; nothing is known of that where a record of the case cannot be read.

    Such a record stops what needs it. That something later went ahead is rare, and no reason to give up all that is asked for from then on.
    """
    try:
        recorded = ledger.effects(effect.case_id)
    except UnreadableRecord:
        return ()
    return tuple(each.effect for each in recorded if each.status == "done" and each.effect.place > effect.place)


def _overwritten(effect: Effect, head: Head, set_since: frozenset[str]) -> Outcome | None:
    if not isinstance(effect.action, UpdateCase):
        return None
    by_others = changed_by_others(effect, head)
    if not effect.action.fields.keys() <= by_others | set_since:
        return None
    by_us = sorted(effect.action.fields.keys() & set_since - by_others)
    said = [f"changed by someone else since: {', '.join(sorted(by_others))}"] if by_others else []
    said += [f"set by a later update of ours: {', '.join(by_us)}"] if by_us else []
    return Outcome(status="superseded", detail="; ".join(said))


def _without_its_case(action: Action, head: Head) -> str:
    needs_case = isinstance(action, UpdateCase | AddComment | AttachContact | LinkCase | Tag)
    return "the case was deleted" if needs_case and head.case.deleted else ""
