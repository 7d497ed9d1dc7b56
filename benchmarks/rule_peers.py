"""The rules of the workload in the languages of other engines.

Each engine is prepared once, and then takes the bytes of an event and gives the places of the rules that match. Each gets the event in the
form it wants, and what that costs is part of what it costs.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import cel
import orjson
import rule_engine
import zen
from json_logic import jsonLogic

from benchmarks.rule_workload import CATALOG, READ
from benchmarks.usual.case_event import CaseEvent
from casewright.conditions.operators import Among, Between, Changed, Compares, HasText
from casewright.conditions.subjects import Fact
from casewright.conditions.tree import All, Condition, Leaf, Not
from casewright.rules.rule import Rule

Matching: TypeAlias = Callable[[bytes], list[int]]

_SIGNS: Final = {"greater_than": ">", "greater_or_equal": ">=", "less_than": "<", "less_or_equal": "<="}
_READ: Final = {CATALOG.fields[name].id: name for name in READ}


class Engine(NamedTuple):
    """A name, and what prepares it for rules that are linked."""

    name: str
    prepare: Callable[[Sequence[Rule]], Matching]


class _Words(NamedTuple):
    """How a language says it."""

    both: str
    either: str
    negated: Callable[[str], str]
    holds: Callable[[str, str], str]
    """The text of a variable holds a quoted one."""
    lists: Callable[[str, str], str]
    """The list of a variable holds a quoted text."""


def context(body: bytes) -> dict[str, Any]:
    """The values that rules read, by name: what an operator of these engines would pass to them."""
    detail = orjson.loads(body)["detail"]
    case = detail["case"]
    fields = case["fields"]
    values = {name: next(iter(fields[field_id]["value"].values())) for field_id, name in _READ.items()}
    values["assigned_queue"] = values["assigned_queue"].rsplit("/", 1)[-1]
    values["template"] = case["templateId"]
    changed_ids = detail["changedFieldIds"] if detail["eventType"] == "CASE.UPDATED" else ()
    values["changed"] = [_READ[field_id] for field_id in changed_ids]
    return values


def _zen(rules: Sequence[Rule]) -> Matching:
    """All rules in one expression, by far the fastest way to use it."""
    words = _Words("and", "or", "not ({})".format, "contains({}, {})".format, "contains({}, {})".format)
    expression = zen.compile_expression(f"[{', '.join(_written(rule.condition, words) for rule in rules)}]")
    return lambda body: [place for place, matches in enumerate(expression.evaluate(context(body))) if matches]


def _cel(rules: Sequence[Rule]) -> Matching:
    """A program for each rule, and one context for all of them."""
    words = _Words("&&", "||", "!({})".format, "{}.contains({})".format, lambda of, text: f"({text} in {of})")
    programs = [cel.compile(_written(rule.condition, words)) for rule in rules]

    def matching(body: bytes) -> list[int]:
        values = cel.Context(context(body))
        return [place for place, program in enumerate(programs) if program.execute(values)]

    return matching


def _rule_engine(rules: Sequence[Rule]) -> Matching:
    words = _Words("and", "or", "not ({})".format, lambda of, text: f"({text} in {of})", lambda of, text: f"({text} in {of})")
    compiled = [rule_engine.Rule(_written(rule.condition, words)) for rule in rules]

    def matching(body: bytes) -> list[int]:
        values = context(body)
        return [place for place, rule in enumerate(compiled) if rule.matches(values)]

    return matching


def _json_logic(rules: Sequence[Rule]) -> Matching:
    written = [_as_json(rule.condition) for rule in rules]

    def matching(body: bytes) -> list[int]:
        values = context(body)
        return [place for place, rule in enumerate(written) if jsonLogic(rule, values)]

    return matching


def _naive(rules: Sequence[Rule]) -> Matching:
    """A loop over the rules, each read as it stands: what the others are checked against."""
    conditions = [rule.condition for rule in rules]

    def matching(body: bytes) -> list[int]:
        values = context(body)
        return [place for place, condition in enumerate(conditions) if _is_true(condition, values)]

    return matching


def _usual(rules: Sequence[Rule]) -> Matching:
    """What the handler does that is usually written: a pydantic model of the event, and the loop."""
    conditions = [rule.condition for rule in rules]

    def matching(body: bytes) -> list[int]:
        detail = CaseEvent.model_validate_json(body).detail
        values = {name: detail.case.fields[field_id].value.plain() for field_id, name in _READ.items()}
        values["assigned_queue"] = values["assigned_queue"].rsplit("/", 1)[-1]
        values["template"] = detail.case.template_id
        values["changed"] = [_READ[field_id] for field_id in detail.changed_field_ids] if detail.event_type == "CASE.UPDATED" else []
        return [place for place, condition in enumerate(conditions) if _is_true(condition, values)]

    return matching


NAIVE: Final = Engine("naive Python loop", _naive)
USUAL: Final = Engine("pydantic model, naive loop", _usual)
PEERS: Final = (
    Engine("zen-engine", _zen),
    Engine("common-expression-language (Rust CEL)", _cel),
    NAIVE,
    USUAL,
    Engine("json-logic (panzi)", _json_logic),
    Engine("rule-engine", _rule_engine),
)


def _is_true(condition: Condition, values: dict[str, Any]) -> bool:
    match condition:
        case All(parts=parts):
            return all(_is_true(part, values) for part in parts)
        case Not(part=part):
            return not _is_true(part, values)
        case Leaf():
            return _leaf_is_true(condition, values)
        case _:
            return any(_is_true(part, values) for part in condition.parts)


def _leaf_is_true(leaf: Leaf, values: dict[str, Any]) -> bool:
    value = values[_name(leaf)]
    match leaf.test:
        case Among(values=wanted, negated=negated):
            return (value in wanted) is not negated
        case HasText(text=text):
            return text in value
        case Changed():
            return leaf.subject.name in values["changed"]
        case Between(numbers=(low, high)):
            return bool(low <= value <= high)
        case Compares(order="greater_than", number=number):
            return bool(value > number)
        case Compares(order="less_or_equal", number=number):
            return bool(value <= number)
    raise NotImplementedError(leaf.test)


def _written(condition: Condition, words: _Words) -> str:
    match condition:
        case All(parts=parts):
            return f"({f' {words.both} '.join(_written(part, words) for part in parts)})"
        case Not(part=part):
            return words.negated(_written(part, words))
        case Leaf():
            return _leaf_written(condition, words)
        case _:
            return f"({f' {words.either} '.join(_written(part, words) for part in condition.parts)})"


def _leaf_written(leaf: Leaf, words: _Words) -> str:
    name = _name(leaf)
    match leaf.test:
        case Among(values=(value,), negated=negated):
            return f"({name} {'!=' if negated else '=='} {_quoted(value)})"
        case Among(values=values, negated=negated):
            one_of = f"({name} in [{', '.join(map(_quoted, values))}])"
            return words.negated(one_of) if negated else one_of
        case HasText(text=text):
            return words.holds(name, _quoted(text))
        case Changed():
            return words.lists("changed", _quoted(leaf.subject.name))
        case Between(numbers=(low, high)):
            return f"({name} >= {low} {words.both} {name} <= {high})"
        case Compares(order=order, number=number):
            return f"({name} {_SIGNS[order]} {number})"
    raise NotImplementedError(leaf.test)


def _as_json(condition: Condition) -> Any:
    match condition:
        case All(parts=parts):
            return {"and": [_as_json(part) for part in parts]}
        case Not(part=part):
            return {"!": [_as_json(part)]}
        case Leaf():
            return _leaf_as_json(condition)
        case _:
            return {"or": [_as_json(part) for part in condition.parts]}


def _leaf_as_json(leaf: Leaf) -> Any:
    value = {"var": _name(leaf)}
    match leaf.test:
        case Among(values=values, negated=negated):
            one_of = {"===": [value, values[0]]} if len(values) == 1 else {"in": [value, list(values)]}
            return {"!": [one_of]} if negated else one_of
        case HasText(text=text):
            return {"in": [text, value]}
        case Changed():
            return {"in": [leaf.subject.name, {"var": "changed"}]}
        case Between(numbers=(low, high)):
            return {"<=": [low, value, high]}
        case Compares(order=order, number=number):
            return {_SIGNS[order]: [value, number]}
    raise NotImplementedError(leaf.test)


def _name(leaf: Leaf) -> str:
    return "template" if isinstance(leaf.subject, Fact) else leaf.subject.name


def _quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
