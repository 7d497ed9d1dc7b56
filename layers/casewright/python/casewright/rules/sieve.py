"""Conjunctions asked all at once: each is a bit, and each reading strikes out those that do not accept it.

Most of what they ask is decided by one `and` of two ints for each slot; what only a few of them ask is asked of those that are left.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, TypeAlias

from casewright.rules.accepted import Accepted, Beyond, Others
from casewright.rules.columns import Column, Keyed, mask_of, scale_of
from casewright.rules.literals import Conjunction, Literal, Literals
from casewright.rules.readings import Readings, Slot, key_of

SHARED: Final = 2
"""How many must share a test for it to be asked before it is known whether any of them is left."""

_BySlot: TypeAlias = defaultdict[Slot, dict[int, Keyed]]


class Sieve:
    """Alternatives by number."""

    def __init__(self, alternatives: Sequence[Conjunction], literals: Literals) -> None:
        width, verdicts = len(alternatives), literals.slots.verdicts
        keyed, limits, tests = _sorted_out(alternatives, literals)
        shared, left = _divided(tests)
        self._everything = (1 << width) - 1
        self._inexact = mask_of(left, width)
        for slot, among in limits.items():
            for alternative, limit in among:
                left[alternative].append((slot, limit))
        self.left = {alternative: literals.cheapest_first(asked) for alternative, asked in left.items()}
        """What to ask of an alternative that is undecided."""
        slots = sorted({*keyed, *shared} - verdicts, key=lambda slot: -len(keyed[slot]))
        self._columns = [(slot, Column(width, keyed[slot], shared[slot])) for slot in slots]
        self._scales = [(slot, scale_of(width, among)) for slot, among in limits.items()]
        self._late = [
            (slot, accepted, mask_of(users, width)) for slot in shared.keys() & verdicts for accepted, users in shared[slot].items()
        ]

    def sift(self, readings: Readings) -> tuple[int, int]:
        """The masks of the alternatives that hold, and of those that are undecided."""
        kept, undecided, as_it_came = self._everything, self._inexact, readings.fields.get
        for slot, column in self._columns:
            value = as_it_came(slot)
            if type(value) is not str:
                value = key_of(value) if type(value) is bool else readings[slot]
            kept &= column[value]
            if not kept:
                return 0, 0
        for slot, (bounds, surviving, depending, without) in self._scales:
            value = as_it_came(slot)
            if type(value) is not float:
                value = readings[slot]
            if (type(value) is float or type(value) is int) and value == value:  # noqa: PLR0124  # NaN stands nowhere
                stretch = bisect_right(bounds, value)
                kept &= surviving[stretch]
                undecided |= depending[stretch]
            else:
                kept &= without
        for slot, accepted, users in self._late:
            if kept & users and readings[slot] not in accepted:
                kept &= ~users
        undecided &= kept
        return kept ^ undecided, undecided


def _sorted_out(
    alternatives: Sequence[Conjunction], literals: Literals
) -> tuple[_BySlot, dict[Slot, list[tuple[int, Beyond]]], dict[Literal, list[int]]]:
    """What is accepted by key, one thing for each alternative and slot; limits of numbers; and everything else."""
    keyed, limits, tests = _BySlot(dict), defaultdict[Slot, list[tuple[int, Beyond]]](list), defaultdict[Literal, list[int]](list)
    for number, condition in enumerate(alternatives):
        for slot, accepted in dict.fromkeys(condition):
            if isinstance(accepted, Beyond):
                limits[slot].append((number, accepted))
            elif isinstance(accepted, frozenset | Others) and slot not in literals.slots.verdicts and number not in keyed[slot]:
                keyed[slot][number] = accepted
            else:
                tests[slot, accepted].append(number)
    return keyed, limits, tests


def _divided(
    tests: dict[Literal, list[int]],
) -> tuple[defaultdict[Slot, dict[Accepted, list[int]]], defaultdict[int, list[Literal]]]:
    """Tests that are shared, by slot, at most one for each alternative; and the others, by alternative."""
    shared, left = defaultdict[Slot, dict[Accepted, list[int]]](dict), defaultdict[int, list[Literal]](list)
    tested = set[tuple[Slot, int]]()
    for (slot, accepted), users in tests.items():
        free = [number for number in users if (slot, number) not in tested]
        if len(free) >= SHARED:
            shared[slot][accepted] = free
            tested.update((slot, number) for number in free)
        else:
            free = []
        for number in users if not free else set(users).difference(free):
            left[number].append((slot, accepted))
    return shared, left
