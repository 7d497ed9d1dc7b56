"""The clocks of a case as JSON."""

from datetime import timedelta

from casewright.rules.explaining import leaves
from casewright.sla.clocks import Transition
from casewright_workbench.console import wording
from casewright_workbench.console.names import Names
from casewright_workbench.explain.records import leaf_record
from casewright_workbench.explain.words import Json, Words, instant
from casewright_workbench.sla.absences import Absence
from casewright_workbench.sla.courses import Course, Cycle, Turn
from casewright_workbench.sla.reasons import Reason


def course_record(course: Course, words: Words, names: Names) -> dict[str, Json]:
    """A policy with its clock."""
    return {
        "policy": course.policy,
        "cycles": [_cycle(each, words, names) for each in course.cycles],
        "untrue": [transition_record(each) for each in course.untrue],
    }


def absence_record(absence: Absence, words: Words) -> dict[str, Json]:
    """A policy without a clock."""
    attempts: list[Json] = [
        {"event_id": each.event.id, "at": instant(each.event.at), **_reason(each.reason, words)} for each in absence.attempts
    ]
    return {"policy": absence.policy, "never": absence.never, "attempts": attempts}


def transition_record(did: Transition) -> dict[str, Json]:
    """Something a clock did."""
    return {
        "did": did.kind,
        "milestone": did.milestone,
        "cycle": did.cycle,
        "at": instant(did.at),
        "due": instant(did.due_at),
        "status": did.status,
        "silent": did.silent,
    }


def _cycle(cycle: Cycle, words: Words, names: Names) -> Json:
    clock = cycle.clock
    return {
        "cycle": clock.cycle,
        "status": clock.status,
        "started": instant(clock.started_at),
        "started_by": clock.started_by,
        "due": instant(clock.due_at),
        "ended": instant(clock.ended_at) if clock.ended_at else None,
        "target_seconds": clock.target.total_seconds(),
        "calendar": clock.policy.calendar,
        "bundle": cycle.bundle,
        "used_seconds": _seconds(cycle.used),
        "left_seconds": _seconds(cycle.left),
        "fired": list(clock.fired),
        "turns": [_turn(each, words, names) for each in cycle.turns],
        "spans": [{"status": each.status, "from": instant(each.start), "to": instant(each.end)} for each in cycle.spans],
        "queues": [{"queue": words.resource(each.queue), "seconds": each.time.total_seconds()} for each in cycle.shares],
    }


def _turn(turn: Turn, words: Words, names: Names) -> Json:
    event = turn.event
    return {
        **transition_record(turn.did),
        "target_seconds": turn.target.total_seconds(),
        "used_seconds": _seconds(turn.used),
        "left_seconds": _seconds(turn.left),
        "event": {"event_id": event.id, "what": wording.told(event, names)[0], "by": wording.by(event, names), "late": turn.late},
        "was_told": turn.was_told,
        "reasons": [_reason(each, words) for each in turn.reasons],
    }


def _reason(reason: Reason, words: Words) -> dict[str, Json]:
    record: dict[str, Json] = {"part": reason.part, "why": reason.text}
    if reason.trace is not None:
        record |= {"condition": reason.trace.verdict, "conditions": [leaf_record(leaf, words) for leaf in leaves(reason.trace)]}
    return record


def _seconds(time: timedelta | None) -> float | None:
    return None if time is None else time.total_seconds()
