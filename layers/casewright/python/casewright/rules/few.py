"""A few rules, asked one after the other."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from casewright.rules.literals import Conjunction, Literals
from casewright.rules.readings import CHANGED, Readings, Slot

Ranked: TypeAlias = tuple[int, Conjunction]
"""The rank of a rule, and its condition."""


class Few:
    """Rules that ask for equality of one thing, most often which template it is, are asked where it is equal; the others always."""

    def __init__(self, rules: Sequence[Ranked], literals: Literals) -> None:
        slot = _most_asked(rules, literals)
        self._chosen_by = literals.slots.readers[slot]
        self._always: list[Ranked] = []
        chosen = defaultdict[object, list[Ranked]](list)
        for rank, condition in rules:
            choice = _choice(condition, slot)
            asked = rank, literals.cheapest_first([literal for literal in condition if literal is not choice])
            for place in [self._always] if choice is None else [chosen[key] for key in choice[1]]:
                place.append(asked)
        self._by_reading = {key: [*self._always, *asked] for key, asked in chosen.items()}

    def search(self, readings: Readings) -> list[int]:
        """The ranks of the rules that are true."""
        found: list[int] = []
        as_it_came = readings.fields.get
        for rank, condition in self._by_reading.get(self._chosen_by(readings), self._always):
            for slot, accepted in condition:  # as `hold` does; here a call costs as much as what it does
                value = as_it_came(slot)
                if type(value) is not str and type(value) is not float:
                    value = readings[slot]
                if value not in accepted:
                    break
            else:
                found.append(rank)
        return found


def most_at_once(rules: Sequence[Ranked], literals: Literals) -> int:
    """How many of the rules would be asked at most."""
    slot = _most_asked(rules, literals)
    choices = [_choice(condition, slot) for _, condition in rules]
    chosen = Counter(key for choice in choices if choice is not None for key in choice[1])
    return choices.count(None) + max(chosen.values(), default=0)


def _choice(condition: Conjunction, slot: Slot) -> tuple[Slot, frozenset[object]] | None:
    """The literal of a condition that says what the reading of a slot must equal."""
    return next((literal for literal in condition if literal[0] == slot and isinstance(literal[1], frozenset)), None)  # type: ignore[return-value]  # just asked


def _most_asked(rules: Sequence[Ranked], literals: Literals) -> Slot:
    asked = Counter(slot for _, condition in rules for slot, accepted in dict(condition).items() if isinstance(accepted, frozenset))
    return next((slot for slot, _ in asked.most_common() if slot not in literals.slots.verdicts), CHANGED)
