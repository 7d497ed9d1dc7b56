"""The course of a case's clocks: what each did, when, by which event and why, folded from the log in its true order."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from casewright.cases.events import Event
from casewright.cases.state import Missing
from casewright.conditions.subjects import Facts, Field, read
from casewright.decide import facts_of
from casewright.sla import fold as sla
from casewright.sla.clocks import Clock, Transition, recomputed
from casewright_workbench.explain.history import Retold
from casewright_workbench.explain.words import Words
from casewright_workbench.sla.reasons import Asked, Reason, reasons
from casewright_workbench.sla.spans import Calendars, Held, Share, Span, open_time, shares, spans, used_at

_QUEUE = Field("assigned_queue", id="assigned_queue")


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
    held = list[Held]()
    for each in told:
        facts = facts_of(each.head, each.entry.event, each.folded_by)
        held.append(Held(each.entry.event.at, _queue(facts, words)))
        for turn, clock in _turns(each, facts, words, recorded):
            _draft(drafts.setdefault(turn.did.policy, []), turn, clock, each).take(turn, clock, each.folded_by.calendars)
    happened = {turn.did for cycles in drafts.values() for cycle in cycles for turn in cycle.turns}
    untrue = [did for did in recorded if did not in happened]
    return tuple(
        Course(name, tuple(each.finished(now, held) for each in drafts.get(name, ())), tuple(did for did in untrue if did.policy == name))
        for name in sorted({*drafts, *(did.policy for did in untrue)})
    )


@dataclass(slots=True)
class _Draft:
    """A cycle while it is put together."""

    bundle: str
    clock: Clock
    turns: list[Turn] = field(default_factory=list)
    calendars: Calendars = field(default_factory=dict)
    closed_at: datetime | None = None

    def take(self, turn: Turn, clock: Clock, calendars: Calendars) -> None:
        """The next thing the clock did."""
        self.turns.append(turn)
        self.clock, self.calendars = clock, calendars

    def finished(self, now: datetime, held: Sequence[Held]) -> Cycle:
        """The cycle with its spans and shares."""
        until = self.clock.ended_at or self.closed_at or max(now, self.turns[-1].did.at)
        stood = tuple(spans([turn.did for turn in self.turns], until))
        used = used_at(self.clock, until, self.calendars)
        return Cycle(
            clock=self.clock,
            bundle=self.bundle,
            used=used,
            left=None if used is None else self.clock.target - used,
            turns=tuple(self.turns),
            spans=stood,
            shares=shares(self.clock, stood, held, self.calendars),
        )


def _draft(cycles: list[_Draft], turn: Turn, clock: Clock, told: Retold) -> _Draft:
    """The draft that a turn belongs to; another cycle closes the one before."""
    decision = told.entry.decision
    if not cycles or cycles[-1].clock.cycle != clock.cycle or turn.did.kind == "reset":
        if cycles:
            cycles[-1].closed_at = turn.did.at
        cycles.append(_Draft(decision.bundle_hash, clock))
    if decision.recomputed and clock.policy == decision.recomputed.policy:
        cycles[-1].bundle = decision.bundle_hash
    return cycles[-1]


def _turns(told: Retold, facts: Facts, words: Words, recorded: Container[Transition]) -> Iterator[tuple[Turn, Clock]]:
    """What one event made the clocks do, each with the clock as that left it."""
    running, decision, bundle = told.head.clocks, told.entry.decision, told.folded_by
    folded = _folded(told, facts)
    for did in folded.transitions:
        before, clock = running.get(did.policy), folded.clocks[did.policy]
        if before is not None and clock.cycle != did.cycle:
            clock = before  # it began again with this event: this is what the cycle before did
        stopped = clock.paused_at if clock.paused_at and did.status == "Paused" else did.at
        turn = Turn(
            did=did,
            event=told.entry.event,
            late=decision.late,
            was_told=did in recorded,
            target=clock.target,
            used=used_at(clock, did.at, bundle.calendars),
            left=open_time(clock, stopped, did.due_at, bundle.calendars),
            reasons=tuple(reasons(did, clock, before, Asked(facts, decision, bundle, words))),
        )
        yield turn, clock


def _folded(told: Retold, facts: Facts) -> sla.Folded:
    """The clocks after an event, and what they did with it."""
    decision, bundle = told.entry.decision, told.folded_by
    if decision.recomputed:
        after = told.after.clocks
        return sla.Folded(after, (recomputed(after[decision.recomputed.policy.name], told.entry.event.at),))
    folded = sla.fold(told.head.clocks, bundle.policies, facts)
    for policy in bundle.policies:
        if policy.name in decision.assigned:
            folded = sla.assign(folded, policy, facts)
    return folded


def _queue(facts: Facts, words: Words) -> str | None:
    match read(_QUEUE, facts):
        case Missing.UNKNOWN:
            return None
        case str() as queue:
            return words.resource(queue)
        case _:
            return ""
