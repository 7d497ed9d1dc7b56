"""The course of a case's clocks: what each did, when, by which event and why, folded from the log in its true order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from casewright.cases.events import Event
from casewright.conditions.subjects import Facts
from casewright.decide import facts_of
from casewright.sla import adopting
from casewright.sla import fold as sla
from casewright.sla.clocks import Clock, Transition
from casewright.sla.steps import recomputed
from casewright_workbench.explain.history import Retold
from casewright_workbench.explain.words import Words
from casewright_workbench.sla.reasons import Asked, Reason, reasons
from casewright_workbench.sla.spans import Calendars, Share, Span, open_time, shares, spans, used_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Something a clock did. `used` and `left` are open time, `left` below nought past due; None where the calendar cannot tell."""

    did: Transition
    event: Event
    late: bool
    was_told: bool
    """Whether it was told so when its event was decided: what a late event brought to light was not."""
    target: timedelta
    used: timedelta | None
    left: timedelta | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One cycle of a clock, as it is known now. `bundle` is the hash of the one whose version of the policy it goes by."""

    clock: Clock
    bundle: str
    used: timedelta | None
    left: timedelta | None
    turns: tuple[Turn, ...]
    spans: tuple[Span, ...]
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """A clock from its first start on. `untrue` is what it was told to have done before an event came that was missing then.

    Without cycles it started in what was told only.
    """

    policy: str
    cycles: tuple[Cycle, ...]
    untrue: tuple[Transition, ...]


def courses(told: Sequence[Retold], words: Words, *, now: datetime) -> tuple[Course, ...]:
    """The course of every clock of a case, by the name of its policy."""
    recorded = dict.fromkeys(did for each in told for did in each.entry.decision.transitions)
    drafts: dict[str, list[_Draft]] = {}
    for each in told:
        facts = facts_of(each.head, each.entry.event, each.folded_by)
        folded = _folded(each, facts)
        for closed in folded.closed:
            drafts[closed.policy.name][-1].clock = closed
        asked = Asked(facts, each.entry.decision, each.folded_by, words)
        for did in folded.transitions:
            clock = _as_it_did(did, folded)
            turn = _turn(did, clock, each, asked, was_told=did in recorded)
            _draft(drafts.setdefault(did.policy, []), turn, clock, each).take(turn, clock, each.folded_by.calendars)
        for name in drafts.keys() & folded.clocks:
            drafts[name][-1].clock = folded.clocks[name]  # another queue has the case, perhaps: that is nothing the clock did
    happened = {turn.did for cycles in drafts.values() for cycle in cycles for turn in cycle.turns}
    untrue = [did for did in recorded if did not in happened]
    return tuple(
        Course(name, tuple(each.finished(now) for each in drafts.get(name, ())), tuple(did for did in untrue if did.policy == name))
        for name in sorted({*drafts, *(did.policy for did in untrue)})
    )


@dataclass(slots=True)
class _Draft:
    """A cycle while it is put together."""

    bundle: str
    clock: Clock
    turns: list[Turn] = field(default_factory=list)
    calendars: Calendars = field(default_factory=dict)

    def take(self, turn: Turn, clock: Clock, calendars: Calendars) -> None:
        """The next thing the clock did."""
        self.turns.append(turn)
        self.clock, self.calendars = clock, calendars

    def finished(self, now: datetime) -> Cycle:
        """The cycle with its spans and shares."""
        until = self.clock.ended_at or max(now, self.turns[-1].did.at)
        used = used_at(self.clock, until, self.calendars)
        return Cycle(
            clock=self.clock,
            bundle=self.bundle,
            used=used,
            left=None if used is None else self.clock.target - used,
            turns=tuple(self.turns),
            spans=tuple(spans([turn.did for turn in self.turns], until)),
            shares=shares(self.clock, until, self.calendars),
        )


def _draft(cycles: list[_Draft], turn: Turn, clock: Clock, told: Retold) -> _Draft:
    """The draft that a turn belongs to."""
    decision = told.entry.decision
    if not cycles or cycles[-1].clock.cycle != clock.cycle or turn.did.kind == "reset":
        cycles.append(_Draft(decision.bundle_hash, clock))
    if decision.recomputed and clock.policy == decision.recomputed.policy:
        cycles[-1].bundle = decision.bundle_hash
    return cycles[-1]


def _turn(did: Transition, clock: Clock, told: Retold, asked: Asked, *, was_told: bool) -> Turn:
    """One thing that an event made a clock do."""
    calendars = told.folded_by.calendars
    stopped = clock.paused_at if clock.paused_at and did.status == "Paused" else did.at
    return Turn(
        did=did,
        event=told.entry.event,
        late=told.entry.decision.late,
        was_told=was_told,
        target=clock.target,
        used=used_at(clock, did.at, calendars),
        left=open_time(clock, stopped, did.due_at, calendars),
        reasons=tuple(reasons(did, clock, told.head.clocks.get(did.policy), asked)),
    )


def _as_it_did(did: Transition, folded: sla.Folded) -> Clock:
    """The clock of the cycle that a transition tells of: what came before a reset, the cycle did that ended with it."""
    closed = (each for each in folded.closed if (each.policy.name, each.cycle) == (did.policy, did.cycle))
    return next(closed, folded.clocks[did.policy])


def _folded(told: Retold, facts: Facts) -> sla.Folded:
    """The clocks after an event, and what they did with it."""
    decision, bundle = told.entry.decision, told.folded_by
    if decision.recomputed:
        name, after = decision.recomputed.policy.name, told.after.clocks
        before, did = told.head.clocks[name], recomputed(after[name], told.entry.event.at)
        return sla.Folded(after, (did,), closed=() if after[name].cycle == before.cycle else (sla.call_off(before, facts),))
    folded = adopting.fold(told.head.clocks, bundle.policies, facts)
    for policy in bundle.policies:
        if policy.name in decision.assigned:
            folded = adopting.assign(folded, policy, facts)
    return folded
