"""From a condition of ours to the function of a native rule, or why it cannot be said there."""

from collections.abc import Iterator
from typing import Final

from casewright.conditions.tree import All, Any, Condition, Leaf, Not
from casewright_authoring.native.askable import askable
from casewright_authoring.native.documents import MOST_CONDITIONS, EventSource, Function, Join
from casewright_authoring.native.documents import Condition as NativeCondition
from casewright_authoring.native.reasons import Reason, Unsayable
from casewright_authoring.native.terms import Joined, Term, spelled, term_of

NESTED: Final = (
    "'all' and 'any' stand within one another, and for cases only one list of native conditions is documented "
    "(in with several values is an 'any', save for templates, queues and users)"
)
NO_CONDITION: Final = "a native rule without any condition is not documented; ask for the templates it is about, for example"


class Functions:
    """Makes the function of one rule for one event source; `reasons` collects why it cannot."""

    def __init__(self, source: EventSource) -> None:
        self._source: EventSource = source
        self.reasons: list[Reason] = []

    def read(self, condition: Condition) -> Function | None:
        """The function of a linked condition; None when there are reasons."""
        top = self._term(condition, negated=False)
        if top is None or self.reasons:
            return None
        joined = _outermost(top if isinstance(top, Joined) else Joined("AND", (top,)))
        flat = tuple(_flat(joined, joined.join))
        conditions = tuple(each for each in flat if isinstance(each, NativeCondition))
        if not flat:
            self.reasons.append(Reason("if", NO_CONDITION))
        if len(conditions) < len(flat):
            self.reasons.append(Reason("if", NESTED))
        if len(flat) > MOST_CONDITIONS:
            self.reasons.append(Reason("if", f"{len(flat)} native conditions are needed; {MOST_CONDITIONS} are allowed"))
        return None if self.reasons else Function(joined.join, conditions)

    def _term(self, condition: Condition, *, negated: bool) -> Term | None:
        match condition:
            case Leaf():
                return self._leaf(condition, negated=negated)
            case Not(part=part):
                return self._term(part, negated=not negated)
            case All(parts=parts):
                return self._joined("OR" if negated else "AND", parts, negated=negated)
            case Any(parts=parts):
                return self._joined("AND" if negated else "OR", parts, negated=negated)

    def _joined(self, join: Join, parts: tuple[Condition, ...], *, negated: bool) -> Joined:
        terms = [self._term(part, negated=negated) for part in parts]
        return Joined(join, tuple(term for term in terms if term is not None))

    def _leaf(self, leaf: Leaf, *, negated: bool) -> Term | None:
        how = askable(leaf.subject, self._source)
        if isinstance(how, str):
            self.reasons.append(Reason(leaf.subject.name, how))
            return None
        try:
            return term_of(leaf.test, how, negated=negated)
        except Unsayable as unsayable:
            self.reasons.append(Reason(f"{leaf.subject.name}: {spelled(leaf.test)}", str(unsayable)))
            return None


def _outermost(top: Joined) -> Joined:
    """The group that says something: a group of one group is that group."""
    while len(top.parts) == 1 and isinstance(top.parts[0], Joined):
        top = top.parts[0]
    return top


def _flat(group: Joined, join: Join) -> Iterator[Term]:
    for part in group.parts:
        if isinstance(part, Joined) and (part.join == join or len(part.parts) == 1):
            yield from _flat(part, join)
        else:
            yield part
