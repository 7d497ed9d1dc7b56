"""Events, decisions, clocks and effects as rows of `facts`.

A row belongs to the UTC date of its event's change; of a decision, a clock or an effect, to that of the event that led to it. So a
row told twice, late, or again after a crash falls where the first one fell, and reading keeps one.
"""

from datetime import datetime
from typing import Final

from casewright.actions import name_of
from casewright.cases.events import CaseAdopted, CaseRead, ClockDue, ClockRecomputed, Event, MailReported, ScheduleDue
from casewright.decide import Decided
from casewright.decision import Decision, Effect, Head, Outcome
from casewright.measures.columns import PARTITION
from casewright.measures.event_rows import of_event
from casewright.measures.row import Row, date_of, instant, row_of
from casewright.sla.clocks import Clock
from casewright.sla.policies import BREACH

_OURS: Final = (CaseRead, CaseAdopted, ClockDue, ClockRecomputed, MailReported, ScheduleDue)

__all__ = ["Row", "of_decision", "of_event", "of_outcome"]


def of_decision(decided: Decided, event: Event) -> tuple[Row, ...]:
    """The row of a decision, and one of each clock it changed or handed over, after those of the cycles that gave way to a new one.

    A late decision gives every clock of the case, because all were folded again. Where the event did not come from the stream (a
    reading of ours, a lost event, a clock falling due) its own row stands first; the stream brings the others by itself.
    """
    decision, head = decided.decision, decided.head
    is_own = event.repair is not None or isinstance(event.change, _OURS)
    own = (of_event(event, listed=frozenset()),) if is_own else ()
    did = {each.policy for each in decision.transitions}
    changed = [clock for name, clock in head.clocks.items() if decision.late or name in did or clock.team.since == event.at]
    closed = (_clock_row(clock, event, head, decision.revision) for clock in decision.closed)
    return (*own, _decision_row(decision, event), *closed, *(_clock_row(clock, event, head, head.revision) for clock in changed))


def of_outcome(effect: Effect, outcome: Outcome, at: datetime) -> Row:
    """The row of an effect that came to a status at that instant.

    `detail` of the outcome stays out: it may hold an address or an error text that quotes one.
    """
    return {
        "kind": "effect",
        "event_id": effect.position.event_id,
        "event_timestamp": instant(effect.position.at),
        "case_id": effect.case_id,
        "effect_key": effect.key,
        "effect_rule": effect.rule,
        "effect_action": name_of(effect.action),
        "effect_bucket": effect.bucket,
        "effect_priority": effect.priority,
        "effect_status": outcome.status,
        "effect_ended_timestamp": instant(at),
        PARTITION.name: date_of(effect.position.at),
    }


def _decision_row(decision: Decision, event: Event) -> Row:
    columns: Row = {
        "decision_bundle_hash": decision.bundle_hash,
        "decision_rules": [match.rule for match in decision.matched],
        "decision_shadow_rules": [match.rule for match in decision.shadowed],
        "decision_looped_rules": [match.rule for match in decision.looped],
        "decision_imported": decision.imported,
        "decision_effect_keys": [effect.key for effect in decision.effects],
        "decision_effect_rules": [effect.rule for effect in decision.effects],
        "decision_overruled_rules": [lost.loser for lost in decision.overruled],
        "decision_corrections": len(decision.corrections),
        "decision_late": decision.late,
        "decision_broken": bool(decision.broken),
    }
    return row_of("decision", event, columns)


def _clock_row(clock: Clock, event: Event, head: Head, revision: int) -> Row:
    columns: Row = {
        "clock_policy": clock.policy.name,
        "clock_cycle": clock.cycle,
        "clock_status": clock.status,
        "clock_breached": BREACH in clock.fired,
        "clock_started_timestamp": instant(clock.started_at),
        "clock_due_timestamp": instant(clock.due_at),
        "clock_ended_timestamp": instant(clock.ended_at),
        "clock_target_seconds": clock.target.total_seconds(),
        "clock_paused_seconds": clock.time_paused.total_seconds(),
        "clock_queue": clock.team.queue,
        "clock_missed_queue": clock.team.missed_in,
        "clock_team_seconds": {queue: used.total_seconds() for queue, used in clock.team.used.items()},
        "clock_counted_timestamp": instant(clock.team.counted_to),
        "clock_revision": revision,
        "template_id": head.case.template_id,
    }
    return row_of("clock", event, columns)
