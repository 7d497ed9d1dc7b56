"""Events taken one after the other as the next of their case, each with its decision and, where asked for, every rule's trace."""

from dataclasses import dataclass

from casewright.bundle import LinkedBundle
from casewright.cases.events import Event, Unrecognised
from casewright.decide import blank, decide, shadow_effects
from casewright.decision import Decision, Head
from casewright_workbench.explain.considering import Considered, considered
from casewright_workbench.explain.effects import Told, effects, held_back
from casewright_workbench.explain.records import rules_record
from casewright_workbench.explain.words import Json, Words


@dataclass(frozen=True, slots=True)
class Explanation:
    """An event and what came of it; `decision` is None for an event of an unknown type, on which nothing is decided."""

    event: Event
    decision: Decision | None
    effects: tuple[Told, ...]
    shadow_effects: tuple[Told, ...]
    rules: tuple[Considered, ...]

    def as_json(self, words: Words, *, traced: bool) -> dict[str, Json]:
        """The event as one object."""
        decision = self.decision
        record: dict[str, Json] = {
            "event_id": self.event.id,
            "matched": [match.rule for match in decision.matched] if decision else [],
            "effects": [effect.as_json() for effect in self.effects],
        }
        if traced:
            record["rules"] = rules_record(self.rules, words)
            if self.shadow_effects:
                record["shadow_effects"] = [effect.as_json() for effect in self.shadow_effects]
            if decision and decision.overruled:
                record["overruled"] = overruled_record(decision, words)
            if decision and decision.broken:
                record["broken"] = decision.broken
        return record


class Explainer:
    """Holds the head of every case that was seen."""

    def __init__(self, bundle: LinkedBundle, words: Words) -> None:
        self._bundle, self._words = bundle, words
        self._rules = {rule.name: rule for rule in bundle.rules}
        self._heads: dict[str, Head] = {}

    def explain(self, event: Event, *, traced: bool) -> Explanation:
        """Take the event as the next of its case, whatever its time."""
        if isinstance(event.change, Unrecognised):
            return Explanation(event, None, (), (), ())
        head = self._heads.get(event.case_id) or blank(event.case_id)
        decided = decide(head, event, self._bundle)
        self._heads[event.case_id] = decided.head
        told = tuple(effects(decided.decision, self._rules, self._words))
        if not traced:
            return Explanation(event, decided.decision, told, (), ())
        watched = shadow_effects(head, event, self._bundle) if decided.decision.shadowed else ()
        would = tuple(held_back(decided.decision, watched, self._rules, self._words))
        return Explanation(event, decided.decision, told, would, considered(head, event, self._bundle))


def overruled_record(decision: Decision, words: Words) -> list[Json]:
    """The fields that two rules set."""
    return [{"field": words.field(each.field_id), "loser": each.loser, "winner": each.winner} for each in decision.overruled]
