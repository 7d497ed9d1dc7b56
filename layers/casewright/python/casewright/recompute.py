"""A running clock under another version of its policy: folded again from the log, as if that version had always been in force."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec.structs import replace

from casewright.bundle import LinkedBundle
from casewright.cases.events import Event
from casewright.decide import blank, facts_of
from casewright.decision import Head, Logged
from casewright.sla import fold as sla
from casewright.sla.clocks import Clock, cancel
from casewright.sla.fold import Stalled
from casewright.sla.policies import Policy


class Refolded(msgspec.Struct, frozen=True):
    """The clock that a log gives under a policy, None where it gives none, and what it could not do for want of a calendar."""

    clock: Clock | None
    stalled: tuple[Stalled, ...]


def recomputed(head: Head, entry: Logged, before: Sequence[Logged], bundle: LinkedBundle) -> Head:
    """The head after an entry that recomputes a clock; `before` is the log up to it, whichever of it has come late.

    A clock that the version would not have started is cancelled; one that has ended stays so where the version gives none.
    """
    change = entry.decision.recomputed
    assert change is not None, "the caller asked"
    name, at = change.policy.name, entry.event.at
    running, again = head.clocks.get(name), refold(change.policy, entry.event, before, bundle)
    clock = again.clock or running
    if again.clock is None and not again.stalled and running is not None and running.is_open:
        clock, _ = cancel(running, at)
    clocks = head.clocks if clock is None else {**head.clocks, name: clock}
    return replace(head, last=entry.event.position, clocks=clocks)


def refold(policy: Policy, event: Event, before: Iterable[Logged], bundle: LinkedBundle) -> Refolded:
    """The clock of one policy alone, at an event that changes nothing; what fell due until then has fired, and nothing is asked for."""
    head, stalled = blank(event.case_id), list[Stalled]()
    log = [(entry.event, entry.decision.assigned) for entry in before]
    for each, assigned in [*log, (event, ())]:
        facts = facts_of(head, each, bundle)
        folded = sla.fold(head.clocks, (policy,), facts)
        if policy.name in assigned:
            folded = sla.assign(folded, policy, facts)
        head = replace(head, case=facts.after, clocks=folded.clocks)
        stalled += folded.stalled
    return Refolded(head.clocks.get(policy.name), tuple(stalled))
