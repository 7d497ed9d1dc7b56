"""Rules that nothing is left for: those after a `stop`, and those that say what another says."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec

from casewright.conditions.triggers import Trigger
from casewright_authoring.analysis.checks import DUPLICATE, UNREACHABLE, VAIN_TRIGGER
from casewright_authoring.analysis.relations import Relations
from casewright_authoring.analysis.rule_sets import PlacedRule, RuleSet
from casewright_authoring.findings import Finding


def unreachable(rules: RuleSet) -> Iterator[Finding]:
    """Rules, and triggers of rules, that a rule before them always stops."""
    relations = Relations()
    stopping = defaultdict[Trigger, list[PlacedRule]](list)
    for rule in rules.rules:
        if rule.rule.runs_on == "casewright":
            yield from _stopped(rule, {trigger: _stopper(rule, trigger, stopping[trigger], relations) for trigger in rule.rule.when})
            if rule.rule.stop and rule.rule.mode == "on":
                for trigger in rule.rule.when:
                    stopping[trigger].append(rule)


def _stopper(rule: PlacedRule, trigger: Trigger, earlier: list[PlacedRule], relations: Relations) -> PlacedRule | None:
    if trigger == "schedule":  # every rule has a schedule of its own
        return None
    asked_too = (one for one in earlier if one.rule.reacts_to_casewright or not rule.rule.reacts_to_casewright)
    return next((one for one in asked_too if relations.follows(rule, one, trigger)), None)


def _stopped(rule: PlacedRule, stoppers: dict[Trigger, PlacedRule | None]) -> Iterator[Finding]:
    found = {trigger: stopper for trigger, stopper in stoppers.items() if stopper is not None}
    if len(found) == len(stoppers):
        names = " or ".join(dict.fromkeys(_named(stopper) for stopper in found.values()))
        yield UNREACHABLE.found(rule.place, f"{rule.rule.name!r} is never asked: whenever it is true so is {names}, after which no rule is")
        return
    for trigger, stopper in found.items():
        message = f"with {trigger} {rule.rule.name!r} is never asked: whenever it is true so is {_named(stopper)}, after which no rule is"
        yield VAIN_TRIGGER.found(rule.place_of_trigger(trigger), message)


def duplicates(rules: RuleSet) -> Iterator[Finding]:
    """Rules that fire only where another does the same."""
    relations = Relations()
    alike = defaultdict[bytes, list[PlacedRule]](list)
    for rule in rules.acting:
        if not rule.rule.stop and "schedule" not in rule.rule.when:
            alike[msgspec.json.encode((rule.rule.then, rule.rule.runs_on))].append(rule)
    for group in alike.values():
        for place, rule in enumerate(group):
            others = ((number, other) for number, other in enumerate(group) if number != place and _covers(other, rule, relations))
            if twin := next((other for number, other in others if number < place or not _covers(rule, other, relations)), None):
                yield DUPLICATE.found(rule.place, f"whenever {rule.rule.name!r} fires so does {_named(twin)}, with the same actions")


def _covers(one: PlacedRule, other: PlacedRule, relations: Relations) -> bool:
    """Whether one acts whenever the other does."""
    wide, narrow = one.rule, other.rule
    acts = wide.mode == "on" or (wide.mode, wide.canary_percent) == (narrow.mode, narrow.canary_percent)
    asked = set(narrow.when) <= set(wide.when) and wide.reacts_to_casewright >= narrow.reacts_to_casewright
    return acts and asked and all(relations.follows(other, one, trigger) for trigger in narrow.when)


def _named(rule: PlacedRule) -> str:
    return f"{rule.rule.name!r} ({rule.place.path}:{rule.place.line})"
