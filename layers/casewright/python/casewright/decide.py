"""(head, event, bundle) -> what it led to. Pure: the same three always give the same decision."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from casewright import actions
from casewright.bundle import LinkedBundle
from casewright.cases.events import CaseUpdated, Event
from casewright.cases.performers import OwnWrite
from casewright.cases.state import Case, apply
from casewright.conditions.subjects import ClockFact, Facts
from casewright.conditions.triggers import Trigger, trigger_of
from casewright.decision import Decision, Effect, FieldChange, Head, Match, Overruled
from casewright.errors import RuleSetBreaker
from casewright.rules.firing import Fired, fire
from casewright.rules.instructions import AssignSla, resolve
from casewright.rules.rule import Rule
from casewright.sla import fold as sla
from casewright.sla.clocks import Transition, TransitionKind

MOST_EFFECTS: Final = 90
"""Of one event: what fits one DynamoDB transaction (100 items) beside the event, the head and the decision."""

_SLA_TRIGGERS: Final[Mapping[TransitionKind, Trigger]] = {
    "milestone": "sla_milestone",
    "breached": "sla_breached",
    "met": "sla_met",
}
_DEADLINE_TRIGGERS: Final = frozenset({"sla_milestone", "sla_breached"})


class Moment(msgspec.Struct, frozen=True):
    """One thing rules may react to: the event itself, or what a clock did because of it. `because` is the transition's id."""

    trigger: Trigger
    facts: Facts
    because: str
    own: OwnWrite | None


class Decided(msgspec.Struct, frozen=True):
    """A decision and the head it leaves."""

    decision: Decision
    head: Head


def blank(case_id: str) -> Head:
    """The head of a case nothing is known of."""
    return Head(case=Case(case_id))


def decide(head: Head, event: Event, bundle: LinkedBundle) -> Decided:
    """Decide on an event that follows everything in the head."""
    facts, folded = _facts_and_clocks(head, event, bundle)
    sorted_out = [(_fired(moment, bundle), moment) for moment in _moments(facts, folded)]
    fired = [(rule, moment) for sorted_rules, moment in sorted_out for rule in sorted_rules.acting]
    assigned = _assigned(rule for rule, _ in fired)
    for policy in bundle.policies:
        if policy.name in assigned:
            started = sla.assign(folded.clocks, policy, facts)
            folded = sla.Folded(started.clocks, folded.transitions + started.transitions)
    effects, overruled = _without_conflicts([*_effects(fired), *_mirrors(folded, facts)])
    decision = Decision(
        case_id=event.case_id,
        position=event.position,
        bundle_hash=bundle.hash,
        matched=tuple(Match(rule.name, moment.trigger, moment.because) for rule, moment in fired),
        shadowed=tuple(Match(rule.name, moment.trigger, moment.because) for found, moment in sorted_out for rule in found.shadows),
        looped=tuple(Match(rule.name, moment.trigger, moment.because) for found, moment in sorted_out for rule in found.looped),
        effects=effects,
        assigned=assigned,
        transitions=folded.transitions,
        overruled=overruled,
    )
    return Decided(_unless_broken(decision), _head_after(head, facts, folded))


def fold(head: Head, event: Event, bundle: LinkedBundle, *, assigned: tuple[str, ...]) -> Head:
    """The head after an event whose decision was made earlier, by another bundle: rules are not asked, `assigned` is what they said."""
    facts, folded = _facts_and_clocks(head, event, bundle)
    for policy in bundle.policies:
        if policy.name in assigned:
            folded = sla.assign(folded.clocks, policy, facts)
    return _head_after(head, facts, folded)


def facts_of(head: Head, event: Event, bundle: LinkedBundle) -> Facts:
    """The event itself as rules read it."""
    return Facts(event, head.case, apply(head.case, event), bundle.included_field_ids, None, bundle.calendars)


def moments(head: Head, event: Event, bundle: LinkedBundle) -> tuple[Moment, ...]:
    """Everything about an event that rules are asked about: the event itself, and what clocks did because of it."""
    return tuple(_moments(*_facts_and_clocks(head, event, bundle)))


def effect_key(cause: str, rule: str, index: int) -> str:
    """32 hex digits that name an effect: the same event (or transition of a clock), rule and action always give the same key."""
    return hashlib.sha256(f"{cause}\n{rule}\n{index}".encode()).hexdigest()[:32]


def _facts_and_clocks(head: Head, event: Event, bundle: LinkedBundle) -> tuple[Facts, sla.Folded]:
    facts = facts_of(head, event, bundle)
    return facts, sla.fold(head.clocks, bundle.policies, facts)


def _fired(moment: Moment, bundle: LinkedBundle) -> Fired:
    return fire(bundle.matcher.matching(moment.trigger, moment.facts), moment.facts.event, own=moment.own)


def _moments(facts: Facts, folded: sla.Folded) -> Iterator[Moment]:
    trigger = trigger_of(facts.event.change)
    if trigger and not (trigger == "schedule" and facts.after.deleted):
        yield Moment(trigger, facts, "", facts.event.own)
    for transition in folded.transitions:
        if transition.kind in _SLA_TRIGGERS:
            clock = ClockFact(transition.policy, transition.status, transition.milestone)
            because = transition.id(facts.after.case_id)
            own = facts.event.own if transition.at == facts.event.at else None
            yield Moment(_SLA_TRIGGERS[transition.kind], replace(facts, clock=clock), because, own)


def _assigned(rules: Iterable[Rule]) -> tuple[str, ...]:
    names = (step.policy for rule in rules for step in rule.then if isinstance(step, AssignSla))
    return tuple(dict.fromkeys(names))


def _effects(fired: Iterable[tuple[Rule, Moment]]) -> Iterator[Effect]:
    for rule, moment in fired:
        for index, step in enumerate(rule.then):
            action = resolve(step, moment.facts)
            if action is not None:
                yield effect_of(action, rule.name, index, moment)


def effect_of(action: actions.Action, rule: str, index: int, moment: Moment) -> Effect:
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
    )


def _mirrors(folded: sla.Folded, facts: Facts) -> Iterator[Effect]:
    if facts.after.deleted:
        return  # the items went with their case
    for place, transition in enumerate(folded.transitions):
        action = _mirror_action(transition, folded)
        if action is not None:
            moment = Moment(
                "case_updated", facts, transition.id(facts.after.case_id) + f"/{transition.kind}/{transition.at.isoformat()}", None
            )
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


def _without_conflicts(effects: list[Effect]) -> tuple[tuple[Effect, ...], tuple[Overruled, ...]]:
    """Where two rules set one field, the later in order wins, and the earlier one no longer asks for it."""
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


def _unless_broken(decision: Decision) -> Decision:
    asked = len(decision.effects)
    if asked <= MOST_EFFECTS:
        return decision
    rules = tuple(dict.fromkeys(effect.rule for effect in decision.effects))
    breaker = RuleSetBreaker(decision.position.event_id, asked, MOST_EFFECTS, rules)
    return replace(decision, effects=(), broken=str(breaker))


def _head_after(head: Head, facts: Facts, folded: sla.Folded) -> Head:
    event = facts.event
    changes = dict(head.field_changes)
    if isinstance(event.change, CaseUpdated):
        changes |= dict.fromkeys(event.change.changed_field_ids, FieldChange(event.position, event.own is not None))
    return Head(case=facts.after, last=event.position, clocks=folded.clocks, field_changes=changes)
