"""(head, event, bundle) -> what it led to. Pure: the same three always give the same decision."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from casewright.asking import asked_by, mirrors, without_conflicts
from casewright.bundle import LinkedBundle
from casewright.cases.events import CaseAdopted, CaseUpdated, Event, MailReported
from casewright.cases.state import Case, apply
from casewright.conditions.subjects import Facts
from casewright.decision import Decision, Effect, FieldChange, Head, Match, Told
from casewright.errors import RuleSetBreaker
from casewright.moments import Moment, clock_moments, is_import, moments_of
from casewright.rules.firing import Fired, fire
from casewright.rules.instructions import AssignSla
from casewright.rules.rule import Rule
from casewright.sla import adopting
from casewright.sla import fold as sla
from casewright.sla.clocks import Clock, Transition
from casewright.sla.native import breach_of, overdue_item, remembered

MOST_EFFECTS: Final = 90
"""Of one event: what fits one DynamoDB transaction (100 items) beside the event, the head and the decision."""


class Decided(msgspec.Struct, frozen=True):
    """A decision and the head it leaves."""

    decision: Decision
    head: Head


def blank(case_id: str) -> Head:
    """The head of a case nothing is known of."""
    return Head(case=Case(case_id))


def decide(head: Head, event: Event, bundle: LinkedBundle) -> Decided:
    """Decide on an event that follows everything in the head."""
    asked = _asked(head, event, bundle)
    facts, folded, found = asked.facts, asked.folded, asked.found
    acting = [(rule, moment) for moment, fired in found for rule in fired.acting]
    effects, overruled = without_conflicts([effect for rule, moment in acting for effect in asked_by(rule, moment)])
    after = _head_after(head, facts, folded)
    decision = Decision(
        case_id=event.case_id,
        position=event.position,
        bundle_hash=bundle.hash,
        revision=after.revision,
        matched=tuple(_match(rule, moment) for rule, moment in acting),
        shadowed=tuple(_match(rule, moment) for moment, fired in found for rule in fired.shadows),
        looped=tuple(_match(rule, moment) for moment, fired in found for rule in fired.looped),
        imported=asked.imported,
        effects=(*effects, *mirrors(head.clocks, after, facts, imported=asked.imported)),
        assigned=_assigned(found),
        transitions=folded.transitions,
        stalled=folded.stalled,
        closed=folded.closed,
        overruled=overruled,
    )
    return Decided(_asking_nothing(decision) if isinstance(event.change, CaseAdopted) else _unless_broken(decision), after)


def fold(head: Head, event: Event, bundle: LinkedBundle, decision: Decision) -> Decided:
    """A decision made earlier, by another bundle, and the head after it: rules are not asked again, only what clocks do."""
    facts, folded = _facts_and_clocks(head, event, bundle)
    folded = _with_assigned(folded, decision.assigned, facts, bundle)
    return Decided(replace(decision, closed=folded.closed, stalled=folded.stalled), _head_after(head, facts, folded))


def facts_of(head: Head, event: Event, bundle: LinkedBundle) -> Facts:
    """The event itself as rules read it."""
    return Facts(event, head.case, apply(head.case, event), bundle.included_field_ids, None, bundle.calendars)


def moments(head: Head, event: Event, bundle: LinkedBundle) -> tuple[Moment, ...]:
    """Everything about an event that rules are asked about: the event itself, and what clocks did because of it."""
    return tuple(moment for moment, _ in _asked(head, event, bundle).found)


def shadow_effects(head: Head, event: Event, bundle: LinkedBundle) -> tuple[Effect, ...]:
    """What the rules that only watched the event would have asked for."""
    found = _asked(head, event, bundle).found
    return tuple(effect for moment, fired in found for rule in fired.shadows for effect in asked_by(rule, moment))


class _Asked(msgspec.Struct, frozen=True):
    """What rules made of an event, moment by moment, and the clocks it leaves, those that rules assigned among them."""

    facts: Facts
    folded: sla.Folded
    found: Sequence[tuple[Moment, Fired]]
    imported: bool


def _asked(head: Head, event: Event, bundle: LinkedBundle) -> _Asked:
    """Ask rules about an event, then about what the clocks did that they assigned, until nothing more comes of it."""
    facts, folded = _facts_and_clocks(head, event, bundle)
    imported, found = is_import(event, bundle.importers), list[tuple[Moment, Fired]]()
    coming = list(moments_of(head, facts, folded, imported=imported))
    while coming:
        asked, told = [(moment, _fired(moment, bundle)) for moment in coming], len(folded.transitions)
        assigned = set(_assigned(asked)).difference(_assigned(found))
        folded = _hushed(_with_assigned(folded, assigned, facts, bundle), head.told)
        coming = list(clock_moments(head, facts, folded.transitions[told:], imported=imported))
        found += asked
    return _Asked(facts, folded, found, imported)


def _with_assigned(folded: sla.Folded, assigned: Container[str], facts: Facts, bundle: LinkedBundle) -> sla.Folded:
    for policy in bundle.policies:
        if policy.name in assigned:
            folded = adopting.assign(folded, policy, facts)
    return folded


def _facts_and_clocks(head: Head, event: Event, bundle: LinkedBundle) -> tuple[Facts, sla.Folded]:
    facts = facts_of(head, event, bundle)
    return facts, _hushed(adopting.fold(head.clocks, bundle.policies, facts), head.told)


def _hushed(folded: sla.Folded, told: tuple[Told, ...]) -> sla.Folded:
    if not told:
        return folded
    return replace(folded, transitions=tuple(replace(each, silent=each.silent or told_of(each) in told) for each in folded.transitions))


def told_of(transition: Transition) -> Told:
    """What rules are told of by a transition, whenever the clock was taken to be due."""
    return Told(transition.policy, transition.cycle, transition.name)


def _fired(moment: Moment, bundle: LinkedBundle) -> Fired:
    return fire(bundle.matcher.matching(moment.trigger, moment.facts), moment.facts.event, own=moment.own)


def _match(rule: Rule, moment: Moment) -> Match:
    return Match(rule.name, moment.trigger, moment.because)


def _is_of(told: Told, clocks: Mapping[str, Clock]) -> bool:
    clock = clocks.get(told.policy)
    return clock is not None and clock.is_open and clock.cycle == told.cycle


def _assigned(found: Iterable[tuple[Moment, Fired]]) -> tuple[str, ...]:
    names = (step.policy for _, fired in found for rule in fired.acting for step in rule.then if isinstance(step, AssignSla))
    return tuple(dict.fromkeys(names))


def _unless_broken(decision: Decision) -> Decision:
    asked = len(decision.effects)
    if asked <= MOST_EFFECTS:
        return decision
    rules = tuple(dict.fromkeys(effect.rule for effect in decision.effects))
    breaker = RuleSetBreaker(decision.position.event_id, asked, MOST_EFFECTS, rules)
    return replace(decision, effects=(), broken=str(breaker))


def _asking_nothing(decision: Decision) -> Decision:
    return replace(decision, matched=(), shadowed=(), looped=(), overruled=(), effects=())


def _head_after(head: Head, facts: Facts, folded: sla.Folded) -> Head:
    event, changes = facts.event, head.field_changes
    if isinstance(event.change, CaseUpdated):
        change = FieldChange(event.position, event.own is not None)
        changes = {**changes, **dict.fromkeys(event.change.changed_field_ids, change)}
    item = overdue_item(event.change, folded.clocks)
    told = remembered(breach_of(item), head.native_breaches) if item else head.native_breaches
    repaired = head.repaired_until
    if event.repair is not None:
        repaired = max(repaired or event.at, event.at)
    return Head(
        case=facts.after,
        last=head.last if isinstance(event.change, MailReported) else event.position,
        revision=head.revision + 1,
        clocks=folded.clocks,
        field_changes=changes,
        native_breaches=told,
        repaired_until=repaired,
        told=tuple(each for each in head.told if _is_of(each, folded.clocks)),
        forgotten_at=head.forgotten_at,
        closed_at=(head.closed_at or event.at) if facts.after.is_closed else None,
    )
