"""Whose conditions are true at a moment, in the total order of rules (order, name)."""

from collections.abc import Iterable

from casewright.conditions.subjects import Facts
from casewright.conditions.tree import evaluate
from casewright.conditions.triggers import Trigger
from casewright.rules.rule import Rule


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The total order of rules."""
    return tuple(sorted(rules, key=lambda rule: (rule.order, rule.name)))


class Matcher:
    """The rules of a bundle, prepared for being asked at every event."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = in_order(rule for rule in rules if rule.mode != "off" and rule.runs_on == "casewright")

    def matching(self, trigger: Trigger, facts: Facts) -> tuple[Rule, ...]:
        """Every rule the trigger sets off whose condition is true, in order, whatever its mode and whoever acted. Never raises."""
        return tuple(rule for rule in self._rules if trigger in rule.when and evaluate(rule.condition, facts) is True)
