"""Why a rule fired at a moment, or why not: its whole condition with the values it saw, and what came of it.

A trace reads every part of a condition, also those that matching passes over. It asks the operators themselves, so that its verdict is that
of `conditions.tree.evaluate`.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

import msgspec

from casewright.cases.events import ScheduleDue
from casewright.cases.performers import OwnWrite
from casewright.conditions.holding import holds
from casewright.conditions.operators import Changed, Test
from casewright.conditions.subjects import ClockFact, Facts, Field, Reading, Subject, changed, read, read_before
from casewright.conditions.tree import All, Any, Condition, Leaf, Not
from casewright.conditions.triggers import Trigger
from casewright.rules.firing import MOST_HOPS, Fired, fire, hears
from casewright.rules.matching import in_order
from casewright.rules.rule import Rule

ROOT = "if"
"""The place of a whole condition; `if.all[1].not` is a place within one."""

Outcome = Literal[
    "fired",
    "unknown",
    "shadow",
    "looped",
    "stopped",
    "own_write",
    "schedule",
    "false",
    "trigger",
    "connect",
    "off",
]
"""What came of a rule at a moment; the order is that in which several moments of one event are told.

`shadow`: would have fired but for its mode. `looped`: our own writes set it off too often in a row. `stopped`: an earlier rule says `stop`.
`own_write`: it ignores what casewright itself did, or only
watches and that came too often in a row. `schedule`: the schedule of another rule came. `false` and `unknown`: its condition.
`trigger`: none of its triggers came. `connect`: Amazon Connect runs it. `off`: its mode.
"""


class LeafTrace(msgspec.Struct, frozen=True):
    """One test of one subject. For `changed`: the value just before the event too, and whether the event names the field."""

    place: str
    subject: Subject
    test: Test
    value: Reading
    verdict: bool | None
    before: Reading | None = None
    changed: bool = False


class GroupTrace(msgspec.Struct, frozen=True):
    """A group with every part of it."""

    place: str
    kind: Literal["all", "any", "not"]
    parts: tuple["Trace", ...]
    verdict: bool | None


Trace: TypeAlias = LeafTrace | GroupTrace


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A rule at a moment. Without a trigger the trace tells what its condition would have read."""

    rule: Rule
    trigger: Trigger | None
    clock: ClockFact | None
    outcome: Outcome
    stopped_by: str = ""
    trace: Trace


def trace(condition: Condition, facts: Facts, place: str = ROOT) -> Trace:
    """The condition at this moment, every part of it."""
    match condition:
        case Leaf(subject=subject, test=test):
            return _leaf(subject, test, facts, place)
        case Not(part=part):
            inner = trace(part, facts, f"{place}.not")
            return GroupTrace(place, "not", (inner,), None if inner.verdict is None else not inner.verdict)
        case All(parts=parts):
            return _group("all", parts, facts, place)
        case Any(parts=parts):
            return _group("any", parts, facts, place)


def leaves(traced: Trace) -> Iterator[LeafTrace]:
    """The tests of a trace, in the order of the file."""
    if isinstance(traced, LeafTrace):
        yield traced
        return
    for part in traced.parts:
        yield from leaves(part)


def decisive(traced: Trace) -> LeafTrace | None:
    """The first test that gave the condition its verdict; None for a condition that asks nothing."""
    if isinstance(traced, LeafTrace):
        return traced
    agreeing = (part for part in traced.parts if traced.kind == "not" or part.verdict is traced.verdict)
    part = next(agreeing, None)
    return None if part is None else decisive(part)


def ask(rules: Iterable[Rule], trigger: Trigger | None, facts: Facts, *, own: OwnWrite | None) -> tuple[Asked, ...]:
    """What comes of each rule, in order, when the trigger comes; `own` is the write of ours that led here, if one did."""
    traced = [(rule, trace(rule.condition, facts)) for rule in in_order(rules)]
    matched = [rule for rule, seen in traced if _unasked(rule, trigger) is None and seen.verdict is True]
    fired = fire(matched, facts.event, own=own)
    return tuple(_asked(rule, seen, trigger, facts, fired, own) for rule, seen in traced)


def _leaf(subject: Subject, test: Test, facts: Facts, place: str) -> LeafTrace:
    verdict, value = holds(test, subject, facts), read(subject, facts)
    if isinstance(test, Changed) and isinstance(subject, Field):
        return LeafTrace(place, subject, test, value, verdict, read_before(subject, facts), changed(subject, facts))
    return LeafTrace(place, subject, test, value, verdict)


def _group(kind: Literal["all", "any"], parts: tuple[Condition, ...], facts: Facts, place: str) -> GroupTrace:
    traced = tuple(trace(part, facts, f"{place}.{kind}[{index}]") for index, part in enumerate(parts))
    verdicts, decides = {part.verdict for part in traced}, kind == "any"
    return GroupTrace(place, kind, traced, decides if decides in verdicts else None if None in verdicts else not decides)


def _unasked(rule: Rule, trigger: Trigger | None) -> Outcome | None:
    if rule.mode == "off":
        return "off"
    if rule.runs_on == "connect":
        return "connect"
    return None if trigger in rule.when else "trigger"


def _asked(rule: Rule, seen: Trace, trigger: Trigger | None, facts: Facts, fired: Fired, own: OwnWrite | None) -> Asked:
    outcome = _unasked(rule, trigger) or _outcome(rule, seen, facts, fired, own)
    stopper = fired.acting[-1].name if outcome == "stopped" else ""
    came = None if outcome in {"trigger", "off", "connect"} else trigger
    return Asked(rule=rule, trigger=came, clock=facts.clock, outcome=outcome, stopped_by=stopper, trace=seen)


def _outcome(rule: Rule, seen: Trace, facts: Facts, fired: Fired, own: OwnWrite | None) -> Outcome:
    if seen.verdict is not True:
        return "false" if seen.verdict is False else "unknown"
    if rule in fired.acting:
        return "fired"
    if rule in fired.shadows:
        return "shadow"
    if rule in fired.looped:
        return "looped"
    if isinstance(facts.event.change, ScheduleDue) and "schedule" in rule.when and facts.event.change.rule != rule.name:
        return "schedule"
    ignored = own is not None and (not hears(rule, own) or own.hop > MOST_HOPS)
    return "own_write" if ignored else "stopped"
