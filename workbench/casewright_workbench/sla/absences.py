"""Why a policy has no clock on a case: its start never came, or what held it back each time it did."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from casewright.bundle import LinkedBundle
from casewright.cases.events import CaseAdopted, Change, Event
from casewright.conditions.subjects import Facts
from casewright.conditions.tree import became_true, evaluate
from casewright.conditions.triggers import Trigger, trigger_of
from casewright.decide import facts_of
from casewright.rules.instructions import AssignSla
from casewright.sla.policies import Policy, StartsAssigned, StartsOn, StartsWhen
from casewright_workbench.explain.history import Retold
from casewright_workbench.explain.programs import Gone
from casewright_workbench.explain.words import Words
from casewright_workbench.sla.reasons import Asked, Reason


@dataclass(frozen=True, slots=True)
class Attempt:
    """An event that would have started the clock, and what held it back."""

    event: Event
    reason: Reason


@dataclass(frozen=True, slots=True)
class Absence:
    """A policy without a clock. Without attempts its start never came: `never` says what it would have been."""

    policy: str
    attempts: tuple[Attempt, ...]
    never: str


def absences(told: Sequence[Retold], clocks: Collection[str], in_force: LinkedBundle, words: Words) -> tuple[Absence, ...]:
    """Every policy of the bundle in force, or of one that decided an event of the case, that is not among those of its `clocks`."""
    known = {policy.name: policy for each in told for policy in each.folded_by.policies}
    known |= {policy.name: policy for policy in in_force.policies}
    return tuple(_absence(known[name], told, in_force, words) for name in sorted(known.keys() - set(clocks)))


def _absence(policy: Policy, told: Sequence[Retold], in_force: LinkedBundle, words: Words) -> Absence:
    attempts = tuple(Attempt(each.entry.event, reason) for each in told if (reason := _held_back(policy, each, words)))
    return Absence(policy.name, attempts, "" if attempts else _never(policy, told[-1], in_force, words))


def _held_back(policy: Policy, told: Retold, words: Words) -> Reason | None:
    """What held the clock back at an event, by the policy as it was then; None where its start did not come with it."""
    entry, bundle = told.entry, told.folded_by
    facts = facts_of(told.head, entry.event, bundle)
    then = next((each for each in bundle.policies if each.name == policy.name), None)
    assigned = policy.name in entry.decision.assigned
    if not assigned and not _starts(then or policy, facts):
        return None
    if isinstance(told.program, Gone):
        return Reason("start", told.program.reason)
    if then is None:
        return Reason("start", f"bundle {bundle.hash}, which decided this, does not have the policy")
    held = _first_against(then, assigned=assigned, asked=Asked(facts, entry.decision, bundle, words))
    stalled = next((each.reason for each in entry.decision.stalled if each.policy == policy.name), "")
    return held or Reason("calendar", stalled or "the calendar could not tell the time")


def _starts(policy: Policy, facts: Facts) -> bool:
    match policy.start:
        case StartsOn(trigger=trigger):
            return trigger_of(facts.event.change) == trigger or trigger in _stood_for(facts.event.change)
        case StartsWhen(condition=condition):
            return became_true(condition, facts)
        case StartsAssigned():
            return False


def _stood_for(change: Change) -> tuple[Trigger, ...]:
    """What an adopted case is taken to have gone through."""
    if not isinstance(change, CaseAdopted):
        return ()
    return ("case_created", "case_updated") if change.updated_at > change.created_at else ("case_created",)


def _first_against(policy: Policy, *, assigned: bool, asked: Asked) -> Reason | None:
    """The first thing that kept the clock from starting, in the order in which a clock asks."""
    facts = asked.facts
    if not assigned and evaluate(policy.condition, facts) is not True:
        return asked.condition("if", policy.condition)
    if policy.target_at(facts) is None:
        return Reason("target", "no row held: " + "; ".join(f"{row.part} {row.text}" for row in asked.targets(policy)))
    if facts.after.deleted:
        return Reason("start", "the case was deleted before")
    return asked.awaited("met_when", policy.met_when) if asked.holds(policy.met_when) else None


def _never(policy: Policy, last: Retold, in_force: LinkedBundle, words: Words) -> str:
    match policy.start:
        case StartsOn(trigger=trigger):
            return f"{trigger} never came"
        case StartsWhen(condition=condition):
            facts = facts_of(last.head, last.entry.event, last.folded_by)
            read = Asked(facts, last.entry.decision, last.folded_by, words).condition("start", condition)
            return f"its condition never became true; as the case is now, {read.text}"
        case StartsAssigned():
            rules = [rule.name for rule in in_force.rules if AssignSla(policy.name) in rule.then]
            return f"assigned by no rule; {' and '.join(rules)} would" if rules else "no rule assigns it"
