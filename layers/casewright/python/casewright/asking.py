"""What rules and clocks ask of the world at a moment, as effects."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from casewright import actions
from casewright.cases.performers import OwnWrite
from casewright.conditions.subjects import Facts
from casewright.conditions.triggers import Trigger
from casewright.decision import Effect, Overruled
from casewright.rules.instructions import resolve
from casewright.rules.rule import Budget, Rule
from casewright.sla import fold as sla
from casewright.sla.clocks import Transition

_DEADLINE_TRIGGERS: Final = frozenset({"sla_milestone", "sla_breached"})


class Moment(msgspec.Struct, frozen=True):
    """One thing rules may react to: the event itself, or what a clock did because of it. `because` is the transition's id."""

    trigger: Trigger
    facts: Facts
    because: str
    own: OwnWrite | None
    imported: bool = False
    """Whether a bulk import brought it about."""


def asked_by(rule: Rule, moment: Moment) -> Iterator[Effect]:
    """The effects a rule asks for at a moment, if its mode lets it."""
    for index, step in enumerate(rule.then):
        action = resolve(step, moment.facts)
        if action is not None:
            yield effect_of(action, rule.name, index, moment, budget=rule.budget)


def effect_key(cause: str, rule: str, index: int) -> str:
    """32 hex digits that name an effect: the same event (or transition of a clock), rule and action always give the same key."""
    return hashlib.sha256(f"{cause}\n{rule}\n{index}".encode()).hexdigest()[:32]


def effect_of(action: actions.Action, rule: str, index: int, moment: Moment, *, budget: Budget | None = None) -> Effect:
    """The effect that an action asked for at a moment is."""
    event = moment.facts.event
    return Effect(
        key=effect_key(moment.because or event.id, rule, index),
        case_id=event.case_id,
        rule=rule,
        index=index,
        action=action,
        bucket=actions.bucket_of(action),
        priority=1 if moment.trigger in _DEADLINE_TRIGGERS else 2,
        hop=(moment.own.hop if moment.own else 0) + 1,
        position=event.position,
        not_before=event.at,
        expires_at=event.at + actions.expires_after(action),
        budget=budget,
        imported=moment.imported,
    )


def mirrors(folded: sla.Folded, facts: Facts, *, imported: bool) -> Iterator[Effect]:
    """What keeps the SLA items of the agent workspace as the clocks are; it counts against no budget."""
    if facts.after.deleted:
        return  # the items went with their case
    for place, transition in enumerate(folded.transitions):
        action = _mirror_action(transition, folded)
        if action is not None:
            because = transition.id(facts.after.case_id) + f"/{transition.kind}/{transition.at.isoformat()}"
            moment = Moment("case_updated", facts, because, facts.event.own, imported)
            yield replace(effect_of(action, f"sla:{transition.policy}", place, moment), priority=3)


def _mirror_action(transition: Transition, folded: sla.Folded) -> actions.Action | None:
    clock = folded.clocks[transition.policy]
    mirror = clock.policy.mirror
    if mirror is None:
        return None
    match transition.kind:
        case "started" | "resumed" | "reset" | "moved" if clock.status == "Active":
            minutes = max(1, round((clock.due_at - transition.at).total_seconds() / 60))
            return actions.MirrorSla(transition.policy, mirror.field.id, mirror.value, minutes, clock.due_at)
        case "paused" | "cancelled":
            return actions.UnmirrorSla(transition.policy)
        case _:
            return None


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
            kept.append(replace(effect, action=actions.UpdateCase(remaining)))
    return tuple(reversed(kept)), tuple(overruled)
