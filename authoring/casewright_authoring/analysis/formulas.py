"""Conditions as formulas: what each test of each reading must answer for a condition to be true, false, or not so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias

from casewright.conditions.operators import Among, Changed, ValueTest
from casewright.conditions.subjects import Field, Subject
from casewright.conditions.tree import All, Any, Condition, Leaf, Not
from casewright_authoring.analysis.readings import Readings
from casewright_authoring.analysis.verdicts import FALSE, NOT_FALSE, NOT_TRUE, TRUE, Verdicts

_BEHIND_NOT: Final[Mapping[Verdicts, Verdicts]] = {TRUE: FALSE, FALSE: TRUE, NOT_TRUE: NOT_FALSE, NOT_FALSE: NOT_TRUE}


@dataclass(frozen=True, slots=True)
class Variable:
    """Something that has one reading: a field or fact, a field just before the event, or whether a field changed."""

    aspect: Literal["now", "before", "changed"]
    of: str
    """`field` and its id, or the name of a fact."""
    version: int
    """Tells apart readings between which time may have changed something."""
    shown: str = field(compare=False)
    """As a finding calls it."""
    readings: Readings = field(compare=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """The test of a variable gives one of the verdicts. `at` numbers the moment whose `now` ages are counted to."""

    variable: Variable
    test: ValueTest
    verdicts: Verdicts
    at: int = 0


@dataclass(frozen=True, slots=True)
class Every:
    """Each part holds; without parts always."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """One part holds; without parts never."""

    parts: tuple["Formula", ...]


Formula: TypeAlias = Claim | Every | Some


class Asked(Protocol):
    """The moment a condition is asked at, as the variables that are read there."""

    @property
    def index(self) -> int:
        """The number of the moment."""
        ...

    def now(self, subject: Subject) -> Variable:
        """What the subject gives."""
        ...

    def before(self, subject: Field) -> Variable:
        """What the field gave just before the event."""
        ...

    def changed(self, subject: Field) -> Variable:
        """Whether the event names the field among its changed ones."""
        ...


def claimed(condition: Condition, verdicts: Verdicts, asked: Asked) -> Formula:
    """That the condition gives one of the verdicts. Kleene: true is all parts true, false is one part false; unknown stands beside both."""
    upright = verdicts in (TRUE, NOT_FALSE)
    match condition:
        case Not(part=part):
            return claimed(part, _BEHIND_NOT[verdicts], asked)
        case All(parts=parts):
            joined = Every if upright else Some
            return joined(tuple(claimed(part, verdicts, asked) for part in parts))
        case Any(parts=parts):
            joined = Some if upright else Every
            return joined(tuple(claimed(part, verdicts, asked) for part in parts))
        case Leaf(subject=Field() as subject, test=Changed() as test):
            return _changed(test, subject, verdicts, asked)
        case Leaf(subject=subject, test=test):
            assert not isinstance(test, Changed), "only fields change"
            return Claim(asked.now(subject), test, verdicts, asked.index)


def _changed(test: Changed, subject: Field, verdicts: Verdicts, asked: Asked) -> Formula:
    """`changed` is like a group: the event names the field, and both narrowings hold."""
    named = Among((True,))
    if not test.wanted:
        return Claim(asked.changed(subject), named, _BEHIND_NOT[verdicts], asked.index)
    parts = [Claim(asked.changed(subject), named, verdicts, asked.index)]
    if test.before is not None:
        parts.append(Claim(asked.before(subject), test.before, verdicts, asked.index))
    if test.after is not None:
        parts.append(Claim(asked.now(subject), test.after, verdicts, asked.index))
    return Every(tuple(parts)) if verdicts in (TRUE, NOT_FALSE) else Some(tuple(parts))
