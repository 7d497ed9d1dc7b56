"""Which version of a policy was in force when an event was decided, as the cycles that began with it tell: old bundles are not at hand."""

from collections.abc import Iterable, Sequence

from casewright.decision import Decision, Logged
from casewright.sla.clocks import Clock
from casewright.sla.policies import Policy


class Versions:
    """The versions of policies that a log shows. `entries` are in their order.

    A clock that was recomputed counts cycles anew, and its version is not that of its first event: only cycles that ended before tell.
    """

    def __init__(self, entries: Sequence[Logged], clocks: Iterable[Clock]) -> None:
        recomputed, before = set[str](), list[Clock]()
        for entry in entries:
            recomputed |= {entry.decision.recomputed.policy.name} if entry.decision.recomputed else set()
            if not entry.decision.late:
                before += (clock for clock in entry.decision.closed if clock.policy.name not in recomputed)
        told = sorted(entries, key=lambda entry: not entry.decision.late)  # what was told in time counts more than what a late event told
        ended = [clock for entry in told for clock in entry.decision.closed if clock.policy.name not in recomputed]
        known = [*ended, *(clock for clock in clocks if clock.policy.name not in recomputed)]
        known += (clock for clock in before if clock.policy.name in recomputed)
        bundles = {entry.event.id: entry.decision.bundle_hash for entry in entries}
        self._ended = {(clock.policy.name, clock.cycle): clock.policy for clock in ended}
        self._of_bundles = {(clock.policy.name, bundles[clock.started_by]): clock.policy for clock in known if clock.started_by in bundles}
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
        return self._ended.get((policy.name, cycle), policy)


def _began(policy: str, decision: Decision) -> bool:
    return any(did.policy == policy and did.kind == "started" for did in decision.transitions)
