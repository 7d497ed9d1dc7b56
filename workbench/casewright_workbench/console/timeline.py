"""The story of one case: every event, what was decided on it, and what came of that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from casewright.actions import name_of
from casewright.redecide import Logged
from casewright.rules.firing import MOST_HOPS
from casewright.sla.clocks import Clock, Transition
from casewright.sla.policies import BREACH
from casewright_workbench.console import wording
from casewright_workbench.console.desk import Desk
from casewright_workbench.console.durations import as_duration
from casewright_workbench.console.effects import described, noted
from casewright_workbench.console.names import Names
from casewright_workbench.deployment.records import CaseFile, Standing

_VERBS: Final = {"not_met": "ended late", "met": "met in time"}


@dataclass(frozen=True, slots=True)
class Did:
    """An effect under the event that led to it."""

    at: datetime | None
    rule: str
    action: str
    status: str
    what: str


@dataclass(frozen=True, slots=True)
class ClockChange:
    """Something a clock did; `tone` is bad, warn, good or calm."""

    text: str
    due_at: datetime
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One event. `tone` says whose doing it was: person, ours, program or clock."""

    at: datetime
    tone: str
    what: str
    by: str
    quote: str
    values: tuple[tuple[str, str], ...]
    rules: tuple[str, ...]
    clocks: tuple[ClockChange, ...]
    effects: tuple[Did, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClockState:
    """A clock as it stands."""

    policy: str
    status: str
    tone: str
    cycle: int
    started_at: datetime
    due_at: datetime | None
    """None while it is paused: when it is due is not known then."""
    ended_at: datetime | None
    target: str
    paused: str
    """How long it was paused before it last went on; empty where it never was."""
    paused_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The whole page about a case; moments run from the first."""

    case_id: str
    reference: str
    title: str
    template: str
    deleted: bool
    fields: tuple[tuple[str, str], ...]
    clocks: tuple[ClockState, ...]
    moments: tuple[Moment, ...]


def story(file: CaseFile, desk: Desk) -> Story:
    """The page about a case."""
    names, head = desk.names, file.head
    effects: dict[str, list[Standing]] = {}
    for standing in file.effects:
        effects.setdefault(standing.effect.position.event_id, []).append(standing)
    fields = ((names.fields.get(each, each), names.value(each, value)) for each, value in (head.case.fields or {}).items())
    return Story(
        case_id=file.case_id,
        reference=names.reference(head),
        title=names.field(head, "title") or "Untitled case",
        template=names.template(head),
        deleted=head.case.deleted,
        fields=tuple(sorted(fields)),
        clocks=tuple(_clock_state(clock) for _, clock in sorted(head.clocks.items())),
        moments=tuple(_moments(file, effects, names)),
    )


def clock_tone(status: str) -> str:
    """How urgent a clock's status looks."""
    return {"Overdue": "bad", "NotMet": "bad", "Met": "good", "Active": "calm"}.get(status, "idle")


def _clock_state(clock: Clock) -> ClockState:
    tone = "bad" if BREACH in clock.fired else clock_tone(clock.status)
    target, paused = as_duration(clock.target), as_duration(clock.time_paused) if clock.time_paused else ""
    due_at = None if clock.paused_at else clock.due_at
    times = clock.started_at, due_at, clock.ended_at
    return ClockState(clock.policy.name, clock.status, tone, clock.cycle, *times, target, paused, clock.paused_at)


def _moments(file: CaseFile, effects: dict[str, list[Standing]], names: Names) -> Iterator[Moment]:
    for entry in file.log:
        event, decision = entry.event, entry.decision
        what, quote = wording.told(event, names)
        yield Moment(
            at=event.at,
            tone=wording.tone(event),
            what=what,
            by=wording.by(event, names),
            quote=quote,
            values=tuple(wording.values(event, names)),
            rules=tuple(dict.fromkeys(match.rule for match in decision.matched)),
            clocks=tuple(_clock_change(each) for each in decision.transitions),
            effects=tuple(_did(standing, names) for standing in effects.get(event.id, ())),
            notes=tuple(_notes(entry, names)),
        )


def _clock_change(each: Transition) -> ClockChange:
    tone = {"breached": "bad", "not_met": "bad", "milestone": "warn", "met": "good"}.get(each.kind, "calm")
    verb = f"milestone {each.milestone}" if each.kind == "milestone" else _VERBS.get(each.kind, each.kind)
    return ClockChange(f"{each.policy} {verb}", each.due_at, tone)


def _did(standing: Standing, names: Names) -> Did:
    effect = standing.effect
    what = described(effect, names)
    detail = noted(effect, standing.detail) if standing.status == "done" else standing.detail
    if detail and standing.status not in ("pending", "recorded"):
        what = f"{what} — {names.readable(detail)}"
    return Did(standing.ended_at, effect.rule, name_of(effect.action), standing.status, what)


def _notes(entry: Logged, names: Names) -> Iterator[str]:
    decision = entry.decision
    if note := wording.repaired(entry.event):
        yield note
    if decision.imported:
        yield "Part of a bulk import: what it asked for is recorded, not performed."
    if decision.shadowed:
        rules = ", ".join(dict.fromkeys(match.rule for match in decision.shadowed))
        yield f"Would have fired but for their mode: {rules}."
    if decision.looped:
        rules = ", ".join(dict.fromkeys(match.rule for match in decision.looped))
        yield f"Loop stopped: casewright's own writes set {rules} off {MOST_HOPS} times in a row already."
    if decision.late:
        yield "Came late: decided in its true place, after later events had been decided."
    for correction in decision.corrections:
        yield (
            f"Without it, {len(correction.missing)} effects were missing and {len(correction.surplus)} too many "
            f"on event {correction.event_id[:8]}."
        )
    for lost in decision.overruled:
        yield f"{lost.loser} lost {names.fields.get(lost.field_id, lost.field_id)} to {lost.winner}, which comes later in order."
    if decision.broken:
        yield f"The rule-set breaker tripped: {decision.broken}"
