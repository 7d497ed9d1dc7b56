"""Breaches of SLA items of Cases, told late: for each rule no more of an item than it has target times.

A breach is named by its target time, or by none where the event that told it first did not tell that. So a late event may tell what rules
were told by another name, or show that what a late event before it left out for that reason is still to come.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from casewright.asking import effect_key
from casewright.cases.events import Event
from casewright.decision import Decision, Effect, Logged
from casewright.sla.native import NativeBreach, breach_of, overdue_item

Taken = tuple[Logged, Decision]
"""An entry of the log, and what is decided on it in the true order."""


def each_breach_once(
    effects: Sequence[Effect], event: Event, before: Sequence[Taken], after: Sequence[Taken], asked: Collection[str]
) -> list[Effect]:
    """The effects of a late event, and those left out before, less what was asked for of the same breach. `asked` are keys."""
    if (breach := _breach(event)) is None:
        return list(effects)
    of_entries = (_breach(entry.event) for entry, _ in (*before, *after))
    breaches = {breach, *(each for each in of_entries if each and each.item_id == breach.item_id)}
    times = len({each.target_at for each in breaches} - {None}) or 1
    names = {each.id(event.case_id) for each in (*breaches, NativeBreach(breach.item_id, None))}
    kept, told = [effect for effect in effects if effect.key not in _keys(effect, names)], set(asked)
    for effect in (*_left_out(before), *effects):
        keys = _keys(effect, names)
        if effect.key in keys - told and len(keys & told) < times:
            told.add(effect.key)
            kept.append(effect)
    return kept


def _keys(effect: Effect, names: Iterable[str]) -> set[str]:
    """Of what the rule asks for at the same place, by each of these names of the breach."""
    return {effect_key(name, effect.rule, effect.index) for name in names}


def _left_out(before: Sequence[Taken]) -> Iterator[Effect]:
    """What late events ask for in their place and did not ask for when they came, as rules were told by then."""
    for entry, again in before:
        if entry.decision.late:
            acted = {match.rule for match in entry.decision.matched}
            asked = {effect.key for effect in entry.decision.effects}
            yield from (effect for effect in again.effects if effect.rule in acted and effect.key not in asked)


def _breach(event: Event) -> NativeBreach | None:
    item = overdue_item(event.change, {})
    return breach_of(item) if item else None
