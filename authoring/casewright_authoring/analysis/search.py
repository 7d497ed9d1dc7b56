"""Whether anything fulfils a formula: its alternatives are tried, each as far as no single thing is asked to read what it cannot."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeAlias

from casewright_authoring.analysis.formulas import Claim, Every, Formula, Some, Variable
from casewright_authoring.analysis.readings import Readings, Wanted, passes

MOST_STEPS: Final = 4_000
"""Claims looked at before a search gives up."""

MOST_ALTERNATIVES: Final = 200
"""Groups of alternatives that may be open at once."""

Asked: TypeAlias = dict[Variable, frozenset[Wanted]]


class _GivesUp(Exception):
    """The formula is too large to be searched through."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether something may fulfil a formula. Where nothing does, `at_odds` are the things of which too much was asked."""

    possible: bool
    at_odds: tuple[Variable, ...] = ()


def answer(formula: Formula) -> Answer:
    """Search. What is called impossible is impossible; a search that takes too long ends with possible."""
    search = _Search()
    try:
        if search.fulfilled([formula], {}):
            return Answer(possible=True)
    except _GivesUp:
        return Answer(possible=True)
    return Answer(possible=False, at_odds=tuple(search.at_odds))


def possible(formula: Formula) -> bool:
    """Whether something may fulfil the formula."""
    return answer(formula).possible


@dataclass(slots=True)
class _Search:
    steps: int = 0
    at_odds: dict[Variable, None] = field(default_factory=dict)

    def fulfilled(self, formulas: list[Formula], asked: Asked) -> bool:
        """Whether something fulfils all of them beside what is asked already; `asked` takes in what must hold."""
        open_groups = list[Some]()
        while formulas:
            match formulas.pop():
                case Claim() as claim:
                    if not self._take(claim, asked):
                        return False
                case Every(parts=parts):
                    formulas.extend(parts)
                case Some() as group:
                    open_groups.append(group)
        return self._one_of_each(open_groups, asked)

    def _one_of_each(self, groups: list[Some], asked: Asked) -> bool:
        if len(groups) > MOST_ALTERNATIVES:
            raise _GivesUp
        left = [[part for part in group.parts if not isinstance(part, Claim) or self._fits(part, asked)] for group in groups]
        if not left:
            return True
        shortest = min(range(len(left)), key=lambda place: len(left[place]))
        others = [Some(tuple(parts)) for place, parts in enumerate(left) if place != shortest]
        return any(self.fulfilled([part, *others], dict(asked)) for part in left[shortest])

    def _take(self, claim: Claim, asked: Asked) -> bool:
        if not self._fits(claim, asked):
            return False
        asked[claim.variable] = _with(claim, asked)
        return True

    def _fits(self, claim: Claim, asked: Asked) -> bool:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise _GivesUp
        fits = one_passes(claim.variable.readings, _with(claim, asked))
        if not fits:
            self.at_odds[claim.variable] = None
        return fits


def _with(claim: Claim, asked: Asked) -> frozenset[Wanted]:
    return asked.get(claim.variable, frozenset()) | {Wanted(claim.test, claim.verdicts, claim.at)}


@lru_cache(maxsize=2**16)
def one_passes(readings: Readings, wanted: frozenset[Wanted]) -> bool:
    """Whether one of the readings may pass every test: `passes`, remembered."""
    return passes(readings, tuple(wanted))
