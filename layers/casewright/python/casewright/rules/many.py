"""Many rules asked at once."""

from array import array
from collections.abc import Sequence
from itertools import accumulate

from casewright.rules.columns import chosen
from casewright.rules.few import Ranked
from casewright.rules.literals import Literals, hold
from casewright.rules.readings import Readings
from casewright.rules.sieve import Sieve


class Many:
    """The alternatives of rules, of which one must hold, in a sieve: the first ones of all rules, then the second ones, and so on."""

    def __init__(self, rules: Sequence[Ranked], literals: Literals) -> None:
        ranked = sorted(((rank, literals.alternatives(condition)) for rank, condition in rules), key=lambda each: -len(each[1]))
        depth = max((len(each) for _, each in ranked), default=0)
        layers = [[each[layer] for _, each in ranked if len(each) > layer] for layer in range(depth)]
        starts = accumulate(map(len, layers), initial=0)
        self._layers = [(start, (1 << len(layer)) - 1) for start, layer in zip(starts, layers, strict=False)]
        self._ranks = array("I", (rank for rank, _ in ranked))
        self._sieve = Sieve([each for layer in layers for each in layer], literals)

    def search(self, readings: Readings) -> list[int]:
        """The ranks of the rules that are true."""
        sure, undecided = self._sieve.sift(readings)
        rules = 0
        for start, layer in self._layers:
            rules |= (sure >> start) & layer
        found = chosen(rules, self._ranks)
        if undecided:
            found += self._decided(undecided, rules, readings)
        return found

    def _decided(self, undecided: int, rules: int, readings: Readings) -> list[int]:
        """The ranks of further rules that are true, after all, by an alternative that masks left undecided."""
        left, further = self._sieve.left, 0
        for start, layer in self._layers:
            asked = (undecided >> start) & layer & ~(rules | further)
            while asked:
                place = asked.bit_length() - 1
                asked ^= 1 << place
                if hold(left[start + place], readings):
                    further |= 1 << place
        return chosen(further, self._ranks)
