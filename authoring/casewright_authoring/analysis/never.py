"""Conditions nothing fulfils: whole ones, parts of an `any`, and triggers that a condition rules out."""

from collections.abc import Iterable, Iterator, Sequence

from casewright.conditions.tree import All, Any, Condition
from casewright.conditions.triggers import Trigger
from casewright_authoring.analysis.checks import DEAD_PART, NEVER_TRUE, VAIN_TRIGGER
from casewright_authoring.analysis.formulas import Variable
from casewright_authoring.analysis.moments import Moment
from casewright_authoring.analysis.placed import Placed
from casewright_authoring.analysis.rule_sets import PlacedRule, RuleSet
from casewright_authoring.analysis.search import Answer, answer
from casewright_authoring.findings import Finding

MOST_NAMED = 3


def never_true(rules: RuleSet) -> Iterator[Finding]:
    """Rules whose condition nothing fulfils, and parts and triggers that have no use."""
    for each in rules.rules:
        if condition := each.condition:
            yield from _of_rule(each, condition)


def _of_rule(rule: PlacedRule, condition: Placed) -> Iterator[Finding]:
    answers = {trigger: _asked(condition.condition, (trigger,)) for trigger in rule.rule.when}
    if any(found.possible for found in answers.values()):
        for trigger, found in answers.items():
            if not found.possible:
                message = f"with {trigger} the condition of {rule.rule.name!r} is never true: {_why(found)}"
                yield VAIN_TRIGGER.found(rule.place_of_trigger(trigger), message)
    yield from vain(condition, rule.rule.when, f"so {rule.rule.name!r} never fires")


def vain(condition: Placed, triggers: Sequence[Trigger], so: str) -> Iterator[Finding]:
    """Where nothing fulfils the condition with any of the triggers, the smallest part that says so; otherwise its parts without use."""
    found = _asked(condition.condition, triggers)
    if found.possible:
        yield from _dead_parts(condition, triggers)
        return
    while isinstance(condition.condition, All) and (smaller := _unfulfilled_part(condition, triggers)):
        condition, found = smaller
    yield NEVER_TRUE.found(condition.place, f"this is never true, {so}: {_why(found)}")


def _dead_parts(condition: Placed, triggers: Sequence[Trigger]) -> Iterator[Finding]:
    """Parts of an `any` that are never true where the rest of the condition is."""
    for part, whole in _alternatives(condition, ()):
        found = _asked(All(whole), triggers)
        if not found.possible:
            yield DEAD_PART.found(part.place, f"this part of 'any' is never true here: {_why(found)}")


def _alternatives(condition: Placed, beside: tuple[Condition, ...]) -> Iterator[tuple[Placed, tuple[Condition, ...]]]:
    """Every part of an `any` that no `not` stands over, with all that must be true when it counts."""
    match condition.condition:
        case All():
            for part in condition.parts:
                others = tuple(other.condition for other in condition.parts if other is not part)
                yield from _alternatives(part, (*beside, *others))
        case Any():
            for part in condition.parts:
                yield part, (part.condition, *beside)
                yield from _alternatives(part, beside)
        case _:
            return


def _unfulfilled_part(condition: Placed, triggers: Sequence[Trigger]) -> tuple[Placed, Answer] | None:
    answers = ((part, _asked(part.condition, triggers)) for part in condition.parts)
    return next(((part, found) for part, found in answers if not found.possible), None)


def _asked(condition: Condition, triggers: Iterable[Trigger]) -> Answer:
    """Whether something fulfils the condition with one of the triggers."""
    at_odds: dict[Variable, None] = {}
    for trigger in triggers:
        found = answer(Moment(trigger).asks(condition))
        if found.possible:
            return found
        at_odds |= dict.fromkeys(found.at_odds)
    return Answer(possible=False, at_odds=tuple(at_odds))


def _why(found: Answer) -> str:
    names = list(dict.fromkeys(each.shown for each in found.at_odds))
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"nothing passes every test of {', '.join(names[:MOST_NAMED])}{more}"
