"""Conditions: tests joined by all, any and not, in Kleene's three values."""

from typing import TypeAlias

import msgspec

from casewright.conditions.holding import holds
from casewright.conditions.operators import Test
from casewright.conditions.subjects import Facts, Subject


class Leaf(msgspec.Struct, frozen=True, gc=False, tag="leaf"):
    """One subject and one test of it."""

    subject: Subject
    test: Test


class All(msgspec.Struct, frozen=True, gc=False, tag="all"):
    """True when every part is; never empty (refused when loading), save for the condition nobody wrote."""

    parts: tuple["Condition", ...]


class Any(msgspec.Struct, frozen=True, gc=False, tag="any"):
    """True when some part is; never empty."""

    parts: tuple["Condition", ...]


class Not(msgspec.Struct, frozen=True, gc=False, tag="not"):
    """Plain negation: unknown stays unknown."""

    part: "Condition"


Condition: TypeAlias = Leaf | All | Any | Not

ALWAYS = All(())


def evaluate(condition: Condition, facts: Facts) -> bool | None:
    """The truth of a condition at a moment; None when it cannot be known."""
    match condition:
        case Leaf():
            return holds(condition.test, condition.subject, facts)
        case Not():
            verdict = evaluate(condition.part, facts)
            return None if verdict is None else not verdict
        case All():
            return _decided(condition.parts, facts, by=False)
        case Any():
            return _decided(condition.parts, facts, by=True)


def became_true(condition: Condition, facts: Facts) -> bool:
    """Whether the event made the condition true: it holds now and did not hold just before."""
    return evaluate(condition, facts) is True and evaluate(condition, facts.as_before) is not True


def _decided(parts: tuple[Condition, ...], facts: Facts, *, by: bool) -> bool | None:
    unknown = False
    for part in parts:
        verdict = evaluate(part, facts)
        if verdict is by:
            return by
        unknown = unknown or verdict is None
    return None if unknown else not by
