"""What a formula plainly needs: the claims that hold whatever alternative is taken. Two are told apart by them without a search."""

from collections.abc import Collection, Mapping
from typing import Final, TypeAlias

from casewright_authoring.analysis.formulas import Claim, Every, Formula, Variable
from casewright_authoring.analysis.readings import Readings, Wanted
from casewright_authoring.analysis.search import one_passes

Needs: TypeAlias = Mapping[Variable, frozenset[Wanted]]

_UNCHANGED: Final = Readings((False,))


def needs_of(formula: Formula) -> Needs:
    """Of each thing, what every alternative asks of it."""
    needs = dict[Variable, frozenset[Wanted]]()
    formulas = [formula]
    while formulas:
        match formulas.pop():
            case Claim(variable=variable, test=test, verdicts=verdicts, at=at):
                needs[variable] = needs.get(variable, frozenset()) | {Wanted(test, verdicts, at)}
            case Every(parts=parts):
                formulas.extend(parts)
            case _:
                pass
    return needs


def plainly_apart(first: Needs, following: Needs, *, changing: Collection[str]) -> bool:
    """Whether the two cannot hold one after the other, if between them only that changes which is named (Variable.of)."""
    return any(
        not one_passes(_UNCHANGED if variable.aspect == "changed" else variable.readings, wanted | first.get(variable, frozenset()))
        for variable, wanted in following.items()
        if variable.of not in changing and (variable.aspect == "changed" or variable in first)
    )
