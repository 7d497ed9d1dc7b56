"""From a condition to literals: a slot, and what is accepted of its reading.

A rule fires only on true, so three values need not be carried along: `not` is pushed down to the leaves, and each leaf is asked in one
sense, whether it is true or whether it is false. A leaf that is unknown is neither.
"""

from collections.abc import Hashable, Iterable, Sequence
from functools import cache
from typing import Final, TypeAlias

from casewright.cases.state import Missing
from casewright.cases.values import EMPTY
from casewright.conditions.operators import Absent, Among, Between, Changed, Compares, Empty, HasText
from casewright.conditions.subjects import Field, Subject
from casewright.conditions.tree import All, Any, Condition, Leaf, Not
from casewright.rules.accepted import NOTHING, Accepted, Beyond, Named, Others, Otherwise, Part, among, beyond
from casewright.rules.readings import CHANGED, Readings, Slot, Slots

Literal: TypeAlias = tuple[Slot, Accepted]
Conjunction: TypeAlias = tuple[Literal, ...]

MOST_ALTERNATIVES: Final = 6
"""Of one rule."""

_TRUE: Final = frozenset[object]({True})
_ABSENT: Final = frozenset[object]({Missing.ABSENT})
_EMPTY: Final = frozenset[object]({EMPTY})
_COSTS: Final[dict[type, int]] = {frozenset: 0, Others: 1, Named: 1, Beyond: 2, Part: 3, Otherwise: 4}


class Literals:
    """The literals of all rules of one matcher; equal leaves give one literal."""

    def __init__(self) -> None:
        self.slots = Slots()
        self._branches: dict[Slot, tuple[Conjunction, ...]] = {}
        self._known: dict[Hashable, Literal] = {}
        self._named = cache(Named)

    def of(self, condition: Condition, *, wanted: bool = True) -> Conjunction:
        """What must all be accepted for the condition to be true; or to be false, if that is `wanted`."""
        match condition:
            case Leaf():
                return self._leaf(condition, wanted=wanted)
            case Not(part=part):
                return self.of(part, wanted=not wanted)
            case All(parts=parts) | Any(parts=parts) if isinstance(condition, All) is wanted:
                return tuple(literal for part in parts for literal in self.of(part, wanted=wanted))
            case All(parts=parts) | Any(parts=parts):
                return (self._group(self.of(part, wanted=wanted) for part in parts),)

    def alternatives(self, literals: Conjunction) -> list[Conjunction]:
        """Conjunctions of which one must hold, in place of one that has groups; groups that would make too many stay as they are."""
        found: list[Conjunction] = [tuple(literal for literal in literals if literal[0] not in self._branches)]
        for literal in literals:
            if literal[0] in self._branches:
                branches = [each for branch in self._branches[literal[0]] for each in self.alternatives(branch)]
                kept = branches if len(branches) * len(found) <= MOST_ALTERNATIVES else [(literal,)]
                found = [(*one, *branch) for one in found for branch in kept]
        return found

    def cheapest_first(self, literals: Sequence[Literal]) -> Conjunction:
        """In the order in which they are best asked."""
        if len(literals) < 2:
            return tuple(literals)
        return tuple(sorted(literals, key=lambda literal: 5 if literal[0] in self.slots.verdicts else _COSTS[type(literal[1])]))

    def _group(self, conjunctions: Iterable[Conjunction]) -> Literal:
        """The literal of which one conjunction is enough."""
        branches = tuple(self.cheapest_first(each) for each in conjunctions)
        slot = self.slots.answer(branches, lambda readings: any(hold(branch, readings) for branch in branches))
        self._branches[slot] = branches
        return slot, _TRUE

    def _leaf(self, leaf: Leaf, *, wanted: bool) -> Conjunction:
        match leaf.test:
            case Changed():
                return self._changed(leaf.subject, leaf.test, wanted=wanted)
            case Between(numbers=(low, high)):
                ends = (Compares("greater_or_equal", low), Compares("less_or_equal", high))
                return self.of(All(tuple(Leaf(leaf.subject, end) for end in ends)), wanted=wanted)
            case _:
                return (self._once(leaf, self.slots.of(leaf.subject), wanted=wanted),)

    def _changed(self, field: Subject, test: Changed, *, wanted: bool) -> Conjunction:
        if not isinstance(field, Field):
            return ((CHANGED, NOTHING),) if wanted else ()
        found: list[Literal] = [(CHANGED, self._named(field.id, negated=test.wanted is not wanted))]
        if test.wanted and test.after:
            found.append(self._once(Leaf(field, test.after), self.slots.of(field), wanted=wanted))
        if test.wanted and test.before:
            found.append(self._once(Leaf(field, test.before), self.slots.before(field), wanted=wanted))
        return tuple(found) if wanted or len(found) == 1 else (self._group((each,) for each in found),)

    def _asked(self, leaf: Leaf, slot: Slot, *, wanted: bool) -> Literal:
        match leaf.test:
            case Among() as test:
                return self.slots.folded(slot) if test.ignore_case else slot, among(test, wanted=wanted)
            case HasText() as test:
                part = Part(test.part, test.text.casefold() if test.ignore_case else test.text, negated=test.negated)
                return self.slots.folded(slot) if test.ignore_case else slot, part if wanted else Otherwise(part)
            case Compares(instant=None) as test:
                return slot, beyond(test) if wanted else Otherwise(beyond(test))
            case Absent() as test:
                return slot, _ABSENT if test.wanted is wanted else Others(_ABSENT)
            case Empty() as test:
                keys = _EMPTY if test.wanted else _EMPTY | _ABSENT
                return slot, keys if test.wanted is wanted else Others(keys)
            case _:
                return self.slots.verdict(leaf), frozenset({wanted})

    def _once(self, leaf: Leaf, slot: Slot, *, wanted: bool) -> Literal:
        operands = leaf.test.values if isinstance(leaf.test, Among) else ()
        key = (leaf, slot, wanted, *map(type, operands))  # leaves that ask for 1.0 and for True are equal
        literal = self._known.get(key)
        if literal is None:
            literal = self._known[key] = self._asked(leaf, slot, wanted=wanted)
        return literal


def hold(literals: Conjunction, readings: Readings) -> bool:
    """Whether every literal accepts its reading."""
    as_it_came = readings.fields.get
    for slot, accepted in literals:
        value = as_it_came(slot)
        if type(value) is not str and type(value) is not float:
            value = readings[slot]
        if value not in accepted:
            return False
    return True
