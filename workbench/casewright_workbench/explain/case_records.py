"""A retold case as JSON."""

from collections.abc import Iterable

from casewright.actions import name_of
from casewright.decision import Correction, EffectName
from casewright.rules.instructions import Instruction
from casewright.sla.clocks import Transition
from casewright_workbench.console import wording
from casewright_workbench.console.names import Names
from casewright_workbench.deployment.records import Standing
from casewright_workbench.explain.effects import Told, held_back, members
from casewright_workbench.explain.explaining import overruled_record
from casewright_workbench.explain.history import Retold
from casewright_workbench.explain.programs import Gone
from casewright_workbench.explain.records import rules_record
from casewright_workbench.explain.words import Json, Words, instant


def event_record(retold: Retold, words: Words, names: Names, *, traced: bool) -> dict[str, Json]:
    """One event with its decision and what came of it."""
    event, decision = retold.entry.event, retold.entry.decision
    record: dict[str, Json] = {
        "event_id": event.id,
        "at": instant(event.at),
        "type": event.event_type,
        "what": wording.told(event, names)[0],
        "by": wording.by(event, names),
        "bundle": decision.bundle_hash,
        "matched": [match.rule for match in decision.matched],
        "shadowed": [match.rule for match in decision.shadowed],
        "looped": [match.rule for match in decision.looped],
        "imported": decision.imported,
        "late": decision.late,
        "repaired": event.repair is not None,
        "hydrated": event.repair is not None and event.repair.hydrated,
        "corrections": [_correction(each) for each in decision.corrections],
        "clocks": [_transition(each) for each in decision.transitions],
        "overruled": overruled_record(decision, words),
        "broken": decision.broken,
        "effects": [effect_record(each, retold, words, names) for each in retold.effects],
        "shadow_effects": [each.as_json() for each in told_shadows(retold, words)],
        "notes": list(retold.notes),
    }
    if traced:
        record["rules"] = rules_record(retold.rules, words)
    return record


def effect_record(standing: Standing, retold: Retold, words: Words, names: Names) -> dict[str, Json]:
    """An effect and how it stands."""
    ended = instant(standing.ended_at) if standing.ended_at else None
    ending: dict[str, Json] = {"status": standing.status, "detail": names.readable(standing.detail), "ended_at": ended}
    return {**told_effect(standing, retold, words).as_json(), **ending}


def told_effect(standing: Standing, retold: Retold, words: Words) -> Told:
    """An effect in the operator's words."""
    effect = standing.effect
    return Told(effect.rule, effect.index, name_of(effect.action), members(effect.action, _step(effect.rule, effect.index, retold), words))


def told_shadows(retold: Retold, words: Words) -> tuple[Told, ...]:
    """What rules that only watched would have asked for, as far as they are told."""
    if isinstance(retold.program, Gone):
        return ()
    rules = {rule.name: rule for rule in retold.program.rules}
    told = {each.rule.name for each in retold.rules}
    return tuple(each for each in held_back(retold.entry.decision, retold.shadow_effects, rules, words) if each.rule in told)


def _step(rule: str, index: int, retold: Retold) -> Instruction | None:
    steps = () if isinstance(retold.program, Gone) else (each.then for each in retold.program.rules if each.name == rule)
    return next((then[index] for then in steps if index < len(then)), None)


def _correction(each: Correction) -> Json:
    return {"event_id": each.event_id, "missing": _named(each.missing), "surplus": _named(each.surplus)}


def _named(effects: Iterable[EffectName]) -> Json:
    return [{"rule": each.rule, "index": each.index} for each in effects]


def _transition(each: Transition) -> Json:
    return {
        "policy": each.policy,
        "did": each.kind,
        "milestone": each.milestone,
        "at": instant(each.at),
        "due": instant(each.due_at),
        "status": each.status,
    }
