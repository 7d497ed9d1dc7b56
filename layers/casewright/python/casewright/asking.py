"""What rules and clocks ask of the world at a moment, as effects."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from casewright import actions
from casewright.cases.state import Case
from casewright.conditions.subjects import Facts
from casewright.conditions.triggers import Trigger
from casewright.decision import Effect, Head, Overruled
from casewright.moments import Moment
from casewright.rules.resolving import resolve
from casewright.rules.rule import Budget, Rule
from casewright.sla.clocks import Clock
from casewright.sla.policies import Mirror, Policy

MIRROR: Final = "sla:"
"""Begins the name that stands for a rule in effects that mirror a clock. No rule has a colon in its name."""

_DEADLINE_TRIGGERS: Final = frozenset({"sla_milestone", "sla_breached"})


def asked_by(rule: Rule, moment: Moment) -> Iterator[Effect]:
    """The effects a rule asks for at a moment, if its mode lets it."""
    for index, step in enumerate(rule.then):
        action = resolve(step, moment.facts)
        if action is not None:
            yield effect_of(action, rule.name, index, moment, budget=rule.budget, expires_after=rule.expires_after)


def effect_key(cause: str, rule: str, index: int) -> str:
    """32 hex digits that name an effect: the same event (or transition of a clock), rule and action always give the same key."""
    return hashlib.sha256(f"{cause}\n{rule}\n{index}".encode()).hexdigest()[:32]


def effect_of(
    action: actions.Action,
    rule: str,
    index: int,
    moment: Moment,
    *,
    budget: Budget | None = None,
    expires_after: timedelta | None = None,
) -> Effect:
    """The effect that an action asked for at a moment is."""
    event = moment.facts.event
    return Effect(
        key=effect_key(moment.because or event.id, rule, index),
        case_id=event.case_id,
        rule=rule,
        index=index,
        action=action,
        bucket=actions.bucket_of(action),
        priority=_priority(moment.trigger),
        hop=(moment.own.hop if moment.own else 0) + 1,
        position=event.position,
        not_before=event.at,
        expires_at=event.at + (expires_after or actions.expires_after(action)),
        budget=budget,
        imported=moment.imported,
    )


def _priority(trigger: Trigger) -> actions.Priority:
    """Deadlines come first. Nobody waits for what a schedule asks of many cases at once; for all else somebody may."""
    if trigger in _DEADLINE_TRIGGERS:
        return 1
    return 3 if trigger == "schedule" else 2


def mirrors(before: Mapping[str, Clock], after: Head, facts: Facts, *, imported: bool) -> Iterator[Effect]:
    """What makes the SLA items of the agent workspace tell what the clocks do now; it counts against no budget."""
    if after.case.deleted:
        return  # the items went with their case
    event = facts.event
    for name in dict.fromkeys([*before, *after.clocks]):
        action = _mirror_action(name, before.get(name), after.clocks.get(name), after.case)
        if action is not None:
            moment = Moment("case_updated", facts, f"mirror/{after.case.case_id}/{name}/{event.id}", event.own, imported)
            yield replace(effect_of(action, MIRROR + name, 0, moment), priority=3)


def _mirror_action(name: str, before: Clock | None, after: Clock | None, case: Case) -> actions.Action | None:
    """What the item needs. One that is overdue, or whose clock has ended as its field says, Cases keeps right by itself.

    Where a late event tells that the clock has ended and its field has gone on since, nothing would end an item that was made meanwhile.
    """
    before = before if before and before.policy.mirror else None
    was_shown = before is not None and before.status in ("Active", "Overdue")
    as_shown = before is not None and after is not None and before.policy.mirror == after.policy.mirror
    shown_due = before.due_at if before and as_shown and before.status == "Active" else None
    match after:
        case Clock(status="Active", policy=Policy(mirror=Mirror() as mirror), due_at=due_at):
            return actions.MirrorSla(name, mirror.field.id, mirror.value, due_at) if due_at != shown_due else None
        case Clock(status="Overdue", policy=Policy(mirror=Mirror()), due_at=due_at):
            moved = before is not None and before.status in ("Active", "Paused") and due_at != shown_due
            return actions.UnmirrorSla(name, missed_at=due_at) if moved else None
        case Clock(status="Met" | "NotMet", policy=Policy(mirror=Mirror() as mirror)) if _stands(mirror, case):
            return None
        case _:
            return actions.UnmirrorSla(name) if was_shown else None


def _stands(mirror: Mirror, case: Case) -> bool:
    return case.fields is not None and case.fields.get(mirror.field.id) == mirror.value


def without_conflicts(effects: Sequence[Effect]) -> tuple[tuple[Effect, ...], tuple[Overruled, ...]]:
    """Where two rules set one field, the later in order wins, and the earlier one no longer asks for it."""
    if sum(isinstance(effect.action, actions.UpdateCase) for effect in effects) < 2:
        return tuple(effects), ()
    winner: dict[str, str] = {}
    overruled: list[Overruled] = []
    kept: list[Effect] = []
    for effect in reversed(effects):
        if not isinstance(effect.action, actions.UpdateCase):
            kept.append(effect)
            continue
        lost = [field_id for field_id in effect.action.fields if field_id in winner]
        overruled += [Overruled(field_id, effect.rule, winner[field_id]) for field_id in lost]
        remaining = {field_id: value for field_id, value in effect.action.fields.items() if field_id not in winner}
        winner.update(dict.fromkeys(remaining, effect.rule))
        if remaining:
            kept.append(replace(effect, action=replace(effect.action, fields=remaining)))
    return tuple(reversed(kept)), tuple(overruled)
