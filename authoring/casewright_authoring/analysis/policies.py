"""SLA policies: conditions nothing fulfils, rows nobody reaches, clocks that never run."""

from collections.abc import Iterator, Sequence
from typing import Final, get_args

from casewright.conditions.tree import ALWAYS, All, Condition
from casewright.conditions.triggers import Trigger
from casewright.rules.instructions import AssignSla
from casewright.sla.policies import Awaited, Happening, StartsOn, StartsWhen, Target
from casewright_authoring.analysis.checks import NO_CLOCK, UNREACHABLE
from casewright_authoring.analysis.formulas import Every, Formula
from casewright_authoring.analysis.moments import Moment
from casewright_authoring.analysis.never import vain
from casewright_authoring.analysis.placed import placed
from casewright_authoring.analysis.rule_sets import PlacedPolicy, RuleSet
from casewright_authoring.analysis.search import possible
from casewright_authoring.analysis.verdicts import NOT_TRUE
from casewright_authoring.findings import Finding
from casewright_authoring.occasions import SLA_TRIGGERS

EVENTS: Final[tuple[Trigger, ...]] = tuple(trigger for trigger in get_args(Trigger) if trigger not in SLA_TRIGGERS)
"""What a policy's conditions are read at. Our own ticks tell as little as `schedule` does."""


def policy_findings(rules: RuleSet) -> Iterator[Finding]:
    """What is wrong with the policies."""
    assigned = {step.policy for each in rules.rules for step in each.rule.then if isinstance(step, AssignSla)}
    for policy in rules.policies:
        is_assigned = policy.policy.name in assigned
        for key, triggers, condition, so in _conditions(policy, is_assigned=is_assigned):
            yield from vain(policy.condition(key, condition), triggers, so)
        yield from _start(policy, is_assigned=is_assigned)
        yield from _rows(policy)


def _conditions(policy: PlacedPolicy, *, is_assigned: bool) -> Iterator[tuple[str, Sequence[Trigger], Condition, str]]:
    """The conditions under keys of their own, with the triggers they are read at and what follows if nothing fulfils them."""
    given, name = policy.policy, policy.policy.name
    if given.condition != ALWAYS:
        yield "if", _starting(policy, is_assigned=is_assigned), given.condition, f"so no clock of {name!r} ever starts"
    yield from _awaited("met_when", given.met_when, f"so no clock of {name!r} is ever met")
    if given.pause_while is not None:
        yield "pause_while", EVENTS, given.pause_while, f"so no clock of {name!r} ever pauses"
    yield from _awaited("reset", given.reset, f"so no clock of {name!r} is ever reset")
    yield from _awaited("cancel", given.cancel, f"so no clock of {name!r} is ever cancelled")


def _awaited(key: str, awaited: Awaited | None, so: str) -> Iterator[tuple[str, Sequence[Trigger], Condition, str]]:
    match awaited:
        case None | Happening(condition=All(())):
            return
        case Happening():
            yield key, awaited.when, awaited.condition, so
        case _:
            yield key, EVENTS, awaited, so


def _starting(policy: PlacedPolicy, *, is_assigned: bool) -> tuple[Trigger, ...]:
    """What may start a clock. A rule may assign any policy, at any event."""
    start = policy.policy.start
    return (start.trigger,) if isinstance(start, StartsOn) and not is_assigned else EVENTS


def _start(policy: PlacedPolicy, *, is_assigned: bool) -> Iterator[Finding]:
    given = policy.policy
    starting = given.condition
    if isinstance(given.start, StartsWhen):
        yield from vain(policy.becomes(given.start), EVENTS, f"so it starts no clock of {given.name!r}")
        starting = starting if is_assigned else All((starting, given.start.condition))
    moments = [Moment(trigger) for trigger in _starting(policy, is_assigned=is_assigned)]
    starts = any(possible(moment.asks(starting)) for moment in moments)
    if starts and not any(possible(Every((moment.asks(starting), *_not_met(given.met_when, moment)))) for moment in moments):
        yield NO_CLOCK.found(policy.place, f"{given.name!r} never has a clock: whenever one would start, 'met_when' is true already")


def _not_met(awaited: Awaited, moment: Moment) -> Iterator[Formula]:
    if not isinstance(awaited, Happening):
        yield moment.asks(awaited, NOT_TRUE)
    elif moment.trigger in awaited.when:
        yield moment.asks(awaited.condition, NOT_TRUE)


def _rows(policy: PlacedPolicy) -> Iterator[Finding]:
    rows = policy.policy.target
    for number, (row, node) in enumerate(zip(rows, policy.rows, strict=True)):
        if (written := node.get("if")) is not None:
            yield from vain(placed(row.condition, written), EVENTS, f"so this target of {policy.policy.name!r} is never taken")
        holds = any(possible(Moment(trigger).asks(row.condition)) for trigger in EVENTS)
        if holds and not any(possible(_reaches(Moment(trigger), rows[:number], row)) for trigger in EVENTS):
            yield UNREACHABLE.found(node.place, "this row is never reached: whenever it holds, so does a row before it")


def _reaches(moment: Moment, before: Sequence[Target], row: Target) -> Formula:
    return Every((moment.asks(row.condition), *(moment.asks(earlier.condition, NOT_TRUE) for earlier in before)))
