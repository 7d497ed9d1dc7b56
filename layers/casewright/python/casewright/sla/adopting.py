"""The clocks of a case that was there before us: folded as if it had always been as it is.

Three instants stand for its life: when it was created, when it last changed (a pause is sure from there on only), and when it was read.
Every other event is folded as it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from casewright.cases.events import CaseAdopted, CaseCreated, CaseRead, CaseUpdated, Event
from casewright.cases.state import Case
from casewright.conditions.subjects import Facts
from casewright.sla import fold as plain
from casewright.sla.clocks import Clock
from casewright.sla.fold import Folded
from casewright.sla.policies import Policy

Begin = Callable[[Sequence[Policy], Facts], Folded]


def fold(running: Mapping[str, Clock], policies: Iterable[Policy], facts: Facts) -> Folded:
    """Take one event. Clocks that an adopted case has already, of events that came late, go on as with any reading."""
    change = facts.event.change
    if not isinstance(change, CaseAdopted):
        return plain.fold(running, policies, facts)
    policies = tuple(policies)
    fresh = [policy for policy in policies if policy.name not in running]
    adopted = _lived(fresh, facts, change, lambda written, first: plain.fold({}, written, first))
    known = plain.fold(running, [policy for policy in policies if policy.name in running], facts)
    return _after(known, adopted, {**known.clocks, **adopted.clocks})


def assign(folded: Folded, policy: Policy, facts: Facts) -> Folded:
    """Start the clock of a policy because a rule said so; of an adopted case, when that was created."""
    change = facts.event.change
    if not isinstance(change, CaseAdopted):
        return plain.assign(folded, policy, facts)
    if policy.name in folded.clocks:
        return folded
    adopted = _lived([policy], facts, change, lambda written, first: plain.assign(Folded({}), written[0], first))
    return _after(folded, adopted, {**folded.clocks, **adopted.clocks})


def _lived(policies: Sequence[Policy], facts: Facts, change: CaseAdopted, begin: Begin) -> Folded:
    first, *later = _stages(facts, change)
    if change.updated_at > change.created_at:
        folded = begin([replace(policy, pause_while=None) for policy in policies], first)
        own = {policy.name: policy for policy in policies}
        folded = replace(folded, clocks={name: replace(clock, policy=own[name]) for name, clock in folded.clocks.items()})
    else:
        folded = begin(policies, first)
    for stage in later:
        step = plain.fold(folded.clocks, policies, stage)
        folded = _after(folded, step, step.clocks)
    return folded


def _stages(facts: Facts, change: CaseAdopted) -> list[Facts]:
    event, unknown = facts.event, Case(facts.event.case_id)
    created = CaseCreated(change.template_id, change.created_at, change.fields)
    stages = [replace(facts, event=_at(event, change.created_at, created), before=unknown)]
    if change.updated_at > change.created_at:
        updated = CaseUpdated(change.template_id, change.created_at, change.fields, ())
        stages.append(replace(facts, event=_at(event, change.updated_at, updated), before=facts.after))
    read = CaseRead(change.template_id, change.created_at, change.fields)
    return [*stages, replace(facts, event=_at(event, event.at, read), before=facts.after)]


def _at(event: Event, at: object, change: object) -> Event:
    return replace(event, at=at, change=change)


def _after(before: Folded, step: Folded, clocks: Mapping[str, Clock]) -> Folded:
    return Folded(clocks, (*before.transitions, *step.transitions), (*before.stalled, *step.stalled), (*before.closed, *step.closed))
