"""Traces as JSON."""

from collections.abc import Iterable

from casewright.rules.explaining import Asked, LeafTrace, leaves
from casewright_workbench.explain.considering import Considered
from casewright_workbench.explain.sentences import reason
from casewright_workbench.explain.words import Json, Words


def rules_record(rules: Iterable[Considered], words: Words) -> list[Json]:
    """One entry a rule. Where an event asked it more than once, `moments` holds each; the entry itself tells the one that counts most."""
    return [_rule(each, words) for each in rules]


def _rule(each: Considered, words: Words) -> Json:
    entry: dict[str, Json] = {"rule": each.rule.name, "matched": each.matched, **_moment(each.chief, words)}
    if len(each.moments) > 1:
        entry["moments"] = [_moment(moment, words) for moment in each.moments]
    return entry


def _moment(asked: Asked, words: Words) -> dict[str, Json]:
    entry: dict[str, Json] = {"outcome": asked.outcome, "why": reason(asked, words), "trigger": asked.trigger}
    if asked.stopped_by:
        entry["stopped_by"] = asked.stopped_by
    if asked.clock:
        entry["clock"] = {"policy": asked.clock.name, "status": asked.clock.status, "milestone": asked.clock.milestone}
    return {**entry, "condition": asked.trace.verdict, "conditions": [leaf_record(leaf, words) for leaf in leaves(asked.trace)]}


def leaf_record(leaf: LeafTrace, words: Words) -> Json:
    """One test with what it read."""
    operator, operand = words.test(leaf.subject, leaf.test)
    entry: dict[str, Json] = {"place": leaf.place, "subject": leaf.subject.name, "operator": operator, "operand": operand}
    if getattr(leaf.test, "ignore_case", False):
        entry["ignore_case"] = True
    if leaf.before is not None:
        entry |= {"changed": leaf.changed, "before": words.reading(leaf.subject, leaf.before)}
    return {**entry, "value": words.reading(leaf.subject, leaf.value), "verdict": leaf.verdict}
