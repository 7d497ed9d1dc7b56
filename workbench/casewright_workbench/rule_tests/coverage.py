"""Which rules the tests made fire, and which tests of their conditions were seen both true and false."""

from dataclasses import dataclass, field

from casewright.rules.explaining import LeafTrace, leaves
from casewright.rules.rule import Rule
from casewright_workbench.explain.considering import Considered
from casewright_workbench.rule_tests.playing import Played


@dataclass(slots=True)
class LeafSeen:
    """A test of a condition: its verdicts so far."""

    leaf: LeafTrace
    verdicts: set[bool | None] = field(default_factory=set)

    @property
    def both_ways(self) -> bool:
        """Whether it was seen true and false."""
        return {True, False} <= self.verdicts


@dataclass(slots=True)
class RuleSeen:
    """A rule: how often it fired, and its conditions by place. `here` is False where it never can fire here."""

    rule: Rule
    fired: int = 0
    conditions: dict[str, LeafSeen] = field(default_factory=dict)

    @property
    def here(self) -> bool:
        """Whether tests can make it fire: it is not off and Connect does not run it."""
        return self.rule.mode != "off" and self.rule.runs_on == "casewright"


@dataclass(slots=True)
class Coverage:
    """Every rule of a bundle, in order."""

    rules: dict[str, RuleSeen] = field(default_factory=dict)

    def add(self, played: Played) -> None:
        """Count what a test saw."""
        for taken in played.taken:
            for each in taken.rules:
                self._count(each)

    def _count(self, each: Considered) -> None:
        seen = self.rules.setdefault(each.rule.name, RuleSeen(each.rule))
        for leaf in leaves(each.unasked.trace):
            seen.conditions.setdefault(leaf.place, LeafSeen(leaf))
        for asked in each.moments:
            seen.fired += asked.outcome == "fired"
            for leaf in leaves(asked.trace):
                seen.conditions[leaf.place].verdicts.add(leaf.verdict)
