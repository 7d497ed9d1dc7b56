"""A running clock under another version of its policy: folded again from the log, as if that version had always been in force."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace

from casewright.asking import mirrors
from casewright.bundle import LinkedBundle
from casewright.cases.events import ClockRecomputed, Event
from casewright.cases.performers import Performer
from casewright.cases.subscriptions import AFTER_ALL_ELSE
from casewright.decide import Decided, blank, facts_of
from casewright.decision import Decision, Head, Logged, Recomputed
from casewright.sla import adopting, steps
from casewright.sla import fold as sla
from casewright.sla.clocks import Clock
from casewright.sla.fold import Stalled
from casewright.sla.policies import Policy

_TICK: Final = timedelta(microseconds=1)


class Recomputation(msgspec.Struct, frozen=True, kw_only=True):
    """What recomputing makes of a clock. `stalled` is what a calendar could not tell: where there is some, nothing should be recorded."""

    event: Event
    decided: Decided
    before: Clock
    after: Clock
    stalled: tuple[Stalled, ...]


class Refolded(msgspec.Struct, frozen=True):
    """The clock that a log gives under a policy, None where it gives none, and what it could not do for want of a calendar."""

    clock: Clock | None
    stalled: tuple[Stalled, ...]


def recompute(
    log: Sequence[Logged], head: Head, policy: Policy, bundle: LinkedBundle, *, at: datetime, performer: Performer
) -> Recomputation | None:
    """Put the running clock of a policy under this version of it, after all of its log; None where nothing would change.

    No rule is asked. What the version puts into the past has fired, and what was told since the cycle began is not told again.
    """
    log = sorted(log, key=lambda entry: entry.event.position)
    before, event = head.clocks[policy.name], _event(log[-1].event, head, policy, bundle, at=at, performer=performer)
    decision = Decision(
        case_id=event.case_id,
        position=event.position,
        bundle_hash=bundle.hash,
        revision=head.revision + 1,
        recomputed=Recomputed(policy, before.policy),
    )
    left = recomputed(head, Logged(event, decision), log, bundle)
    after, stalled = left.clocks[policy.name], refold(policy, event, log, bundle).stalled
    if after == before and not stalled:
        return None
    shown = left if after.is_open else replace(left, clocks={**left.clocks, policy.name: replace(after, status="Cancelled")})
    facts = facts_of(head, event, bundle)
    decision = replace(
        decision,
        transitions=(steps.recomputed(after, event.at),),
        effects=tuple(mirrors(head.clocks, shown, facts, imported=False)),
        closed=() if after.cycle == before.cycle else (sla.call_off(before, facts),),
    )
    return Recomputation(event=event, decided=Decided(decision, left), before=before, after=after, stalled=stalled)


def recomputed(head: Head, entry: Logged, before: Sequence[Logged], bundle: LinkedBundle) -> Head:
    """The head after an entry that recomputes a clock; `before` is the log up to it, whichever of it has come late.

    A clock that the version would not have started is cancelled; one that has ended stays so where the version gives none.
    """
    change = entry.decision.recomputed
    assert change is not None, "the caller asked"
    name = change.policy.name
    running, again = head.clocks.get(name), refold(change.policy, entry.event, before, bundle)
    clock = steps.tell_once(again.clock, _told(again.clock, before)) if again.clock else running
    if again.clock is None and not again.stalled and running is not None:
        clock = sla.call_off(running, facts_of(head, entry.event, bundle))
    after = head.clocks if clock is None else {**head.clocks, name: clock}
    return replace(head, last=entry.event.position, revision=head.revision + 1, clocks=after)


def refold(policy: Policy, event: Event, before: Iterable[Logged], bundle: LinkedBundle) -> Refolded:
    """The clock of one policy alone, at an event that changes nothing; what fell due until then has fired, and nothing is asked for."""
    head, stalled = blank(event.case_id), list[Stalled]()
    log = [(entry.event, entry.decision.assigned) for entry in before]
    for each, assigned in [*log, (event, ())]:
        facts = facts_of(head, each, bundle)
        folded = adopting.fold(head.clocks, (policy,), facts)
        if policy.name in assigned:
            folded = adopting.assign(folded, policy, facts)
        head = replace(head, case=facts.after, clocks=folded.clocks)
        stalled += folded.stalled
    return Refolded(head.clocks.get(policy.name), tuple(stalled))


def _told(clock: Clock, before: Iterable[Logged]) -> frozenset[str]:
    """The milestones that were told of this cycle, or since it began: cycles of two versions need not be the same."""
    name = clock.policy.name
    did = (did for entry in before for did in entry.decision.transitions if did.policy == name and did.milestone and not did.silent)
    return frozenset(each.milestone for each in did if each.cycle == clock.cycle or each.at >= clock.started_at)


def _event(last: Event, head: Head, policy: Policy, bundle: LinkedBundle, *, at: datetime, performer: Performer) -> Event:
    """Our own event, the last of its case: later than all that is known of it, whatever the clocks say."""
    if head.last is not None:
        at = max(at, head.last.at + _TICK)
    name = f"recompute/{last.case_id}/{policy.name}/{bundle.hash}/{at.isoformat()}"
    return replace(
        last,
        id=AFTER_ALL_ELSE + name,
        at=at,
        event_type="CLOCK.RECOMPUTED",
        performer=performer,
        change=ClockRecomputed(policy.name),
        own=None,
    )
