"""Why a clock did something: which part of its policy said so, and what that read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from casewright.bundle import LinkedBundle
from casewright.cases.events import CaseAdopted
from casewright.conditions.subjects import Facts
from casewright.conditions.tree import ALWAYS, Condition, became_true, evaluate
from casewright.conditions.triggers import trigger_of
from casewright.decision import Decision
from casewright.rules.explaining import LeafTrace, Trace, trace
from casewright.rules.instructions import AssignSla
from casewright.sla.clocks import Clock, Transition
from casewright.sla.policies import BREACH, Awaited, Happening, Policy, StartsOn, StartsWhen
from casewright_workbench.explain.sentences import VERDICTS, asking, seen
from casewright_workbench.explain.words import Words, duration


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of a policy (`pause_while`, `target[0]`) and what it said; with the trace of its condition, where it has one."""

    part: str
    text: str
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An event as the clocks of its case were asked about it."""

    facts: Facts
    decision: Decision
    bundle: LinkedBundle
    words: Words

    def condition(self, part: str, condition: Condition) -> Reason:
        """What a condition read."""
        traced = trace(condition, self.facts, part)
        return Reason(part, because(traced, self.words), traced)

    def awaited(self, part: str, awaited: Awaited) -> Reason:
        """What was waited for: something that happened, or a condition."""
        if not isinstance(awaited, Happening):
            return self.condition(part, awaited)
        came = f"{trigger_of(self.facts.event.change)} came"
        if awaited.condition == ALWAYS:
            return Reason(part, came)
        read = self.condition(part, awaited.condition)
        return Reason(part, f"{came}; {read.text}", read.trace)

    def condition_of(self, part: str, awaited: Awaited | None) -> Iterator[Reason]:
        """The same of a part that a policy may do without."""
        if awaited is not None and awaited != ALWAYS:
            yield self.awaited(part, awaited)

    def holds(self, awaited: Awaited) -> bool:
        """Whether what is waited for is there."""
        if isinstance(awaited, Happening):
            return trigger_of(self.facts.event.change) in awaited.when and evaluate(awaited.condition, self.facts) is True
        return evaluate(awaited, self.facts) is True

    def start(self, policy: Policy) -> Reason:
        """What started the clock."""
        match policy.start:
            case StartsOn(trigger=trigger) if trigger_of(self.facts.event.change) == trigger:
                return Reason("start", f"{trigger} came")
            case StartsWhen(condition=condition) if became_true(condition, self.facts):
                return self.condition("start", condition)
            case StartsOn(trigger=trigger) if policy.name not in self.decision.assigned and isinstance(
                self.facts.event.change, CaseAdopted
            ):
                return Reason("start", f"{trigger} is taken to have come, since the case was there before")
            case _:
                rules = [rule.name for rule in self.bundle.rules if AssignSla(policy.name) in rule.then]
                fired = [match.rule for match in self.decision.matched if match.rule in rules]
                return Reason("start", f"assigned by {' and '.join(fired) or 'a rule'}")

    def version(self, policy: Policy) -> Iterator[Reason]:
        """Under which version of its policy an operator put a clock, and the time that gives."""
        version = f"the policy as in bundle {self.bundle.hash}"
        if self.decision.recomputed is not None and policy != self.decision.recomputed.policy:
            yield Reason("start", f"{version} starts no clock here")
            return
        yield Reason("policy", f"an operator put the clock under {version}")
        yield from self.targets(policy)

    def targets(self, policy: Policy) -> Iterator[Reason]:
        """The rows of `target` up to the first that held."""
        for place, row in enumerate(policy.target):
            read = self.condition(f"target[{place}]", row.condition)
            holds = read.trace is not None and read.trace.verdict is True
            text = f"within {duration(row.within)}" if holds else f"not {duration(row.within)}"
            yield Reason(read.part, f"{text}: {read.text}" if read.text else text, read.trace)
            if holds:
                return


def reasons(did: Transition, clock: Clock, before: Clock | None, asked: Asked) -> Iterator[Reason]:
    """Why a clock did it; `before` is the clock as the event met it."""
    policy = clock.policy
    match did.kind:
        case "started":
            yield asked.start(policy)
            yield from asked.condition_of("if", policy.condition)
            yield from asked.targets(policy)
        case "reset":
            yield from asked.condition_of("reset", before.policy.reset if before else None)
            yield from asked.targets(policy)
        case "paused" | "resumed":
            yield from asked.condition_of("pause_while", policy.pause_while)
        case "moved":
            yield from asked.targets(policy)
        case "milestone" | "breached":
            yield Reason(did.milestone, time_of(did.milestone, policy))
        case "met" | "not_met":
            yield asked.awaited("met_when", policy.met_when)
        case "recomputed":
            yield from asked.version(policy)
        case "cancelled" if asked.facts.after.deleted:
            yield Reason("cancel", "the case was deleted")
        case "cancelled":
            yield from asked.condition_of("cancel", policy.cancel)
        case _ as never:
            assert_never(never)


def because(traced: Trace, words: Words) -> str:
    """The tests that gave a condition its verdict, each with what it read; nothing for a condition that asks nothing."""
    if isinstance(traced, LeafTrace):
        return f"{asking(traced, words)} is {VERDICTS[traced.verdict]}, {seen(traced, words)}"
    agreeing = [part for part in traced.parts if traced.kind == "not" or part.verdict is traced.verdict]
    decides = traced.kind == "any" if traced.verdict else traced.kind == "all"
    return "; ".join(because(part, words) for part in (agreeing[:1] if decides else agreeing))


def time_of(milestone: str, policy: Policy) -> str:
    """When a milestone comes, as a policy says it."""
    if milestone == BREACH:
        return "the time of the target was used up"
    for each in policy.milestones:
        if each.name == milestone:
            share = "due" if each.share == 1 else f"{each.share:.0%} of the target" if each.share else "the start"
            way = "before" if each.offset < timedelta() else "after"
            return f"{duration(abs(each.offset))} {way} {share}" if each.offset else share
    return "no longer in the policy"
