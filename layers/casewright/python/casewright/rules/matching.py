"""Which rules fire at a moment, in their total order (order, name)."""

from collections.abc import Iterable, Iterator
from typing import Final

from casewright.cases.performers import OwnWrite
from casewright.conditions.subjects import Facts
from casewright.conditions.tree import evaluate
from casewright.conditions.triggers import Trigger
from casewright.rules.rule import Rule

MOST_HOPS: Final = 3
"""How often a rule that reacts to our own writes may be set off by one of them in a row."""


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The total order of rules."""
    return tuple(sorted(rules, key=lambda rule: (rule.order, rule.name)))


def matching(rules: tuple[Rule, ...], trigger: Trigger, facts: Facts, own: OwnWrite | None) -> Iterator[Rule]:
    """The rules that fire, in order; `rules` are in order already. A rule fires only on true, and `stop` ends the list."""
    for rule in rules:
        if trigger in rule.when and _may_react(rule, own) and evaluate(rule.condition, facts) is True:
            yield rule
            if rule.stop:
                return


def _may_react(rule: Rule, own: OwnWrite | None) -> bool:
    return own is None or (rule.reacts_to_casewright and own.hop <= MOST_HOPS)
