"""What a run came to, counted from the case table and the outbox."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from casewright.actions import name_of
from casewright.sla.clocks import TransitionKind
from casewright_workbench.deployment.records import CaseFile, Standing

Cycle = tuple[str, str, int]
"""Case, policy, cycle: one promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers of a run.

    `effects` counts by (action, status). A breach is a cycle of a clock whose time ran out, however it ended; `met` and `not_met` are
    cycles that ended by what they waited for, in time or after; `pauses` counts each time a clock stopped for a while.
    """

    cases_created: int
    cases_deleted: int
    events_decided: int
    decided_late: int
    firings: Mapping[str, int]
    effects: Mapping[tuple[str, str], int]
    emails: int
    tasks: int
    breaches: Mapping[str, int]
    met: Mapping[str, int]
    not_met: Mapping[str, int]
    pauses: int

    @property
    def effects_ended(self) -> int:
        """Effects that came to an end, however."""
        return sum(count for (_, status), count in self.effects.items() if status not in ("pending", "recorded"))


def figures(files: Sequence[CaseFile], *, emails: int) -> Figures:
    """Count a run; `emails` is how many messages lie in the outbox."""
    decisions = [entry.decision for file in files for entry in file.log]
    effects = Counter((name_of(standing.effect.action), standing.status) for file in files for standing in file.effects)
    return Figures(
        cases_created=sum(file.was_created for file in files),
        cases_deleted=sum(file.head.case.deleted for file in files),
        events_decided=len(decisions),
        decided_late=sum(decision.late for decision in decisions),
        firings=_sorted(Counter(match.rule for decision in decisions for match in decision.matched)),
        effects=dict(sorted(effects.items())),
        emails=emails,
        tasks=effects["create_task", "done"],
        breaches=_by_policy(_cycles(files, "breached")),
        met=_by_policy(_cycles(files, "met")),
        not_met=_by_policy(_cycles(files, "not_met")),
        pauses=sum(each.kind == "paused" for decision in decisions for each in decision.transitions),
    )


def ended_effects(files: Iterable[CaseFile]) -> list[tuple[datetime, CaseFile, Standing]]:
    """Effects that ended, the latest first."""
    ended = [(each.ended_at, file, each) for file in files for each in file.effects if each.ended_at is not None]
    return sorted(ended, key=lambda one: (one[0], one[2].effect.key), reverse=True)


def _cycles(files: Iterable[CaseFile], kind: TransitionKind) -> set[Cycle]:
    """A set, because an event that came late tells transitions again."""
    return {
        (file.case_id, each.policy, each.cycle)
        for file in files
        for entry in file.log
        for each in entry.decision.transitions
        if each.kind == kind
    }


def _by_policy(cycles: Iterable[Cycle]) -> Mapping[str, int]:
    return _sorted(Counter(policy for _, policy, _ in cycles))


def _sorted(counts: Counter[str]) -> Mapping[str, int]:
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
