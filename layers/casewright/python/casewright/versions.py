"""Which version of a policy was in force when an event was decided, as the cycles that began with it tell: old bundles are not at hand."""

from collections.abc import Iterable, Iterator, Sequence

from casewright.decision import Decision, Logged
from casewright.sla.clocks import Clock
from casewright.sla.policies import Policy


class Versions:
    """The versions of policies that a log shows. `entries` are in their order.

    A clock that was recomputed counts cycles anew, and its version is not that of its first event: only cycles that ended before tell.
    """

    def __init__(self, entries: Sequence[Logged], clocks: Iterable[Clock]) -> None:
        recomputed = {change.policy.name for entry in entries if (change := entry.decision.recomputed)}
        late = (clock for entry in entries if entry.decision.late for clock in entry.decision.closed)
        ended = [clock for clock in late if clock.policy.name not in recomputed]
        ended += _ended_in_time(entries)  # comes last, since it counts more than what a late event told
        shown = [*ended, *(clock for clock in clocks if clock.policy.name not in recomputed)]
        bundles = {entry.event.id: entry.decision.bundle_hash for entry in entries}
        self._of_cycles = {(clock.policy.name, clock.cycle): clock.policy for clock in ended if clock.policy.name not in recomputed}
        self._of_bundles = {(clock.policy.name, bundles[clock.started_by]): clock.policy for clock in shown if clock.started_by in bundles}
        self._shown = {name for name, _ in self._of_bundles}

    def of(self, policy: Policy, cycle: int, decision: Decision) -> Policy | None:
        """The version with which a cycle began, or begins now, at an event that was decided so: the given one where nothing tells.

        None where that would be a guess: the first cycle of a clock begins with no event at which none began, unless cycles show that the
        bundle had the policy. The given version may be one published later.
        """
        if found := self._of_bundles.get((policy.name, decision.bundle_hash)):
            return found
        if cycle == 1 and policy.name in self._shown and not _began(policy.name, decision):
            return None
        return self._of_cycles.get((policy.name, cycle), policy)


def _ended_in_time(entries: Iterable[Logged]) -> Iterator[Clock]:
    """The cycles that gave way to another, as that was told when it happened, and before their clock was recomputed."""
    recomputed = set[str]()
    for entry in entries:
        if change := entry.decision.recomputed:
            recomputed.add(change.policy.name)
        if not entry.decision.late:
            yield from (clock for clock in entry.decision.closed if clock.policy.name not in recomputed)


def _began(policy: str, decision: Decision) -> bool:
    return any(did.policy == policy and did.kind == "started" for did in decision.transitions)
