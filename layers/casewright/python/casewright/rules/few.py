"""A few rules, asked one after the other."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TypeAlias

from casewright.rules.literals import Conjunction, Literals, hold
from casewright.rules.readings import CHANGED, Readings, Slot

Ranked: TypeAlias = tuple[int, Conjunction]
"""The rank of a rule, and its condition."""


class Few:
    """Rules that ask for equality of one thing, most often which template it is, are found by its reading; the others are always asked."""

    def __init__(self, rules: Sequence[Ranked], literals: Literals) -> None:
        self._slot = _most_asked(rules, literals)
        self._always: list[Ranked] = []
        self._by_reading = defaultdict[object, list[Ranked]](list)
        for rank, condition in rules:
            keys = next((accepted for slot, accepted in condition if slot == self._slot and isinstance(accepted, frozenset)), None)
            for place in [self._always] if keys is None else [self._by_reading[key] for key in keys]:
                place.append((rank, literals.cheapest_first(condition)))
        self.most = len(self._always) + max(map(len, self._by_reading.values()), default=0)
        """How many are asked at most."""

    def search(self, readings: Readings) -> list[int]:
        """The ranks of the rules that are true."""
        found = [rank for rank, condition in self._always if hold(condition, readings)]
        chosen = self._by_reading.get(readings[self._slot])
        if chosen:
            found += [rank for rank, condition in chosen if hold(condition, readings)]
        return found


def _most_asked(rules: Sequence[Ranked], literals: Literals) -> Slot:
    asked = Counter(slot for _, condition in rules for slot, accepted in dict(condition).items() if isinstance(accepted, frozenset))
    return next((slot for slot, _ in asked.most_common() if slot not in literals.slots.verdicts), CHANGED)
