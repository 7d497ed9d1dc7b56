"""Whose conditions are true at a moment, in the total order of rules (order, name)."""

from collections.abc import Iterable
from typing import Final

from casewright.conditions.subjects import Facts
from casewright.conditions.triggers import Trigger
from casewright.rules.few import Few, most_at_once
from casewright.rules.literals import Literals
from casewright.rules.many import Many
from casewright.rules.readings import Readings
from casewright.rules.rule import Rule

FEW: Final = 24
"""Up to so many rules are asked one after the other."""


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The total order of rules."""
    return tuple(sorted(rules, key=lambda rule: (rule.order, rule.name)))


class Matcher:
    """The rules of a bundle, prepared for being asked at every event. What a trigger needs is made when it first comes."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = in_order(rule for rule in rules if rule.mode != "off" and rule.runs_on == "casewright")
        self._literals = Literals()
        self._by_trigger: dict[Trigger, Few | Many] = {}
        self._by_ranks: dict[tuple[int, ...], Few | Many] = {}

    def matching(self, trigger: Trigger, facts: Facts) -> tuple[Rule, ...]:
        """Every rule the trigger sets off whose condition is true, in order, whatever its mode and whoever acted. Never raises."""
        asked = self._by_trigger.get(trigger) or self._asked_by(trigger)
        found = asked.search(Readings(facts, self._literals.slots.readers))
        rules = self._rules
        return tuple([rules[rank] for rank in sorted(found)]) if found else ()

    def _asked_by(self, trigger: Trigger) -> Few | Many:
        """Triggers that set off the same rules share what is made of them."""
        ranks = tuple(rank for rank, rule in enumerate(self._rules) if trigger in rule.when)
        if ranks not in self._by_ranks:
            ranked = [(rank, self._literals.of(self._rules[rank].condition)) for rank in ranks]
            made = Few if most_at_once(ranked, self._literals) <= FEW else Many
            self._by_ranks[ranks] = made(ranked, self._literals)
        asked = self._by_trigger[trigger] = self._by_ranks[ranks]
        return asked
