"""What the conditions of two rules have to do with each other. Most pairs are told by what each plainly needs, without a search."""

from dataclasses import dataclass
from typing import Final

from casewright.conditions.triggers import Trigger
from casewright_authoring.analysis.formulas import Claim, Every, Formula, Variable
from casewright_authoring.analysis.moments import Moment
from casewright_authoring.analysis.needs import Needs, needs_of
from casewright_authoring.analysis.readings import Wanted
from casewright_authoring.analysis.rule_sets import PlacedRule
from casewright_authoring.analysis.search import one_passes, possible
from casewright_authoring.analysis.verdicts import NOT_TRUE

_ALL: Final = frozenset({True, False, None})


@dataclass(frozen=True, slots=True)
class _Asked:
    """A condition at a moment of a trigger."""

    holds: Formula
    fails: Formula
    possible: bool
    needs: Needs
    is_plain: bool
    """Its needs say all of it."""
    variables: frozenset[Variable]


class Relations:
    """Of the rules of one rule-set; each condition is looked at once."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, Trigger], _Asked] = {}

    def both_may_fire(self, one: PlacedRule, other: PlacedRule, trigger: Trigger) -> bool:
        """Whether one event of the trigger may make both conditions true."""
        first, second = self._of(one, trigger), self._of(other, trigger)
        if not (first.possible and second.possible):
            return False
        if first.variables.isdisjoint(second.variables):
            return True
        shared = first.needs.keys() & second.needs.keys()
        if not all(one_passes(each.readings, first.needs[each] | second.needs[each]) for each in shared):
            return False
        return (first.is_plain and second.is_plain) or possible(Every((first.holds, second.holds)))

    def follows(self, premise: PlacedRule, conclusion: PlacedRule, trigger: Trigger) -> bool:
        """Whether the premise can be true, and the conclusion is then too. What the premise does not ask about counts as open."""
        if not conclusion.subjects <= premise.subjects:
            return False
        first, second = self._of(premise, trigger), self._of(conclusion, trigger)
        if not first.possible:
            return False
        if first.is_plain and any(
            one_passes(each.readings, first.needs.get(each, frozenset()) | {_failing(wanted)})
            for each, needed in second.needs.items()
            for wanted in needed
        ):
            return False
        return (first.is_plain and second.is_plain) or not possible(Every((first.holds, second.fails)))

    def _of(self, rule: PlacedRule, trigger: Trigger) -> _Asked:
        key = (rule.rule.name, trigger)
        if key not in self._asked:
            moment = Moment(trigger)
            holds = moment.asks(rule.rule.condition)
            claims, is_plain = _claims(holds)
            self._asked[key] = _Asked(
                holds,
                moment.asks(rule.rule.condition, NOT_TRUE),
                possible(holds),
                needs_of(holds),
                is_plain,
                frozenset(claim.variable for claim in claims),
            )
        return self._asked[key]


def _failing(wanted: Wanted) -> Wanted:
    return wanted._replace(verdicts=_ALL - wanted.verdicts)


def _claims(formula: Formula) -> tuple[list[Claim], bool]:
    """Every claim in a formula, and whether all of them must hold."""
    claims, is_plain = list[Claim](), True
    formulas = [formula]
    while formulas:
        match formulas.pop():
            case Claim() as claim:
                claims.append(claim)
            case Every(parts=parts):
                formulas.extend(parts)
            case some:
                is_plain = False
                formulas.extend(some.parts)
    return claims, is_plain
