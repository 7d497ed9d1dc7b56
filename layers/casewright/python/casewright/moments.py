"""What rules are asked about: the moments of an event, and whether a bulk import brought them about."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from casewright.cases.events import CaseAdopted, Event, RelatedItem
from casewright.cases.performers import OwnWrite, role_name
from casewright.conditions.subjects import ClockFact, Facts
from casewright.conditions.triggers import Trigger, trigger_of
from casewright.decision import Head
from casewright.sla.clocks import Clock, Transition, TransitionKind
from casewright.sla.fold import Folded
from casewright.sla.native import breach_of, is_among, overdue_item
from casewright.sla.policies import BREACH

_SLA_TRIGGERS: Final[Mapping[TransitionKind, Trigger]] = {
    "milestone": "sla_milestone",
    "breached": "sla_breached",
    "met": "sla_met",
}


class Moment(msgspec.Struct, frozen=True):
    """One thing rules may react to: the event itself, or what a clock did because of it. `because` is the id of what the clock did."""

    trigger: Trigger
    facts: Facts
    because: str
    own: OwnWrite | None
    imported: bool = False
    """Whether a bulk import brought it about."""


def moments_of(head: Head, facts: Facts, folded: Folded, *, imported: bool) -> Iterator[Moment]:
    """What there is to react to in an event, and in what the clocks did because of it."""
    event = facts.event
    if isinstance(event.change, CaseAdopted):
        yield Moment("case_created", facts, "", None)  # for the clocks that rules assign; nothing else is asked
        return
    trigger = trigger_of(event.change)
    if trigger and not (trigger == "schedule" and facts.after.deleted):
        yield Moment(trigger, facts, "", event.own, imported)
    yield from clock_moments(head, facts, folded.transitions, imported=imported)
    if item := _newly_overdue(head, event, folded):
        clock = ClockFact(item.sla_name, "Overdue", BREACH, due_at=item.sla_target_at)
        yield Moment("sla_breached", replace(facts, clock=clock), breach_of(item).id(event.case_id), event.own, imported)


def clock_moments(head: Head, facts: Facts, transitions: Iterable[Transition], *, imported: bool) -> Iterator[Moment]:
    """What there is to react to in what clocks did; nothing of a case that is adopted."""
    event = facts.event
    if isinstance(event.change, CaseAdopted):
        return
    for transition in transitions:
        if (trigger := _SLA_TRIGGERS.get(transition.kind)) and not transition.silent:
            was_coming = _was_coming(transition, head.clocks)
            name, due_at = transition.policy, transition.due_at
            clock = ClockFact(name, transition.status, transition.milestone, due_at=due_at, by_time=was_coming)
            own = event.own if transition.at == event.at and not was_coming else None
            yield Moment(trigger, replace(facts, clock=clock), transition.id(event.case_id), own, imported and not was_coming)


def is_import(event: Event, importers: frozenset[str]) -> bool:
    """Whether one of the importers did it."""
    if not importers:
        return False
    by = event.performer
    names = (by.user_arn, by.custom_entity, by.iam_principal_arn, role_name(by.iam_principal_arn))
    return not importers.isdisjoint(name for name in names if name)


def _newly_overdue(head: Head, event: Event, folded: Folded) -> RelatedItem | None:
    """The SLA item of Cases whose breach the event tells, where rules were not told it yet."""
    item = overdue_item(event.change, folded.clocks)
    return item if item and not is_among(breach_of(item), head.native_breaches) else None


def _was_coming(transition: Transition, clocks: Mapping[str, Clock]) -> bool:
    """Whether time alone brought it: the clock ran towards it before the event."""
    before = clocks.get(transition.policy)
    return transition.kind != "met" and before is not None and (before.cycle, before.due_at) == (transition.cycle, transition.due_at)
