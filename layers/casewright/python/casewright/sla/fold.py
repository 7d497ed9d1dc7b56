"""One event over the clocks of a case, in the written order: cancel, met_when, reset, start, pause_while, target.

What fell due before the event fires first; met exactly at due is met; what falls due at the event fires last. So clocks depend on the log
alone, whoever woke them.
"""

from collections.abc import Iterable, Mapping

import msgspec

from casewright.conditions.subjects import Facts
from casewright.conditions.tree import became_true, evaluate
from casewright.conditions.triggers import trigger_of
from casewright.sla import clocks
from casewright.sla.clocks import Clock, Transition
from casewright.sla.policies import Policy, StartsOn, StartsWhen


class Folded(msgspec.Struct, frozen=True):
    """The clocks after an event, by policy name, and what they did."""

    clocks: Mapping[str, Clock]
    transitions: tuple[Transition, ...]


def fold(running: Mapping[str, Clock], policies: Iterable[Policy], facts: Facts) -> Folded:
    """Take one event. A running clock keeps its own policy; a new one takes the present policy of that name."""
    names = dict.fromkeys([*running, *(policy.name for policy in policies)])
    present = {policy.name: policy for policy in policies}
    after: dict[str, Clock] = {}
    transitions: list[Transition] = []
    for name in names:
        clock, happened = _one(running.get(name), present.get(name), facts)
        if clock is not None:
            after[name] = clock
        transitions.extend(happened)
    return Folded(after, tuple(sorted(transitions, key=lambda each: each.at)))


def assign(running: Mapping[str, Clock], policy: Policy, facts: Facts) -> Folded:
    """Start the clock of a policy because a rule said so; one that runs, or has ended, stays as it is."""
    if policy.name in running:
        return Folded(running, ())
    clock, happened = _begin(policy, facts, cycle=1)
    if clock is None:
        return Folded(running, ())
    return Folded({**running, policy.name: clock}, happened)


def _one(clock: Clock | None, present: Policy | None, facts: Facts) -> tuple[Clock | None, tuple[Transition, ...]]:
    if clock is None:
        return _begin(present, facts, cycle=1) if present and _starts(present, facts) else (None, ())
    now = facts.event.at
    clock, happened = clocks.fire_until(clock, now, inclusive=False)
    if ended := _ended(clock, facts):
        clock, more = ended
        happened += more
    if clock.policy.reset is not None and became_true(clock.policy.reset, facts):
        fresh, more = _begin(present or clock.policy, facts, cycle=clock.cycle + 1)
        return (fresh or clock), happened + more
    for change in (_paused_or_resumed, _retargeted, _due):
        clock, more = change(clock, facts)
        happened += more
    return clock, happened


def _begin(policy: Policy, facts: Facts, *, cycle: int) -> tuple[Clock | None, tuple[Transition, ...]]:
    target = policy.target_at(facts)
    if target is None or evaluate(policy.met_when, facts) is True:
        return None, ()
    clock, happened = clocks.begin(policy, cycle=cycle, at=facts.event.at, event_id=facts.event.id, target=target)
    for change in (_paused_or_resumed, _due):
        clock, more = change(clock, facts)
        happened += more
    return clock, happened


def _starts(policy: Policy, facts: Facts) -> bool:
    match policy.start:
        case StartsOn(trigger=trigger):
            begun = trigger_of(facts.event.change) == trigger
        case StartsWhen(condition=condition):
            begun = became_true(condition, facts)
        case _:
            begun = False
    return begun and evaluate(policy.condition, facts) is True


def _ended(clock: Clock, facts: Facts) -> clocks.Step | None:
    if not clock.is_open:
        return None
    policy, now = clock.policy, facts.event.at
    if facts.after.deleted or (policy.cancel is not None and became_true(policy.cancel, facts)):
        return clocks.cancel(clock, now)
    return clocks.meet(clock, now) if evaluate(policy.met_when, facts) is True else None


def _paused_or_resumed(clock: Clock, facts: Facts) -> clocks.Step:
    wanted = clock.policy.pause_while is not None and evaluate(clock.policy.pause_while, facts) is True
    if clock.status == "Active" and wanted:
        return clocks.pause(clock, facts.event.at)
    if clock.status == "Paused" and not wanted:
        return clocks.resume(clock, facts.event.at)
    return clock, ()


def _retargeted(clock: Clock, facts: Facts) -> clocks.Step:
    target = clock.policy.target_at(facts) if clock.is_open else None
    if target is None or target == clock.target:
        return clock, ()
    return clocks.retarget(clock, target, facts.event.at)


def _due(clock: Clock, facts: Facts) -> clocks.Step:
    return clocks.fire_until(clock, facts.event.at, inclusive=True)
