"""The rules of the workload as a directory that an operator writes."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.rule_workload import CATALOG
from casewright.conditions.operators import Among, Between, Changed, Compares, HasText, Test
from casewright.conditions.tree import All, Condition, Leaf, Not
from casewright.conditions.tree import Any as AnyOf
from casewright.rules.rule import Rule

_A_FILE = 100


def write(folder: Path, rules: tuple[Rule, ...]) -> None:
    """Write catalog.yaml and rules/; JSON is YAML too."""
    (folder / "rules").mkdir(parents=True)
    (folder / "catalog.yaml").write_text(json.dumps(_catalog(rules), indent=1), encoding="utf-8")
    for start in range(0, len(rules), _A_FILE):
        written = [_rule(rule) for rule in rules[start : start + _A_FILE]]
        (folder / "rules" / f"from-{start:05}.yaml").write_text(json.dumps(written, indent=1), encoding="utf-8")


def _catalog(rules: Iterable[Rule]) -> Any:
    options = defaultdict[str, set[str]](set)
    for rule in rules:
        for leaf in _leaves(rule.condition):
            if isinstance(leaf.test, Among):
                options[leaf.subject.name].update(value for value in leaf.test.values if isinstance(value, str))
    fields: dict[str, Any] = {}
    for name, entry in CATALOG.fields.items():
        fields[name] = {"id": entry.id, "type": entry.type}
        if entry.type == "SingleSelect":
            fields[name]["options"] = sorted(options[name]) or [f"{name}-0"]
    return {"domain_id": CATALOG.domain_id, "fields": fields, "templates": CATALOG.templates, "queues": CATALOG.queues}


def _rule(rule: Rule) -> Any:
    return {
        "rule": rule.name,
        "when": list(rule.when),
        "if": _condition(rule.condition),
        "then": [{"put_event": {"detail_type": rule.name, "detail": {}}}],
        "order": rule.order,
    }


def _condition(condition: Condition) -> Any:
    match condition:
        case Leaf(subject=subject, test=test):
            return {subject.name: _test(test)}
        case All(parts=parts):
            return {"all": [_condition(part) for part in parts]}
        case AnyOf(parts=parts):
            return {"any": [_condition(part) for part in parts]}
        case Not(part=part):
            return {"not": _condition(part)}


def _test(test: Test) -> Any:
    match test:
        case Among(values=values, negated=negated):
            return {"not_in" if negated else "in": list(values)}
        case HasText(part=part, text=text):
            return {part: text}
        case Compares(order=order, number=number):
            return {order: number}
        case Between(numbers=numbers):
            return {"between": list(numbers or ())}
        case Changed():
            return {"changed": True}
        case _:
            raise ValueError(f"the workload has no {test}")


def _leaves(condition: Condition) -> Iterator[Leaf]:
    match condition:
        case Leaf():
            yield condition
        case All(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _leaves(part)
        case Not(part=part):
            yield from _leaves(part)
