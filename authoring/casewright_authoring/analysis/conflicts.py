"""Rules that write one field on one event, each its own value."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from casewright.conditions.operators import Absent, Empty
from casewright.conditions.subjects import Field
from casewright.conditions.tree import All, Leaf, Not
from casewright.conditions.triggers import Trigger
from casewright.rules.instructions import Assignment
from casewright_authoring.analysis.checks import WRITE_CONFLICT
from casewright_authoring.analysis.moments import Moment
from casewright_authoring.analysis.relations import Relations
from casewright_authoring.analysis.rule_sets import PlacedRule, RuleSet
from casewright_authoring.analysis.search import possible
from casewright_authoring.findings import Finding, Place

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Writer:
    """A rule that writes a field, and where it says so."""

    rule: PlacedRule
    assignment: Assignment
    place: Place
    filling: frozenset[Trigger]


def write_conflicts(rules: RuleSet) -> Iterator[Finding]:
    """Of every field, the writers that overrule others."""
    relations = Relations()
    for writers in _by_field(rules.acting).values():
        losers = defaultdict[int, list[tuple[_Writer, Trigger]]](list)
        for (_, earlier), (place, later) in combinations(enumerate(writers), 2):
            if trigger := _trigger_of_conflict(earlier, later, relations):
                losers[place].append((earlier, trigger))
        yield from (_finding(writers[place], lost) for place, lost in losers.items())


def _by_field(rules: Iterable[PlacedRule]) -> dict[str, list[_Writer]]:
    writers: dict[str, list[_Writer]] = {}
    for rule in rules:
        for assignment, place in rule.assignments:
            writers.setdefault(assignment.field.id, []).append(_Writer(rule, assignment, place, _filling(rule, assignment.field)))
    return writers


def _trigger_of_conflict(earlier: _Writer, later: _Writer, relations: Relations) -> Trigger | None:
    """The trigger with which both write, if one is."""
    first, second = earlier.rule.rule, later.rule.rule
    if earlier.assignment.value == later.assignment.value != ():
        return None
    if first is second:
        return first.when[0]
    if first.stop and first.runs_on == second.runs_on:
        return None
    shared = (each for each in second.when if each in first.when and each != "schedule" and each not in earlier.filling)
    return next((trigger for trigger in shared if relations.both_may_fire(earlier.rule, later.rule, trigger)), None)


def _filling(rule: PlacedRule, field: Field) -> frozenset[Trigger]:
    """The triggers with which the rule writes the field only where it holds nothing: a default, which another rule may overrule."""
    if rule.rule.runs_on == "connect":
        return frozenset()
    holds_something = (Not(Leaf(field, Absent(True))), Not(Leaf(field, Empty(True))))
    filled = All((rule.rule.condition, *holds_something))
    return frozenset(trigger for trigger in rule.rule.when if not possible(Moment(trigger).asks(filled)))


def _finding(winner: _Writer, lost: list[tuple[_Writer, Trigger]]) -> Finding:
    name, field = winner.rule.rule.name, winner.assignment.field.name
    if any(loser.rule is winner.rule for loser, _ in lost):
        return WRITE_CONFLICT.found(winner.place, f"{name!r} sets {field!r} twice; the later of its actions wins")
    losers = list(dict.fromkeys(loser.rule.rule.name for loser, _ in lost))
    more = f" and {len(losers) - MOST_NAMED} more" if len(losers) > MOST_NAMED else ""
    named = ", ".join(map(repr, losers[:MOST_NAMED])) + more
    triggers = ", ".join(dict.fromkeys(trigger for _, trigger in lost))
    message = f"{name!r} sets {field!r}, and on the same {triggers} so may {named}, to another value; {_outcome(winner, lost)}"
    return WRITE_CONFLICT.found(winner.place, message)


def _outcome(winner: _Writer, lost: list[tuple[_Writer, Trigger]]) -> str:
    rule, others = winner.rule.rule, [loser.rule.rule for loser, _ in lost]
    if any("connect" in (rule.runs_on, other.runs_on) for other in others):
        return "Amazon Connect runs some of these, so whose value stays is open"
    if any(other.order == rule.order for other in others):
        return f"{rule.name!r} wins, for of rules with the same order ({rule.order}) the name that sorts last does"
    before = ", ".join(map(str, sorted({other.order for other in others})))
    return f"{rule.name!r} wins, for its order {rule.order} comes after {before}"
