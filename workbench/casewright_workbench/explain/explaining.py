"""Events taken one after the other as the next of their case, each with its decision and, where asked for, every rule's trace."""

from dataclasses import dataclass, field

from casewright.cases.events import Event, Unrecognised
from casewright.decide import blank, decide, shadow_effects
from casewright.decision import Decision, Head
from casewright_workbench.explain.considering import Considered, considered
from casewright_workbench.explain.effects import Told, effects, held_back
from casewright_workbench.explain.linking import Linked
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


@dataclass(frozen=True, slots=True)
class Explainer:
    """Holds the head of every case that was seen."""

    linked: Linked
    words: Words
    _heads: dict[str, Head] = field(default_factory=dict)

    def explain(self, event: Event, *, traced: bool) -> Explanation:
        """Take the event as the next of its case, whatever its time."""
        if isinstance(event.change, Unrecognised):
            return Explanation(event, None, (), (), ())
        head = self._heads.get(event.case_id) or blank(event.case_id)
        bundle = self.linked.bundle
        decided = decide(head, event, bundle)
        self._heads[event.case_id] = decided.head
        told = tuple(effects(decided.decision, bundle, self.words))
        if not traced:
            return Explanation(event, decided.decision, told, (), ())
        watched = shadow_effects(head, event, bundle) if decided.decision.shadowed else ()
        would = tuple(held_back(decided.decision, watched, bundle, self.words))
        return Explanation(event, decided.decision, told, would, considered(head, event, bundle))


def overruled_record(decision: Decision, words: Words) -> list[Json]:
    """The fields that two rules set."""
    return [{"field": words.field(each.field_id), "loser": each.loser, "winner": each.winner} for each in decision.overruled]
